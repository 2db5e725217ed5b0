//! How deep the stack gets (`calculate_stackdepth`).
//!
//! After: `start_depth` of every reachable block is known; the maximum is `co_stacksize`.
//!
//! Every path to a block brings the same depth, or the builder has a bug.

use super::graph::{BlockId, Graph};
use crate::Opcode;

/// The depth before any instruction, at its greatest.
pub(super) fn calculate(graph: &mut Graph) -> i32 {
    for block in graph.blocks_mut() {
        block.start_depth = -1;
    }
    let mut deepest = 0;
    let mut pending = Vec::new();
    enter(graph, &mut pending, Graph::ENTRY, 0);
    while let Some(id) = pending.pop() {
        let mut depth = graph.block(id).start_depth;
        for index in 0..graph.block(id).len() {
            let instr = graph.block(id).instrs()[index];
            deepest = deepest.max(depth);
            // The way back of an asynchronous loop is its SEND's.
            if let Some(target) = instr.target.filter(|_| instr.opcode != Opcode::EndAsyncFor) {
                let at_target = depth + instr.opcode.stack_effect(instr.oparg, true);
                enter(graph, &mut pending, target, at_target);
            }
            depth += instr.opcode.stack_effect(instr.oparg, false);
            assert!(depth >= 0, "stack underflow at {}", instr.opcode.name());
        }
        let block = graph.block(id);
        if let Some(next) = block.next.filter(|_| block.has_fallthrough()) {
            enter(graph, &mut pending, next, depth);
        }
    }
    deepest
}

/// `stackdepth_push`
fn enter(graph: &mut Graph, pending: &mut Vec<BlockId>, id: BlockId, depth: i32) {
    let block = graph.block_mut(id);
    assert!(block.start_depth < 0 || block.start_depth == depth, "inconsistent stack depth");
    if block.start_depth < 0 {
        block.start_depth = depth;
        pending.push(id);
    }
}
