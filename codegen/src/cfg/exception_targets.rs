//! Finds, for each instruction, the handler its exceptions go to
//! (`mark_except_handlers`, `label_exception_targets`).
//!
//! ```text
//! SETUP_FINALLY h · LOAD_NAME a · POP_BLOCK        a's handler is h; POP_BLOCK becomes NOP
//! ```
//!
//! After: `handler` is set on every reachable instruction; no `POP_BLOCK` is left; `RESUME` knows
//! whether only the generator's own handler surrounds it.

use super::graph::{BlockId, Graph};
use crate::Opcode;

/// `RESUME_OPARG_DEPTH1_MASK`
const RESUME_DEPTH_1: i32 = 4;

/// The handlers around a place, the innermost last.
type HandlerStack = Vec<BlockId>;

/// Labels every reachable instruction.
pub(super) fn label(graph: &mut Graph) {
    let mut visited = vec![false; graph.block_count()];
    let mut pending: Vec<(BlockId, HandlerStack)> = vec![(Graph::ENTRY, Vec::new())];
    visited[Graph::ENTRY.index()] = true;
    while let Some((id, mut handlers)) = pending.pop() {
        let mut visit = |target: BlockId, handlers: &HandlerStack| {
            if !std::mem::replace(&mut visited[target.index()], true) {
                pending.push((target, handlers.clone()));
            }
        };
        let mut yield_depth = 0;
        for index in 0..graph.block(id).len() {
            let instr = &mut graph.block_mut(id).instrs_mut()[index];
            let (opcode, target) = (instr.opcode, instr.target);
            if opcode.is_block_push() {
                let target = target.expect("a block push has a handler");
                visit(target, &handlers);
                handlers.push(target);
                let handler = graph.block_mut(target);
                handler.except_handler = true;
                handler.preserve_lasti |= matches!(opcode, Opcode::SetupWith | Opcode::SetupCleanup);
                continue;
            }
            if opcode == Opcode::PopBlock {
                handlers.pop();
                instr.set(Opcode::Nop);
                continue;
            }
            instr.handler = handlers.last().copied();
            match opcode {
                Opcode::YieldValue => yield_depth = handlers.len(),
                Opcode::Resume if instr.oparg != 0 && yield_depth == 1 => instr.oparg |= RESUME_DEPTH_1,
                Opcode::ReturnGenerator => instr.handler = None,
                _ => {}
            }
            if opcode.has_jump() {
                visit(target.expect("a jump has a target"), &handlers);
            }
        }
        let block = graph.block(id);
        if let Some(next) = block.next.filter(|_| block.has_fallthrough()) {
            visit(next, &handlers);
        }
    }
}
