//! What an instruction does to the stack and the locals.
//!
//! The opcodes that leave an operand where it is, or push it again, are listed one by one, since a
//! borrowed reference stays borrowed then (`flowgraph.c: optimize_load_fast` has the same groups). All
//! others take their operands and push references of their own.

use super::instructions::Instruction;
use super::state::{Borrow, State, Value};
use super::{Check, Fault, Rule};
use crate::Opcode;

/// Applies an instruction to the state before it.
pub(super) fn apply(state: &mut State, instruction: &Instruction) -> Check {
    Effect { state, instruction }.apply()
}

struct Effect<'a> {
    state: &'a mut State,
    instruction: &'a Instruction,
}

impl Effect<'_> {
    fn apply(&mut self) -> Check {
        let Instruction { opcode, oparg, .. } = *self.instruction;
        let (first, second) = (oparg >> 4, oparg & 15);
        match opcode {
            Opcode::LoadFast => self.load(oparg),
            Opcode::LoadFastLoadFast => self.load(first).and_then(|()| self.load(second)),
            Opcode::LoadFastBorrow => self.borrow(oparg),
            Opcode::LoadFastBorrowLoadFastBorrow => self.borrow(first).and_then(|()| self.borrow(second)),
            Opcode::LoadFastCheck => {
                self.state.set_bound(oparg, true);
                self.push(Value::OWNED);
                Ok(())
            }
            Opcode::LoadFastAndClear => {
                self.kill(oparg)?;
                let value = if self.state.is_bound(oparg) { Value::OWNED } else { Value::MAYBE_NULL };
                self.state.set_bound(oparg, false);
                self.push(value);
                Ok(())
            }
            Opcode::StoreFast => self.store(oparg),
            Opcode::StoreFastLoadFast => self.store(first).and_then(|()| self.load(second)),
            Opcode::StoreFastStoreFast => self.store(first).and_then(|()| self.store(second)),
            Opcode::DeleteFast => {
                self.kill(oparg)?;
                self.state.set_bound(oparg, false);
                Ok(())
            }
            Opcode::MakeCell => {
                self.kill(oparg)?;
                self.state.set_bound(oparg, true);
                Ok(())
            }
            Opcode::CopyFreeVars => {
                self.state.bind_last(oparg);
                Ok(())
            }
            Opcode::LoadDeref | Opcode::StoreDeref | Opcode::DeleteDeref | Opcode::LoadFromDictOrDeref => {
                self.need_bound(oparg)?;
                self.take_and_push()
            }
            _ => self.apply_to_stack(),
        }
    }

    fn apply_to_stack(&mut self) -> Check {
        let Instruction { opcode, oparg, .. } = *self.instruction;
        match opcode {
            Opcode::Copy => {
                let value = self.peek(oparg)?;
                self.push(value);
                Ok(())
            }
            Opcode::Swap => {
                self.peek(oparg)?;
                let top = self.state.stack.len() - 1;
                self.state.stack.swap(top, top + 1 - oparg as usize);
                Ok(())
            }
            Opcode::PushNull => {
                self.push(Value::MAYBE_NULL);
                Ok(())
            }
            Opcode::PopTop => self.pop().map(drop),
            Opcode::FormatSimple
            | Opcode::GetAnext
            | Opcode::GetLen
            | Opcode::GetYieldFromIter
            | Opcode::ImportFrom
            | Opcode::MatchKeys
            | Opcode::MatchMapping
            | Opcode::MatchSequence
            | Opcode::WithExceptStart
            | Opcode::ForIter => self.push_net(),
            Opcode::DictMerge
            | Opcode::DictUpdate
            | Opcode::ListAppend
            | Opcode::ListExtend
            | Opcode::MapAdd
            | Opcode::Reraise
            | Opcode::SetAdd
            | Opcode::SetUpdate => self.take_net(),
            Opcode::EndSend | Opcode::SetFunctionAttribute => {
                let kept = self.take()?;
                self.take()?;
                self.push(kept);
                Ok(())
            }
            Opcode::CheckExcMatch | Opcode::Send => {
                self.take()?;
                self.peek(1)?;
                self.push(Value::OWNED);
                Ok(())
            }
            Opcode::PushExcInfo => {
                let exception = self.take()?;
                self.push(Value::OWNED);
                self.push(exception);
                Ok(())
            }
            Opcode::LoadSpecial | Opcode::LoadAttr | Opcode::LoadSuperAttr | Opcode::LoadGlobal => {
                self.load_attribute()
            }
            // What they give may be what they took.
            Opcode::Cast
            | Opcode::RefineType
            | Opcode::PrimitiveBox
            | Opcode::PrimitiveUnbox
            | Opcode::ConvertPrimitive => {
                let value = self.take()?;
                self.push(value);
                Ok(())
            }
            Opcode::LoadMethodStatic | Opcode::LoadIterableArg => {
                let value = self.take()?;
                self.push(Value::OWNED);
                self.push(value);
                Ok(())
            }
            // They keep the reference, not a new one.
            Opcode::StoreLocal | Opcode::ReturnPrimitive => {
                if self.take()?.borrow != Borrow::No {
                    return Err(self.fault(Rule::BorrowedKill, "a borrowed reference is kept as a primitive"));
                }
                Ok(())
            }
            Opcode::Call | Opcode::CallKw | Opcode::CallFunctionEx => self.call(),
            _ => self.take_and_push(),
        }
    }

    fn load(&mut self, local: u32) -> Check {
        self.need_bound(local)?;
        self.push(Value::OWNED);
        Ok(())
    }

    fn borrow(&mut self, local: u32) -> Check {
        self.need_bound(local)?;
        self.push(Value::borrowed(local));
        Ok(())
    }

    fn store(&mut self, local: u32) -> Check {
        let value = self.pop()?;
        if value.borrow != Borrow::No {
            return Err(self.fault(Rule::BorrowedKill, "a borrowed reference is stored into a local"));
        }
        self.kill(local)?;
        self.state.set_bound(local, !value.maybe_null);
        Ok(())
    }

    /// A local loses its value: nothing may have borrowed it.
    fn kill(&self, local: u32) -> Check {
        if self.state.stack.iter().any(|value| value.depends_on(local)) {
            return Err(self.fault(Rule::BorrowedKill, format!("local {local} changes while it is borrowed")));
        }
        Ok(())
    }

    fn need_bound(&self, local: u32) -> Check {
        if self.state.is_bound(local) {
            Ok(())
        } else {
            Err(self.fault(Rule::UnboundLocal, format!("local {local} may be unbound")))
        }
    }

    /// Attributes, in the form that pushes a `self` or NULL if it is asked for.
    fn load_attribute(&mut self) -> Check {
        let Instruction { opcode, oparg, .. } = *self.instruction;
        let owner = match opcode {
            Opcode::LoadGlobal => Value::MAYBE_NULL,
            Opcode::LoadSuperAttr => {
                let owner = self.take()?;
                self.take()?;
                self.take()?;
                owner
            }
            _ => self.take()?,
        };
        self.push(Value::OWNED);
        if opcode == Opcode::LoadSpecial || oparg & 1 == 1 {
            self.push(Value { maybe_null: true, ..owner });
        }
        Ok(())
    }

    /// `callable, self or NULL, arguments…, keyword names`; or with an argument tuple and a dictionary
    /// or NULL.
    fn call(&mut self) -> Check {
        let Instruction { opcode, oparg, .. } = *self.instruction;
        if opcode == Opcode::CallFunctionEx {
            self.pop()?;
            self.take()?;
        } else {
            for _ in 0..oparg + u32::from(opcode == Opcode::CallKw) {
                self.take()?;
            }
        }
        self.pop()?;
        self.take()?;
        self.push(Value::OWNED);
        Ok(())
    }

    /// Takes the operands of the table, pushes its results.
    fn take_and_push(&mut self) -> Check {
        let (pops, pushes) = self.stack_use();
        let stack = &mut self.state.stack;
        let kept = stack.len().checked_sub(pops as usize);
        if stack[kept.unwrap_or(0)..].iter().any(|value| value.maybe_null) {
            return Err(self.null_operand());
        }
        let Some(kept) = kept else { return Err(self.underflow()) };
        stack.truncate(kept);
        stack.resize(kept + pushes as usize, Value::OWNED);
        Ok(())
    }

    /// Leaves the operands where they are, pushes what is more.
    fn push_net(&mut self) -> Check {
        let (pops, pushes) = self.stack_use();
        self.peek(pops)?;
        self.state.stack.extend((pops..pushes).map(|_| Value::OWNED));
        Ok(())
    }

    /// Takes what is fewer, leaves the other operands where they are.
    fn take_net(&mut self) -> Check {
        let (pops, pushes) = self.stack_use();
        self.peek(pops)?;
        for _ in pushes..pops {
            self.take()?;
        }
        Ok(())
    }

    fn stack_use(&self) -> (u32, u32) {
        let (pops, pushes) = self.instruction.opcode.stack_use(self.instruction.oparg.cast_signed());
        (pops.try_into().unwrap_or(u32::MAX), pushes.try_into().unwrap_or(0))
    }

    /// Takes a value that must not be NULL.
    fn take(&mut self) -> Check<Value> {
        let value = self.pop()?;
        if value.maybe_null { Err(self.null_operand()) } else { Ok(value) }
    }

    fn null_operand(&self) -> Fault {
        self.fault(Rule::NullOperand, format!("{} may get NULL", self.instruction.opcode.name()))
    }

    fn pop(&mut self) -> Check<Value> {
        self.state.stack.pop().ok_or_else(|| self.underflow())
    }

    /// The `n`-th value from the top, counted from 1.
    fn peek(&self, n: u32) -> Check<Value> {
        let index = self.state.stack.len().checked_sub(n as usize);
        let value = index.and_then(|index| self.state.stack.get(index)).copied();
        if n == 0 { Ok(Value::OWNED) } else { value.ok_or_else(|| self.underflow()) }
    }

    fn push(&mut self, value: Value) {
        self.state.stack.push(value);
    }

    fn underflow(&self) -> Fault {
        self.fault(Rule::StackUnderflow, format!("{} finds too few values", self.instruction.opcode.name()))
    }

    fn fault(&self, rule: Rule, message: impl Into<String>) -> Fault {
        Fault::new(self.instruction.start, rule, message)
    }
}
