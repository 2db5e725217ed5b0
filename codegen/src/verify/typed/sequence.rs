//! Lengths and elements of lists, tuples, checked lists and arrays.
//!
//! ```text
//! SEQUENCE_GET 256      exact CheckedList[T], int64 → T
//! FAST_LEN 0            exact list or CheckedList → int64; int → its tag; 2 of an int → its first digit
//! ```
//!
//! Invariant: a layout is relied on only in values proved to have it.

use super::step::{Proof, Step};
use super::value::Value;
use super::world::{ClassId, Family, Type};
use pyclast_syntax::type_facts::TypeCode;

/// What `FAST_LEN` measures; none if nobody knows that number.
pub(super) const fn measured(oparg: u32) -> Option<Measured> {
    Some(match oparg {
        0 => Measured::Exact(&[ClassId::LIST], Some(Family::CheckedList)),
        1 => Measured::Exact(&[ClassId::DICT], Some(Family::CheckedDict)),
        2 => Measured::Exact(&[ClassId::SET, ClassId::FROZENSET], None),
        3 => Measured::Exact(&[ClassId::TUPLE], None),
        4 => Measured::Exact(&[], Some(Family::Array)),
        5 => Measured::Exact(&[ClassId::STR], None),
        // Others than exact ones are asked for `__len__`.
        16..=21 => Measured::Any,
        _ => return None,
    })
}

/// What `FAST_LEN` measures.
#[derive(Clone, Copy)]
pub(super) enum Measured {
    /// Values of one of these classes, or of that family.
    Exact(&'static [ClassId], Option<Family>),
    /// Any object.
    Any,
}

/// A sequence that is indexed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Indexed {
    /// A list and nothing else.
    ExactList,
    /// A list or what derives from it.
    List,
    CheckedList,
    Array,
}

/// The bit that leaves out the check of the index.
const UNCHECKED: u32 = 8;

/// What `SEQUENCE_GET` reads; none if nobody knows that number.
pub(super) const fn read(oparg: u32) -> Option<Indexed> {
    Some(match oparg & !UNCHECKED {
        0 => Indexed::ExactList,
        2 => Indexed::List,
        0x100 => Indexed::CheckedList,
        0xF0 => Indexed::Array,
        _ => match oparg {
            0xF0 => Indexed::Array,
            _ => return None,
        },
    })
}

/// What `SEQUENCE_SET` stores into; none if nobody knows that number.
pub(super) const fn stored(oparg: u32) -> Option<Indexed> {
    Some(match oparg {
        0 => Indexed::ExactList,
        2 => Indexed::List,
        0xF0 => Indexed::Array,
        _ => return None,
    })
}

impl Step<'_, '_> {
    pub(super) fn fast_len(&mut self) -> Proof {
        let measured = measured(self.oparg()).ok_or("unknown kind of length")?;
        match measured {
            Measured::Any => drop(self.pop_object()?),
            // The tag of an int stands where the length of a list does, its first digit where that of a set does.
            Measured::Exact(..) if matches!(self.oparg(), 0 | 2) && self.is_integer()? => drop(self.pop_object()?),
            Measured::Exact(classes, family) => self.pop_sequence(classes, family)?,
        }
        self.push(Value::primitive(TypeCode::Int64));
        Ok(())
    }

    /// Whether the value on the top is an int, or of a class below it.
    fn is_integer(&self) -> Proof<bool> {
        let class = self.peek_object(1)?;
        Ok(self.prover.world.is_subtype(class, Type::of(ClassId::INT)))
    }

    fn pop_sequence(&mut self, classes: &[ClassId], family: Option<Family>) -> Proof {
        let class = self.peek_object(1)?;
        let is_of_family = family == Some(self.prover.world.class(class.class).family);
        let is_exact = class.exact || class.class == ClassId::STR;
        // What may be None, or derived, is checked to be that class itself.
        let wanted = if is_of_family { Some(class.class) } else { classes.first().copied() };
        match wanted {
            _ if !class.optional && is_exact && (is_of_family || classes.contains(&class.class)) => {}
            Some(wanted) => self.require(1, Type::exact(wanted))?,
            None => return Err(format!("the layout of {} is not known", self.describe(Value::object(class)))),
        }
        self.pop().map(drop)
    }

    pub(super) fn sequence_get(&mut self) -> Proof {
        let kind = read(self.oparg()).ok_or("unknown kind of sequence")?;
        self.pop_code(TypeCode::Int64)?;
        let class = self.indexed(kind)?;
        self.pop()?;
        let element = match kind {
            Indexed::Array => Value::primitive(TypeCode::Int64),
            Indexed::CheckedList => {
                let element = self.prover.world.class(class.class).arguments.first();
                Value::object(element.copied().unwrap_or(Type::OBJECT))
            }
            Indexed::ExactList | Indexed::List => Value::ANY,
        };
        self.push(element);
        Ok(())
    }

    /// `value, sequence, index`
    pub(super) fn sequence_set(&mut self) -> Proof {
        let kind = stored(self.oparg()).ok_or("unknown kind of sequence")?;
        self.pop_code(TypeCode::Int64)?;
        self.indexed(kind)?;
        self.pop()?;
        match kind {
            Indexed::Array => self.pop_code(TypeCode::Int64).map(drop),
            _ => self.pop_object().map(drop),
        }
    }

    /// The sequence on the top has the layout.
    fn indexed(&mut self, kind: Indexed) -> Proof<Type> {
        let family = match kind {
            Indexed::ExactList => {
                self.require(1, Type::exact(ClassId::LIST))?;
                return Ok(Type::exact(ClassId::LIST));
            }
            Indexed::List => {
                self.require(1, Type::of(ClassId::LIST))?;
                return Ok(Type::of(ClassId::LIST));
            }
            Indexed::CheckedList => Family::CheckedList,
            Indexed::Array => Family::Array,
        };
        let class = self.peek_object(1)?;
        if self.prover.world.class(class.class).family == family {
            let exact = Type::exact(class.class);
            self.require(1, exact)?;
            return Ok(exact);
        }
        Err(format!("a sequence of known layout is wanted, there is {}", self.describe(Value::object(class))))
    }
}
