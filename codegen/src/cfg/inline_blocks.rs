//! Replaces jumps to small exits by copies of them (`flowgraph.c: inline_small_or_no_lineno_blocks`).
//!
//! ```text
//! block0: … · JUMP block3               block0: … · NOP · LOAD_CONST None · RETURN_VALUE
//! block3: LOAD_CONST None · RETURN_VALUE   →   (block3 as before)
//! ```
//!
//! A block is copied if it leaves the code unit in at most [`MAX_COPY_SIZE`] instructions, or if it has
//! no line of its own and does not fall through: then a jump to it would trace the wrong line.
//!
//! After: each unconditional jump goes to a block that is worth a jump.

use super::graph::{BlockId, Features, Graph};
use crate::Opcode;

/// `MAX_COPY_SIZE`
const MAX_COPY_SIZE: usize = 4;

/// Inlines until nothing changes; each step removes a jump.
#[inline(never)]
pub(super) fn inline_small_or_lineless_blocks(graph: &mut Graph) {
    let mut changed = graph.features.has(Features::JUMPS);
    while changed {
        changed = false;
        graph.for_each_block(|graph, block| changed |= inline_target(graph, block));
    }
}

/// `basicblock_inline_small_or_no_lineno_blocks`
fn inline_target(graph: &mut Graph, block: BlockId) -> bool {
    if !graph[block].features.has(Features::JUMPS) {
        return false;
    }
    let Some(jump) = graph.last(block).filter(|node| node.opcode.is_unconditional_jump()) else {
        return false;
    };
    let removed = jump.opcode;
    let target = jump.target.expect("jumps have a target");
    let is_small_exit = graph.exits_scope(target) && graph.len(target) <= MAX_COPY_SIZE;
    let is_lineless = !graph.falls_through(target) && graph.has_no_line(target);
    // A block can only be its own target in a loop without any line, which no source gives.
    if !(is_small_exit || is_lineless) || target == block {
        return false;
    }
    graph.last_mut(block).expect("the block ends in a jump").set_nop();
    graph.append_block(block, target);
    if is_lineless
        && removed == Opcode::Jump
        && let Some(last) = graph.last_mut(block)
        && last.opcode.is_unconditional_jump()
    {
        // The loop stays interruptible.
        last.opcode = Opcode::Jump;
    }
    graph[target].predecessors = graph[target].predecessors.saturating_sub(1);
    true
}
