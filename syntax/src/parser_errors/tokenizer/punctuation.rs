//! Operators and brackets, and brackets that do not match.
//!
//! ```text
//! (]   →   closing parenthesis ']' does not match opening parenthesis '('
//! ```
//!
//! Invariant: `brackets` holds exactly the brackets that are open.

use super::{Failure, Fixed, Read, TokenKind, Tokenizer, to_column};

/// `MAXLEVEL`.
const MAX_BRACKETS: usize = 200;

/// An open bracket.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bracket {
    /// `(`, `[` or `{`.
    pub(super) character: u8,
    /// Its line.
    pub(super) line: i32,
    /// Its byte column.
    pub(super) column: i32,
}

impl Bracket {
    const fn is_closed_by(self, byte: u8) -> bool {
        matches!((self.character, byte), (b'(', b')') | (b'[', b']') | (b'{', b'}'))
    }
}

impl Tokenizer<'_> {
    /// An operator or bracket whose first byte was read.
    pub(super) fn punctuation(&mut self, byte: u8) -> Read {
        if matches!(byte, b':' | b'}' | b'!' | b'{')
            && let Some(interpolated) = self.open.last_mut()
            && interpolated.begin_format_spec(byte)
        {
            return Ok(self.fixed(":"));
        }
        let start = self.cursor.position - 1;
        let rest = &self.cursor.text()[start..self.cursor.line_end];
        if self.flufl && rest.starts_with(b"<>") {
            self.cursor.position += 1;
            return Ok(self.fixed("!="));
        }
        let fixed = Fixed::operator(rest);
        if let Some(fixed) = fixed
            && fixed.spelling().len() > 1
        {
            self.cursor.position = start + fixed.spelling().len();
            return Ok(self.token(TokenKind::Fixed(fixed)));
        }
        match byte {
            b'(' | b'[' | b'{' => self.open_bracket_with(byte)?,
            b')' | b']' | b'}' => self.close_bracket_with(byte)?,
            _ => {}
        }
        if byte.is_ascii_control() {
            return Err(self.error(format!("invalid non-printable character U+{byte:04X}")));
        }
        Ok(self.token(fixed.map_or(TokenKind::Unknown, TokenKind::Fixed)))
    }

    fn open_bracket_with(&mut self, character: u8) -> Result<(), Failure> {
        if self.brackets.len() >= MAX_BRACKETS {
            return Err(self.error("too many nested parentheses"));
        }
        let column = self.cursor.position - 1 - self.cursor.line_start;
        self.brackets.push(Bracket { character, line: self.cursor.line, column: to_column(column) });
        if let Some(interpolated) = self.open.last_mut() {
            interpolated.depth += 1;
        }
        Ok(())
    }

    fn close_bracket_with(&mut self, character: u8) -> Result<(), Failure> {
        let letter = self.flavour().letter();
        let closing = char::from(character);
        if let Some(interpolated) = self.open.last()
            && interpolated.depth == 0
            && character == b'}'
        {
            return Err(self.error(format!("{letter}-string: single '}}' is not allowed")));
        }
        let Some(opened) = self.brackets.pop() else {
            return Err(self.error(format!("unmatched '{closing}'")));
        };
        if !opened.is_closed_by(character) {
            // The bracket that opened the field of an f-string is matched with nothing else.
            if let Some(interpolated) = self.open.last()
                && opened.character == b'{'
                && interpolated.depth - 1 == interpolated.field_depth
            {
                return Err(self.error(format!("{letter}-string: unmatched '{closing}'")));
            }
            let opening = char::from(opened.character);
            let line = match opened.line {
                line if line != self.cursor.line => format!(" on line {line}"),
                _ => String::new(),
            };
            return Err(self.error(format!(
                "closing parenthesis '{closing}' does not match opening parenthesis '{opening}'{line}"
            )));
        }
        if let Some(interpolated) = self.open.last_mut() {
            interpolated.depth -= 1;
            if interpolated.depth < 0 {
                return Err(self.error(format!("{letter}-string: unmatched '{closing}'")));
            }
            if character == b'}' {
                interpolated.end_field();
            }
        }
        Ok(())
    }
}
