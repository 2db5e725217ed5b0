//! Removes jumps to the next instruction (`flowgraph.c: remove_redundant_jumps`).
//!
//! ```text
//! block0: … · JUMP block2      block0: … · NOP
//! block1: (empty)           →  block1: (empty)
//! block2: LOAD_NAME x          block2: LOAD_NAME x
//! ```
//!
//! After: no redundant jump and no redundant `NOP` is left.

use super::graph::{BlockId, Features, Graph};
use super::redundant_nops::remove_redundant_nops;

/// Removes `NOP`s and jumps until no jump is redundant; each round removes a jump.
pub(super) fn remove_redundant_nops_and_jumps(graph: &mut Graph) {
    loop {
        remove_redundant_nops(graph);
        if !graph.features.has(Features::JUMPS) {
            return;
        }
        let mut changed = false;
        graph.for_each_block(|graph, block| changed |= remove_jump(graph, block));
        if !changed {
            return;
        }
    }
}

fn remove_jump(graph: &mut Graph, block: BlockId) -> bool {
    if !graph[block].features.has(Features::JUMPS) {
        return false;
    }
    let Some(jump) = graph.last(block).filter(|node| node.opcode.is_unconditional_jump()) else {
        return false;
    };
    let is_redundant = graph.next_nonempty(jump.target) == graph.next_nonempty(graph[block].next);
    if is_redundant && let Some(jump) = graph.last_mut(block) {
        jump.set_nop();
        graph.note_nop(block);
    }
    is_redundant
}
