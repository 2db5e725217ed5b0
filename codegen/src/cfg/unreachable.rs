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

use super::graph::{BlockId, Graph};

/// Removes what cannot run.
pub(super) fn remove_unreachable_blocks(graph: &mut Graph) {
    let mut work = graph.start_visit();
    graph.for_each_block(|graph, block| graph[block].predecessors = 0);
    graph[BlockId::ENTRY].predecessors = 1;
    graph.visit(&mut work, BlockId::ENTRY);
    while let Some(block) = work.pop() {
        if let Some(next) = graph.fall_through(block) {
            graph[next].predecessors += 1;
            graph.visit(&mut work, next);
        }
        let len = graph.len(block);
        let first = if graph[block].pushes_handler { 0 } else { len.saturating_sub(1) };
        for index in first..len {
            if let Some(target) = graph.nodes(block)[index].destination() {
                graph[target].predecessors += 1;
                graph.visit(&mut work, target);
            }
        }
    }
    graph.finish_visit(work);
    graph.for_each_block(|graph, block| {
        if graph[block].predecessors == 0 {
            graph.truncate(block, 0);
            graph[block].except_handler = false;
        }
    });
}
