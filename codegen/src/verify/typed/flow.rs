//! Follows every path through the code, those of exceptions included, until nothing new is learned.
//!
//! ```text
//! for x in l: t = t + x.n        the state at the loop's head holds for the first pass and all others
//! try: t = f() …                 a handler may start from the state before each instruction it covers
//! ```
//!
//! Invariant: a state that is recorded for a block holds on all paths that have reached it.

use super::Prover;
use super::state::State;
use super::step::{Outcome, Step};
use super::value::Value;
use crate::Opcode;
use crate::verify::flow::{block_starts, never_raises};
use crate::verify::instructions::{falls_through, jumps};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// What is known where blocks start, and which are to be followed.
struct Blocks {
    /// By instruction: the number of the block that starts there.
    numbers: Vec<u32>,
    /// By block: the state at its start, once reached.
    states: Vec<Option<State>>,
    /// The blocks with a new state, the first in the code first.
    pending: BinaryHeap<Reverse<u32>>,
    is_pending: Vec<bool>,
    /// By block: its first instruction.
    starts: Vec<usize>,
}

const NO_BLOCK: u32 = u32::MAX;

impl Blocks {
    fn new(starts_block: &[bool]) -> Self {
        let mut numbers = vec![NO_BLOCK; starts_block.len()];
        let mut starts = Vec::new();
        for (index, number) in numbers.iter_mut().enumerate() {
            if index == 0 || starts_block[index] {
                *number = u32::try_from(starts.len()).unwrap_or(NO_BLOCK);
                starts.push(index);
            }
        }
        let count = starts.len();
        Self { numbers, states: vec![None; count], pending: BinaryHeap::new(), is_pending: vec![false; count], starts }
    }

    fn reach(&mut self, index: usize, state: &State, prover: &Prover<'_>) {
        let number = self.numbers[index] as usize;
        let is_new = match &mut self.states[number] {
            Some(known) => known.merge(state, prover.world),
            place => {
                *place = Some(state.clone());
                true
            }
        };
        if is_new && !self.is_pending[number] {
            self.is_pending[number] = true;
            self.pending.push(Reverse(self.numbers[index]));
        }
    }
}

/// Proves every instruction that can be reached; or gives one that is not sound, and why.
pub(super) fn check(prover: &mut Prover<'_>, entry: &State) -> Result<(), (usize, String)> {
    let mut blocks = Blocks::new(&block_starts(prover.program, prover.handlers));
    blocks.reach(0, entry, prover);
    while let Some(Reverse(number)) = blocks.pending.pop() {
        let number = number as usize;
        blocks.is_pending[number] = false;
        if let Some(state) = blocks.states[number].clone() {
            let start = blocks.starts[number];
            follow(prover, &mut blocks, start, state)?;
        }
    }
    Ok(())
}

/// Follows a block to its end.
fn follow(prover: &mut Prover<'_>, blocks: &mut Blocks, start: usize, mut state: State) -> Result<(), (usize, String)> {
    let mut index = start;
    let mut seen_by = None;
    loop {
        let instruction = prover.program.instructions[index];
        raise(prover, blocks, index, &mut state, &mut seen_by);
        let depth = state.stack.len();
        let outcome = Step { prover, state: &mut state, index, instruction, depth }.apply();
        let outcome = outcome.map_err(|reason| (index, reason))?;
        if outcome.diverges {
            return Ok(());
        }
        let next = index + 1;
        let goes_on = falls_through(instruction.opcode);
        if let Some(target) = instruction.target.filter(|_| jumps(instruction.opcode)) {
            branch(prover, blocks, target, &state, &outcome);
            if let Some(test) = outcome.test {
                test.tell(&mut state, false);
            }
        }
        if !goes_on {
            return Ok(());
        }
        if blocks.numbers[next] != NO_BLOCK {
            blocks.reach(next, &state, prover);
            return Ok(());
        }
        index = next;
    }
}

/// The state after a jump goes to its target.
fn branch(prover: &Prover<'_>, blocks: &mut Blocks, target: usize, state: &State, outcome: &Outcome) {
    let mut state = state.clone();
    if let Some(test) = outcome.test {
        test.tell(&mut state, true);
    }
    if let (Some(top), Some(value)) = (state.stack.last_mut(), outcome.jump_top) {
        *top = value;
    }
    blocks.reach(target, &state, prover);
}

/// The state before an instruction goes to the handler that covers it, if it is not the one it has seen already.
fn raise(prover: &Prover<'_>, blocks: &mut Blocks, index: usize, state: &mut State, seen_by: &mut Option<u32>) {
    let Some(number) = prover.handlers.by_instruction[index] else { return };
    let entry = prover.handlers.entries[number as usize];
    let opcode = prover.program.instructions[index].opcode;
    if never_raises(opcode) || matches!(opcode, Opcode::LoadLocal | Opcode::StoreLocal | Opcode::PrimitiveLoadConst) {
        return;
    }
    let depth = entry.depth as usize;
    if *seen_by == Some(number) && state.lowest >= depth {
        return;
    }
    *seen_by = Some(number);
    state.lowest = usize::MAX;
    let mut stack = Vec::with_capacity(depth + 2);
    stack.extend_from_slice(&state.stack[..depth.min(state.stack.len())]);
    stack.resize(depth + 1 + usize::from(entry.lasti), Value::ANY);
    let at_handler = State { stack, locals: state.locals.clone(), lowest: 0 };
    blocks.reach(entry.target, &at_handler, prover);
}
