//! Empties blocks that nothing reaches and counts the ways into the others
//! (`flowgraph.c: remove_unreachable`).
//!
//! ```text
//! block0: RAISE_VARARGS 1       block0: RAISE_VARARGS 1      predecessors 1
//! block1: LOAD_NAME x       →   block1: (empty)              predecessors 0
//! ```
//!
//! Emptied blocks stay in order: a block that is never non-empty again still separates its neighbours.
//!
//! After: `predecessors` counts fall-throughs, jumps and block pushes; the entry has one more.

use super::graph::{BlockId, Features, Graph};

/// Removes what has become unreachable.
pub(super) fn remove_newly_unreachable_blocks(graph: &mut Graph) {
    if graph.ways_changed {
        remove_unreachable_blocks(graph);
    }
}

/// Removes what cannot run.
#[inline(never)]
pub(super) fn remove_unreachable_blocks(graph: &mut Graph) {
    let mut work = graph.start_visit();
    for block in graph.blocks_mut() {
        block.predecessors = 0;
    }
    graph[BlockId::ENTRY].predecessors = 1;
    graph.visit(&mut work, BlockId::ENTRY);
    while let Some(block) = work.pop() {
        let last = graph.last(block).copied();
        if let Some(next) = graph[block].next
            && !last.is_some_and(|last| last.ends_flow())
        {
            reach(graph, next, &mut work);
        }
        if graph[block].features.has(Features::BLOCK_PUSHES) {
            for index in 0..graph.len(block).saturating_sub(1) {
                if let Some(target) = graph.nodes(block)[index].destination() {
                    reach(graph, target, &mut work);
                }
            }
        }
        if let Some(target) = last.and_then(|last| last.destination()) {
            reach(graph, target, &mut work);
        }
    }
    graph.finish_visit(work);
    graph.ways_changed = false;
    for block in graph.blocks_mut() {
        if block.predecessors == 0 {
            block.empty();
            block.except_handler = false;
        }
    }
}

fn reach(graph: &mut Graph, block: BlockId, work: &mut Vec<BlockId>) {
    graph[block].predecessors += 1;
    graph.visit(work, block);
}
