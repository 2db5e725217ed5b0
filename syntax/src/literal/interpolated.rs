//! f-strings and t-strings → the values of CPython's `JoinedStr` and `TemplateStr`.
//!
//! ```text
//! f"a{{b" "c{x = }"   →   [Constant("a{bcx = "), Value(x)]        x has the conversion 'r'
//! ```
//!
//! Parts of an implicit concatenation are joined, doubled braces are one brace, the text of a
//! `{x = }` field belongs to the constant before it, empty constants vanish
//! (`action_helpers.c: _PyPegen_concatenate_strings`).
//!
//! Invariant: two constants never follow each other, and none is empty.

use super::string::{literal_bytes, middle_value, source};
use crate::{PyString, Span};
use ruff_python_ast::{
    ConversionFlag, ExprFString, ExprTString, FStringPart, InterpolatedElement, InterpolatedStringElement,
    InterpolatedStringFormatSpec, InterpolatedStringLiteralElement,
};
use ruff_text_size::Ranged;
use std::borrow::Cow;

/// One value of a `JoinedStr` or `TemplateStr`.
#[derive(Clone, Debug)]
pub enum InterpolatedPiece<'a> {
    /// A `Constant`: text between fields.
    Constant {
        /// The text; never empty.
        value: PyString,
        /// Where CPython puts the node.
        span: Span,
    },
    /// A `FormattedValue` or `Interpolation`: a field in braces. Its location is the element's
    /// range, its conversion is [`conversion`](Self::conversion).
    Value(&'a InterpolatedElement),
}

impl InterpolatedPiece<'_> {
    /// The conversion of a field: `!s`, `!r`, `!a`, or the `!r` that `{x=}` implies.
    pub fn conversion(element: &InterpolatedElement) -> Option<char> {
        match element.conversion.to_char() {
            None if element.debug_text.is_some() && element.format_spec.is_none() => Some('r'),
            conversion => conversion,
        }
    }
}

/// The values of an f-string expression, all its parts joined.
pub fn fstring_pieces<'a>(expression: &'a ExprFString, text: &str) -> Vec<InterpolatedPiece<'a>> {
    let mut pieces = PieceBuilder::new(text);
    for part in &expression.value {
        match part {
            FStringPart::Literal(literal) => {
                pieces.constant(&literal_bytes(literal, text), literal.range.into());
            }
            FStringPart::FString(fstring) => {
                pieces.elements(&fstring.elements, fstring.flags.prefix().is_raw());
            }
        }
    }
    pieces.finish()
}

/// The values of a t-string expression, all its parts joined.
pub fn template_pieces<'a>(expression: &'a ExprTString, text: &str) -> Vec<InterpolatedPiece<'a>> {
    let mut pieces = PieceBuilder::new(text);
    for part in &expression.value {
        pieces.elements(&part.elements, part.flags.prefix().is_raw());
    }
    pieces.finish()
}

/// The values of a format specification. Its own location is from the colon to its end: see
/// [`ParsedModule::format_spec_span`](crate::ParsedModule::format_spec_span).
pub fn format_spec_pieces<'a>(spec: &'a InterpolatedStringFormatSpec, text: &str) -> Vec<InterpolatedPiece<'a>> {
    let mut pieces = PieceBuilder::new(text);
    for element in &spec.elements {
        // Text that the parser left as it is has no escapes, as in all raw strings. The rest has.
        let raw = match element {
            InterpolatedStringElement::Literal(literal) => source(literal.range, text) == Some(&literal.value),
            InterpolatedStringElement::Interpolation(_) => false,
        };
        pieces.elements(std::slice::from_ref(element), raw);
    }
    let mut pieces = pieces.finish();
    // `_PyPegen_setup_full_format_spec` makes one `Constant` of two tokens of text, and puts it
    // where the `JoinedStr` would be.
    if let [InterpolatedPiece::Constant { span, .. }] = &mut *pieces
        && let [InterpolatedStringElement::Literal(literal)] = &*spec.elements
        && source(literal.range, text).is_some_and(|source| named_escape_then_text(source, &literal.value))
    {
        span.start = spec.range.start().to_u32() - 1;
    }
    pieces
}

/// Whether the tokenizer cuts the text of a format specification in two, which it does after `\N{…}`.
fn named_escape_then_text(source: &str, value: &str) -> bool {
    let Some(last) = source.rfind('}') else { return false };
    // In a raw string, `\N{…}` is a field.
    let rest = &source[last + 1..];
    let cut_before = source[..last].contains('}');
    source != value && (cut_before || !without_joined_lines(rest).is_empty())
}

/// Joins constants as they come.
struct PieceBuilder<'a, 'text> {
    text: &'text str,
    pieces: Vec<InterpolatedPiece<'a>>,
    constant: Vec<u8>,
    span: Option<Span>,
}

impl<'a, 'text> PieceBuilder<'a, 'text> {
    fn new(text: &'text str) -> Self {
        Self { text, pieces: Vec::new(), constant: Vec::new(), span: None }
    }

