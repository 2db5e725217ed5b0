//! Conditional jumps go forward only, and the way not taken is marked for monitoring
//! (`normalize_jumps`).
//!
//! ```text
//! POP_JUMP_IF_TRUE ahead        →   POP_JUMP_IF_TRUE ahead · NOT_TAKEN
//! POP_JUMP_IF_TRUE back         →   POP_JUMP_IF_FALSE next · [NOT_TAKEN · JUMP back] · next:
//! ```

use super::graph::Graph;
use crate::Opcode;

/// Normalizes every conditional jump.
pub(super) fn normalize(graph: &mut Graph) {
    let mut visited = vec![false; graph.block_count()];
    graph.for_each(|graph, id| {
        if let Some(seen) = visited.get_mut(id.index()) {
            *seen = true;
        }
        let Some(&last) = graph.block(id).last().filter(|last| last.opcode.is_conditional_jump()) else { return };
        let target = last.target.expect("a jump has a target");
        let is_backward = visited.get(target.index()) == Some(&true);
        if !is_backward {
            graph.block_mut(id).append(Opcode::NotTaken, 0, last.location, None);
            return;
        }
        let way_back = graph.new_block();
        let (start_depth, next, cold) = (graph.block(target).start_depth, graph.block(id).next, graph.block(id).cold);
        let block = graph.block_mut(way_back);
        block.append(Opcode::NotTaken, 0, last.location, None);
        block.append(Opcode::Jump, 0, last.location, Some(target));
        block.start_depth = start_depth;
        block.cold = cold;
        block.next = next;
        let block = graph.block_mut(id);
        block.next = Some(way_back);
        if let Some(jump) = block.last_mut() {
            jump.opcode = reversed(jump.opcode);
            jump.target = next;
        }
    });
}

const fn reversed(opcode: Opcode) -> Opcode {
    match opcode {
        Opcode::PopJumpIfFalse => Opcode::PopJumpIfTrue,
        Opcode::PopJumpIfTrue => Opcode::PopJumpIfFalse,
        Opcode::PopJumpIfNone => Opcode::PopJumpIfNotNone,
        Opcode::PopJumpIfNotNone => Opcode::PopJumpIfNone,
        other => other,
    }
}
