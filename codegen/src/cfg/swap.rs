//! Shortens runs of SWAPs, and exchanges stores instead of values (`swaptimize`,
//! `apply_static_swaps`).
//!
//! ```text
//! SWAP 2 · STORE_FAST a · STORE_FAST b     →     NOP · STORE_FAST b · STORE_FAST a
//! ```

use super::graph::{BlockId, Graph, Instr};
use crate::Opcode;

/// Optimizes the SWAPs of a block.
pub(super) fn optimize(graph: &mut Graph, id: BlockId) {
    let instrs = graph.block_mut(id).instrs_mut();
    let mut index = 0;
    while index < instrs.len() {
        if instrs[index].opcode == Opcode::Swap {
            index = shorten_run(instrs, index);
            apply_static_swaps(instrs, index);
        }
        index += 1;
    }
}

/// Replaces a run of SWAPs and NOPs by an optimal one; gives its last index (`swaptimize`).
fn shorten_run(instrs: &mut [Instr], start: usize) -> usize {
    let run = instrs[start..].iter().take_while(|it| matches!(it.opcode, Opcode::Swap | Opcode::Nop)).count();
    let run = &mut instrs[start..start + run];
    let swaps = || run.iter().filter(|instr| instr.opcode == Opcode::Swap);
    if swaps().count() < 2 {
        // One SWAP cannot be shortened; CPython goes on behind it.
        return start;
    }
    let depth = swaps().map(operand).max().unwrap_or(0);
    // Where each value of the stack comes from, the top first.
    let mut stack: Vec<Option<usize>> = (0..depth).map(Some).collect();
    swaps().for_each(|swap| stack.swap(0, operand(swap) - 1));
    // Un-shuffling in reverse shuffles: each cycle is written from the end of the run.
    let mut rest = run.len();
    for first in 0..depth {
        if stack[first].is_none() || stack[first] == Some(first) {
            continue;
        }
        let mut place = first;
        loop {
            if place > 0 {
                rest -= 1;
                run[rest].set_arg(Opcode::Swap, i32::try_from(place + 1).expect("a run swaps few values"));
            }
            match stack[place].take() {
                Some(next) => place = next,
                None => break,
            }
        }
    }
    run[..rest].iter_mut().for_each(|instr| instr.set(Opcode::Nop));
    start + run.len() - 1
}

/// Walks back from `index`, replacing each SWAP by exchanging the stores behind it.
fn apply_static_swaps(instrs: &mut [Instr], index: usize) {
    for place in (0..=index).rev() {
        let swap = instrs[place];
        if swap.opcode != Opcode::Swap {
            if swap.opcode == Opcode::Nop || is_swappable(swap.opcode) {
                continue;
            }
            return;
        }
        let Some((first, second)) = stores_to_exchange(instrs, place, operand(&swap)) else { return };
        instrs[place].set(Opcode::Nop);
        instrs.swap(first, second);
    }
}

/// The two instructions that take the values a SWAP of `depth` exchanges, if they can be exchanged
/// instead: on one line, and no store in between to the same locals.
fn stores_to_exchange(instrs: &[Instr], swap: usize, depth: usize) -> Option<(usize, usize)> {
    let first = next_swappable(instrs, swap, None)?;
    let line = Some(instrs[first].location.line).filter(|&line| line >= 0);
    let mut second = first;
    for _ in 1..depth {
        second = next_swappable(instrs, second, line)?;
    }
    let stored = [stored_local(&instrs[first]), stored_local(&instrs[second])];
    if stored.iter().any(Option::is_some) {
        let conflict = |instr: &Instr| stored_local(instr).is_some_and(|local| stored.contains(&Some(local)));
        if stored[0] == stored[1] || instrs[first + 1..second].iter().any(conflict) {
            return None;
        }
    }
    Some((first, second))
}

/// The next instruction that only takes the top of the stack (`next_swappable_instruction`).
fn next_swappable(instrs: &[Instr], from: usize, line: Option<i32>) -> Option<usize> {
    for (index, instr) in instrs.iter().enumerate().skip(from + 1) {
        if line.is_some_and(|line| instr.location.line != line) {
            return None;
        }
        if instr.opcode != Opcode::Nop {
            return is_swappable(instr.opcode).then_some(index);
        }
    }
    None
}

/// Neither jumps, raises nor runs code (finalizers apart), and takes the top of the stack.
const fn is_swappable(opcode: Opcode) -> bool {
    matches!(opcode, Opcode::StoreFast | Opcode::StoreFastMaybeNull | Opcode::PopTop)
}

fn stored_local(instr: &Instr) -> Option<i32> {
    matches!(instr.opcode, Opcode::StoreFast | Opcode::StoreFastMaybeNull).then_some(instr.oparg)
}

fn operand(instr: &Instr) -> usize {
    usize::try_from(instr.oparg).expect("operands of SWAP are positive")
}
