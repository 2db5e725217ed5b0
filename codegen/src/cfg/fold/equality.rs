//! Python's `==` on constants, for sets: `{1, 1.0, True}` has one member.

use super::int;
use crate::Constant;
use pyclast_syntax::PyInt;
use rustc_hash::FxHashSet;
use std::sync::Arc;

/// The members of a set of constants: of equal ones the first.
pub(in crate::cfg) fn distinct(items: Vec<Constant>) -> Arc<[Constant]> {
    let mut seen = FxHashSet::default();
    items.into_iter().filter(|item| Key::of(item).is_none_or(|key| seen.insert(key))).collect()
}

/// What equal constants share.
#[derive(PartialEq, Eq, Hash)]
enum Key {
    Integral(PyInt),
    Float(u64),
    Complex(u64, u64),
    Tuple(Vec<Self>),
    Other(Constant),
}

impl Key {
    /// `None` for what equals nothing.
    fn of(constant: &Constant) -> Option<Self> {
        Some(match constant {
            Constant::Bool(value) => Self::Integral(PyInt::Small(i64::from(*value))),
            Constant::Int(value) => Self::Integral(value.clone()),
            Constant::Float(value) => return Self::of_float(*value),
            Constant::Complex(real, imag) if *imag == 0.0 => return Self::of_float(*real),
            Constant::Complex(real, imag) if real.is_nan() || imag.is_nan() => return None,
            // Adding zero turns -0.0 into 0.0.
            Constant::Complex(real, imag) => Self::Complex((real + 0.0).to_bits(), imag.to_bits()),
            Constant::Tuple(items) => Self::Tuple(items.iter().map(Self::of).collect::<Option<_>>()?),
            other => Self::Other(other.clone()),
        })
    }

    fn of_float(value: f64) -> Option<Self> {
        match int::from_integral_float(value) {
            Some(integral) => Some(Self::Integral(integral)),
            None => (!value.is_nan()).then_some(Self::Float(value.to_bits())),
        }
    }
}
