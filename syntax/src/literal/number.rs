//! Number literals → integers of any size, floats, imaginary numbers.
//!
//! ```text
//! 1_000   →   Int(Small(1000))         1e400   →   Float(inf)         2j   →   Imaginary(2.0)
//! ```
//!
//! Invariant: a [`PyInt`] is `Small` whenever the value fits an `i64`, so equal integers are equal
//! values.

use num_bigint::BigInt;
use num_traits::ToPrimitive;
use ruff_python_ast::{Int, Number};
use std::fmt;
use std::sync::Arc;

/// A Python `int`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum PyInt {
    /// Fits an `i64`.
    Small(i64),
    /// Does not.
    Big(Arc<BigInt>),
}

/// The value of a number literal.
#[derive(Clone, PartialEq, Debug)]
pub enum NumberValue {
    /// `int`
    Int(PyInt),
    /// `float`
    Float(f64),
    /// `complex` without a real part
    Imaginary(f64),
}

/// The value of a number literal.
pub fn number_value(number: &Number) -> NumberValue {
    match number {
        Number::Int(int) => NumberValue::Int(int_value(int)),
        Number::Float(value) => NumberValue::Float(*value),
        Number::Complex { imag, .. } => NumberValue::Imaginary(*imag),
    }
}

fn int_value(int: &Int) -> PyInt {
    match int.as_u64() {
        Some(value) => PyInt::from(value),
        None => PyInt::from(parse_big(&int.to_string())),
    }
}

/// Reads decimal digits, or the token of a `0x`, `0o` or `0b` literal.
fn parse_big(token: &str) -> BigInt {
    let radix = match token.as_bytes() {
        [b'0', b'x' | b'X', ..] => 16,
        [b'0', b'o' | b'O', ..] => 8,
        [b'0', b'b' | b'B', ..] => 2,
        _ => 10,
    };
    let digits = if radix == 10 { token } else { &token[2..] };
    let digits = digits.bytes().filter(|&byte| byte != b'_').collect::<Vec<u8>>();
    BigInt::parse_bytes(&digits, radix).unwrap_or_default()
}

impl PyInt {
    /// Zero.
    pub const ZERO: Self = Self::Small(0);

    /// The value, if it fits an `i64`.
    pub const fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Small(value) => Some(*value),
            Self::Big(_) => None,
        }
    }

    /// The value at any size.
    pub fn to_big(&self) -> BigInt {
        match self {
            Self::Small(value) => BigInt::from(*value),
            Self::Big(value) => BigInt::clone(value),
        }
    }

    /// Whether the value is zero.
    pub const fn is_zero(&self) -> bool {
        matches!(self, Self::Small(0))
    }
}

impl From<BigInt> for PyInt {
    fn from(value: BigInt) -> Self {
        match value.to_i64() {
            Some(small) => Self::Small(small),
            None => Self::Big(Arc::new(value)),
        }
    }
}

impl From<u64> for PyInt {
    fn from(value: u64) -> Self {
        match i64::try_from(value) {
            Ok(small) => Self::Small(small),
            Err(_) => Self::Big(Arc::new(BigInt::from(value))),
        }
    }
}

impl From<i64> for PyInt {
    fn from(value: i64) -> Self {
        Self::Small(value)
    }
}

impl fmt::Display for PyInt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Small(value) => fmt::Display::fmt(value, formatter),
            Self::Big(value) => fmt::Display::fmt(value, formatter),
        }
    }
}
