//! What CPython's own opcodes do to values of known type.
//!
//! ```text
//! BUILD_LIST n                  an exact list
//! LOAD_FAST x · TO_BOOL         a bool; true only if x is not None
//! anything else                 takes objects, gives any object
//! ```
//!
//! Invariant: an opcode that is not named here takes no primitive and says nothing of its results.

use super::missing::{Cure, MissingCheck};
use super::state::State;
use super::step::{Outcome, Proof, Step};
use super::value::{Fact, Kind, Note, Test, Value};
use super::world::{ClassId, Family, Shape, Type};
use crate::{Constant, Opcode};
use pyclast_syntax::PyInt;

impl Step<'_, '_> {
    pub(super) fn apply_ordinary(&mut self) -> Proof<Outcome> {
        let oparg = self.oparg();
        let (first, second) = ((oparg >> 4) as usize, (oparg & 15) as usize);
        let local = oparg as usize;
        match self.instruction.opcode {
            Opcode::LoadFast | Opcode::LoadFastBorrow | Opcode::LoadFastCheck => self.load_local(local, 0),
            Opcode::LoadFastLoadFast | Opcode::LoadFastBorrowLoadFastBorrow => {
                self.load_local(first, 0);
                self.load_local(second, 1);
            }
            Opcode::LoadFastAndClear => {
                self.load_local(local, 0);
                self.set_local(local, Value::UNSET);
            }
            Opcode::StoreFast => self.store_local(local)?,
            Opcode::StoreFastLoadFast => {
                self.store_local(first)?;
                self.load_local(second, 0);
            }
            Opcode::StoreFastStoreFast => {
                self.store_local(first)?;
                self.store_local(second)?;
            }
            Opcode::DeleteFast => self.set_local(local, Value::UNSET),
            Opcode::MakeCell => self.make_cell(local)?,
            Opcode::Copy => self.copy(local)?,
            Opcode::Swap => {
                let (top, other) = (self.place(1)?, self.place(local)?);
                self.state.lowest = self.state.lowest.min(other);
                self.state.stack.swap(top, other);
            }
            Opcode::PopTop => drop(self.pop()?),
            Opcode::ReturnValue => self.return_value()?,
            _ => return self.apply_to_objects(),
        }
        Ok(Outcome::default())
    }

    /// Whether `BUILD_LIST 1 · UNPACK_SEQUENCE 1` begins here: what is on the top stays there.
    fn is_taken_out_again(&self, index: usize) -> bool {
        let has = |index: usize, opcode| {
            let instruction = self.prover.program.instructions.get(index);
            instruction.is_some_and(|found| found.opcode == opcode && found.oparg == 1)
        };
        has(index, Opcode::BuildList)
            && has(index + 1, Opcode::UnpackSequence)
            && !self.prover.blocks.starts_at(index + 1)
    }

