//! How deep the stack gets (`flowgraph.c: calculate_stackdepth`).
//!
//! ```text
//! f(a, b)       LOAD_NAME f · PUSH_NULL · LOAD_NAME a · LOAD_NAME b · CALL 2 · …    depth 4
//! ```
//!
//! After: `start_depth` of each reachable block is its depth on entry, the same on all ways in.

use super::graph::{Block, BlockId, Features, Graph};
use crate::Opcode;

/// `start_depth` of a block that was not reached.
const UNREACHED: i32 = i32::MIN;

/// The greatest depth before any instruction.
#[inline(never)]
pub(super) fn calculate_stack_depth(graph: &mut Graph) -> u32 {
    for block in graph.blocks_mut() {
        block.start_depth = UNREACHED;
    }
    let mut work = graph.start_visit();
    let mut greatest = 0;
    push(graph, &mut work, BlockId::ENTRY, 0);
    while let Some(block) = work.pop() {
        let Block { start_depth: mut depth, next, features, .. } = graph[block];
        let nodes = graph.nodes(block);
        let len = nodes.len();
        // Only the last instruction has a target, unless one pushes a handler.
        let plain = if features.has(Features::BLOCK_PUSHES) { 0 } else { len.saturating_sub(1) };
        for node in &nodes[..plain] {
            greatest = greatest.max(depth);
            depth += node.opcode.stack_effect(node.oparg, false);
            debug_assert!(depth >= 0, "stack underflow at {node:?}");
        }
        let mut falls_through = true;
        for index in plain..len {
            let node = graph.nodes(block)[index];
            greatest = greatest.max(depth);
            if let Some(target) = node.destination()
                && node.opcode != Opcode::EndAsyncFor
            {
                push(graph, &mut work, target, depth + node.opcode.stack_effect(node.oparg, true));
            }
            depth += node.opcode.stack_effect(node.oparg, false);
            debug_assert!(depth >= 0, "stack underflow at {node:?}");
            falls_through = !node.ends_flow();
        }
        if falls_through && let Some(next) = next {
            push(graph, &mut work, next, depth);
        }
    }
    graph.finish_visit(work);
    greatest.cast_unsigned()
}

/// Visits a block the first time it is reached (`stackdepth_push`).
fn push(graph: &mut Graph, work: &mut Vec<BlockId>, block: BlockId, depth: i32) {
    let known = graph[block].start_depth;
    debug_assert!(known == UNREACHED || known == depth, "block {block:?} is entered at {known} and {depth}");
    if known == UNREACHED {
        graph[block].start_depth = depth;
        work.push(block);
    }
}
