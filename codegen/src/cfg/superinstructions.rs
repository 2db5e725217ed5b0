//! Joins neighbouring loads and stores of locals into one instruction
//! (`insert_superinstructions`).
//!
//! ```text
//! LOAD_FAST a · LOAD_FAST b      →   LOAD_FAST_LOAD_FAST a b
//! ```
//!
//! Both locals must be among the first 16, and the lines must not differ.

use super::graph::{Graph, Instr};
use super::redundant_nops;
use crate::Opcode;

/// Joins pairs, greedily from left to right.
pub(super) fn insert(graph: &mut Graph) {
    graph.for_each(|graph, id| {
        let instrs = graph.block_mut(id).instrs_mut();
        for index in 1..instrs.len() {
            let (before, after) = instrs.split_at_mut(index);
            if let (Some(first), Some(second)) = (before.last_mut(), after.first_mut()) {
                join(first, second);
            }
        }
    });
    redundant_nops::remove(graph);
}

/// `make_super_instruction`
fn join(first: &mut Instr, second: &mut Instr) {
    let joined = match (first.opcode, second.opcode) {
        (Opcode::LoadFast, Opcode::LoadFast) => Opcode::LoadFastLoadFast,
        (Opcode::StoreFast, Opcode::LoadFast) => Opcode::StoreFastLoadFast,
        (Opcode::StoreFast, Opcode::StoreFast) => Opcode::StoreFastStoreFast,
        _ => return,
    };
    if first.has_line() && second.has_line() && first.location.line != second.location.line {
        return;
    }
    if first.oparg < 16 && second.oparg < 16 {
        first.set_arg(joined, first.oparg << 4 | second.oparg);
        second.set(Opcode::Nop);
    }
}
