//! `JUMP_IF_FALSE`, `JUMP_IF_TRUE` → real instructions
//! (`flowgraph.c: convert_pseudo_conditional_jumps`).
//!
//! ```text
//! a and b       LOAD_NAME a · JUMP_IF_FALSE end  →  LOAD_NAME a · COPY 1 · TO_BOOL · POP_JUMP_IF_FALSE end
//! ```
//!
//! After: no pseudo conditional jump is left.

use super::graph::{Features, Graph, Node};
use crate::Opcode;

/// Converts every pseudo conditional jump.
#[inline(never)]
pub(super) fn convert_pseudo_conditional_jumps(graph: &mut Graph) {
    if !graph.features.has(Features::PSEUDO_CONDITIONAL_JUMPS) {
        return;
    }
    graph.for_each_block(|graph, block| {
        // Jumps are last in their block.
        let Some(jump) = graph.last_mut(block) else { return };
        jump.opcode = match jump.opcode {
            Opcode::JumpIfFalse => Opcode::PopJumpIfFalse,
            Opcode::JumpIfTrue => Opcode::PopJumpIfTrue,
            _ => return,
        };
        let added = Node { target: None, ..*jump };
        let index = graph.len(block) - 1;
        graph.insert(block, index, Node { opcode: Opcode::Copy, oparg: 1, ..added });
        graph.insert(block, index + 1, Node { opcode: Opcode::ToBool, oparg: 0, ..added });
    });
}
