//! Cells and free variables get their places among the fast locals, and the code that fills them
//! (`prepare_localsplus`).
//!
//! ```text
//! def f(a): return lambda: a      MAKE_CELL a · RESUME · …        a is local 0 and cell 0
//! def g(): yield                  RETURN_GENERATOR · POP_TOP · RESUME · …
//! ```
//!
//! After: operands of cell opcodes are indices of fast locals.

use super::graph::{Graph, Instr};
use crate::{CodeFlags, CodeUnit, Opcode};
use pyclast_syntax::Location;

/// Inserts the prefix and renumbers cells.
pub(super) fn prepare(graph: &mut Graph, unit: &CodeUnit) {
    let mut places = cell_places(unit);
    insert_prefix(graph, unit, &places);
    fix_offsets(&mut places, unit.var_names.len());
    graph.for_each(|graph, id| {
        for instr in graph.block_mut(id).instrs_mut() {
            if matches!(
                instr.opcode,
                Opcode::MakeCell
                    | Opcode::LoadClosure
                    | Opcode::LoadDeref
                    | Opcode::StoreDeref
                    | Opcode::DeleteDeref
                    | Opcode::LoadFromDictOrDeref
            ) {
                let place = places[instr.oparg.cast_unsigned() as usize];
                instr.oparg = i32::try_from(place).expect("locals are fewer than 2**31");
            }
        }
    });
}

/// By cell or free variable: its fast local, if captured parameters kept a cell of their own
/// (`build_cellfixedoffsets`).
fn cell_places(unit: &CodeUnit) -> Vec<usize> {
    let locals = unit.var_names.len();
    let own = locals..locals + unit.cell_vars.len() + unit.free_vars.len();
    let mut places: Vec<usize> = own.collect();
    for (place, name) in places.iter_mut().zip(&unit.cell_vars) {
        if let Some(local) = unit.var_names.iter().position(|local| local == name) {
            *place = local;
        }
    }
    places
}

/// `insert_prefix_instructions`
fn insert_prefix(graph: &mut Graph, unit: &CodeUnit, places: &[usize]) {
    let entry = graph.block_mut(Graph::ENTRY);
    let generator = [CodeFlags::GENERATOR, CodeFlags::COROUTINE, CodeFlags::ASYNC_GENERATOR];
    if generator.iter().any(|&flag| unit.flags.intersects(flag)) {
        let location = Location::new(unit.first_line, unit.first_line, -1, -1);
        entry.insert(0, Instr::new(Opcode::ReturnGenerator, 0, location));
        entry.insert(1, Instr::new(Opcode::PopTop, 0, location));
    }
    let mut cells: Vec<usize> = (0..unit.cell_vars.len()).collect();
    cells.sort_by_key(|&cell| places[cell]);
    for (position, cell) in cells.into_iter().enumerate() {
        let cell = i32::try_from(cell).expect("cells are fewer than 2**31");
        entry.insert(position, Instr::new(Opcode::MakeCell, cell, Location::NONE));
    }
    if !unit.free_vars.is_empty() {
        let count = i32::try_from(unit.free_vars.len()).expect("free variables are fewer than 2**31");
        entry.insert(0, Instr::new(Opcode::CopyFreeVars, count, Location::NONE));
    }
}

/// Captured parameters need no place of their own: those behind move up (`fix_cell_offsets`).
fn fix_offsets(places: &mut [usize], locals: usize) {
    let mut dropped = 0;
    for (index, place) in places.iter_mut().enumerate() {
        if *place == index + locals {
            *place -= dropped;
        } else {
            dropped += 1;
        }
    }
}
