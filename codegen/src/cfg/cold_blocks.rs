//! Moves code that runs only after an exception to the end (`flowgraph.c: push_cold_blocks_to_end`).
//!
//! ```text
//! block0 (warm) · block1 (handler) · block2 (warm)   →   block0 · block2 · block1 · JUMP block2
//! ```
//!
//! Warm is what the entry reaches without exceptions; cold is what handlers reach besides. Where a
//! cold block falls into a warm one it gets a jump first.
//!
//! After: no warm block follows a cold one.

use super::graph::{BlockId, Features, Graph};
use super::redundant_jumps::remove_redundant_nops_and_jumps;
use crate::Opcode;
use pyclast_syntax::Location;

/// Reorders the blocks.
#[inline(never)]
pub(super) fn push_cold_blocks_to_end(graph: &mut Graph) {
    if !graph.features.has(Features::BLOCK_PUSHES) || graph[BlockId::ENTRY].next.is_none() {
        return;
    }
    mark_warm(graph);
    mark_cold(graph);
    add_explicit_jumps(graph);
    if move_cold_blocks(graph) {
        remove_redundant_nops_and_jumps(graph);
    }
}

fn mark_warm(graph: &mut Graph) {
    let mut work = graph.start_visit();
    graph.visit(&mut work, BlockId::ENTRY);
    while let Some(block) = work.pop() {
        graph[block].warm = true;
        for successor in successors(graph, block) {
            graph.visit(&mut work, successor);
        }
    }
    graph.finish_visit(work);
}

fn mark_cold(graph: &mut Graph) {
    let mut work = graph.start_visit();
    graph.for_each_block(|graph, block| {
        if graph[block].except_handler {
            graph.visit(&mut work, block);
        }
    });
    while let Some(block) = work.pop() {
        graph[block].cold = true;
        for successor in successors(graph, block) {
            if !graph[successor].warm {
                graph.visit(&mut work, successor);
            }
        }
    }
    graph.finish_visit(work);
}

/// Where control goes from a block without exceptions.
fn successors(graph: &Graph, block: BlockId) -> impl Iterator<Item = BlockId> + use<> {
    let next = graph.fall_through(block);
    next.into_iter().chain(graph.last_jump(block).and_then(|jump| jump.target))
}

/// Gives each cold block that falls into a warm one a jump to it.
fn add_explicit_jumps(graph: &mut Graph) {
    graph.for_each_block(|graph, block| {
        let Some(next) = graph.fall_through(block) else { return };
        if graph[block].cold && graph[next].warm {
            graph[next].labelled = true;
            let jump = graph.new_block();
            graph.append_jump(jump, Opcode::JumpNoInterrupt, next, Location::NONE);
            graph[jump].cold = true;
            graph[jump].predecessors = 1;
            graph.place_after(block, jump);
        }
    });
}

/// Links the runs of cold blocks, in their order, after the last other block. Whether there were any.
fn move_cold_blocks(graph: &mut Graph) -> bool {
    let mut first_cold = None;
    let mut last_cold: Option<BlockId> = None;
    let mut last_other = BlockId::ENTRY;
    let mut cursor = graph[BlockId::ENTRY].next;
    while let Some(block) = cursor {
        cursor = graph[block].next;
        if graph[block].cold {
            match last_cold {
                Some(last) => graph[last].next = Some(block),
                None => first_cold = Some(block),
            }
            last_cold = Some(block);
            graph[last_other].next = cursor;
        } else {
            last_other = block;
        }
    }
    if let Some(last) = last_cold {
        graph[last].next = None;
        graph[last_other].next = first_cold;
    }
    last_cold.is_some()
}
