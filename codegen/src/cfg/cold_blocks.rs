//! Moves blocks that only exceptions reach to the end (`push_cold_blocks_to_end`).
//!
//! ```text
//! try: a          a · return · … · handler: b · jump back
//! except: b
//! ```
//!
//! After: the order of blocks is final, but for jumps that get a block of their own.

use super::graph::{BlockId, Graph};
use super::redundant_nops;
use crate::Opcode;
use pyclast_syntax::Location;

/// Moves cold blocks, in their order.
pub(super) fn push_to_end(graph: &mut Graph) {
    if graph.block(Graph::ENTRY).next.is_none() {
        return;
    }
    mark_warm(graph);
    mark_cold(graph);
    make_jumps_explicit(graph);
    let order: Vec<BlockId> = graph.order().collect();
    let (cold, warm): (Vec<_>, Vec<_>) = order.into_iter().partition(|&id| graph.block(id).cold);
    let moved = !cold.is_empty();
    let order: Vec<BlockId> = warm.into_iter().chain(cold).collect();
    for pair in order.windows(2) {
        graph.block_mut(pair[0]).next = Some(pair[1]);
    }
    if let Some(&last) = order.last() {
        graph.block_mut(last).next = None;
    }
    if moved {
        redundant_nops::remove_with_jumps(graph);
    }
}

/// Marks what is reached from the entry without an exception.
fn mark_warm(graph: &mut Graph) {
    let mut pending = vec![Graph::ENTRY];
    graph.block_mut(Graph::ENTRY).warm = true;
    while let Some(id) = pending.pop() {
        for successor in successors(graph, id) {
            if !std::mem::replace(&mut graph.block_mut(successor).warm, true) {
                pending.push(successor);
            }
        }
    }
}

/// Marks what is reached from handlers and is not warm.
fn mark_cold(graph: &mut Graph) {
    let mut pending: Vec<BlockId> = graph.order().filter(|&id| graph.block(id).except_handler).collect();
    for &id in &pending {
        graph.block_mut(id).cold = true;
    }
    while let Some(id) = pending.pop() {
        for successor in successors(graph, id) {
            let block = graph.block_mut(successor);
            if !block.warm && !std::mem::replace(&mut block.cold, true) {
                pending.push(successor);
            }
        }
    }
}

fn successors(graph: &Graph, id: BlockId) -> impl Iterator<Item = BlockId> + use<> {
    let block = graph.block(id);
    let jump = block.last().filter(|last| last.opcode.has_jump()).and_then(|last| last.target);
    let fallthrough = block.next.filter(|_| block.has_fallthrough());
    fallthrough.into_iter().chain(jump)
}

/// A cold block that falls into a warm one jumps there instead.
fn make_jumps_explicit(graph: &mut Graph) {
    graph.for_each(|graph, id| {
        let block = graph.block(id);
        let Some(next) = block.next.filter(|_| block.cold && block.has_fallthrough()) else { return };
        if !graph.block(next).warm {
            return;
        }
        graph.block_mut(next).labelled = true;
        let jump = graph.new_block();
        let block = graph.block_mut(jump);
        block.append(Opcode::JumpNoInterrupt, 0, Location::NONE, Some(next));
        block.cold = true;
        block.predecessors = 1;
        block.next = Some(next);
        graph.block_mut(id).next = Some(jump);
    });
}
