//! What is known of a value: its class or primitive, and what tests of it have shown.
//!
//! ```text
//! CAST ("m", "C", "?")                 object of C or None
//! PRIMITIVE_LOAD_CONST (3, 7)          int64, not zero, not −1
//! LOAD_FAST x · TO_BOOL                bool; where it is true, x is not None
//! ```
//!
//! Invariant: values with the same name are the same value at run time, whatever it is.

use super::world::{ClassId, Type, World};
use pyclast_syntax::type_facts::TypeCode;

/// A value on the stack or in a local.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Value {
    pub(super) kind: Kind,
    /// Which value it is; [`Value::UNNAMED`] if nobody else may have it.
    pub(super) name: u32,
    /// One more than the `CAST` that gave it, of an object that others may have; 0 if none did.
    pub(super) cast: u32,
    /// Another class of which it is an instance, of two that have nothing to do with each other; or `object`.
    pub(super) also: ClassId,
}

/// What a value is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// A local without a value.
    Unset,
    /// An object, or NULL where ordinary code has it.
    Object(Type, Note),
    /// A machine value.
    Primitive(TypeCode, Number, Option<Test>),
    /// What `LOAD_METHOD_STATIC` pushed before the receiver: its constant, and how many of them were on the stack.
    Method(u32, u32),
    /// Different things on different paths: of no use.
    Mixed,
}

/// What else is known of an object.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Note {
    Nothing,
    /// An iterator that gives these.
    Gives(Type),
    /// A coroutine that returns one of these.
    Awaits(Type),
    /// A truth value that says something of another value.
    Says(Test),
    /// The integer 0.
    Zero,
    /// An integer of more than 64 bits, or 64 with its sign.
    Huge,
}

/// What a truth value says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Test {
    /// The name of the value.
    pub(super) about: u32,
    /// What holds of it if the test is true.
    pub(super) if_true: Fact,
    /// What holds of it if the test is false.
    pub(super) if_false: Fact,
}

/// Something that holds of a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fact {
    Nothing,
    IsNone,
    NotNone,
    NotZero,
    NotMinusOne,
    /// Neither of the two.
    NotNearZero,
    /// Not the least of its type.
    NotLeast,
}

impl Test {
    /// The test that is true where this is false.
    pub(super) const fn negated(self) -> Self {
        Self { about: self.about, if_true: self.if_false, if_false: self.if_true }
    }
}

/// What is known of a machine value.
#[expect(clippy::struct_excessive_bools, reason = "each is learned by itself")]
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Number {
    pub(super) not_zero: bool,
    pub(super) not_minus_one: bool,
    /// It is not the least of its type.
    pub(super) not_least: bool,
    /// Which constant it is, as far as anybody asks.
    pub(super) constant: Known,
    /// It is one more than the value of that name.
    pub(super) successor_of: u32,
    /// It is not −1, or the value of that name is not the least of its type: the quotient does not overflow.
    pub(super) may_divide: u32,
    /// Narrow arithmetic made it: interpreter and JIT have different high bits.
    pub(super) raw: bool,
}

/// A constant that tests and divisions ask for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Known {
    /// None of them.
    #[default]
    Other,
    Zero,
    One,
    MinusOne,
    /// The least of its type.
    Least,
}

impl Value {
    /// The name of values that have none.
    pub(super) const UNNAMED: u32 = 0;
    /// Any object.
    pub(super) const ANY: Self = Self::object(Type::OBJECT);
    /// No value.
    pub(super) const UNSET: Self = Self::new(Kind::Unset);

    pub(super) const fn new(kind: Kind) -> Self {
        Self { kind, name: Self::UNNAMED, cast: 0, also: ClassId::OBJECT }
    }

    pub(super) const fn object(class: Type) -> Self {
        Self::new(Kind::Object(class, Note::Nothing))
    }

    /// An instance of exactly that class.
    pub(super) const fn exact(class: ClassId) -> Self {
        Self::object(Type::exact(class))
    }

    pub(super) const fn noted(class: Type, note: Note) -> Self {
        Self::new(Kind::Object(class, note))
    }

    pub(super) fn primitive(code: TypeCode) -> Self {
        Self::new(Kind::Primitive(code, Number::default(), None))
    }

    /// A `bool` that says something, or nothing.
    pub(super) fn truth(test: Option<Test>) -> Self {
        Self::noted(Type::exact(ClassId::BOOL), test.map_or(Note::Nothing, Note::Says))
    }