    fn apply_to_objects(&mut self) -> Proof<Outcome> {
        let mut outcome = Outcome::default();
        let oparg = self.oparg();
        match self.instruction.opcode {
            Opcode::LoadConst => {
                let value = constant_value(self.constant());
                self.push(value);
            }
            Opcode::LoadSmallInt => {
                let note = if oparg == 0 { Note::Zero } else { Note::Nothing };
                self.push(Value::noted(Type::exact(ClassId::INT), note));
            }
            Opcode::LoadGlobal => self.load_global(),
            Opcode::BuildList if self.is_taken_out_again(self.index) => drop(self.peek_object(1)?),
            Opcode::UnpackSequence if self.index > 0 && self.is_taken_out_again(self.index - 1) => {}
            Opcode::BuildList => self.build(ClassId::LIST)?,
            Opcode::BuildTuple => self.build(ClassId::TUPLE)?,
            Opcode::BuildMap => self.build(ClassId::DICT)?,
            Opcode::BuildSet => self.build(ClassId::SET)?,
            Opcode::BuildString => self.build(ClassId::STR)?,
            Opcode::BuildSlice => self.build(ClassId::SLICE)?,
            Opcode::ListAppend => self.append(&[ClassId::LIST], Some(Family::CheckedList), 1)?,
            Opcode::ListExtend => self.append(&[ClassId::LIST], Some(Family::CheckedList), 1)?,
            Opcode::MapAdd => self.append(&[ClassId::DICT], Some(Family::CheckedDict), 2)?,
            Opcode::SetAdd | Opcode::SetUpdate | Opcode::DictUpdate | Opcode::DictMerge => drop(self.pop_object()?),
            Opcode::BinaryOp => outcome.diverges = self.binary_operation()?,
            Opcode::UnaryNegative | Opcode::UnaryInvert => self.unary_operation()?,
            Opcode::UnaryNot => {
                let (_, value) = self.pop_object()?;
                self.push(Value::truth(value.test().map(Test::negated)));
            }
            Opcode::ToBool => self.truth_of_object()?,
            Opcode::IsOp => self.is_operation()?,
            Opcode::ContainsOp => {
                self.pop_object()?;
                self.pop_object()?;
                self.push(Value::truth(None));
            }
            Opcode::CompareOp => self.compare()?,
            Opcode::FormatSimple | Opcode::FormatWithSpec | Opcode::ConvertValue => {
                self.take_and_push()?;
                self.replace_top(Type::of(ClassId::STR));
            }
            Opcode::CallIntrinsic1 => {
                let class = self.peek_object(1)?;
                self.take_and_push()?;
                match oparg {
                    // UNARY_POSITIVE
                    5 if class == Type::exact(ClassId::INT) => self.replace_top(Type::of(ClassId::INT)),
                    5 if class == Type::exact(ClassId::FLOAT) => self.replace_top(class),
                    // LIST_TO_TUPLE
                    6 => self.replace_top(Type::exact(ClassId::TUPLE)),
                    _ => {}
                }
            }
            Opcode::GetIter => self.get_iterator()?,
            Opcode::ForIter => self.next_element()?,
            Opcode::GetAwaitable => {
                let (class, value) = self.pop_object()?;
                let note = if let Kind::Object(_, note @ Note::Awaits(_)) = value.kind { note } else { Note::Nothing };
                self.push(Value::noted(class, note));
            }
            Opcode::Send => self.send()?,
            Opcode::CleanupThrow => self.cleanup_throw()?,
            Opcode::EndSend => {
                let (_, result) = self.pop_object()?;
                self.pop_object()?;
                self.push(result);
            }
            Opcode::PushExcInfo => {
                let (_, exception) = self.pop_object()?;
                self.push(Value::ANY);
                self.push(exception);
            }
            Opcode::PopJumpIfTrue => outcome.test = self.pop_object()?.1.test(),
            Opcode::PopJumpIfFalse => outcome.test = self.pop_object()?.1.test().map(Test::negated),
            Opcode::PopJumpIfNone => outcome.test = self.none_test()?,
            Opcode::PopJumpIfNotNone => outcome.test = self.none_test()?.map(Test::negated),
            _ => self.take_and_push()?,
        }
        Ok(outcome)
    }

    fn load_local(&mut self, local: usize, slot: u32) {
        let value = match self.state.locals[local].kind {
            // Then it raises, or is put back by the comprehension that saved it.
            Kind::Unset => Value::ANY,
            _ => self.named_local(local, slot),
        };
        self.push(value);
    }

    fn store_local(&mut self, local: usize) -> Proof {
        let (_, value) = self.pop_object()?;
        self.set_local(local, value);
        Ok(())
    }

    fn set_local(&mut self, local: usize, value: Value) {
        self.state.lowest = 0;
        self.state.locals[local] = value;
    }

    /// The local becomes a cell, of which nothing is known: others may change it.
    fn make_cell(&mut self, local: usize) -> Proof {
        if let Kind::Primitive(..) = self.state.locals[local].kind {
            return Err(format!("local {local} is a primitive and captured"));
        }
        self.set_local(local, Value::ANY);
        Ok(())
    }

