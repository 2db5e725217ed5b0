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

use super::instructions::{Instruction, Program, falls_through, jumps};
use super::state::{Borrow, State, Value};
use super::tables::Handlers;
use super::{Check, Fault, Rule, effect};
use crate::{CodeObject, Opcode};

/// Checks every path.
pub(super) fn check(code: &CodeObject, program: &Program, handlers: &Handlers) -> Check {
    let mut flow = Flow {
        code,
        program,
        handlers,
        starts_block: block_starts(program, handlers),
        states: vec![None; program.instructions.len()],
        pending: Vec::new(),
    };
    flow.reach(0, &State::entry(code), 0)?;
    while let Some(block) = flow.pending.pop() {
        flow.follow(block)?;
    }
    Ok(())
}

/// Opcodes that raise nothing, lack of memory apart. An inlined comprehension puts back a local between
/// two of them, and a handler around it may rely on that.
pub(super) fn never_raises(opcode: Opcode) -> bool {
    matches!(
        opcode,
        Opcode::Nop
            | Opcode::NotTaken
            | Opcode::Copy
            | Opcode::Swap
            | Opcode::PopTop
            | Opcode::PopIter
            | Opcode::EndFor
            | Opcode::PushNull
            | Opcode::LoadConst
            | Opcode::LoadSmallInt
            | Opcode::LoadFast
            | Opcode::LoadFastBorrow
            | Opcode::LoadFastAndClear
            | Opcode::StoreFast
            | Opcode::StoreFastLoadFast
            | Opcode::StoreFastStoreFast
            | Opcode::MakeCell
            | Opcode::JumpForward
    )
}

/// By instruction: whether a basic block starts there.
pub(super) fn block_starts(program: &Program, handlers: &Handlers) -> Vec<bool> {
    let mut starts = vec![false; program.instructions.len()];
    for (index, instruction) in program.instructions.iter().enumerate() {
        if let Some(target) = instruction.target.filter(|_| jumps(instruction.opcode)) {
            starts[target] = true;
        }
        if jumps(instruction.opcode) && index + 1 < starts.len() {
            starts[index + 1] = true;
        }
    }
    for entry in &handlers.entries {
        starts[entry.target] = true;
    }
    starts
}

struct Flow<'code> {
    code: &'code CodeObject,
    program: &'code Program,
    handlers: &'code Handlers,
    starts_block: Vec<bool>,
    /// By instruction that starts a block (and the first): the state before it, once reached.
    states: Vec<Option<State>>,
    /// Blocks whose state is new.
    pending: Vec<usize>,
}

impl Flow<'_> {
    /// Follows a block to its end.
    fn follow(&mut self, block: usize) -> Check {
        let Some(mut state) = self.states[block].clone() else { return Ok(()) };
        let mut index = block;
        loop {
            let instruction = self.program.instructions[index];
            self.raise(index, &state)?;
            self.check_depth(instruction, &state)?;
            effect::apply(&mut state, instruction)?;
            let next = index + 1;
            let goes_on = falls_through(instruction.opcode);
            let ends = jumps(instruction.opcode) || !goes_on || self.starts_block[next];
            if !ends {
                index = next;
                continue;
            }
            if state.stack.iter().any(|value| value.borrow == Borrow::InBlock) {
                let message = "a borrowed reference is left at the end of the block";
                return Err(Fault::new(instruction.start, Rule::BorrowedBlockEnd, message));
            }
            if let Some(target) = instruction.target.filter(|_| jumps(instruction.opcode)) {
                self.reach(target, &state, instruction.start)?;
            }
            if goes_on {
                self.reach(next, &state, instruction.start)?;
            }
            return Ok(());
        }
    }

    /// What the instruction will push fits: checked first, so that no operand makes the state huge.
    fn check_depth(&self, instruction: Instruction, state: &State) -> Check {
        let Instruction { opcode, oparg, start, .. } = instruction;
        let effect = opcode.stack_effect(oparg.cast_signed(), false);
        let depth = i64::try_from(state.stack.len()).unwrap_or(i64::MAX).saturating_add(effect.into());
        let limit = self.code.stack_size;
        if depth > limit.into() {
            let message = format!("the stack holds {depth} values, more than co_stacksize {limit}");
            return Err(Fault::new(start, Rule::StackOverflow, message));
        }
        Ok(())
    }

    /// The state before an instruction goes to the handler that covers it.
    fn raise(&mut self, index: usize, state: &State) -> Check {
        let Some(number) = self.handlers.by_instruction[index] else { return Ok(()) };
        let entry = self.handlers.entries[number as usize];
        let start = self.program.instructions[index].start;
        let Some(kept) = state.stack.get(..entry.depth as usize) else {
            let message = format!("a handler of depth {} covers depth {}", entry.depth, state.stack.len());
            return Err(Fault::new(start, Rule::HandlerDepth, message));
        };
        if never_raises(self.program.instructions[index].opcode) {
            return Ok(());
        }
        let pushed = 1 + usize::from(entry.lasti);
        let mut stack = Vec::with_capacity(kept.len() + pushed);
        stack.extend(kept.iter().map(|value| value.inherited()));
        stack.resize(kept.len() + pushed, Value::OWNED);
        if stack.len() > self.code.stack_size as usize {
            return Err(Fault::new(start, Rule::StackOverflow, "a handler needs more than co_stacksize"));
        }
        self.reach(entry.target, &state.with_stack(stack), start)
    }

    /// A state reaches an instruction that starts a block.
    fn reach(&mut self, index: usize, state: &State, from: u32) -> Check {
        match &mut self.states[index] {
            Some(known) if known.stack.len() != state.stack.len() => {
                let message = format!(
                    "an instruction is reached with {} values on the stack and with {}",
                    known.stack.len(),
                    state.stack.len()
                );
                Err(Fault::new(from, Rule::StackDepth, message))
            }
            Some(known) => {
                if known.merge(state) {
                    self.pending.push(index);
                }
                Ok(())
            }
            place => {
                *place = Some(state.clone());
                self.pending.push(index);
                Ok(())
            }
        }
    }
}
