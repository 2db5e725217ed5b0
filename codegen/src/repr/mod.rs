//! Constants → what Python's `repr` shows.
//!
//! ```text
//! 1e16 → 1e+16     -0.0 → -0.0     1j → 1j     "it's" → "it's"     (1,) → (1,)
//! ```
//!
//! Code objects are shown without their address, so that equal input gives equal text. Members of a
//! frozenset stand in the order of the source.
//!
//! Invariant: except for these two, the text is the one CPython gives.

#[cfg(test)]
mod tests;

use crate::{CodeObject, Constant};
use pyclast_syntax::PyInt;
pub use pyclast_syntax::repr::{bytes_repr, complex_repr, float_repr, str_repr};
use std::fmt::Write;

/// `repr(value)`
pub fn repr(constant: &Constant) -> String {
    let mut text = String::new();
    write_constant(&mut text, constant);
    text
}

fn write_constant(text: &mut String, constant: &Constant) {
    match constant {
        Constant::None => text.push_str("None"),
        Constant::Ellipsis => text.push_str("Ellipsis"),
        Constant::Bool(value) => text.push_str(if *value { "True" } else { "False" }),
        Constant::Int(PyInt::Small(value)) => push(text, value),
        Constant::Int(PyInt::Big(value)) => push(text, value),
        Constant::Float(value) => text.push_str(&float_repr(*value)),
        Constant::Complex(real, imaginary) => text.push_str(&complex_repr(*real, *imaginary)),
        Constant::Str(value) => text.push_str(&str_repr(value)),
        Constant::Bytes(value) => text.push_str(&bytes_repr(value)),
        Constant::Tuple(items) => {
            text.push('(');
            write_items(text, items);
            text.push_str(if items.len() == 1 { ",)" } else { ")" });
        }
        Constant::FrozenSet(items) if items.is_empty() => text.push_str("frozenset()"),
        Constant::FrozenSet(items) => {
            text.push_str("frozenset({");
            write_items(text, items);
            text.push_str("})");
        }
        Constant::Slice(parts) => {
            text.push_str("slice(");
            write_items(text, &parts[..]);
            text.push(')');
        }
        Constant::Code(code) => text.push_str(&code_repr(code)),
    }
}

fn write_items(text: &mut String, items: &[Constant]) {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            text.push_str(", ");
        }
        write_constant(text, item);
    }
}

fn push(text: &mut String, value: impl std::fmt::Display) {
    write!(text, "{value}").expect("writing to a string does not fail");
}

/// `repr` of a code object, without the address.
pub fn code_repr(code: &CodeObject) -> String {
    let line = if code.first_line == 0 { -1 } else { code.first_line };
    format!("<code object {}, file \"{}\", line {line}>", code.name, code.filename)
}