    fn copy(&mut self, depth: usize) -> Proof {
        let place = self.place(depth)?;
        if self.state.stack[place].name == Value::UNNAMED {
            let name = self.fresh_name(0);
            self.state.stack[place].name = name;
        }
        let value = self.state.stack[place];
        self.push(value);
        Ok(())
    }

    fn return_value(&mut self) -> Proof {
        match self.prover.returns {
            Some(Shape::Object(class)) => self.require(1, class)?,
            Some(Shape::Primitive(code)) => return Err(format!("an object is returned where {code:?} is promised")),
            None => {}
        }
        self.pop_object().map(drop)
    }

    /// Variables with names that no source can have are the compiler's own.
    fn load_global(&mut self) {
        let name = &self.prover.code.names[self.oparg() as usize >> 1];
        let class = if name.as_bytes() == b"<classes>" { Type::exact(ClassId::LIST) } else { Type::OBJECT };
        self.push(Value::object(class));
        if self.oparg() & 1 == 1 {
            self.push(Value::ANY);
        }
    }

    fn build(&mut self, class: ClassId) -> Proof {
        self.take_and_push()?;
        self.replace_top(Type::exact(class));
        Ok(())
    }

    fn replace_top(&mut self, class: Type) {
        if let Some(top) = self.state.stack.last_mut() {
            *top = Value::object(class);
        }
    }

    /// Adds values to a collection further down, whose layout is relied on.
    fn append(&mut self, classes: &[ClassId], family: Option<Family>, values: usize) -> Proof {
        let depth = values + self.oparg() as usize;
        let class = self.peek_object(depth)?;
        let is_known = !class.optional && Some(self.prover.world.class(class.class).family) == family;
        if !is_known {
            self.require(depth, Type::of(classes[0]))?;
        }
        for _ in 0..values {
            self.pop_object()?;
        }
        Ok(())
    }

    /// Whether it always raises.
    fn binary_operation(&mut self) -> Proof<bool> {
        let (right, divisor) = self.pop_object()?;
        let (left, _) = self.pop_object()?;
        let result = binary_result(self.oparg(), left, right);
        let result = match (result, self.prover.world.class(left.class).family) {
            // NB_SUBSCR
            (None, Family::CheckedList) if self.oparg() == 26 && left.exact && !left.optional => match right.class {
                ClassId::SLICE => Some(left),
                ClassId::INT if right.exact => self.prover.world.class(left.class).arguments.first().copied(),
                _ => None,
            },
            (result, _) => result,
        };
        self.push(Value::object(result.unwrap_or(Type::OBJECT)));
        let divides = matches!(self.oparg() % 13, 2 | 6 | 11) && self.oparg() != 26;
        let is_zero = matches!(divisor.kind, Kind::Object(_, Note::Zero));
        Ok(divides && is_zero && left == Type::exact(ClassId::INT))
    }

    fn unary_operation(&mut self) -> Proof {
        let (class, _) = self.pop_object()?;
        let result = match class.class {
            ClassId::INT | ClassId::FLOAT if class.exact && !class.optional => class,
            ClassId::BOOL if !class.optional => Type::exact(ClassId::INT),
            _ => Type::OBJECT,
        };
        self.push(Value::object(result));
        Ok(())
    }

    fn truth_of_object(&mut self) -> Proof {
        let (class, value) = self.pop_object()?;
        // None is false.
        let test = Test { about: value.name, if_true: Fact::NotNone, if_false: Fact::Nothing };
        let own = (class.optional && value.name != Value::UNNAMED).then_some(test);
        self.push(Value::truth(value.test().or(own)));
        Ok(())
    }

    fn is_operation(&mut self) -> Proof {
        let (right, second) = self.pop_object()?;
        let (left, first) = self.pop_object()?;
        let about = match (left, right) {
            (_, Type::NONE) => first.name,
            (Type::NONE, _) => second.name,
            _ => Value::UNNAMED,
        };
        let test = Test { about, if_true: Fact::IsNone, if_false: Fact::NotNone };
        let test = (about != Value::UNNAMED).then_some(test);
        self.push(Value::truth(if self.oparg() == 1 { test.map(Test::negated) } else { test }));
        Ok(())
    }