    fn elements(&mut self, elements: &'a [InterpolatedStringElement], raw: bool) {
        for element in elements {
            match element {
                InterpolatedStringElement::Literal(literal) => self.middle(literal, raw),
                InterpolatedStringElement::Interpolation(field) => {
                    if field.debug_text.is_some() {
                        let span = field_text_span(field, self.text);
                        let debug_text = debug_text(field, self.text);
                        self.constant(debug_text.as_bytes(), span);
                    }
                    self.value(field);
                }
            }
        }
    }

    fn middle(&mut self, literal: &'a InterpolatedStringLiteralElement, raw: bool) {
        let value = middle_value(literal, raw, self.text);
        // CPython drops empty tokens before it joins, so they do not widen the location.
        if !value.is_empty() {
            self.constant(&value, middle_span(literal, raw, self.text));
        }
    }

    fn constant(&mut self, value: &[u8], span: Span) {
        self.constant.extend_from_slice(value);
        let start = self.span.map_or(span.start, |joined| joined.start);
        self.span = Some(Span::new(start, span.end));
    }

    fn value(&mut self, field: &'a InterpolatedElement) {
        self.flush();
        self.pieces.push(InterpolatedPiece::Value(field));
    }

    fn flush(&mut self) {
        if let Some(span) = self.span.take()
            && !self.constant.is_empty()
        {
            let value = PyString::from_surrogatepass(&self.constant);
            self.constant.clear();
            self.pieces.push(InterpolatedPiece::Constant { value, span });
        }
    }

    fn finish(mut self) -> Vec<InterpolatedPiece<'a>> {
        self.flush();
        self.pieces
    }
}

/// Where the tokens are that have a value: the tokenizer cuts after doubled braces and `\N{…}`, and
/// backslash-newlines after the last cut are a token without value.
fn middle_span(literal: &InterpolatedStringLiteralElement, raw: bool, text: &str) -> Span {
    let span = Span::from(literal.range);
    let source = source(literal.range, text).unwrap_or_default();
    let kept = without_joined_lines(source);
    if raw || kept.len() == source.len() || !kept.ends_with(['{', '}']) {
        return span;
    }
    Span::new(span.start, span.start + u32::try_from(kept.len()).unwrap_or_default())
}

fn without_joined_lines(source: &str) -> &str {
    source.trim_end_matches("\\\n")
}

/// The text that `{x = }` shows: the field's source up to `!`, `:` or `}`, without comments.
pub fn debug_text<'text>(element: &InterpolatedElement, text: &'text str) -> Cow<'text, str> {
    let span = field_text_span(element, text);
    without_comments(text.get(span.start as usize..span.end as usize).unwrap_or_default())
}

/// The `expression` attribute of a t-string's interpolation: the field's source with its space, up
/// to the `=` of `{x = }`.
pub fn interpolation_text<'text>(element: &InterpolatedElement, text: &'text str) -> Cow<'text, str> {
    let field = debug_text(element, text);
    if element.debug_text.is_none() {
        return field;
    }
    let end = field.rfind('=').unwrap_or(field.len());
    match field {
        Cow::Borrowed(field) => Cow::Borrowed(&field[..end]),
        Cow::Owned(mut field) => {
            field.truncate(end);
            Cow::Owned(field)
        }
    }
}

/// From after `{` to the `!`, `:` or `}` that ends the expression.
fn field_text_span(element: &InterpolatedElement, text: &str) -> Span {
    let field = Span::from(element.range);
    let end = if element.conversion != ConversionFlag::None {
        exclamation(element.expression.range().end().to_u32(), text)
    } else if let Some(spec) = &element.format_spec {
        spec.range.start().to_u32() - 1
    } else {
        field.end - 1
    };
    Span::new(field.start + 1, end.max(field.start + 1))
}

/// The offset of the `!` after an expression that ends at `start`: only space, comments, closing
/// parentheses and `=` stand between.
fn exclamation(start: u32, text: &str) -> u32 {
    let mut in_comment = false;
    let rest = &text.as_bytes()[start as usize..];
    let distance = rest.iter().position(|&byte| {
        match byte {
            b'#' => in_comment = true,
            b'\n' => in_comment = false,
            _ => {}
        }
        byte == b'!' && !in_comment
    });
    start + distance.map_or(0, |distance| u32::try_from(distance).unwrap_or(0))
}

/// `lexer.c: set_ftstring_expr`: comments go, their newlines stay. Quotes toggle, so a `#` in a
/// string is kept.
fn without_comments(field: &str) -> Cow<'_, str> {
    if memchr::memchr(b'#', field.as_bytes()).is_none() {
        return Cow::Borrowed(field);
    }
    let mut kept = String::with_capacity(field.len());
    let mut quote = None;
    let mut characters = field.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => {
                kept.push(character);
                kept.extend(characters.next());
                continue;
            }
            '"' | '\'' if quote.is_none() => quote = Some(character),
            '"' | '\'' if quote == Some(character) => quote = None,
            '#' if quote.is_none() => {
                kept.extend(characters.by_ref().find(|&character| character == '\n'));
                continue;
            }
            _ => {}
        }
        kept.push(character);
    }
    Cow::Owned(kept)
}
