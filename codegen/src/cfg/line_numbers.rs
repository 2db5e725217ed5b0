//! Gives artificial instructions the line they run on (`flowgraph.c: resolve_line_numbers`).
//!
//! ```text
//! block0: … · POP_JUMP_IF_FALSE block2 @3             POP_JUMP_IF_FALSE block3 @3
//! block1: CALL f @4                                   CALL f @4
//! block2: LOAD_CONST None @- · RETURN_VALUE @-    →   LOAD_CONST None @4 · RETURN_VALUE @4
//!                                                     block3: LOAD_CONST None @3 · RETURN_VALUE @3
//! ```
//!
//! An exit without line is reached from several lines: each jump gets a copy of its own.
//!
//! After: a location is missing only where several ways with different lines meet.

use super::graph::{Block, BlockId, Features, Graph};
use pyclast_syntax::Location;

/// Duplicates exits without line, then spreads locations forward.
pub(super) fn resolve_line_numbers(graph: &mut Graph) {
    if !graph.features.has(Features::LINELESS) {
        return;
    }
    let some_start_without_line = graph.starts_without_line();
    if some_start_without_line {
        duplicate_exits_without_line(graph);
    }
    propagate_locations(graph, some_start_without_line);
    if !graph.blocks_mut().iter().any(|block| block.features.has(Features::LINELESS)) {
        graph.features.remove(Features::LINELESS);
    }
}

/// `duplicate_exits_without_lineno`
fn duplicate_exits_without_line(graph: &mut Graph) {
    graph.for_each_block(|graph, block| {
        let Some(jump) = graph.last_jump(block) else { return };
        let location = jump.location;
        let Some(target) = graph.next_nonempty(jump.target) else { return };
        if graph[target].predecessors > 1 && is_exit_or_eval_check_without_line(graph, target) {
            let copy = graph.duplicate(target);
            graph.nodes_mut(copy)[0].location = location;
            graph[copy].predecessors = 1;
            graph[copy].labelled = true;
            graph[target].predecessors -= 1;
            // What a copy leads to has one more way in.
            graph.ways_changed |= !graph.exits_scope(copy);
            graph.last_mut(block).expect("the block ends in a jump").target = Some(copy);
        }
    });
    // What is left is reached by falling through only.
    graph.for_each_block(|graph, block| {
        let Some(next) = graph[block].next.filter(|&next| graph[next].features.has(Features::LINELESS)) else { return };
        if let Some(last) = graph.last(block).copied()
            && !last.ends_flow()
            && is_exit_or_eval_check_without_line(graph, next)
        {
            graph.nodes_mut(next)[0].location = last.location;
        }
    });
}

/// `is_exit_or_eval_check_without_lineno`
fn is_exit_or_eval_check_without_line(graph: &Graph, block: BlockId) -> bool {
    graph[block].features.has(Features::LINELESS)
        && graph.has_no_line(block)
        && (graph.exits_scope(block) || graph.nodes(block).iter().any(|node| node.opcode.has_eval_break()))
}

/// `propagate_line_numbers`; from block to block only if some start needs it.
fn propagate_locations(graph: &mut Graph, some_start_without_line: bool) {
    if !some_start_without_line {
        for block in (0..graph.block_count()).map(BlockId::new) {
            propagate_inside(graph, block);
        }
        return;
    }
    graph.for_each_block(|graph, block| {
        propagate_inside(graph, block);
        let Some(last) = graph.last(block).copied() else { return };
        let location = last.location;
        if let Some(next) = graph[block].next
            && !last.ends_flow()
        {
            propagate_into(graph, next, location);
        }
        if last.opcode.has_jump() {
            let mut target = last.target.expect("jumps have a target");
            while graph.len(target) == 0
                && graph[target].predecessors == 1
                && let Some(next) = graph[target].next
            {
                target = next;
            }
            propagate_into(graph, target, location);
        }
    });
}

/// Gives the instructions of a block the location of those before them.
#[inline]
fn propagate_inside(graph: &mut Graph, block: BlockId) {
    if !graph[block].features.has(Features::LINELESS) {
        return;
    }
    let nodes = graph.nodes_mut(block);
    let first = nodes.iter().position(|node| node.location.line < 0).unwrap_or(nodes.len());
    let mut some_stay = first == 0;
    for index in first.max(1)..nodes.len() {
        if nodes[index].location.line == Location::NONE.line {
            nodes[index].location = nodes[index - 1].location;
        }
        some_stay |= nodes[index].location.line < 0;
    }
    if !some_stay {
        graph[block].features.remove(Features::LINELESS);
    }
}

/// Gives the first instruction of a block with one way in the location of that way.
fn propagate_into(graph: &mut Graph, block: BlockId, location: Location) {
    let Block { predecessors, features, .. } = graph[block];
    if predecessors == 1
        && features.has(Features::LINELESS)
        && let Some(first) = graph.nodes_mut(block).first_mut()
        && first.location.line == Location::NONE.line
    {
        first.location = location;
    }
}
