//! Plain string and bytes literals, and those without an end.
//!
//! ```text
//! 'it\'s'   →   String        'it   →   unterminated string literal (detected at line 1)
//! ```
//!
//! Invariant: what is inside is not looked at here, only where it ends.

use super::{Read, TokenKind, Tokenizer};

impl Tokenizer<'_> {
    /// A literal whose first quote was read.
    pub(super) fn string(&mut self, quote: u8) -> Read {
        self.literal_line = self.cursor.line;
        self.literal_line_start = self.cursor.line_start;
        let (quote_size, mut closing) = self.opening_quotes(quote);
        let mut escaped_quote = false;
        while closing != quote_size {
            let byte = self.cursor.next();
            match byte {
                None => return self.unterminated_string(quote, quote_size, escaped_quote),
                Some(b'\n') if quote_size == 1 => {
                    return self.unterminated_string(quote, quote_size, escaped_quote);
                }
                Some(byte) if byte == quote => closing += 1,
                Some(byte) => {
                    closing = 0;
                    if byte == b'\\' {
                        escaped_quote |= self.cursor.next() == Some(quote);
                    }
                }
            }
        }
        Ok(self.token(TokenKind::String))
    }

    /// How many quotes open the literal, and how many of its closing quotes were read.
    fn opening_quotes(&mut self, quote: u8) -> (u8, u8) {
        let second = self.cursor.next();
        if second != Some(quote) {
            self.cursor.back(second);
            return (1, 0);
        }
        let third = self.cursor.next();
        if third == Some(quote) {
            return (3, 0);
        }
        self.cursor.back(third);
        (1, 1)
    }

    fn unterminated_string(&mut self, quote: u8, quote_size: u8, escaped_quote: bool) -> Read {
        let last_line = self.cursor.line;
        self.cursor.position = self.cursor.token_start.unwrap_or_default() + 1;
        self.cursor.line_start = self.literal_line_start;
        self.cursor.line = self.literal_line;
        // The quote may have been meant to end the f-string around it.
        if let Some(outer) = self.open.last()
            && (outer.quote, outer.quote_size) == (quote, quote_size)
        {
            return Err(self.error(format!("{}-string: expecting '}}'", outer.flavour.letter())));
        }
        Err(self.error(if quote_size == 3 {
            format!("unterminated triple-quoted string literal (detected at line {last_line})")
        } else if escaped_quote {
            format!(
                "unterminated string literal (detected at line {last_line}); \
                 perhaps you escaped the end quote?"
            )
        } else {
            format!("unterminated string literal (detected at line {last_line})")
        }))
    }
}
