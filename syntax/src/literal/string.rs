//! String and bytes literals → their values, adjacent parts joined.
//!
//! ```text
//! "a" r"\b" '\ud800'   →   a, \, b, U+D800
//! ```
//!
//! Invariant: the literals come from the text given with them.

use super::escapes::decode_text;
use crate::PyString;
use ruff_python_ast::{ExprBytesLiteral, ExprStringLiteral, InterpolatedStringLiteralElement, StringLiteral};
use ruff_text_size::TextRange;
use std::borrow::Cow;

/// The value of a string expression.
pub fn string_value(expression: &ExprStringLiteral, text: &str) -> PyString {
    let mut parts = expression.value.iter();
    match (parts.next(), parts.next()) {
        (Some(only), None) => string_literal_value(only, text),
        _ => {
            let mut value = Vec::new();
            for part in &expression.value {
                value.extend_from_slice(&literal_bytes(part, text));
            }
            PyString::from_surrogatepass(&value)
        }
    }
}

/// The value of one part of a string expression.
pub fn string_literal_value(literal: &StringLiteral, text: &str) -> PyString {
    PyString::from_surrogatepass(&literal_bytes(literal, text))
}

/// Whether CPython's `Constant.kind` is `'u'`: the first part decides.
pub fn has_u_prefix(expression: &ExprStringLiteral) -> bool {
    expression.value.iter().next().is_some_and(|part| part.flags.prefix().is_unicode())
}

/// The value of a bytes expression.
pub fn bytes_value(expression: &ExprBytesLiteral) -> Cow<'_, [u8]> {
    let mut parts = expression.value.iter();
    match (parts.next(), parts.next()) {
        (Some(only), None) => Cow::Borrowed(&only.value),
        _ => Cow::Owned(expression.value.iter().flat_map(|part| part.value.iter().copied()).collect()),
    }
}

/// The value of one part of a string expression, as `surrogatepass` UTF-8.
pub(super) fn literal_bytes<'a>(literal: &'a StringLiteral, text: &str) -> Cow<'a, [u8]> {
    if !may_hide_surrogate(&literal.value) || literal.flags.prefix().is_raw() {
        return Cow::Borrowed(literal.value.as_bytes());
    }
    match text.get(std::ops::Range::<usize>::from(literal.content_range())) {
        Some(raw) => Cow::Owned(decode_text(raw)),
        None => Cow::Borrowed(literal.value.as_bytes()),
    }
}

/// The value of the text between the fields of an f-string or t-string, as `surrogatepass` UTF-8.
pub(super) fn middle_value<'a>(element: &'a InterpolatedStringLiteralElement, raw: bool, text: &str) -> Cow<'a, [u8]> {
    if raw || !may_hide_surrogate(&element.value) {
        return Cow::Borrowed(element.value.as_bytes());
    }
    match source(element.range, text) {
        Some(source) => Cow::Owned(decode_middle(source)),
        None => Cow::Borrowed(element.value.as_bytes()),
    }
}

/// The text of a range.
pub(super) fn source(range: TextRange, text: &str) -> Option<&str> {
    text.get(std::ops::Range::<usize>::from(range))
}

/// Doubled braces stand for one brace, so each run up to the first of a pair is a piece of its own,
/// as CPython's tokenizer cuts them. Braces of `\N{…}` are not doubled.
fn decode_middle(source: &str) -> Vec<u8> {
    let mut value = Vec::with_capacity(source.len());
    let mut rest = source;
    while let Some(brace) = first_doubled_brace(rest) {
        value.extend_from_slice(&decode_text(&rest[..=brace]));
        rest = &rest[brace + 2..];
    }
    value.extend_from_slice(&decode_text(rest));
    value
}

fn first_doubled_brace(source: &str) -> Option<usize> {
    source.as_bytes().windows(2).position(|pair| pair == b"{{" || pair == b"}}")
}

/// The parser writes U+FFFD for surrogates; only strings that have it need a second look.
fn may_hide_surrogate(value: &str) -> bool {
    const LEAD: u8 = 0xEF;
    memchr::memchr(LEAD, value.as_bytes()).is_some() && value.contains('\u{FFFD}')
}
