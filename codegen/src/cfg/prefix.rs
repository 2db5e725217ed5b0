//! What a code unit does before its body, and the final numbers of its cells
//! (`flowgraph.c: prepare_localsplus`).
//!
//! ```text
//! def f(a): return lambda: a        MAKE_CELL a · RESUME 0 · …
//! async def g(): …                  RETURN_GENERATOR · POP_TOP · RESUME 0 · …
//! ```
//!
//! After: operands of cells and free variables are indices of fast locals.

use super::graph::{BlockId, Graph, Node};
use crate::ir::LocalsPlus;
use crate::{CodeFlags, CodeUnit, Opcode};
use pyclast_syntax::Location;

/// Inserts the prefix and renumbers cells.
#[inline(never)]
pub(super) fn prepare_locals_plus(graph: &mut Graph, unit: &CodeUnit) {
    let is_generator = CodeFlags(CodeFlags::GENERATOR.0 | CodeFlags::COROUTINE.0 | CodeFlags::ASYNC_GENERATOR.0);
    if unit.flags.intersects(is_generator) {
        insert_generator_prefix(graph, unit.first_line);
    }
    if unit.cell_vars.is_empty() && unit.free_vars.is_empty() {
        return;
    }
    let locals_plus = LocalsPlus::new(unit);
    for (index, cell) in locals_plus.cells_in_order().into_iter().enumerate() {
        graph.insert(BlockId::ENTRY, index, artificial(Opcode::MakeCell, cell));
    }
    if !unit.free_vars.is_empty() {
        graph.insert(BlockId::ENTRY, 0, artificial(Opcode::CopyFreeVars, unit.free_vars.len()));
    }
    fix_cell_offsets(graph, &locals_plus);
}

/// `RETURN_GENERATOR` and the `POP_TOP` that takes what the resumption pushes.
fn insert_generator_prefix(graph: &mut Graph, first_line: i32) {
    let location = Location::new(first_line, first_line, -1, -1);
    graph.insert(BlockId::ENTRY, 0, Node::new(Opcode::ReturnGenerator, 0, location));
    graph.insert(BlockId::ENTRY, 1, Node::new(Opcode::PopTop, 0, location));
}

fn artificial(opcode: Opcode, oparg: usize) -> Node {
    let oparg = i32::try_from(oparg).expect("variables are fewer than 2**31");
    Node::new(opcode, oparg, Location::NONE)
}

/// `fix_cell_offsets`
fn fix_cell_offsets(graph: &mut Graph, locals_plus: &LocalsPlus) {
    graph.for_each_block(|graph, block| {
        for node in graph.nodes_mut(block) {
            if matches!(
                node.opcode,
                Opcode::MakeCell
                    | Opcode::LoadClosure
                    | Opcode::LoadDeref
                    | Opcode::StoreDeref
                    | Opcode::DeleteDeref
                    | Opcode::LoadFromDictOrDeref
            ) {
                node.oparg = locals_plus.offset(node.oparg);
            }
        }
    });
}
