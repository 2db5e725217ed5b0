//! Follows every path through the code, those of exceptions included.
//!
//! ```text
//! 0 LOAD_FAST_BORROW a     []                      a is an argument: bound
//! 1 POP_JUMP_IF_FALSE →4   [borrowed a]            taken here, so gone at the end of the block
//! 2 NOT_TAKEN              []
//! ```
//!
//! A forward analysis over basic blocks: states that meet are merged until nothing changes. An
//! instruction that a handler covers may raise before it does anything, so the state before it also
//! goes to the handler, unwound to the handler's depth; opcodes that never raise aside.

use super::blocks::{Blocks, Reached};
use super::instructions::{ENDS, Instruction, NEVER_RAISES, Program, does};
use super::state::{Borrow, State};
use super::tables::{HandlerEntry, Handlers};
use super::{Check, Fault, Rule, Structure, effect};
use crate::{CodeObject, Opcode};
use std::ops::Range;

/// Checks every path.
pub(super) fn check(code: &CodeObject, structure: &Structure) -> Check {
    let Structure { program, handlers, blocks } = structure;
    let mut flow = Flow { code, program, handlers, blocks, reached: Reached::new(blocks) };
    // Memory for the state that is followed, used for one block after the other.
    let mut state = State::entry(code);
    flow.reach(0, &state, 0)?;
    while let Some(block) = flow.reached.take() {
        if let Some(known) = &flow.reached.states[block] {
            state.clone_from(known);
            flow.follow(blocks.range(block), &mut state)?;
        }
    }
    Ok(())
}

struct Flow<'code> {
    code: &'code CodeObject,
    program: &'code Program,
    handlers: &'code Handlers,
    blocks: &'code Blocks,
    reached: Reached<State>,
}

impl Flow<'_> {
    /// Follows a block to its end.
    fn follow(&mut self, block: Range<usize>, state: &mut State) -> Check {
        let program = self.program;
        let next = block.end;
        for index in block {
            let instruction = &program.instructions[index];
            self.raise(index, instruction, state)?;
            if matches!(instruction.opcode, Opcode::UnpackSequence | Opcode::UnpackEx) {
                // First of all, so that no operand makes the state huge.
                let effect = instruction.opcode.stack_effect(instruction.oparg.cast_signed(), false);
                self.check_depth(
                    instruction,
                    i64::try_from(state.stack.len()).unwrap_or(i64::MAX) + i64::from(effect),
                )?;
            }
            effect::apply(state, instruction)?;
            self.check_depth(instruction, i64::try_from(state.stack.len()).unwrap_or(i64::MAX))?;
        }
        let last = &program.instructions[next - 1];
        if state.stack.iter().any(|value| value.borrow == Borrow::InBlock) {
            let message = "a borrowed reference is left at the end of the block";
            return Err(Fault::new(last.start, Rule::BorrowedBlockEnd, message));
        }
        if let Some(target) = last.target() {
            self.reach(target, state, last.start)?;
        }
        if !does(last.opcode, ENDS) {
            self.reach(next, state, last.start)?;
        }
        Ok(())
    }

    /// What the instruction pushes fits.
    #[inline]
    fn check_depth(&self, instruction: &Instruction, depth: i64) -> Check {
        let limit = self.code.stack_size;
        if depth > limit.into() {
            let message = format!("the stack holds {depth} values, more than co_stacksize {limit}");
            return Err(Fault::new(instruction.start, Rule::StackOverflow, message));
        }
        Ok(())
    }

    /// The state before an instruction goes to the handler that covers it.
    #[inline]
    fn raise(&mut self, index: usize, instruction: &Instruction, state: &State) -> Check {
        match self.handlers.covering(index) {
            Some(number) => self.raise_to(self.handlers.entries[number as usize], instruction, state),
            None => Ok(()),
        }
    }

    fn raise_to(&mut self, entry: HandlerEntry, instruction: &Instruction, state: &State) -> Check {
        let start = instruction.start;
        let Some(kept) = state.stack.get(..entry.depth as usize) else {
            let message = format!("a handler of depth {} covers depth {}", entry.depth, state.stack.len());
            return Err(Fault::new(start, Rule::HandlerDepth, message));
        };
        if does(instruction.opcode, NEVER_RAISES) {
            return Ok(());
        }
        let depth = kept.len() + 1 + usize::from(entry.lasti);
        if depth > self.code.stack_size as usize {
            return Err(Fault::new(start, Rule::StackOverflow, "a handler needs more than co_stacksize"));
        }
        let block = self.blocks.at(entry.target);
        let is_new = match &mut self.reached.states[block] {
            Some(known) => {
                Self::same_depth(known.stack.len(), depth, start)?;
                known.merge_handled(state, kept.len())
            }
            place => {
                *place = Some(state.handled(kept.len(), depth));
                true
            }
        };
        if is_new {
            self.reached.note(block);
        }
        Ok(())
    }

    /// A state reaches an instruction that starts a block.
    fn reach(&mut self, index: usize, state: &State, from: u32) -> Check {
        let block = self.blocks.at(index);
        let is_new = match &mut self.reached.states[block] {
            Some(known) => {
                Self::same_depth(known.stack.len(), state.stack.len(), from)?;
                known.merge(state)
            }
            place => {
                *place = Some(state.clone());
                true
            }
        };
        if is_new {
            self.reached.note(block);
        }
        Ok(())
    }

    fn same_depth(known: usize, other: usize, from: u32) -> Check {
        if known == other {
            return Ok(());
        }
        let message = format!("an instruction is reached with {known} values on the stack and with {other}");
        Err(Fault::new(from, Rule::StackDepth, message))
    }
}
