//! f-strings and t-strings: start, text, fields, end.
//!
//! ```text
//! f"a{b:>{c}}"   →   Start Middle(a) { b : Middle(>) { c } Middle() } End
//! ```
//!
//! Follows `tok_get_fstring_mode`. Inside a field the ordinary tokens are read; the innermost open
//! literal knows how deep in brackets its field is.
//!
//! Invariant: `field_depth < depth` while a field is open.

use super::{Failure, Flavour, Read, TokenKind, Tokenizer};

/// `MAXFSTRINGLEVEL`.
const MAX_OPEN: usize = 150;
/// `MAX_EXPR_NESTING`.
const MAX_FIELD_DEPTH: i32 = 3;

/// An open f-string or t-string (`tokenizer_mode`).
#[derive(Debug)]
pub(super) struct Interpolated {
    pub(super) flavour: Flavour,
    pub(super) quote: u8,
    pub(super) quote_size: u8,
    raw: bool,
    start: usize,
    line: i32,
    line_start: usize,
    /// Whether text is read, not a field.
    pub(super) in_text: bool,
    in_format_spec: bool,
    /// How many brackets are open in it (`curly_bracket_depth`).
    pub(super) depth: i32,
    /// The depth below the innermost field; −1 outside (`curly_bracket_expr_start_depth`).
    pub(super) field_depth: i32,
}

impl Interpolated {
    /// Before `:`, `}`, `!` or `{` in a field: whether it is the colon that begins the format spec.
    pub(super) fn begin_format_spec(&mut self, byte: u8) -> bool {
        let cursor = self.depth - i32::from(byte != b'{');
        if self.field_depth < 0 || byte != b':' || cursor != self.field_depth {
            return false;
        }
        self.in_text = true;
        self.in_format_spec = true;
        true
    }

    /// After a closing brace, counted already: whether it ends the field.
    pub(super) fn end_field(&mut self) {
        if self.depth == self.field_depth {
            self.field_depth -= 1;
            self.in_text = true;
            self.in_format_spec = false;
        }
    }
}

impl Tokenizer<'_> {
    /// Prefix and quote were read.
    pub(super) fn interpolated_start(&mut self, quote: u8, raw: bool, is_template: bool) -> Read {
        let flavour = if is_template { Flavour::Template } else { Flavour::Format };
        self.literal_line = self.cursor.line;
        self.literal_line_start = self.cursor.line_start;
        let mut quote_size = 1;
        let rest = &self.cursor.text()[self.cursor.position..self.cursor.line_end];
        if rest.starts_with(&[quote, quote]) {
            quote_size = 3;
            self.cursor.position += 2;
        }
        if self.open.len() + 1 >= MAX_OPEN {
            return Err(self.error("too many nested f-strings or t-strings"));
        }
        self.open.push(Interpolated {
            flavour,
            quote,
            quote_size,
            raw,
            start: self.cursor.token_start.unwrap_or_default(),
            line: self.cursor.line,
            line_start: self.cursor.line_start,
            in_text: true,
            in_format_spec: false,
            depth: 0,
            field_depth: -1,
        });
        Ok(self.token(TokenKind::Start(flavour)))
    }

    /// The next token of an open literal outside its fields.
    pub(super) fn interpolated_text(&mut self) -> Read {
        self.cursor.token_start = Some(self.cursor.position);
        self.literal_line = self.cursor.line;
        let flavour = self.flavour();

        // A field begins.
        let first = self.cursor.next();
        let second = if first == Some(b'{') { self.cursor.peek() } else { None };
        self.cursor.back(first);
        if first == Some(b'{') && second != Some(b'{') {
            self.begin_field()?;
            return self.code();
        }

        // The literal ends.
        let Some(open) = self.open.last() else { return Ok(self.error_token()) };
        let quotes = [open.quote; 3];
        let quotes = &quotes[..usize::from(open.quote_size)];
        let rest = &self.cursor.text()[self.cursor.position..self.cursor.line_end];
        if rest.starts_with(quotes) {
            self.cursor.position += quotes.len();
            self.literal_line_start = self.cursor.line_start;
            let token = self.token(TokenKind::End(flavour));
            self.open.pop();
            return Ok(token);
        }
        self.literal_line_start = self.cursor.line_start;
        self.interpolated_middle()
    }

    /// The text up to the next field, doubled brace or end.
    fn interpolated_middle(&mut self) -> Read {
        let Some(open) = self.open.last() else { return Ok(self.error_token()) };
        let (quote, quote_size, raw) = (open.quote, open.quote_size, open.raw);
        let (in_format_spec, depth) = (open.in_format_spec && open.field_depth >= 0, open.depth);
        let middle = TokenKind::Middle(open.flavour);
        let mut named_escape = false;
        let mut closing = 0;
        while closing != quote_size {
            let byte = self.cursor.next();
            if byte == Some(quote) {
                closing += 1;
                continue;
            }
            closing = 0;
            match byte {
                None => return self.unterminated_interpolated(),
                Some(b'\n') if quote_size == 1 => {
                    return if in_format_spec {
                        let letter = self.flavour().letter();
                        Err(self.error(format!(
                            "{letter}-string: newlines are not allowed in format specifiers \
                             for single quoted {letter}-strings"
                        )))
                    } else {
                        self.unterminated_interpolated()
                    };
                }
                Some(b'{') => {
                    if self.cursor.next() == Some(b'{') && !in_format_spec {
                        return Ok(self.token_until(middle, self.cursor.position - 1));
                    }
                    self.cursor.position -= 2;
                    self.begin_field()?;
                    return Ok(self.token(middle));
                }
                Some(b'}') if named_escape => return Ok(self.token(middle)),
                Some(b'}') => {
                    if self.cursor.next() == Some(b'}') && !in_format_spec && depth == 0 {
                        return Ok(self.token_until(middle, self.cursor.position - 1));
                    }
                    self.cursor.position -= 2;
                    if let Some(open) = self.open.last_mut() {
                        open.in_text = false;
                        open.in_format_spec = false;
                    }
                    return Ok(self.token(middle));
                }
                Some(b'\\') => match self.cursor.next() {
                    brace @ Some(b'{' | b'}') => self.cursor.back(brace),
                    Some(b'N') if !raw => {
                        let brace = self.cursor.next();
                        if brace == Some(b'{') {
                            named_escape = true;
                        } else {
                            self.cursor.back(brace);
                        }
                    }
                    _ => {}
                },
                Some(_) => {}
            }
        }
        self.cursor.position -= usize::from(quote_size);
        Ok(self.token(middle))
    }

    fn begin_field(&mut self) -> Result<(), Failure> {
        let Some(open) = self.open.last_mut() else { return Ok(()) };
        open.field_depth += 1;
        open.in_text = false;
        if open.field_depth >= MAX_FIELD_DEPTH {
            let letter = open.flavour.letter();
            return Err(self.error(format!("{letter}-string: expressions nested too deeply")));
        }
        Ok(())
    }

    fn unterminated_interpolated(&mut self) -> Read {
        let last_line = self.cursor.line;
        let Some(open) = self.open.last() else { return Ok(self.error_token()) };
        self.cursor.position = open.start + 1;
        self.cursor.line_start = open.line_start;
        self.cursor.line = open.line;
        let kind = if open.quote_size == 3 { "triple-quoted " } else { "" };
        let letter = open.flavour.letter();
        Err(self.error(format!("unterminated {kind}{letter}-string literal (detected at line {last_line})")))
    }
}
