//! One instruction, applied to the state before it: what all opcodes share.
//!
//! ```text
//! require(1, ("m", "C"))      the value on the top is a C: proved, or a check is missing here
//! ```
//!
//! Invariant: a step that succeeds has taken only values of the representation and the type it trusts.

use super::Prover;
use super::missing::{Cure, MissingCheck};
use super::state::State;
use super::value::{Fact, Kind, Test, Value};
use super::world::{ClassId, Shape, Type};
use crate::verify::instructions::{HANDS_OVER, Instruction, does};
use crate::{Constant, Opcode};

/// What a step proves, or why it cannot.
pub(super) type Proof<T = ()> = Result<T, String>;

/// An instruction and the state before it.
pub(super) struct Step<'s, 'a> {
    pub(super) prover: &'s mut Prover<'a>,
    pub(super) state: &'s mut State,
    pub(super) index: usize,
    pub(super) instruction: &'a Instruction,
    /// How many values were on the stack before it.
    pub(super) depth: usize,
}

/// What a branch learns.
#[derive(Clone, Copy, Default)]
pub(super) struct Outcome {
    /// What the value taken says, as if it were true where the instruction jumps.
    pub(super) test: Option<Test>,
    /// It always raises.
    pub(super) diverges: bool,
}

impl<'a> Step<'_, 'a> {
    /// Applies the instruction.
    pub(super) fn apply(&mut self) -> Proof<Outcome> {
        if does(self.instruction.opcode, HANDS_OVER) {
            self.check_handover()?;
        }
        if self.instruction.opcode.is_extended() { self.apply_typed() } else { self.apply_ordinary() }
    }

    fn apply_typed(&mut self) -> Proof<Outcome> {
        let mut outcome = Outcome::default();
        match self.instruction.opcode {
            Opcode::LoadField => self.load_field()?,
            Opcode::StoreField => self.store_field()?,
            Opcode::Cast => outcome.diverges = self.cast()?,
            Opcode::RefineType => self.refine_type()?,
            Opcode::LoadType => self.load_type()?,
            Opcode::LoadClass => self.load_class()?,
            Opcode::TpAlloc => self.allocate()?,
            Opcode::InvokeFunction => self.invoke_function()?,
            Opcode::InvokeMethod => self.invoke_method()?,
            Opcode::InvokeNative => self.invoke_native()?,
            Opcode::LoadMethodStatic => self.load_method()?,
            Opcode::LoadIterableArg => self.load_iterable_argument()?,
            Opcode::LoadMappingArg => self.load_mapping_argument()?,
            Opcode::BuildCheckedList => self.build_checked_list()?,
            Opcode::BuildCheckedMap => self.build_checked_map()?,
            Opcode::LoadLocal => self.load_primitive_local()?,
            Opcode::StoreLocal => self.store_primitive_local()?,
            Opcode::FastLen => self.fast_len()?,
            Opcode::SequenceGet => self.sequence_get()?,
            Opcode::SequenceSet => self.sequence_set()?,
            Opcode::PrimitiveLoadConst => self.load_primitive_const()?,
            Opcode::PrimitiveBox => self.box_primitive()?,
            Opcode::PrimitiveUnbox => outcome.diverges = self.unbox_primitive()?,
            Opcode::PrimitiveBinaryOp => self.binary_primitive()?,
            Opcode::PrimitiveUnaryOp => self.unary_primitive()?,
            Opcode::PrimitiveCompareOp => self.compare_primitives()?,
            Opcode::ConvertPrimitive => self.convert_primitive()?,
            Opcode::ReturnPrimitive => self.return_primitive()?,
            Opcode::PopJumpIfNonzero => outcome.test = self.primitive_branch()?,
            Opcode::PopJumpIfZero => outcome.test = self.primitive_branch()?.map(Test::negated),
            opcode => return Err(format!("{} is not to be used", opcode.name())),
        }
        Ok(outcome)
    }

    pub(super) fn oparg(&self) -> u32 {
        self.instruction.oparg
    }

    /// How many values the constant says.
    pub(super) fn values(&self) -> usize {
        (self.instruction.oparg >> crate::VALUES_SHIFT) as usize
    }

    /// The constant of the operand.
    pub(super) fn constant(&self) -> &'a Constant {
        &self.prover.code.constants[self.constant_index()]
    }

    pub(super) fn constant_index(&self) -> usize {
        self.instruction.opcode.assembled_operand(self.instruction.oparg.cast_signed()).cast_unsigned() as usize
    }

    pub(super) fn pop(&mut self) -> Proof<Value> {
        let depth = self.state.stack.len();
        self.state.lowest = self.state.lowest.min(depth.saturating_sub(1));
        self.state.stack.pop().ok_or_else(|| "the stack is empty".to_owned())
    }

    pub(super) fn push(&mut self, mut value: Value) {
        // Tests of machine values are told apart from the start: by the time of the test some paths may be behind.
        if value.name == Value::UNNAMED && matches!(value.kind, Kind::Primitive(..)) {
            value.name = self.fresh_name(0);
        }
        self.state.stack.push(value);
    }

    /// The place of the `depth`-th value from the top, counted from 1.
    pub(super) fn place(&self, depth: usize) -> Proof<usize> {
        self.state.stack.len().checked_sub(depth).filter(|_| depth > 0).ok_or_else(|| "the stack is too low".to_owned())
    }

    /// The class of the `depth`-th value from the top, which is an object.
    pub(super) fn peek_object(&self, depth: usize) -> Proof<Type> {
        let value = &self.state.stack[self.place(depth)?];
        match value.kind {
            Kind::Object(class, _) => Ok(class),
            _ => Err(self.is_no_object(*value)),
        }
    }

    pub(super) fn is_no_object(&self, value: Value) -> String {
        format!("an object is wanted, there is {}", self.describe(value))
    }

    /// Takes an object.
    pub(super) fn pop_object(&mut self) -> Proof<(Type, Value)> {
        let class = self.peek_object(1)?;
        Ok((class, self.pop()?))
    }

    /// The `depth`-th value from the top is of that type: proved, or checked from now on.
    pub(super) fn require(&mut self, depth: usize, wanted: Type) -> Proof {
        let found = self.peek_object(depth)?;
        let also = Type::of(self.state.stack[self.place(depth)?].also);
        if self.prover.world.is_subtype(found, wanted) || self.prover.world.is_subtype(also, wanted) {
            return Ok(());
        }
        // Even of what can never be: a missing `return` gives None, a test (`isinstance`) is never true. The check says it
        // when it happens.
        // The instruction may have taken values from above already.
        let depth_before = depth + self.depth.saturating_sub(self.state.stack.len());
        let makes_another = wanted.class == ClassId::FLOAT && !wanted.exact;
        let is_plain = makes_another || self.only_looks_at(depth_before);
        let Some(missing) = self.prover.missing.as_mut() else {
            let wanted = self.describe(Value::object(wanted));
            return Err(format!("{wanted} is wanted, there is {}", self.describe(Value::object(found))));
        };
        let cure = if is_plain { Cure::Cast(wanted) } else { Cure::CastCopy(wanted) };
        missing.add(MissingCheck { index: self.index, depth: depth_before, cure });
        let place = self.place(depth)?;
        self.narrow(place, wanted);
        Ok(())
    }

    /// The value at a place of the stack is of that type; so are those of its name.
    pub(super) fn narrow(&mut self, place: usize, class: Type) {
        let name = self.state.stack[place].name;
        let world = &*self.prover.world;
        let set = |value: &mut Value| {
            if let Kind::Object(known, _) = &mut value.kind {
                let both = world.both(*known, class);
                let is_present = !(known.optional && class.optional);
                if is_present && !world.is_subtype(both, Type { optional: true, ..*known }) {
                    value.also = known.class;
                }
                *known = both;
            }
        };
        set(&mut self.state.stack[place]);
        if name != Value::UNNAMED {
            self.state.lowest = 0;
            self.state.for_named(name, set);
        }
    }

    /// Takes what a field, parameter or result of that shape may get.
    pub(super) fn pop_shape(&mut self, shape: Shape) -> Proof {
        match shape {
            Shape::Object(class) => {
                self.require(1, class)?;
                self.pop().map(drop)
            }
            Shape::Primitive(code) => self.pop_code(code).map(drop),
        }
    }

    pub(super) fn push_shape(&mut self, shape: Shape) {
        self.push(match shape {
            Shape::Object(class) => Value::object(class),
            Shape::Primitive(code) => Value::primitive(code),
        });
    }

    /// The type of the constant operand.
    pub(super) fn shape_operand(&mut self) -> Proof<Shape> {
        self.prover.world.shape_of(self.constant()).ok_or_else(|| "the operand names no type".to_owned())
    }

    /// The class of the constant operand.
    pub(super) fn class_operand(&mut self) -> Proof<Type> {
        match self.shape_operand()? {
            Shape::Object(class) => Ok(class),
            Shape::Primitive(code) => Err(format!("a class is wanted, not {code:?}")),
        }
    }

    /// The value in words.
    pub(super) fn describe(&self, value: Value) -> String {
        match value.kind {
            Kind::Unset => "no value".to_owned(),
            Kind::Object(class, _) => self.prover.world.describe(class),
            Kind::Primitive(code, ..) => format!("the primitive {code:?}"),
            Kind::Method(..) => "a method".to_owned(),
            Kind::Mixed => "different things on different paths".to_owned(),
        }
    }

    /// A name for a value, which nobody has yet: that of this place in the code.
    pub(super) fn fresh_name(&mut self, slot: u32) -> u32 {
        let name = self.place_name(slot);
        self.state.forget_name(name);
        name
    }

    /// The name of values of this place.
    pub(super) fn place_name(&self, slot: u32) -> u32 {
        1 + 2 * u32::try_from(self.index).unwrap_or(0) + slot
    }
}

impl Test {
    /// Applies what the test says where it is true or false.
    pub(super) fn tell(self, state: &mut State, is_true: bool) {
        let fact = if is_true { self.if_true } else { self.if_false };
        if fact != Fact::Nothing {
            state.for_named(self.about, |value| value.learn(fact));
        }
        if fact == Fact::NotLeast {
            for value in &mut state.stack {
                if let Kind::Primitive(_, number, _) = &mut value.kind {
                    number.may_divide = self.about;
                }
            }
        }
    }
}
