//! The value of a constant expression.

use pyclast_syntax::{PyInt, PyString};
use std::sync::Arc;

/// The value of a constant expression.
#[derive(Clone, PartialEq, Debug)]
pub enum Constant {
    /// `None`
    None,
    /// `...`
    Ellipsis,
    /// `True`, `False`
    Bool(bool),
    /// An `int`.
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
}

impl Constant {
    /// A `frozenset` of members.
    pub fn frozen_set(items: impl IntoIterator<Item = Self>) -> Self {
        let mut members: Vec<Self> = Vec::new();
        for item in items {
            if !members.contains(&item) {
                members.push(item);
            }
        }
        Self::FrozenSet(members.into())
    }

    /// `bool(value)`.
    pub fn is_truthy(&self) -> bool {
        match self {
            Self::None => false,
            Self::Ellipsis => true,
            Self::Bool(value) => *value,
            Self::Int(value) => !value.is_zero(),
            Self::Float(value) => *value != 0.0,
            Self::Complex(real, imaginary) => *real != 0.0 || *imaginary != 0.0,
            Self::Str(value) => !value.is_empty(),
            Self::Bytes(value) => !value.is_empty(),
            Self::Tuple(items) | Self::FrozenSet(items) => !items.is_empty(),
        }
    }

    /// The value of an `int` or `bool`, which is one.
    pub fn as_int(&self) -> Option<PyInt> {
        match self {
            Self::Bool(value) => Some(PyInt::Small(i64::from(*value))),
            Self::Int(value) => Some(value.clone()),
            _ => None,
        }
    }

    /// The value of a `str` without lone surrogates.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Str(value) => value.as_str(),
            _ => None,
        }
    }
}
