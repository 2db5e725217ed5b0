//! Invalid escapes in string tokens → warnings, in the order and at the lines CPython gives them.
//!
//! ```text
//! "\d\e"          one warning, for \d: each token warns once
//! f"\d{"\e"}"     \e, then \d: the text of an f-string is read when it ends
//! ```
//!
//! `string_parser.c: warn_invalid_escape_sequence`; for `\{` in f-strings, the tokenizer's own
//! (`helpers.c: _PyTokenizer_warn_invalid_escape_sequence`).
//!
//! Invariant: tokens come in order.

use crate::literal::{EscapeRules, invalid_escape};
use crate::{Diagnostic, Span};
use ruff_python_ast::StringFlags;
use ruff_python_ast::token::{Token, TokenKind};
use ruff_text_size::Ranged;

/// Collects the warnings.
pub(super) struct EscapeWarnings<'a> {
    text: &'a str,
    /// The pieces of literal text of the f-strings that are open, innermost last.
    open: Vec<Vec<Span>>,
    /// Where CPython is in the text when it warns, and the warning.
    pub(super) warnings: Vec<(u32, Diagnostic)>,
}

impl<'a> EscapeWarnings<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, open: Vec::new(), warnings: Vec::new() }
    }

    /// Takes a string token.
    pub(super) fn token(&mut self, token: Token, in_format_spec: bool) {
        match token.kind() {
            TokenKind::FStringStart | TokenKind::TStringStart => self.open.push(Vec::new()),
            TokenKind::FStringEnd | TokenKind::TStringEnd => {
                for piece in self.open.pop().unwrap_or_default() {
                    self.joined_piece(piece, token.start().to_u32());
                }
            }
            kind => {
                let span = Span::from(token.range());
                let Some(flags) = token.string_flags() else { return };
                if flags.is_raw_string() || memchr::memchr(b'\\', self.source(span)).is_none() {
                    return;
                }
                if kind == TokenKind::String {
                    let opener = flags.opener_len().to_u32();
                    let end = span.end - flags.closer_len().to_u32();
                    let rules = if flags.is_byte_string() { EscapeRules::Bytes } else { EscapeRules::Text };
                    self.literal(Span::new(span.start + opener, end), rules, span.start);
                } else {
                    self.middle(span, in_format_spec);
                }
            }
        }
    }

    fn source(&self, span: Span) -> &'a [u8] {
        &self.text.as_bytes()[span.start as usize..span.end as usize]
    }

    /// A literal, or the text of a format specification: warns where the escape is.
    fn literal(&mut self, span: Span, rules: EscapeRules, offset: u32) {
        let Some(raw) = self.text.get(span.start as usize..span.end as usize) else { return };
        if let Some((place, spelling)) = invalid_escape(raw, rules) {
            let place = Span::new(span.start + place.start, span.start + place.end);
            self.warnings.push((offset, warning(spelling, place)));
        }
    }

    /// Text of an f-string, cut after doubled braces and `\N{…}` as the tokenizer does.
    fn middle(&mut self, span: Span, in_format_spec: bool) {
        let mut piece = span.start;
        let mut position = span.start;
        let byte_at = |offset: u32| self.text.as_bytes().get(offset as usize).copied();
        let mut braces = Vec::new();
        let mut pieces = Vec::new();
        while position < span.end {
            position += match (byte_at(position), byte_at(position + 1)) {
                (Some(b'\\'), Some(brace @ (b'{' | b'}'))) => {
                    braces.push((position, brace));
                    1
                }
                (Some(b'\\'), Some(b'N')) if byte_at(position + 2) == Some(b'{') => {
                    let rest = &self.text.as_bytes()[position as usize..span.end as usize];
                    let length = memchr::memchr(b'}', rest).map_or(rest.len(), |end| end + 1);
                    let length = u32::try_from(length).unwrap_or(1);
                    pieces.push(Span::new(piece, position + length));
                    piece = position + length;
                    length
                }
                (Some(b'\\'), _) => 2,
                (Some(b'{' | b'}'), _) if !in_format_spec => {
                    pieces.push(Span::new(piece, position + 1));
                    piece = position + 2;
                    2
                }
                _ => 1,
            };
        }
        if piece < span.end {
            pieces.push(Span::new(piece, span.end));
        }
        for (offset, brace) in braces {
            let spelling = char::from(brace).to_string();
            self.warnings.push((offset, warning(&spelling, Span::new(offset, offset + 2))));
        }
        if in_format_spec {
            for piece in pieces {
                self.literal(piece, EscapeRules::Joined, piece.start);
            }
        } else if let Some(open) = self.open.last_mut() {
            open.extend(pieces);
        }
    }

    /// Text of an f-string, when its end is at `end`. CPython counts the lines of the text from the
    /// line where the f-string ends.
    fn joined_piece(&mut self, piece: Span, end: u32) {
        let Some(raw) = self.text.get(piece.start as usize..piece.end as usize) else { return };
        let Some((place, spelling)) = invalid_escape(raw, EscapeRules::Joined) else { return };
        let before = &raw.as_bytes()[..place.start as usize];
        let lines = memchr::memchr_iter(b'\n', before).count();
        let span = if lines == 0 && !self.source(Span::new(piece.start, end)).contains(&b'\n') {
            Span::new(piece.start + place.start, piece.start + place.end)
        } else {
            self.line_after(end, lines)
        };
        self.warnings.push((end, warning(spelling, span)));
    }

    /// The start of the line that is `lines` below that of `offset`, or the end of the text.
    fn line_after(&self, offset: u32, lines: usize) -> Span {
        let bytes = self.text.as_bytes();
        let start = match lines.checked_sub(1) {
            None => offset as usize,
            Some(skipped) => memchr::memchr_iter(b'\n', &bytes[offset as usize..])
                .nth(skipped)
                .map_or(bytes.len(), |newline| offset as usize + newline + 1),
        };
        let start = u32::try_from(start).unwrap_or(offset);
        Span::new(start, start)
    }
}

fn warning(spelling: &str, span: Span) -> Diagnostic {
    let octal = if spelling.len() > 1 { "octal " } else { "" };
    Diagnostic::syntax_warning(
        span,
        format!(
            "\"\\{spelling}\" is an invalid {octal}escape sequence. Such sequences will not work in the \
             future. Did you mean \"\\\\{spelling}\"? A raw string is also an option."
        ),
    )
}
