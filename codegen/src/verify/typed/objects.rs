//! Fields, checks, classes, arguments from iterables and mappings, checked collections.
//!
//! ```text
//! LOAD_FIELD (("m", "C"), "x")     a C → what its field x holds
//! CAST ("m", "C", "?")             an object → a C or None, or it raises
//! ```
//!
//! Invariant: an object whose layout is relied on is proved to be of the class that has it.

use super::missing::{Cure, MissingCheck};
use super::step::{Proof, Step};
use super::value::{Kind, Note, Value};
use super::world::{ClassId, Family, Shape, Type};
use crate::{Constant, Opcode};
use pyclast_syntax::type_facts::TypeCode;

impl Step<'_, '_> {
    fn field_operand(&mut self) -> Proof<(ClassId, Shape)> {
        let constant = self.constant();
        let known = self.prover.world.field(constant);
        known.ok_or_else(|| format!("the field {} is not known", crate::repr::repr(constant)))
    }

    pub(super) fn load_field(&mut self) -> Proof {
        let (class, holds) = self.field_operand()?;
        self.require(1, Type::of(class))?;
        self.pop()?;
        self.push_shape(holds);
        Ok(())
    }

    /// `value, object`
    pub(super) fn store_field(&mut self) -> Proof {
        let (class, holds) = self.field_operand()?;
        self.require(1, Type::of(class))?;
        // A check that is missing is put in while the object lies above the value.
        if let Shape::Object(class) = holds {
            self.require(2, class)?;
        }
        self.pop()?;
        self.pop_shape(holds)
    }

    /// Whether it always raises.
    pub(super) fn cast(&mut self) -> Proof<bool> {
        let class = self.class_operand()?;
        let found = self.peek_object(1)?;
        let place = self.place(1)?;
        let is_known = self.prover.world.is_subtype(found, class);
        if class.class == ClassId::FLOAT && !class.exact && !is_known {
            // An int becomes another object.
            self.pop()?;
            self.push(Value::object(class));
            return Ok(false);
        }
        if !is_known {
            self.narrow(place, class);
        }
        self.state.stack[place].cast = 1 + u32::try_from(self.index).unwrap_or(u32::MAX - 1);
        Ok(!is_known && found == Type::NONE)
    }

    /// Checks nothing, so the type has to be proved.
    pub(super) fn refine_type(&mut self) -> Proof {
        let class = self.class_operand()?;
        self.require(1, class)
    }

    pub(super) fn load_type(&mut self) -> Proof {
        self.pop_object()?;
        self.push(Value::object(Type::of(ClassId::TYPE)));
        Ok(())
    }

    pub(super) fn load_class(&mut self) -> Proof {
        self.class_operand()?;
        self.push(Value::object(Type::of(ClassId::TYPE)));
        Ok(())
    }

    pub(super) fn allocate(&mut self) -> Proof {
        let class = self.class_operand()?;
        if class == Type::OBJECT {
            self.push(Value::ANY);
            return Ok(());
        }
        let data = self.prover.world.class(class.class);
        if class.optional || !data.is_allocated {
            return Err(format!("{} is not made without __new__", self.describe(Value::object(class))));
        }
        self.push(Value::exact(class.class));
        Ok(())
    }

    /// `iterable → element, the rest as a tuple`
    pub(super) fn load_iterable_argument(&mut self) -> Proof {
        self.pop_object()?;
        self.push(Value::ANY);
        self.push(Value::exact(ClassId::TUPLE));
        Ok(())
    }

    /// `default, mapping, name`
    pub(super) fn load_mapping_argument(&mut self) -> Proof {
        for _ in 0..3 {
            self.pop_object()?;
        }
        self.push(Value::ANY);
        Ok(())
    }

    /// The checked collection that the constant names first.
    fn collection_operand(&mut self, family: Family) -> Proof<Type> {
        let shape = match self.constant() {
            Constant::Tuple(parts) => parts.first().and_then(|class| self.prover.world.shape_of(class)),
            _ => None,
        };
        match shape {
            Some(Shape::Object(class)) if self.prover.world.class(class.class).family == family => Ok(class),
            _ => Err("the operand names no checked collection".into()),
        }
    }

