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
use super::step::Step;
use super::value::{Kind, Test, Value};
use crate::Opcode;
use crate::verify::blocks::Reached;
use crate::verify::instructions::{ENDS, NEVER_RAISES, does};
use std::ops::Range;

/// Proves every instruction that can be reached; or gives one that is not sound, and why.
pub(super) fn check(prover: &mut Prover<'_>, entry: State) -> Result<(), (usize, String)> {
    let mut flow = Flow { reached: Reached::new(prover.blocks), branched: State::default() };
    // Memory for the state that is followed, used for one block after the other.
    let mut state = State::default();
    flow.reached.states[0] = Some(entry);
    flow.reached.note(0);
    while let Some(block) = flow.reached.take() {
        if let Some(known) = &flow.reached.states[block] {
            state.clone_from(known);
            flow.follow(prover, prover.blocks.range(block), &mut state)?;
        }
    }
    Ok(())
}

struct Flow {
    reached: Reached<State>,
    /// Memory for the state that goes to the target of a jump.
    branched: State,
}

impl Flow {
    /// Follows a block to its end.
    fn follow(
        &mut self,
        prover: &mut Prover<'_>,
        block: Range<usize>,
        state: &mut State,
    ) -> Result<(), (usize, String)> {
        let instructions = &prover.program.instructions;
        let next = block.end;
        let mut seen_by = None;
        let mut test = None;
        for index in block {
            let instruction = &instructions[index];
            self.raise(prover, index, instruction.opcode, state, &mut seen_by);
            let depth = state.stack.len();
            let outcome = Step { prover, state, index, instruction, depth }.apply();
            let outcome = outcome.map_err(|reason| (index, reason))?;
            if outcome.diverges {
                return Ok(());
            }
            test = outcome.test;
        }
        let last = &instructions[next - 1];
        let goes_on = !does(last.opcode, ENDS);
        // The JIT translates blocks in an order of its own, and calls the method it has loaded last.
        let leaves = goes_on || last.target().is_some();
        if leaves && state.stack.iter().any(|value| matches!(value.kind, Kind::Method(..))) {
            return Err((next - 1, "a method is called in another block than it is loaded in".into()));
        }
        if let Some(target) = last.target() {
            let jump_top = (last.opcode == Opcode::Send).then(|| Step::sent(state)).flatten();
            self.branch(prover, target, state, test, jump_top);
            if let Some(test) = test {
                test.tell(state, false);
            }
        }
        if goes_on {
            reach(&mut self.reached, prover, next, state);
        }
        Ok(())
    }

    /// The state after a jump goes to its target.
    fn branch(
        &mut self,
        prover: &Prover<'_>,
        target: usize,
        state: &State,
        test: Option<Test>,
        jump_top: Option<Value>,
    ) {
        if test.is_none() && jump_top.is_none() {
            return reach(&mut self.reached, prover, target, state);
        }
        self.branched.clone_from(state);
        if let Some(test) = test {
            test.tell(&mut self.branched, true);
        }
        if let (Some(top), Some(value)) = (self.branched.stack.last_mut(), jump_top) {
            *top = value;
        }
        reach(&mut self.reached, prover, target, &self.branched);
    }

    /// The state before an instruction goes to the handler that covers it, if it is not the one it has seen already.
    #[inline]
    fn raise(
        &mut self,
        prover: &Prover<'_>,
        index: usize,
        opcode: Opcode,
        state: &mut State,
        seen_by: &mut Option<u32>,
    ) {
        let Some(number) = prover.handlers.covering(index) else { return };
        let moves_primitive = matches!(opcode, Opcode::LoadLocal | Opcode::StoreLocal | Opcode::PrimitiveLoadConst);
        if !does(opcode, NEVER_RAISES) && !moves_primitive {
            self.raise_to(prover, number, state, seen_by);
        }
    }

    fn raise_to(&mut self, prover: &Prover<'_>, number: u32, state: &mut State, seen_by: &mut Option<u32>) {
        let entry = prover.handlers.entries[number as usize];
        let kept = entry.depth as usize;
        if *seen_by == Some(number) && state.lowest >= kept {
            return;
        }
        *seen_by = Some(number);
        state.lowest = usize::MAX;
        let block = prover.blocks.at(entry.target);
        let is_new = match &mut self.reached.states[block] {
            Some(known) => known.merge_handled(state, kept, prover.world),
            place => {
                *place = Some(state.handled(kept, kept + 1 + usize::from(entry.lasti)));
                true
            }
        };
        if is_new {
            self.reached.note(block);
        }
    }
}

/// A state reaches an instruction that starts a block.
fn reach(reached: &mut Reached<State>, prover: &Prover<'_>, index: usize, state: &State) {
    let block = prover.blocks.at(index);
    let is_new = match &mut reached.states[block] {
        Some(known) => known.merge(state, prover.world),
        place => {
            *place = Some(state.clone());
            true
        }
    };
    if is_new {
        reached.note(block);
    }
}
