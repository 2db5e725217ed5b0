//! Shuffles of the stack (`flowgraph.c: swaptimize`, `apply_static_swaps`).
//!
//! ```text
//! SWAP 2 · SWAP 2 · SWAP 3                     →  NOP · NOP · SWAP 3
//! SWAP 2 · STORE_FAST a · STORE_FAST b         →  NOP · STORE_FAST b · STORE_FAST a
//! ```
//!
//! A run of swaps becomes the shortest run with the same effect; then a swap of values that are only
//! stored or popped becomes a swap of the stores.

use super::graph::Node;
use crate::Opcode;
use smallvec::SmallVec;

/// Optimizes all swaps of a block.
pub(super) fn optimize_swaps(nodes: &mut [Node]) {
    let mut index = 0;
    while index < nodes.len() {
        if nodes[index].opcode == Opcode::Swap {
            let run = shorten_run(&mut nodes[index..]);
            index += run - 1;
            apply_static_swaps(nodes, index);
        }
        index += 1;
    }
}

/// Rewrites the run of `SWAP`s and `NOP`s that `nodes` starts with; returns its length, or 1 if it
/// has one swap only and nothing was done.
fn shorten_run(nodes: &mut [Node]) -> usize {
    let length =
        nodes.iter().position(|node| !matches!(node.opcode, Opcode::Swap | Opcode::Nop)).unwrap_or(nodes.len());
    let run = &mut nodes[..length];
    let is_swap = |node: &&Node| node.opcode == Opcode::Swap;
    if run.iter().filter(is_swap).count() == 1 {
        return 1;
    }
    let depth = run.iter().filter(is_swap).map(position_of).max().unwrap_or(0) + 1;
    let mut stack: SmallVec<[usize; 16]> = (0..depth).collect();
    for swap in run.iter().filter(is_swap) {
        stack.swap(0, position_of(swap));
    }
    write_permutation(&mut stack, run);
    length
}

/// The place, counted from the top, that a swap exchanges with the top.
fn position_of(swap: &Node) -> usize {
    usize::try_from(swap.oparg - 1).unwrap_or(0)
}

/// Fills `run` from its end with the swaps that shuffle a stack into `stack`: one cycle of the
/// permutation after another, each through the top.
fn write_permutation(stack: &mut [usize], run: &mut [Node]) {
    const VISITED: usize = usize::MAX;
    let mut free = run.iter_mut().rev();
    for first in 0..stack.len() {
        if stack[first] == VISITED || stack[first] == first {
            continue;
        }
        let mut place = first;
        loop {
            if place != 0
                && let Some(node) = free.next()
            {
                let oparg = i32::try_from(place + 1).expect("a swap's depth came from an operand");
                node.set(Opcode::Swap, oparg);
            }
            if stack[place] == VISITED {
                break;
            }
            place = std::mem::replace(&mut stack[place], VISITED);
        }
    }
    free.for_each(Node::set_nop);
}

/// Replaces swaps at and before `index` by exchanging the instructions that take the values.
fn apply_static_swaps(nodes: &mut [Node], index: usize) {
    for index in (0..=index).rev() {
        let swap = nodes[index];
        if swap.opcode != Opcode::Swap {
            if swap.opcode == Opcode::Nop || is_swappable(&swap) {
                continue;
            }
            return;
        }
        let Some((first, second)) = swap_operands(nodes, index) else { return };
        if !may_exchange(&nodes[first..=second]) {
            return;
        }
        nodes[index].set_nop();
        nodes.swap(first, second);
    }
}

/// The instructions that take the two values which the swap at `index` exchanges.
fn swap_operands(nodes: &[Node], index: usize) -> Option<(usize, usize)> {
    let first = next_swappable(nodes, index, None)?;
    let line = Some(nodes[first].location.line).filter(|&line| line >= 0);
    let mut second = first;
    for _ in 1..nodes[index].oparg {
        second = next_swappable(nodes, second, line)?;
    }
    Some((first, second))
}

/// Whether the first and last of `nodes` may change places: no variable is stored twice.
fn may_exchange(nodes: &[Node]) -> bool {
    let [first, between @ .., last] = nodes else { return false };
    let (first, last) = (stored_local(first), stored_local(last));
    if first.is_none() && last.is_none() {
        return true;
    }
    first != last && between.iter().filter_map(stored_local).all(|local| Some(local) != first && Some(local) != last)
}

/// The next instruction that only takes the top of the stack, on `line` if that is given
/// (`next_swappable_instruction`).
fn next_swappable(nodes: &[Node], index: usize, line: Option<i32>) -> Option<usize> {
    for (place, node) in nodes.iter().enumerate().skip(index + 1) {
        if line.is_some_and(|line| node.location.line != line) {
            // A trace function could see which name is bound first.
            return None;
        }
        if node.opcode != Opcode::Nop {
            return is_swappable(node).then_some(place);
        }
    }
    None
}

/// `SWAPPABLE`: cannot jump, raise, or see the rest of the stack.
const fn is_swappable(node: &Node) -> bool {
    matches!(node.opcode, Opcode::StoreFast | Opcode::StoreFastMaybeNull | Opcode::PopTop)
}

/// `STORES_TO`
fn stored_local(node: &Node) -> Option<i32> {
    matches!(node.opcode, Opcode::StoreFast | Opcode::StoreFastMaybeNull).then_some(node.oparg)
}
