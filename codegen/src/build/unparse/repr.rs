//! Constants → what `repr` makes of them.
//!
//! ```text
//! "it's" → "it's"      b'\x00' → b'\x00'      1e16 → 1e+16      1e999j → 1e309j
//! ```
//!
//! Invariant: the text is ASCII except for printable characters of strings.

use num_traits::Zero;
use pyclast_syntax::is_printable;
use pyclast_syntax::{NumberValue, PyInt, PyString};
use std::fmt::Write;

/// What CPython writes for infinity: a literal that overflows to it.
const INFINITY: &str = "1e309";

/// `repr(str)`
pub(super) fn write_str(output: &mut Vec<u8>, value: &PyString) {
    let quote = quote_for(value.as_bytes());
    output.push(quote);
    for point in value.code_points() {
        match char::from_u32(point) {
            Some(character) => write_character(output, character, quote),
            None => output.extend_from_slice(format!("\\u{point:04x}").as_bytes()),
        }
    }
    output.push(quote);
}

/// `repr(str)` of generalised UTF-8.
pub(super) fn write_quoted(output: &mut Vec<u8>, value: &[u8]) {
    write_str(output, &PyString::from_surrogatepass(value));
}

/// `repr(bytes)`
pub(super) fn write_bytes(output: &mut Vec<u8>, value: &[u8]) {
    let quote = quote_for(value);
    output.extend_from_slice(&[b'b', quote]);
    for &byte in value {
        if byte.is_ascii() {
            write_character(output, char::from(byte), quote);
        } else {
            output.extend_from_slice(format!("\\x{byte:02x}").as_bytes());
        }
    }
    output.push(quote);
}

/// Single quotes, unless the text has some and no double ones.
fn quote_for(text: &[u8]) -> u8 {
    if text.contains(&b'\'') && !text.contains(&b'"') { b'"' } else { b'\'' }
}

fn write_character(output: &mut Vec<u8>, character: char, quote: u8) {
    let point = u32::from(character);
    let escape = match character {
        '\\' => "\\\\",
        '\t' => "\\t",
        '\n' => "\\n",
        '\r' => "\\r",
        _ if point == u32::from(quote) => {
            output.push(b'\\');
            return output.push(quote);
        }
        _ if is_printable(u32::from(character)) => {
            return output.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
        _ => &match point {
            0..=0xFF => format!("\\x{point:02x}"),
            0x100..=0xFFFF => format!("\\u{point:04x}"),
            _ => format!("\\U{point:08x}"),
        },
    };
    output.extend_from_slice(escape.as_bytes());
}

/// `repr` of a number literal's value.
pub(super) fn number(value: &NumberValue) -> String {
    match value {
        NumberValue::Int(PyInt::Small(value)) => value.to_string(),
        NumberValue::Int(PyInt::Big(value)) => value.to_string(),
        NumberValue::Float(value) => float(*value, ".0"),
        NumberValue::Imaginary(value) => format!("{}j", float(*value, "")),
    }
}

/// The shortest digits that give the value back (`PyOS_double_to_string(…, 'r', …)`); `suffix`
/// follows digits without point or exponent. Literals are never negative or NaN.
fn float(value: f64, suffix: &str) -> String {
    if value.is_infinite() {
        return INFINITY.to_owned();
    }
    if value.is_zero() {
        return format!("0{suffix}");
    }
    let scientific = format!("{value:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if !(-4..16).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{mantissa}e{sign}{:02}", exponent.unsigned_abs());
    }
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let mut text = String::new();
    match usize::try_from(exponent) {
        // Zeros between the point and the digits.
        Err(_) => {
            let zeros = exponent.unsigned_abs() as usize - 1;
            let _ = write!(text, "0.{:0<zeros$}{digits}", "");
        }
        Ok(exponent) if digits.len() > exponent + 1 => {
            let (whole, fraction) = digits.split_at(exponent + 1);
            let _ = write!(text, "{whole}.{fraction}");
        }
        Ok(exponent) => {
            let _ = write!(text, "{digits:0<width$}{suffix}", width = exponent + 1);
        }
    }
    text
}
