//! `JUMP_IF_*`, which leave the value they test, in terms of opcodes that exist
//! (`convert_pseudo_conditional_jumps`).
//!
//! ```text
//! JUMP_IF_FALSE a      →      COPY 1 · TO_BOOL · POP_JUMP_IF_FALSE a
//! ```

use super::graph::{Graph, Instr};
use crate::Opcode;

/// Expands every pseudo conditional jump.
pub(super) fn convert(graph: &mut Graph) {
    graph.for_each(|graph, id| {
        let block = graph.block_mut(id);
        let Some(jump) = block.last_mut() else { return };
        jump.opcode = match jump.opcode {
            Opcode::JumpIfFalse => Opcode::PopJumpIfFalse,
            Opcode::JumpIfTrue => Opcode::PopJumpIfTrue,
            _ => return,
        };
        let (location, handler) = (jump.location, jump.handler);
        let before = |opcode, oparg| Instr { handler, ..Instr::new(opcode, oparg, location) };
        let end = block.len() - 1;
        block.insert(end, before(Opcode::Copy, 1));
        block.insert(end + 1, before(Opcode::ToBool, 0));
    });
}
