//! Number literals → text that reads back as the same number.
//!
//! ```text
//! 0x1F → 31      1e16 → 1e+16      1e999j → 1e309j
//! ```
//!
//! Invariant: what `repr` gives, but for infinity, which `repr` gives a name (`append_repr`).

use crate::repr::{complex_repr, float_repr};
use pyclast_syntax::{NumberValue, PyInt};

/// What CPython writes for infinity: a literal that overflows to it.
const INFINITY: &str = "1e309";

/// The text of a number literal's value.
pub(super) fn number(value: &NumberValue) -> String {
    match value {
        NumberValue::Int(PyInt::Small(value)) => value.to_string(),
        NumberValue::Int(PyInt::Big(value)) => value.to_string(),
        NumberValue::Float(value) if value.is_infinite() => INFINITY.to_owned(),
        NumberValue::Float(value) => float_repr(*value),
        NumberValue::Imaginary(value) if value.is_infinite() => format!("{INFINITY}j"),
        NumberValue::Imaginary(value) => complex_repr(0.0, *value),
    }
}
