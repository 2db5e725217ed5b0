//! Constants and their table: what `co_consts` holds.
//!
//! ```text
//! x = 1; y = 1.0; z = 1        table: [1, 1.0]     (1 and 1.0 are different constants)
//! ```
//!
//! Invariant: `Constant` equality is CPython's `_PyCode_ConstantKey`: by type and value, `0.0` and
//! `-0.0` apart, frozensets by members, NaN equal to nothing.

use crate::CodeObject;
use num_bigint::BigInt;
use num_traits::FromPrimitive;
use pyclast_syntax::type_facts::TypeCode;
use pyclast_syntax::{PyInt, PyString};
use rustc_hash::{FxHashMap, FxHasher};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// A value in `co_consts`.
#[derive(Clone, Debug)]
pub enum Constant {
    /// `None`
    None,
    /// `...`
    Ellipsis,
    /// `True`, `False`
    Bool(bool),
    /// An `int` of any size.
    Int(PyInt),
    /// A `float`.
    Float(f64),
    /// A `complex`: real and imaginary part.
    Complex(f64, f64),
    /// A `str`.
    Str(PyString),
    /// A `bytes`.
    Bytes(Arc<[u8]>),
    /// A `tuple`.
    Tuple(Arc<[Constant]>),
    /// A `frozenset`: distinct members, in the order of the source.
    FrozenSet(Arc<[Constant]>),
    /// A `slice`: start, stop, step.
    Slice(Arc<[Constant; 3]>),
    /// A code object.
    Code(Arc<CodeObject>),
}

impl Constant {
    /// An `int`.
    pub fn int(value: i64) -> Self {
        Self::Int(PyInt::Small(value))
    }

    /// An `int` of any size.
    pub fn big_int(value: BigInt) -> Self {
        Self::Int(value.into())
    }

    /// A `str`.
    pub fn str(text: &str) -> Self {
        Self::Str(PyString::new(text))
    }

    /// What a primitive starts as, in Python's form.
    pub(crate) fn zero(code: TypeCode) -> Self {
        match code {
            TypeCode::Double => Self::Float(0.0),
            TypeCode::Bool => Self::Bool(false),
            _ => Self::int(0),
        }
    }

    /// A `tuple`.
    pub fn tuple(items: impl IntoIterator<Item = Self>) -> Self {
        Self::Tuple(items.into_iter().collect())
    }

    /// The value as a small `int` (not a `bool`).
    pub fn as_small_int(&self) -> Option<i64> {
        match self {
            Self::Int(PyInt::Small(value)) => Some(*value),
            _ => None,
        }
    }

    /// A constant that is the same for values that Python's `==` finds equal: `1`, `1.0`, `True`.
    pub(crate) fn equality_key(&self) -> Self {
        let items = |items: &[Self]| items.iter().map(Self::equality_key).collect();
        match self {
            Self::Bool(value) => Self::int(i64::from(*value)),
            Self::Float(value) if value.fract() == 0.0 => {
                BigInt::from_f64(*value).map_or_else(|| self.clone(), Self::big_int)
            }
            Self::Complex(real, imaginary) if *imaginary == 0.0 => Self::Float(*real).equality_key(),
            Self::Complex(real, imaginary) => Self::Complex(real + 0.0, *imaginary),
            Self::Tuple(members) => Self::Tuple(items(members)),
            Self::FrozenSet(members) => Self::FrozenSet(items(members)),
            _ => self.clone(),
        }
    }

    /// `bool(value)`.
    pub fn is_truthy(&self) -> bool {
        match self {
            Self::None => false,
            Self::Ellipsis | Self::Slice(_) | Self::Code(_) => true,
            Self::Bool(value) => *value,
            Self::Int(value) => *value != PyInt::Small(0),
            Self::Float(value) => *value != 0.0,
            Self::Complex(real, imaginary) => *real != 0.0 || *imaginary != 0.0,
            Self::Str(value) => !value.is_empty(),
            Self::Bytes(value) => !value.is_empty(),
            Self::Tuple(items) | Self::FrozenSet(items) => !items.is_empty(),
        }
    }
}

/// Whether items are equal. The last are compared first: names follow the classes and modules they are in.
fn same_items(left: &[Constant], right: &[Constant]) -> bool {
    left.len() == right.len() && left.iter().rev().eq(right.iter().rev())
}

/// Equal bits, except that NaN equals nothing.
fn same_float(left: f64, right: f64) -> bool {
    !left.is_nan() && left.to_bits() == right.to_bits()
}

