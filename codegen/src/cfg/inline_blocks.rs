//! Copies small final blocks to where they are jumped to (`inline_small_or_no_lineno_blocks`).
//!
//! ```text
//! JUMP b … b: LOAD_CONST None · RETURN_VALUE     →     NOP · LOAD_CONST None · RETURN_VALUE
//! ```
//!
//! After: no unconditional jump leads to a block of up to four instructions that leaves the code
//! object, nor to one without lines that does not fall through.

use super::graph::{BlockId, Graph};
use crate::Opcode;

/// `MAX_COPY_SIZE`
const MAX_COPY_SIZE: usize = 4;

/// Inlines until nothing changes; every change removes a jump, so it ends.
pub(super) fn inline(graph: &mut Graph) {
    loop {
        let mut changed = false;
        graph.for_each(|graph, id| changed |= inline_into(graph, id));
        if !changed {
            return;
        }
    }
}

/// Replaces the jump that ends a block by what it leads to.
fn inline_into(graph: &mut Graph, id: BlockId) -> bool {
    let Some(&last) = graph.block(id).last().filter(|last| last.opcode.is_unconditional_jump()) else {
        return false;
    };
    let target = last.target.expect("a jump has a target");
    let block = graph.block(target);
    let small_exit = block.exits_scope() && block.len() <= MAX_COPY_SIZE;
    let no_line_no_fallthrough = block.has_no_line() && !block.has_fallthrough();
    if target == id || !(small_exit || no_line_no_fallthrough) {
        return false;
    }
    if let Some(last) = graph.block_mut(id).last_mut() {
        last.set(Opcode::Nop);
    }
    graph.append_instrs(id, target);
    if no_line_no_fallthrough
        && last.opcode == Opcode::Jump
        && let Some(new_last) = graph.block_mut(id).last_mut()
        && new_last.opcode.is_unconditional_jump()
    {
        // The way round a loop must stay interruptible.
        new_last.opcode = Opcode::Jump;
    }
    graph.block_mut(target).predecessors -= 1;
    true
}