    pub(super) fn build_checked_list(&mut self) -> Proof {
        let class = self.collection_operand(Family::CheckedList)?;
        let element = self.prover.world.class(class.class).arguments.first().copied().unwrap_or(Type::OBJECT);
        let count = self.values();
        for depth in 1..=count {
            self.require(depth, element)?;
        }
        for _ in 0..count {
            self.pop()?;
        }
        self.push(Value::exact(class.class));
        Ok(())
    }

    /// Keys and values are checked as they are stored.
    pub(super) fn build_checked_map(&mut self) -> Proof {
        let class = self.collection_operand(Family::CheckedDict)?;
        for _ in 0..2 * self.values() {
            self.pop_object()?;
        }
        self.push(Value::exact(class.class));
        Ok(())
    }

    /// The local and the code of `LOAD_LOCAL` and `STORE_LOCAL`, which [`super::locals`] has found to agree.
    fn primitive_local(&self) -> Proof<(usize, TypeCode)> {
        super::locals::operand(self.constant()).ok_or_else(|| "the operand names no local".to_owned())
    }

    pub(super) fn load_primitive_local(&mut self) -> Proof {
        let (local, code) = self.primitive_local()?;
        self.start_with_zero(local, code);
        match self.state.locals[local].kind {
            Kind::Primitive(found, ..) if found == code => {
                self.rename_local(local);
                let value = self.named_local(local, 0);
                self.push(value);
                Ok(())
            }
            Kind::Unset => Err(format!("local {local} may have no value: the JIT does not make it zero")),
            _ => Err(format!("local {local} is {}", self.describe(self.state.locals[local]))),
        }
    }

    /// Gives a local that may have no value one, if checks may be missing.
    fn start_with_zero(&mut self, local: usize, code: TypeCode) {
        if self.state.locals[local].kind != Kind::Unset {
            return;
        }
        let constant = self.constant_index();
        let start = self.prover.program.instructions.iter().position(|at| at.opcode == Opcode::Resume);
        if let Some((index, missing)) = start.zip(self.prover.missing.as_mut()) {
            missing.add(MissingCheck { index, depth: 0, cure: Cure::Zero(constant, code) });
            self.state.locals[local] = Value::primitive(code);
        }
    }

    pub(super) fn store_primitive_local(&mut self) -> Proof {
        let (local, code) = self.primitive_local()?;
        let mut value = self.pop()?;
        match &mut value.kind {
            Kind::Primitive(found, number, _) if *found == code => {
                // It is cut to its width here; a value that had other bits is another one now.
                if number.raw {
                    number.raw = false;
                    value.name = Value::UNNAMED;
                }
            }
            _ => return Err(format!("{code:?} is wanted, there is {}", self.describe(value))),
        }
        self.state.lowest = 0;
        self.state.locals[local] = value;
        Ok(())
    }

    /// Names the value of a local after this place if no value on the stack has its name: in a loop it gets the same
    /// name each time, wherever it came from.
    fn rename_local(&mut self, local: usize) {
        let name = self.state.locals[local].name;
        if name == Value::UNNAMED || self.state.stack.iter().any(|value| value.name == name) {
            return;
        }
        if name != self.place_name(0) {
            let new = self.fresh_name(0);
            self.state.rename(name, new);
        }
    }

    /// The value of a local, with a name.
    pub(super) fn named_local(&mut self, local: usize, slot: u32) -> Value {
        if self.state.locals[local].name == Value::UNNAMED {
            let name = self.fresh_name(slot);
            self.state.locals[local].name = name;
        }
        self.state.locals[local]
    }

    /// What the awaited object gives.
    pub(super) fn awaited(value: Value) -> Value {
        match value.kind {
            Kind::Object(_, Note::Awaits(class)) => Value::object(class),
            _ => Value::ANY,
        }
    }
}