impl PartialEq for Constant {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::None, Self::None) | (Self::Ellipsis, Self::Ellipsis) => true,
            (Self::Bool(left), Self::Bool(right)) => left == right,
            (Self::Int(left), Self::Int(right)) => left == right,
            (Self::Float(left), Self::Float(right)) => same_float(*left, *right),
            (Self::Complex(a, b), Self::Complex(c, d)) => same_float(*a, *c) && same_float(*b, *d),
            (Self::Str(left), Self::Str(right)) => left == right,
            (Self::Bytes(left), Self::Bytes(right)) => left == right,
            (Self::Tuple(left), Self::Tuple(right)) => Arc::ptr_eq(left, right) || same_items(left, right),
            (Self::FrozenSet(left), Self::FrozenSet(right)) => {
                left.len() == right.len() && left.iter().all(|item| right.contains(item))
            }
            (Self::Slice(left), Self::Slice(right)) => left == right,
            (Self::Code(left), Self::Code(right)) => Arc::ptr_eq(left, right) || left.same_code(right),
            _ => false,
        }
    }
}

impl Hash for Constant {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        match self {
            Self::None | Self::Ellipsis => {}
            Self::Bool(value) => value.hash(state),
            Self::Int(value) => value.hash(state),
            Self::Float(value) => value.to_bits().hash(state),
            Self::Complex(real, imaginary) => {
                real.to_bits().hash(state);
                imaginary.to_bits().hash(state);
            }
            Self::Str(value) => value.hash(state),
            Self::Bytes(value) => value.hash(state),
            Self::Tuple(items) => items.hash(state),
            Self::FrozenSet(items) => {
                // Independent of the order, as equality is.
                let sum = items.iter().fold(0_u64, |sum, item| {
                    let mut hasher = FxHasher::default();
                    item.hash(&mut hasher);
                    sum.wrapping_add(hasher.finish())
                });
                sum.hash(state);
            }
            Self::Slice(parts) => parts.hash(state),
            Self::Code(code) => code.hash_place(state),
        }
    }
}

// NaN is not equal to itself; the table only needs that equal keys are found again.
impl Eq for Constant {}

/// Most tables do not outgrow this.
const FIRST_ROOM: usize = 8;

/// Tables up to this size are searched from the start: most units have few constants.
const SEARCHED: usize = 40;

/// The position of an equal constant: the frequent kinds are compared without a look at other kinds.
fn position(list: &[Constant], constant: &Constant) -> Option<usize> {
    match constant {
        Constant::None => list.iter().position(|known| matches!(known, Constant::None)),
        Constant::Str(text) => list.iter().position(|known| matches!(known, Constant::Str(known) if known == text)),
        Constant::Int(PyInt::Small(value)) => {
            list.iter().position(|known| matches!(known, Constant::Int(PyInt::Small(known)) if known == value))
        }
        Constant::Tuple(items) => list.iter().position(|known| match known {
            Constant::Tuple(known) => Arc::ptr_eq(known, items) || same_items(known, items),
            _ => false,
        }),
        _ => list.iter().position(|known| known == constant),
    }
}

/// The constants of one code unit, in the order of first mention.
#[derive(Clone, Debug, Default)]
pub struct ConstantTable {
    list: Vec<Constant>,
    /// The indices of `list`, once it is longer than [`SEARCHED`].
    index: FxHashMap<Constant, usize>,
}

impl ConstantTable {
    /// An empty table in memory that an earlier one left.
    pub(crate) fn in_memory_of(list: Vec<Constant>) -> Self {
        debug_assert!(list.is_empty());
        Self { list, index: FxHashMap::default() }
    }

    /// The index of `constant`, new or known (`_PyCompile_AddConst`).
    pub fn add(&mut self, constant: Constant) -> usize {
        let next = self.list.len();
        if self.list.capacity() == 0 {
            self.list.reserve(FIRST_ROOM);
        }
        if next <= SEARCHED {
            if let Some(index) = position(&self.list, &constant) {
                return index;
            }
            if next == SEARCHED {
                let known = self.list.iter().cloned().chain([constant.clone()]);
                self.index = known.zip(0..).collect();
            }
        } else {
            if let Some(&index) = self.index.get(&constant) {
                return index;
            }
            self.index.insert(constant.clone(), next);
        }
        self.list.push(constant);
        next
    }

    /// The constant of an index.
    pub fn get(&self, index: usize) -> Option<&Constant> {
        self.list.get(index)
    }

    /// The constants in order.
    pub fn into_constants(self) -> Vec<Constant> {
        self.list
    }
}
