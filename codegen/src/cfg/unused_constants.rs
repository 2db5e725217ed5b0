//! Drops constants that no instruction loads (`remove_unused_consts`).
//!
//! The first constant stays, used or not: it may be the docstring.

use super::constants::Constants;
use super::graph::Graph;
use crate::{Constant, Opcode};

/// Drops them and renumbers the rest.
pub(super) fn remove(graph: &mut Graph, constants: Constants) -> Vec<Constant> {
    let mut used = vec![false; constants.len()];
    let Some(first) = used.first_mut() else { return Vec::new() };
    *first = true;
    graph.for_each(|graph, id| {
        for instr in graph.block(id).instrs() {
            if instr.opcode == Opcode::LoadConst {
                used[instr.oparg.cast_unsigned() as usize] = true;
            }
        }
    });
    if used.iter().all(|&used| used) {
        return constants.into_list();
    }
    let mut kept = 0;
    let renumbered: Vec<i32> = used
        .iter()
        .map(|&used| {
            kept += i32::from(used);
            kept - 1
        })
        .collect();
    graph.for_each(|graph, id| {
        for instr in graph.block_mut(id).instrs_mut() {
            if instr.opcode == Opcode::LoadConst {
                instr.oparg = renumbered[instr.oparg.cast_unsigned() as usize];
            }
        }
    });
    let mut used = used.into_iter();
    constants.into_list().into_iter().filter(|_| used.next() == Some(true)).collect()
}
