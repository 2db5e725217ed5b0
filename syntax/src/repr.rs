//! Values of literals → what Python's `repr` shows.
//!
//! ```text
//! 1e16 → 1e+16     -0.0 → -0.0     1j → 1j     "it's" → "it's"     b'\x00' → b'\x00'
//! ```
//!
//! Invariant: the text is the one CPython gives.

use crate::{PyString, is_printable};
use std::fmt::Write;

fn push(text: &mut String, value: impl std::fmt::Display) {
    write!(text, "{value}").expect("writing to a string does not fail");
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
