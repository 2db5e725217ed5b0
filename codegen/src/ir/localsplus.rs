//! Where cells and free variables live among the fast locals.
//!
//! ```text
//! var_names a b · cell_vars b c · free_vars d      fast locals: a b c d
//! ```
//!
//! A cell that is also a fast local (a captured parameter) shares its place; the others follow the
//! fast locals, then come the free variables.

use crate::CodeUnit;
use pyclast_syntax::PyString;
use rustc_hash::FxHashMap;

/// The places of the cells and free variables of one code unit.
#[derive(Clone, Debug)]
pub struct LocalsPlus {
    /// By cell, then free variable: its index among the fast locals.
    offsets: Vec<i32>,
    cell_count: usize,
}

impl LocalsPlus {
    /// Computes the places (`flowgraph.c: build_cellfixedoffsets`, `fix_cell_offsets`).
    pub fn new(unit: &CodeUnit) -> Self {
        // Cells are few; locals can be many.
        let mut captured: FxHashMap<&PyString, Option<usize>> =
            unit.cell_vars.iter().map(|name| (name, None)).collect();
        for (index, name) in unit.var_names.iter().enumerate() {
            if let Some(place) = captured.get_mut(name) {
                *place = Some(index);
            }
        }
        let mut next = unit.var_names.len();
        let mut offsets = Vec::with_capacity(unit.cell_vars.len() + unit.free_vars.len());
        let cells = unit.cell_vars.iter().map(|name| captured.get(name).copied().flatten());
        for shared in cells.chain(unit.free_vars.iter().map(|_| None)) {
            let offset = shared.unwrap_or_else(|| {
                next += 1;
                next - 1
            });
            offsets.push(i32::try_from(offset).expect("variables are fewer than 2**31"));
        }
        Self { offsets, cell_count: unit.cell_vars.len() }
    }

    /// The index among the fast locals of a cell or free variable.
    pub fn offset(&self, cell: i32) -> i32 {
        usize::try_from(cell)
            .ok()
            .and_then(|cell| self.offsets.get(cell))
            .copied()
            .expect("operands of cells are indices of cells and free variables")
    }

    /// The cells in the order of their places.
    pub fn cells_in_order(&self) -> Vec<usize> {
        let mut cells: Vec<usize> = (0..self.cell_count).collect();
        cells.sort_by_key(|&cell| self.offsets[cell]);
        cells
    }
}
