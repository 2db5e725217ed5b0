//! Fuses neighbouring uses of locals (`flowgraph.c: insert_superinstructions`).
//!
//! ```text
//! LOAD_FAST a · LOAD_FAST b      →  LOAD_FAST_LOAD_FAST a, b
//! STORE_FAST a · LOAD_FAST a     →  STORE_FAST_LOAD_FAST a, a
//! ```
//!
//! Both locals fit four bits and the lines do not differ.

use super::graph::{Features, Graph, Node};
use super::redundant_nops::remove_redundant_nops;
use crate::Opcode;

/// The number of locals that fit half an operand.
const PAIRABLE: i32 = 16;

/// Fuses from left to right, then removes the freed instructions.
#[inline(never)]
pub(super) fn insert_superinstructions(graph: &mut Graph) {
    graph.for_each_block(|graph, block| {
        if !graph[block].features.has(Features::LOCALS) {
            return;
        }
        let mut fused_some = false;
        let nodes = graph.nodes_mut(block);
        for index in 1..nodes.len() {
            if matches!(nodes[index].opcode, Opcode::LoadFast | Opcode::StoreFast)
                && let [first, second] = &mut nodes[index - 1..=index]
            {
                fused_some |= fuse(first, second);
            }
        }
        if fused_some {
            graph.note_nop(block);
        }
    });
    remove_redundant_nops(graph);
}

/// Whether it fused the two (`make_super_instruction`).
fn fuse(first: &mut Node, second: &mut Node) -> bool {
    let fused = match (first.opcode, second.opcode) {
        (Opcode::LoadFast, Opcode::LoadFast) => Opcode::LoadFastLoadFast,
        (Opcode::StoreFast, Opcode::LoadFast) => Opcode::StoreFastLoadFast,
        (Opcode::StoreFast, Opcode::StoreFast) => Opcode::StoreFastStoreFast,
        _ => return false,
    };
    let (line, next_line) = (first.location.line, second.location.line);
    let differ = line >= 0 && next_line >= 0 && line != next_line;
    if differ || first.oparg >= PAIRABLE || second.oparg >= PAIRABLE {
        return false;
    }
    first.set(fused, first.oparg << 4 | second.oparg);
    second.set_nop();
    true
}
