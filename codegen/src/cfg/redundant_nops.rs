//! Removes instructions that do nothing and show nothing (`flowgraph.c: remove_redundant_nops`,
//! `remove_redundant_nops_and_pairs`).
//!
//! ```text
//! NOP @3 · LOAD_NAME x @3              →  LOAD_NAME x @3
//! LOAD_SMALL_INT 1 @3 · POP_TOP @3     →  NOP @3 · NOP @3
//! NOP @4 · NOP @5                      stays: a debugger stops on both lines
//! ```
//!
//! After: each `NOP` is the only instruction of its line around it.

use super::graph::{BlockId, Features, Graph, Node};
use crate::Opcode;
use pyclast_syntax::Location;

const NO_LINE: i32 = Location::NONE.line;

/// Removes redundant `NOP`s of every block.
pub(super) fn remove_redundant_nops(graph: &mut Graph) {
    if !graph.has_nops {
        return;
    }
    let mut some_stay = false;
    graph.for_each_block(|graph, block| some_stay |= remove_nops_of_block(graph, block));
    graph.has_nops = some_stay;
}

/// Whether some stay (`basicblock_remove_redundant_nops`).
#[inline]
fn remove_nops_of_block(graph: &mut Graph, block: BlockId) -> bool {
    if !graph[block].has_nops {
        return false;
    }
    let some_stay = remove_nops(graph, block);
    graph[block].has_nops = some_stay;
    some_stay
}

#[inline(never)]
fn remove_nops(graph: &mut Graph, block: BlockId) -> bool {
    let Some(first) = graph.nodes(block).iter().position(|node| node.opcode == Opcode::Nop) else {
        return false;
    };
    // Only a `NOP` at the end asks for it.
    let ends_in_nop = graph.last(block).is_some_and(|last| last.opcode == Opcode::Nop);
    let line_after = if ends_in_nop { next_line(graph, block) } else { None };
    let nodes = graph.nodes_mut(block);
    let mut some_stay = false;
    let (mut kept, mut index) = (first, first);
    while let Some(&nop) = nodes.get(index) {
        let line = nop.location.line;
        let previous_line = kept.checked_sub(1).map_or(NO_LINE, |before| nodes[before].location.line);
        let shows_nothing = line < 0 || line == previous_line;
        index += 1;
        let goes = match nodes.get_mut(index) {
            _ if shows_nothing => true,
            None => line_after == Some(line),
            Some(next) if next.location.line == line => true,
            Some(next) if next.location.line < 0 => {
                next.location = nop.location;
                true
            }
            Some(_) => false,
        };
        if !goes {
            nodes[kept] = nop;
            kept += 1;
            some_stay = true;
        }
        // What follows it up to the next one moves down.
        while let Some(&node) = nodes.get(index)
            && node.opcode != Opcode::Nop
        {
            nodes[kept] = node;
            kept += 1;
            index += 1;
        }
    }
    graph.truncate(block, kept);
    some_stay
}

/// The line of the first instruction that stays after a block.
fn next_line(graph: &Graph, block: BlockId) -> Option<i32> {
    let next = graph.next_nonempty(graph[block].next)?;
    let stays = |line: i32, opcode| opcode != Opcode::Nop || line >= 0;
    let first = graph.nodes(next).iter().find(|node| stays(node.location.line, node.opcode));
    Some(first.map_or(NO_LINE, |node| node.location.line))
}

/// Removes values that are made only to be popped, until there are none
/// (`remove_redundant_nops_and_pairs`).
#[inline(never)]
pub(super) fn remove_redundant_nops_and_pairs(graph: &mut Graph) {
    let mut changed = true;
    while changed {
        changed = false;
        graph.has_nops = false;
        // The instruction before the one looked at, if control can only come from there.
        let mut previous: Option<(BlockId, usize)> = None;
        graph.for_each_block(|graph, block| {
            graph.has_nops |= remove_nops_of_block(graph, block);
            if graph[block].labelled {
                previous = None;
            }
            if let (Some((before, place)), Some(first)) = (previous, graph.nodes(block).first())
                && first.opcode == Opcode::PopTop
                && is_unneeded_push(&graph.nodes(before)[place])
            {
                graph.nodes_mut(before)[place].set_nop();
                graph.note_nop(before);
                graph.nodes_mut(block)[0].set_nop();
                graph.note_nop(block);
                changed = true;
            }
            if graph[block].features.has(Features::POPS) && remove_pairs(graph.nodes_mut(block)) {
                graph.note_nop(block);
                changed = true;
            }
            previous = graph.len(block).checked_sub(1).map(|last| (block, last)).or(previous);
            if graph.last_jump(block).is_some() || !graph.falls_through(block) {
                previous = None;
            }
        });
    }
}

/// Turns pushes and the pops right after them into `NOP`s; whether there were any.
fn remove_pairs(nodes: &mut [Node]) -> bool {
    let mut changed = false;
    for index in 1..nodes.len() {
        // Either is frequent, both are rare.
        if (nodes[index].opcode == Opcode::PopTop) & is_unneeded_push(&nodes[index - 1]) {
            nodes[index - 1].set_nop();
            nodes[index].set_nop();
            changed = true;
        }
    }
    changed
}

/// Whether a value is made that only a `POP_TOP` could notice.
#[expect(clippy::needless_bitwise_bool, reason = "what is cheap to ask is asked without a branch")]
fn is_unneeded_push(push: &Node) -> bool {
    push.loads_constant() | ((push.opcode == Opcode::Copy) & (push.oparg == 1))
}
