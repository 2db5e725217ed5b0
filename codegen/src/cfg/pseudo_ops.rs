//! The last pseudo instructions but jumps (`flowgraph.c: convert_pseudo_ops`).
//!
//! ```text
//! SETUP_FINALLY b · LOAD_CLOSURE x · STORE_FAST_MAYBE_NULL y  →  NOP · LOAD_FAST x · STORE_FAST y
//! ```
//!
//! After: the only pseudo opcodes left are `JUMP` and `JUMP_NO_INTERRUPT`.

use super::graph::{Features, Graph, Node};
use super::redundant_jumps::remove_redundant_nops_and_jumps;
use crate::Opcode;

/// Converts pseudo instructions and removes what that makes redundant.
#[inline(never)]
pub(super) fn convert_pseudo_ops(graph: &mut Graph) {
    if graph.features.has(Features::PSEUDO_OPS) {
        graph.for_each_block(|graph, block| {
            if graph[block].features.has(Features::PSEUDO_OPS) {
                graph.nodes_mut(block).iter_mut().for_each(convert);
            }
            // Block pushes are `NOP`s now.
            if graph[block].features.has(Features::BLOCK_PUSHES) {
                graph.note_nop(block);
            }
        });
    }
    remove_redundant_nops_and_jumps(graph);
}

fn convert(node: &mut Node) {
    match node.opcode {
        Opcode::SetupFinally | Opcode::SetupWith | Opcode::SetupCleanup => node.set_nop(),
        Opcode::LoadClosure => node.opcode = Opcode::LoadFast,
        Opcode::StoreFastMaybeNull => node.opcode = Opcode::StoreFast,
        _ => {}
    }
}
