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
use pyclast_syntax::{PyInt, PyString, is_printable};
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

/// `repr` of a `float`: the shortest digits that read back as the same number.
pub fn float_repr(value: f64) -> String {
    let mut text = shortest(value);
    // `Py_DTSF_ADD_DOT_0`: what would read as an int gets a fraction.
    if text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') {
        text.push_str(".0");
    }
    text
}

/// `repr` of a `complex`.
pub fn complex_repr(real: f64, imaginary: f64) -> String {
    let imaginary_text = shortest(imaginary);
    if real == 0.0 && real.is_sign_positive() {
        return format!("{imaginary_text}j");
    }
    let sign = if imaginary_text.starts_with('-') { "" } else { "+" };
    format!("({}{sign}{imaginary_text}j)", shortest(real))
}

/// `PyOS_double_to_string(value, 'r', 0, 0)`: fixed notation for exponents from −4 to 15.
fn shortest(value: f64) -> String {
    if value.is_nan() {
        return "nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let scientific = format!("{value:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&exponent) {
        return format!("{value}");
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.unsigned_abs())
}

/// `repr` of a `str`.
pub fn str_repr(value: &PyString) -> String {
    let bytes = value.as_bytes();
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') { '"' } else { '\'' };
    let mut text = String::with_capacity(bytes.len() + 2);
    text.push(quote);
    for point in value.code_points() {
        match (point, char::from_u32(point)) {
            (_, Some(character @ ('\\' | '\'' | '"'))) if character == '\\' || character == quote => {
                text.push('\\');
                text.push(character);
            }
            (_, Some('\t')) => text.push_str("\\t"),
            (_, Some('\n')) => text.push_str("\\n"),
            (_, Some('\r')) => text.push_str("\\r"),
            (_, Some(character)) if is_printable(point) => text.push(character),
            (0..0x100, _) => push(&mut text, format_args!("\\x{point:02x}")),
            (0x100..0x1_0000, _) => push(&mut text, format_args!("\\u{point:04x}")),
            _ => push(&mut text, format_args!("\\U{point:08x}")),
        }
    }
    text.push(quote);
    text
}

/// `repr` of a `bytes`.
pub fn bytes_repr(value: &[u8]) -> String {
    let quote = if value.contains(&b'\'') && !value.contains(&b'"') { b'"' } else { b'\'' };
    let mut text = String::with_capacity(value.len() + 3);
    text.push('b');
    text.push(char::from(quote));
    for &byte in value {
        match byte {
            b'\t' => text.push_str("\\t"),
            b'\n' => text.push_str("\\n"),
            b'\r' => text.push_str("\\r"),
            b'\\' => text.push_str("\\\\"),
            _ if byte == quote => {
                text.push('\\');
                text.push(char::from(byte));
            }
            b' '..=b'~' => text.push(char::from(byte)),
            _ => push(&mut text, format_args!("\\x{byte:02x}")),
        }
    }
    text.push(char::from(quote));
    text
}
