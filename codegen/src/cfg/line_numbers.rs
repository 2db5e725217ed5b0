//! Gives instructions without a line one (`resolve_line_numbers`).
//!
//! ```text
//! if a:        the implicit `return None` is reached from line 1 and from line 2:
//!     b        it is copied, and each copy takes the line it is reached from
//! ```
//!
//! After: an exit without a line has one predecessor at most; lines are carried within blocks and
//! into blocks with one predecessor.

use super::graph::{Block, BlockId, Graph};

/// Resolves lines; run before and after the optimizations.
pub(super) fn resolve(graph: &mut Graph) {
    duplicate_exits_without_line(graph);
    propagate(graph);
}

/// `duplicate_exits_without_lineno`
fn duplicate_exits_without_line(graph: &mut Graph) {
    graph.for_each(|graph, id| {
        let Some(&last) = graph.block(id).last().filter(|last| last.opcode.has_jump()) else { return };
        let Some(target) = graph.nonempty(last.target) else { return };
        if is_exit_or_eval_check_without_line(graph.block(target)) && graph.block(target).predecessors > 1 {
            let copy = copy_after(graph, target);
            if let Some(first) = graph.block_mut(copy).instrs_mut().first_mut() {
                first.location = last.location;
            }
            if let Some(jump) = graph.block_mut(id).last_mut() {
                jump.target = Some(copy);
            }
        }
    });
    // What is left is reached by falling through, from one predecessor.
    graph.for_each(|graph, id| {
        let block = graph.block(id);
        let Some(next) = block.next.filter(|_| block.has_fallthrough()) else { return };
        let Some(&last) = block.last() else { return };
        if is_exit_or_eval_check_without_line(graph.block(next))
            && let Some(first) = graph.block_mut(next).instrs_mut().first_mut()
        {
            first.location = last.location;
        }
    });
}

/// Puts a copy of a block behind it; the copy has one predecessor more, the block one less.
fn copy_after(graph: &mut Graph, id: BlockId) -> BlockId {
    let copy = graph.new_block();
    graph.append_instrs(copy, id);
    let next = graph.block(id).next;
    let copied = graph.block_mut(copy);
    copied.predecessors = 1;
    copied.labelled = true;
    copied.next = next;
    let block = graph.block_mut(id);
    block.next = Some(copy);
    block.predecessors -= 1;
    copy
}

/// Without a line, and either leaves the code object or may run signal handlers.
fn is_exit_or_eval_check_without_line(block: &Block) -> bool {
    let eval_check = || block.instrs().iter().any(|instr| instr.opcode.has_eval_break());
    (block.exits_scope() || eval_check()) && block.has_no_line()
}

/// `propagate_line_numbers`
fn propagate(graph: &mut Graph) {
    graph.for_each(|graph, id| {
        let mut previous = pyclast_syntax::Location::NONE;
        for instr in graph.block_mut(id).instrs_mut() {
            if instr.is_artificial() {
                instr.location = previous;
            } else {
                previous = instr.location;
            }
        }
        let block = graph.block(id);
        let Some(&last) = block.last() else { return };
        let fallthrough = block.next.filter(|_| block.has_fallthrough());
        let jump = last.target.filter(|_| last.opcode.has_jump());
        for successor in fallthrough.into_iter().chain(jump) {
            let successor = graph.block_mut(successor);
            if successor.predecessors == 1
                && let Some(first) = successor.instrs_mut().first_mut()
                && first.is_artificial()
            {
                first.location = previous;
            }
        }
    });
}