    /// One of two integers that are compared is none that the JIT knows to be exactly an `int`.
    fn hide_integers(&mut self) -> Proof {
        let exact = Type::exact(ClassId::INT);
        let (right, left) = (self.peek_object(1)?, self.peek_object(2)?);
        let depth = match (left, right) {
            (left, right) if right == exact && (left == exact || left == Type::OBJECT) => 1,
            (left, right) if left == exact && right == Type::OBJECT => 2,
            _ => return Ok(()),
        };
        let Some(missing) = self.prover.missing.as_mut() else {
            return Err("the JIT may leave its code where the integers are large".into());
        };
        missing.add(MissingCheck { index: self.index, depth, cure: Cure::Hide });
        Ok(())
    }

    /// Bit 16 asks for a `bool`; numbers and strings give one anyway.
    fn compare(&mut self) -> Proof {
        if matches!(self.prover.returns, Some(Shape::Primitive(_))) {
            self.hide_integers()?;
        }
        let (right, _) = self.pop_object()?;
        let (left, _) = self.pop_object()?;
        let is_plain = |class: Type| {
            !class.optional
                && class.exact
                && matches!(class.class, ClassId::INT | ClassId::BOOL | ClassId::FLOAT | ClassId::STR)
        };
        let gives_bool = self.oparg() & 16 != 0 || (is_plain(left) && is_plain(right));
        self.push(if gives_bool { Value::truth(None) } else { Value::ANY });
        Ok(())
    }

    /// Checked lists give what they hold.
    fn get_iterator(&mut self) -> Proof {
        let (class, _) = self.pop_object()?;
        let data = self.prover.world.class(class.class);
        let is_checked = matches!(data.family, Family::CheckedList | Family::CheckedDict);
        let element = data.arguments.first().filter(|_| is_checked && class.exact && !class.optional);
        let note = element.map_or(Note::Nothing, |&element| Note::Gives(element));
        self.push(Value::noted(Type::OBJECT, note));
        Ok(())
    }

    fn next_element(&mut self) -> Proof {
        let iterator = self.state.stack[self.place(1)?];
        self.push(match iterator.kind {
            Kind::Object(_, Note::Gives(class)) => Value::object(class),
            Kind::Object(..) => Value::ANY,
            _ => return Err(format!("an iterator is wanted, there is {}", self.describe(iterator))),
        });
        Ok(())
    }

    /// `receiver, value → receiver, what it gives`
    fn send(&mut self) -> Proof {
        self.pop_object()?;
        self.peek_object(1)?;
        self.push(Value::ANY);
        Ok(())
    }

    /// What is on the top where `SEND` jumps: the result of a coroutine.
    pub(super) fn sent(state: &State) -> Option<Value> {
        let [.., receiver, _] = state.stack[..] else { return None };
        Some(Self::awaited(receiver))
    }

    /// `receiver, value, StopIteration → None, its value`
    fn cleanup_throw(&mut self) -> Proof {
        self.pop_object()?;
        self.pop_object()?;
        let (_, receiver) = self.pop_object()?;
        let result = Self::awaited(receiver);
        self.push(Value::object(Type::NONE));
        self.push(result);
        Ok(())
    }

    /// What it says of the value taken that it is None.
    fn none_test(&mut self) -> Proof<Option<Test>> {
        let (_, value) = self.pop_object()?;
        let test = Test { about: value.name, if_true: Fact::IsNone, if_false: Fact::NotNone };
        Ok((value.name != Value::UNNAMED).then_some(test))
    }