    /// What the value says of another if it is a truth value.
    pub(super) const fn test(self) -> Option<Test> {
        match self.kind {
            Kind::Object(_, Note::Says(test)) | Kind::Primitive(_, _, Some(test)) => Some(test),
            _ => None,
        }
    }

    /// Adds what holds of it.
    pub(super) fn learn(&mut self, fact: Fact) {
        match (&mut self.kind, fact) {
            (Kind::Object(class, _), Fact::NotNone) => class.optional = class.class == ClassId::OBJECT,
            (Kind::Object(class, _), Fact::IsNone) => *class = Type::NONE,
            (Kind::Primitive(_, number, _), Fact::NotZero) => number.not_zero = true,
            (Kind::Primitive(_, number, _), Fact::NotMinusOne) => number.not_minus_one = true,
            (Kind::Primitive(_, number, _), Fact::NotNearZero) => {
                number.not_zero = true;
                number.not_minus_one = true;
            }
            (Kind::Primitive(_, number, _), Fact::NotLeast) => number.not_least = true,
            _ => {}
        }
    }

    /// What holds of both.
    pub(super) fn merge(self, other: Self, world: &World) -> Self {
        if self == other {
            return self;
        }
        let name = if self.name == other.name { self.name } else { Self::UNNAMED };
        let also = if self.also == other.also { self.also } else { ClassId::OBJECT };
        Self { kind: self.kind.merge(other.kind, world), name, cast: self.cast.max(other.cast), also }
    }

    /// Has the new name where it has the old one, or says something of it.
    pub(super) fn rename(&mut self, old: u32, new: u32) {
        let change = |name: &mut u32| {
            if *name == old {
                *name = new;
            }
        };
        change(&mut self.name);
        match &mut self.kind {
            Kind::Object(_, Note::Says(test)) => change(&mut test.about),
            Kind::Primitive(_, number, test) => {
                change(&mut number.successor_of);
                change(&mut number.may_divide);
                if let Some(test) = test {
                    change(&mut test.about);
                }
            }
            _ => {}
        }
    }

    /// Forgets that it, or what it says, is about the value of that name.
    pub(super) fn forget(&mut self, name: u32) {
        if self.name == name {
            self.name = Self::UNNAMED;
        }
        if let Kind::Primitive(_, number, _) = &mut self.kind {
            if number.successor_of == name {
                number.successor_of = Self::UNNAMED;
            }
            if number.may_divide == name {
                number.may_divide = Self::UNNAMED;
            }
        }
        if self.test().is_some_and(|test| test.about == name) {
            match &mut self.kind {
                Kind::Object(_, note) => *note = Note::Nothing,
                Kind::Primitive(_, _, test) => *test = None,
                _ => {}
            }
        }
    }
}

impl Kind {
    fn merge(self, other: Self, world: &World) -> Self {
        match (self, other) {
            (mine, theirs) if mine == theirs => mine,
            (Self::Object(mine, note), Self::Object(theirs, other)) => {
                let note = if note == other { note } else { Note::Nothing };
                Self::Object(world.join(mine, theirs), note)
            }
            (Self::Primitive(mine, number, test), Self::Primitive(theirs, other, other_test)) if mine == theirs => {
                let test = if test == other_test { test } else { None };
                Self::Primitive(mine, number.merge(other), test)
            }
            // Whoever reads an object from a local without a value raises; a machine value has to be there.
            (object @ Self::Object(..), Self::Unset) | (Self::Unset, object @ Self::Object(..)) => object,
            (Self::Primitive(..), Self::Unset) | (Self::Unset, Self::Primitive(..)) => Self::Unset,
            _ => Self::Mixed,
        }
    }
}

impl Number {
    fn merge(self, other: Self) -> Self {
        Self {
            not_zero: self.not_zero && other.not_zero,
            not_minus_one: self.not_minus_one && other.not_minus_one,
            not_least: self.not_least && other.not_least,
            constant: if self.constant == other.constant { self.constant } else { Known::Other },
            successor_of: if self.successor_of == other.successor_of { self.successor_of } else { Value::UNNAMED },
            may_divide: match (self.not_minus_one, other.not_minus_one) {
                _ if self.may_divide == other.may_divide => self.may_divide,
                (true, false) => other.may_divide,
                (false, true) => self.may_divide,
                _ => Value::UNNAMED,
            },
            raw: self.raw || other.raw,
        }
    }
}
