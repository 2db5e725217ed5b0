//! Numbers, and the ways to write them wrongly.
//!
//! ```text
//! 0x_ff 1_000.5e-3j   →   Number Number        0777   →   leading zeros …        1_   →   invalid …
//! ```
//!
//! Invariant: each function gets the byte read last and leaves the cursor after the byte it returns.

use super::identifier::is_continue_byte;
use super::{Failure, Read, TokenKind, Tokenizer, to_column};

type Byte = Option<u8>;

fn is_digit(byte: Byte) -> bool {
    byte.is_some_and(|byte| byte.is_ascii_digit())
}

impl Tokenizer<'_> {
    /// A number whose first digit was read.
    pub(super) fn number(&mut self, first: u8) -> Read {
        if first != b'0' {
            let after = self.decimal_tail()?;
            return self.decimal_point(after);
        }
        let after = self.cursor.next();
        match after.map(|byte| byte.to_ascii_lowercase()) {
            Some(b'x') => self.based("hexadecimal", |byte| byte.is_ascii_hexdigit()),
            Some(b'o') => self.based("octal", |byte| matches!(byte, b'0'..=b'7')),
            Some(b'b') => self.based("binary", |byte| matches!(byte, b'0' | b'1')),
            _ => self.leading_zero(after),
        }
    }

    /// The digits after `0x`, `0o` or `0b`.
    fn based(&mut self, kind: &str, is_valid: impl Fn(u8) -> bool) -> Read {
        let wrong_digit = |byte: Byte| byte.filter(u8::is_ascii_digit).filter(|_| kind != "hexadecimal");
        let mut byte = self.cursor.next();
        loop {
            if byte == Some(b'_') {
                byte = self.cursor.next();
            }
            if !byte.is_some_and(&is_valid) {
                if let Some(digit) = wrong_digit(byte) {
                    return Err(self.invalid_digit(digit, kind));
                }
                self.cursor.back(byte);
                return Err(self.error(format!("invalid {kind} literal")));
            }
            byte = self.cursor.skip(&is_valid);
            if byte != Some(b'_') {
                break;
            }
        }
        if let Some(digit) = wrong_digit(byte) {
            return Err(self.invalid_digit(digit, kind));
        }
        self.verify_end(byte, kind)?;
        Ok(self.number_before(byte))
    }

    fn invalid_digit(&self, digit: u8, kind: &str) -> Failure {
        self.error(format!("invalid digit '{}' in {kind} literal", char::from(digit)))
    }

    /// A decimal number that begins with 0.
    fn leading_zero(&mut self, mut byte: Byte) -> Read {
        loop {
            if byte == Some(b'_') {
                byte = self.cursor.next();
                if !is_digit(byte) {
                    self.cursor.back(byte);
                    return Err(self.error("invalid decimal literal"));
                }
            }
            if byte != Some(b'0') {
                break;
            }
            byte = self.cursor.next();
        }
        let zeros_end = self.cursor.position;
        let nonzero = is_digit(byte);
        if nonzero {
            byte = self.decimal_tail()?;
        }
        match byte {
            Some(b'.' | b'e' | b'E' | b'j' | b'J') => self.decimal_point(byte),
            _ if nonzero => {
                self.cursor.back(byte);
                let start = self.cursor.token_start.unwrap_or_default() - self.cursor.line_start;
                let end = zeros_end - self.cursor.line_start - 1;
                Err(self.error_between(
                    to_column(start),
                    to_column(end),
                    "leading zeros in decimal integer literals are not permitted; \
                     use an 0o prefix for octal integers",
                ))
            }
            _ => {
                self.verify_end(byte, "decimal")?;
                Ok(self.number_before(byte))
            }
        }
    }

    /// Digits and single underscores (`tok_decimal_tail`).
    fn decimal_tail(&mut self) -> Result<Byte, Failure> {
        loop {
            let byte = self.cursor.skip(|byte| byte.is_ascii_digit());
            if byte != Some(b'_') {
                return Ok(byte);
            }
            let digit = self.cursor.next();
            if !is_digit(digit) {
                self.cursor.back(digit);
                return Err(self.error("invalid decimal literal"));
            }
        }
    }

    fn decimal_point(&mut self, byte: Byte) -> Read {
        if byte == Some(b'.') {
            let digit = self.cursor.next();
            return self.fraction(digit);
        }
        self.exponent(byte)
    }

    /// What comes after the point.
    pub(super) fn fraction(&mut self, byte: Byte) -> Read {
        let byte = if is_digit(byte) { self.decimal_tail()? } else { byte };
        self.exponent(byte)
    }

    fn exponent(&mut self, mut byte: Byte) -> Read {
        if let Some(letter @ (b'e' | b'E')) = byte {
            byte = self.cursor.next();
            if matches!(byte, Some(b'+' | b'-')) {
                byte = self.cursor.next();
                if !is_digit(byte) {
                    self.cursor.back(byte);
                    return Err(self.error("invalid decimal literal"));
                }
            } else if !is_digit(byte) {
                // `1else`: the number ends before the letter.
                self.cursor.back(byte);
                self.verify_end(Some(letter), "decimal")?;
                return Ok(self.number_before(Some(letter)));
            }
            byte = self.decimal_tail()?;
        }
        if matches!(byte, Some(b'j' | b'J')) {
            byte = self.cursor.next();
            self.verify_end(byte, "imaginary")?;
        } else {
            self.verify_end(byte, "decimal")?;
        }
        Ok(self.number_before(byte))
    }

    fn number_before(&mut self, byte: Byte) -> super::Token {
        self.cursor.back(byte);
        self.token(TokenKind::Number)
    }

    /// Refuses a letter right after a number, except the keywords that CPython only warns about
    /// (`verify_end_of_number`).
    fn verify_end(&mut self, byte: Byte, kind: &str) -> Result<(), Failure> {
        let Some(first) = byte else { return Ok(()) };
        let rest = &self.cursor.text()[self.cursor.position..self.cursor.line_end];
        let word_follows =
            |tail: &[u8]| rest.starts_with(tail) && !rest.get(tail.len()).copied().is_some_and(is_continue_byte);
        let keyword_follows = match first {
            b'a' => word_follows(b"nd"),
            b'e' => word_follows(b"lse"),
            b'f' => word_follows(b"or"),
            b'i' => matches!(rest.first(), Some(b'f' | b'n' | b's')),
            b'o' => word_follows(b"r"),
            b'n' => word_follows(b"ot"),
            _ => false,
        };
        if !keyword_follows && first < 0x80 && is_continue_byte(first) {
            self.cursor.back(byte);
            return Err(self.error(format!("invalid {kind} literal")));
        }
        Ok(())
    }
}
