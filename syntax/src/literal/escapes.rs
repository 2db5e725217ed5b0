//! Backslash escapes → the characters they stand for.
//!
//! ```text
//! \x41\ud800\d   →   41 ED A0 80 5C 64      and \d is an invalid escape
//! ```
//!
//! The rules are those of `unicodeobject.c: _PyUnicode_DecodeUnicodeEscapeInternal2` and
//! `bytesobject.c: _PyBytes_DecodeEscape2`.
//!
//! Invariant: the text comes from a literal the parser accepted, so every escape is complete. A
//! malformed one would stand for itself.

use crate::{PyString, Span};

/// Which escapes a literal knows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum EscapeRules {
    /// `"…"`: all of them.
    Text,
    /// `f"…{"`: all of them, but the tokenizer itself warns about `\{`.
    Joined,
    /// `b"…"`: not `\u`, `\U`, `\N`.
    Bytes,
}

/// What one backslash and the characters after it mean.
enum Escape {
    /// A code point or, in bytes, a byte; possibly above 0xFF for octal escapes.
    Point(u32),
    /// Backslash-newline: nothing.
    Nothing,
    /// No escape: the backslash stands for itself.
    Unknown,
    /// Digits or a name that are none: an error, which others report.
    Malformed,
}

/// The bytes (`surrogatepass` UTF-8) that the inside of a text literal stands for.
pub(crate) fn decode_text(raw: &str) -> Vec<u8> {
    let mut value = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(backslash) = memchr::memchr(b'\\', rest.as_bytes()) {
        value.extend_from_slice(&rest.as_bytes()[..backslash]);
        let after = &rest[backslash + 1..];
        let (escape, length) = read_escape(after, EscapeRules::Text);
        match escape {
            Escape::Point(point) => PyString::push_code_point(&mut value, point),
            Escape::Nothing => {}
            Escape::Unknown | Escape::Malformed => value.push(b'\\'),
        }
        rest = &after[length..];
    }
    value.extend_from_slice(rest.as_bytes());
    value
}

/// The first escape of a literal that CPython warns about: its range in `raw` with the backslash, and
/// its spelling without. A backslash before a character beyond ASCII, or at the end, is no reason.
pub(crate) fn invalid_escape(raw: &str, rules: EscapeRules) -> Option<(Span, &str)> {
    let mut position = 0;
    while let Some(found) = memchr::memchr(b'\\', &raw.as_bytes()[position..]) {
        let backslash = position + found;
        let after = &raw[backslash + 1..];
        let first = after.as_bytes().first()?;
        let (escape, length) = read_escape(after, rules);
        let length = match escape {
            Escape::Point(point) if point > 0xFF && first.is_ascii_digit() => length,
            Escape::Unknown if rules == EscapeRules::Joined && matches!(first, b'{' | b'}') => return None,
            Escape::Unknown if first.is_ascii() => 1,
            Escape::Unknown | Escape::Malformed | Escape::Point(_) | Escape::Nothing => {
                position = backslash + 1 + length;
                continue;
            }
        };
        let offset = |position: usize| u32::try_from(position).unwrap_or_default();
        let span = Span::new(offset(backslash), offset(backslash + 1 + length));
        return Some((span, &after[..length]));
    }
    None
}

/// The escape that follows a backslash and how many bytes it takes; none for an unknown one, so that
/// what follows is read as ordinary text.
fn read_escape(after: &str, rules: EscapeRules) -> (Escape, usize) {
    let bytes = after.as_bytes();
    let Some(&first) = bytes.first() else { return (Escape::Unknown, 0) };
    let simple = |point: u8| (Escape::Point(u32::from(point)), 1);
    match first {
        b'\n' => (Escape::Nothing, 1),
        b'\\' | b'\'' | b'"' => simple(first),
        b'a' => simple(7),
        b'b' => simple(8),
        b't' => simple(b'\t'),
        b'n' => simple(b'\n'),
        b'v' => simple(11),
        b'f' => simple(12),
        b'r' => simple(b'\r'),
        b'0'..=b'7' => {
            let length = bytes.iter().take(3).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
            let point = u32::from_str_radix(&after[..length], 8).unwrap_or_default();
            (Escape::Point(point), length)
        }
        b'x' => hexadecimal(after, 2),
        b'u' if rules != EscapeRules::Bytes => hexadecimal(after, 4),
        b'U' if rules != EscapeRules::Bytes => hexadecimal(after, 8),
        b'N' if rules != EscapeRules::Bytes => named(after),
        _ => (Escape::Unknown, 0),
    }
}

fn hexadecimal(after: &str, digits: usize) -> (Escape, usize) {
    match after.get(1..=digits).and_then(|digits| u32::from_str_radix(digits, 16).ok()) {
        Some(point) => (Escape::Point(point), 1 + digits),
        None => (Escape::Malformed, 0),
    }
}

fn named(after: &str) -> (Escape, usize) {
    let name = after.get(2..).and_then(|rest| rest.split_once('}')).map(|(name, _)| name);
    match name.and_then(|name| Some((unicode_names2::character(name)?, name.len()))) {
        Some((character, length)) => (Escape::Point(u32::from(character)), length + 3),
        None => (Escape::Malformed, 0),
    }
}
