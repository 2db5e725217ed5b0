//! Empties blocks that nothing leads to, and counts what leads to the others
//! (`remove_unreachable`).
//!
//! After: `predecessors` is exact; unreachable blocks are empty, still in the order.

use super::graph::{BlockId, Graph};

/// Removes what cannot be reached.
pub(super) fn remove(graph: &mut Graph) {
    for block in graph.blocks_mut() {
        block.predecessors = 0;
    }
    let mut visited = vec![false; graph.block_count()];
    let mut pending = vec![Graph::ENTRY];
    visited[Graph::ENTRY.index()] = true;
    graph.block_mut(Graph::ENTRY).predecessors = 1;
    while let Some(id) = pending.pop() {
        let mut reach = |graph: &mut Graph, target: BlockId| {
            if !std::mem::replace(&mut visited[target.index()], true) {
                pending.push(target);
            }
            graph.block_mut(target).predecessors += 1;
        };
        let block = graph.block(id);
        if let Some(next) = block.next.filter(|_| block.has_fallthrough()) {
            reach(graph, next);
        }
        for index in 0..graph.block(id).len() {
            let instr = graph.block(id).instrs()[index];
            if let Some(target) = instr.target.filter(|_| instr.opcode.has_target()) {
                reach(graph, target);
            }
        }
    }
    graph.for_each(|graph, id| {
        let block = graph.block_mut(id);
        if block.predecessors == 0 {
            block.truncate(0);
            block.except_handler = false;
        }
    });
}