    /// Takes the operands of the table, all objects, and gives any objects.
    fn take_and_push(&mut self) -> Proof {
        let (pops, pushes) = self.instruction.opcode.stack_use(self.oparg().cast_signed());
        let (pops, pushes) = (usize::try_from(pops).unwrap_or(0), usize::try_from(pushes).unwrap_or(0));
        let Some(kept) = self.state.stack.len().checked_sub(pops) else { return Err("the stack is too low".into()) };
        if let Some(&other) = self.state.stack[kept..].iter().find(|value| !matches!(value.kind, Kind::Object(..))) {
            return Err(self.is_no_object(other));
        }
        let stack = &mut self.state.stack;
        stack.truncate(kept);
        stack.resize(kept + pushes, Value::ANY);
        self.state.lowest = self.state.lowest.min(kept);
        Ok(())
    }
}

fn constant_value(constant: &Constant) -> Value {
    Value::exact(match constant {
        Constant::None => return Value::object(Type::NONE),
        Constant::Ellipsis | Constant::Code(_) => return Value::object(Type::OBJECT),
        Constant::Bool(_) => ClassId::BOOL,
        Constant::Int(value) => {
            let note = match value {
                PyInt::Small(0) => Note::Zero,
                PyInt::Small(_) => Note::Nothing,
                PyInt::Big(value) if value.bits() >= 64 => Note::Huge,
                PyInt::Big(_) => Note::Nothing,
            };
            return Value::noted(Type::exact(ClassId::INT), note);
        }
        Constant::Float(_) => ClassId::FLOAT,
        Constant::Complex(..) => ClassId::COMPLEX,
        Constant::Str(_) => ClassId::STR,
        Constant::Bytes(_) => ClassId::BYTES,
        Constant::Tuple(_) => ClassId::TUPLE,
        Constant::FrozenSet(_) => ClassId::FROZENSET,
        Constant::Slice(_) => ClassId::SLICE,
    })
}

/// What an operator of exact built-in values gives; none if that is anything.
fn binary_result(oparg: u32, left: Type, right: Type) -> Option<Type> {
    let is_exact = |class: Type| class.exact && !class.optional;
    if !is_exact(left) || !is_exact(right) {
        return None;
    }
    // In-place forms follow the others.
    let subscript = oparg == 26;
    let operator = oparg % 13;
    let is_int = |class: Type| matches!(class.class, ClassId::INT | ClassId::BOOL);
    let is_number = |class: Type| is_int(class) || class.class == ClassId::FLOAT;
    let class = match (left.class, right.class) {
        _ if subscript => match (left.class, right.class) {
            (ClassId::STR, _) => ClassId::STR,
            (ClassId::LIST | ClassId::TUPLE | ClassId::BYTES, ClassId::SLICE) => left.class,
            (ClassId::BYTES, ClassId::INT) => ClassId::INT,
            _ => return None,
        },
        _ if is_int(left) && is_int(right) => match operator {
            // NB_POWER gives a float for negative exponents.
            8 => return None,
            // NB_TRUE_DIVIDE
            11 => ClassId::FLOAT,
            // NB_AND, NB_OR, NB_XOR of two bools
            1 | 7 | 12 if left.class == ClassId::BOOL && right.class == ClassId::BOOL => ClassId::BOOL,
            _ => ClassId::INT,
        },
        // NB_ADD, NB_MULTIPLY, NB_SUBTRACT, NB_TRUE_DIVIDE, NB_FLOOR_DIVIDE, NB_REMAINDER
        _ if is_number(left) && is_number(right) && matches!(operator, 0 | 2 | 5 | 6 | 10 | 11) => ClassId::FLOAT,
        // What derives from str may have its own idea of it.
        (ClassId::STR, other) if operator == 6 && other.is_builtin() => ClassId::STR,
        (ClassId::STR | ClassId::LIST | ClassId::TUPLE | ClassId::BYTES, other)
            if operator == 0 && other == left.class =>
        {
            left.class
        }
        (ClassId::STR | ClassId::LIST | ClassId::TUPLE | ClassId::BYTES, _) if operator == 5 && is_int(right) => {
            left.class
        }
        (_, ClassId::STR | ClassId::LIST | ClassId::TUPLE | ClassId::BYTES) if operator == 5 && is_int(left) => {
            right.class
        }
        _ => return None,
    };
    Some(Type::exact(class))
}
