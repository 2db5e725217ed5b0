//! Jumps to jumps (`flowgraph.c: jump_thread` and the jumps of `optimize_basic_block`).
//!
//! ```text
//! block0: … · POP_JUMP_IF_FALSE block3        block0: … · NOP · POP_JUMP_IF_FALSE block5
//! block3: JUMP block5                    →    (block3 as before)
//! ```
//!
//! The old jump stays as a `NOP` for its line; the new one has the location of the jump it replaces,
//! and the handler of the slot it lands in.

use super::graph::{BlockId, Graph};
use crate::Opcode;

/// Threads the jump that ends a block. Whether the block's jump must be looked at again.
pub(super) fn thread_jump(graph: &mut Graph, block: BlockId) -> bool {
    let Some(&jump) = graph.last_jump(block) else { return false };
    let target = jump.target.expect("jumps have a target");
    let Some(&next) = graph.nodes(target).first() else { return false };
    let opcode = match (jump.opcode, next.opcode) {
        (
            Opcode::PopJumpIfNotNone
            | Opcode::PopJumpIfNone
            | Opcode::PopJumpIfFalse
            | Opcode::PopJumpIfTrue
            | Opcode::JumpIfFalse
            | Opcode::JumpIfTrue
            | Opcode::Jump
            | Opcode::JumpNoInterrupt,
            Opcode::Jump,
        ) => {
            // A thread through an interruptible jump stays interruptible.
            if jump.opcode == Opcode::JumpNoInterrupt { Opcode::Jump } else { jump.opcode }
        }
        (Opcode::Jump | Opcode::JumpNoInterrupt, Opcode::JumpNoInterrupt) => jump.opcode,
        (Opcode::JumpIfFalse, Opcode::JumpIfFalse) | (Opcode::JumpIfTrue, Opcode::JumpIfTrue) => jump.opcode,
        (Opcode::JumpIfFalse, Opcode::JumpIfTrue) | (Opcode::JumpIfTrue, Opcode::JumpIfFalse) => {
            // The second test fails whenever the first jumps.
            let after = graph[target].next.expect("a conditional jump is followed by a block");
            graph.last_mut(block).expect("the block ends in a jump").target = Some(after);
            graph.ways_changed = true;
            return true;
        }
        _ => return false,
    };
    // bpo-45773: a jump to itself would be threaded for ever.
    if next.target == Some(target) {
        return false;
    }
    graph.last_mut(block).expect("the block ends in a jump").set_nop();
    let destination = next.target.expect("jumps have a target");
    graph.append_jump(block, opcode, destination, next.location);
    graph.ways_changed = true;
    true
}
