<<<<<<< HEAD
//! Literals → Python values.
//!
//! `0x_ff` → 255; `"a" "\ud800"` → the string of two code points.

use crate::PyString;
use num_bigint::BigInt;
use num_traits::Num;
use ruff_python_ast::{ExprBytesLiteral, ExprStringLiteral, InterpolatedStringLiteralElement, Number};
use std::sync::Arc;

/// A Python `int`. Canonical: `Big` only where `Small` cannot hold the value.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum PyInt {
    /// Fits 64 bits.
    Small(i64),
    /// Does not.
    Big(Arc<BigInt>),
}

impl From<BigInt> for PyInt {
    fn from(value: BigInt) -> Self {
        match i64::try_from(&value) {
            Ok(small) => Self::Small(small),
            Err(_) => Self::Big(Arc::new(value)),
        }
    }
}

/// The value of a number literal.
#[derive(Clone, PartialEq, Debug)]
pub enum NumberValue {
    /// `1`
    Int(PyInt),
    /// `1.0`
    Float(f64),
    /// `1j`
    Imaginary(f64),
}

/// The value of a string literal, implicit concatenation included.
pub fn string_value(literal: &ExprStringLiteral, text: &str) -> PyString {
    let _ = text;
    PyString::new(literal.value.to_str())
}

/// The value of a literal piece of an f-string or t-string.
pub fn interpolated_literal_value(literal: &InterpolatedStringLiteralElement, text: &str) -> PyString {
    let _ = text;
    PyString::new(&literal.value)
}

/// The value of a bytes literal.
pub fn bytes_value(literal: &ExprBytesLiteral) -> Arc<[u8]> {
    literal.value.bytes().collect()
}

/// The value of a number literal.
pub fn number_value(number: &Number) -> NumberValue {
    match number {
        Number::Int(int) => NumberValue::Int(match int.as_i64() {
            Some(small) => PyInt::Small(small),
            None => {
                let text = int.to_string().replace('_', "").to_ascii_lowercase();
                let (digits, radix) = match text.get(..2) {
                    Some("0x") => (&text[2..], 16),
                    Some("0o") => (&text[2..], 8),
                    Some("0b") => (&text[2..], 2),
                    _ => (&text[..], 10),
                };
                BigInt::from_str_radix(digits, radix).unwrap_or_default().into()
            }
        }),
        Number::Float(value) => NumberValue::Float(*value),
        Number::Complex { imag, .. } => NumberValue::Imaginary(*imag),
    }
}
=======
//! Literals of the tree → the values they have in Python.
//!
//! ```text
//! '\ud800' "a"        →   PyString of U+D800, "a"
//! 0xffff_ffff_ffff    →   PyInt::Small(281474976710655)
//! f"a{{b" "c{x = }"   →   [Constant("a{bcx = "), Value(x!r)]
//! ```
//!
//! The parser's own values are used where they are exact. They are not for surrogate escapes (it
//! puts U+FFFD) and for large integers (it keeps the token); those are read again from the source.
//!
//! Invariant: values are CPython's, for trees that `parse` let through. Nothing here fails.

mod escapes;
mod interpolated;
mod number;
mod string;

pub(crate) use escapes::invalid_escape;
pub use interpolated::{
    InterpolatedPiece, debug_text, format_spec_pieces, fstring_pieces, interpolation_text,
    template_pieces,
};
pub use number::{NumberValue, PyInt, number_value};
pub use string::{bytes_value, has_u_prefix, string_literal_value, string_value};

pub(crate) use string::middle_value;

#[cfg(test)]
mod tests;
>>>>>>> 049c4e88196c256e02c15ce8339e768ccd4e31d6
