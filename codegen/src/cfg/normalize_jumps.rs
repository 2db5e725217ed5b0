//! Conditional jumps go forward and say which way is not taken (`flowgraph.c: normalize_jumps`).
//!
//! ```text
//! block1: … · POP_JUMP_IF_TRUE block0     block1: … · POP_JUMP_IF_FALSE block2
//! block2: …                            →  block3: NOT_TAKEN · JUMP block0
//!                                         block2: …
//! ```
//!
//! Before: the order of blocks is final. After: every conditional jump goes forward and is followed by
//! `NOT_TAKEN`, in its own block (so that it is no longer the last instruction there) or the next.

use super::graph::{BlockId, Features, Graph};
use crate::Opcode;

/// Normalizes every conditional jump.
#[inline(never)]
pub(super) fn normalize_jumps(graph: &mut Graph) {
    if !graph.features.has(Features::CONDITIONAL_JUMPS) {
        return;
    }
    for block in graph.blocks_mut() {
        block.visited = false;
    }
    graph.for_each_block(|graph, block| {
        graph[block].visited = true;
        if graph[block].features.has(Features::CONDITIONAL_JUMPS) {
            normalize_block(graph, block);
        }
    });
}

/// `normalize_jumps_in_block`
fn normalize_block(graph: &mut Graph, block: BlockId) {
    let Some(&jump) = graph.last(block).filter(|node| node.opcode.is_conditional_jump()) else { return };
    let target = jump.target.expect("jumps have a target");
    if !graph[target].visited {
        graph.append(block, Opcode::NotTaken, 0, jump.location);
        return;
    }
    let backward = graph.new_block();
    graph.append(backward, Opcode::NotTaken, 0, jump.location);
    graph.append_jump(backward, Opcode::Jump, target, jump.location);
    let next = graph[block].next;
    let jump = graph.last_mut(block).expect("the block ends in a jump");
    jump.opcode = inverted(jump.opcode);
    jump.target = next;
    graph[backward].cold = graph[block].cold;
    graph[backward].start_depth = graph[target].start_depth;
    graph.place_after(block, backward);
}

const fn inverted(opcode: Opcode) -> Opcode {
    match opcode {
        Opcode::PopJumpIfFalse => Opcode::PopJumpIfTrue,
        Opcode::PopJumpIfTrue => Opcode::PopJumpIfFalse,
        Opcode::PopJumpIfNone => Opcode::PopJumpIfNotNone,
        Opcode::PopJumpIfNotNone => Opcode::PopJumpIfNone,
        Opcode::PopJumpIfZero => Opcode::PopJumpIfNonzero,
        Opcode::PopJumpIfNonzero => Opcode::PopJumpIfZero,
        other => other,
    }
}
