//! Names, and the string prefixes that look like their beginning.
//!
//! ```text
//! rb"x"   →   String        x€   →   invalid character '€' (U+20AC)
//! ```
//!
//! Invariant: identifiers are those of Unicode 16.0, whatever newer tables the libraries have.

use super::{Failure, Fixed, Read, TokenKind, Tokenizer, to_column};
use crate::is_printable;
use smallvec::SmallVec;

/// Whether a byte may begin a name; for bytes of non-ASCII characters the rest decides later.
pub(super) const fn is_start_byte(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

/// Whether a byte may go on a name.
pub(super) const fn is_continue_byte(byte: u8) -> bool {
    is_start_byte(byte) || byte.is_ascii_digit()
}

/// Whether a character may begin an identifier of Python 3.14.
fn is_identifier_start(character: char) -> bool {
    character == '_' || (unicode_ident::is_xid_start(character) && is_printable(character.into()))
}

/// Whether a character may go on an identifier of Python 3.14.
fn is_identifier_continue(character: char) -> bool {
    unicode_ident::is_xid_continue(character) && is_printable(character.into())
}

/// The letters before a quote, in lower case.
#[derive(Default)]
struct Prefix(SmallVec<[u8; 4]>);

impl Prefix {
    /// Takes one more letter, if it can belong to a prefix.
    fn take(&mut self, byte: u8) -> bool {
        let letter = byte.to_ascii_lowercase();
        let taken = b"bruft".contains(&letter) && !self.has(letter);
        if taken {
            self.0.push(letter);
        }
        taken
    }

    fn has(&self, letter: u8) -> bool {
        self.0.contains(&letter)
    }

    /// Two letters that do not go together.
    fn conflict(&self) -> Option<[char; 2]> {
        [b"ub", b"ur", b"uf", b"ut", b"bf", b"bt", b"ft"]
            .into_iter()
            .find(|pair| pair.iter().all(|&letter| self.has(letter)))
            .map(|pair| pair.map(char::from))
    }
}

impl Tokenizer<'_> {
    /// A name, keyword or prefixed string whose first byte was read.
    pub(super) fn name_or_string(&mut self, first: u8) -> Read {
        let mut prefix = Prefix::default();
        let mut byte = Some(first);
        while byte.is_some_and(|byte| prefix.take(byte)) {
            byte = self.cursor.next();
            let Some(quote @ (b'"' | b'\'')) = byte else { continue };
            if let Some([one, other]) = prefix.conflict() {
                let start = self.cursor.token_start.unwrap_or_default() - self.cursor.line_start;
                let end = self.cursor.position - self.cursor.line_start - 1;
                let message = format!("'{one}' and '{other}' prefixes are incompatible");
                return Err(self.error_between(to_column(start), to_column(end), message));
            }
            return if prefix.has(b'f') || prefix.has(b't') {
                self.interpolated_start(quote, prefix.has(b'r'), prefix.has(b't'))
            } else {
                self.string(quote)
            };
        }
        while byte.is_some_and(is_continue_byte) {
            byte = self.cursor.next();
        }
        self.cursor.back(byte);
        let start = self.cursor.token_start.unwrap_or_default();
        let bytes = &self.cursor.text()[start..self.cursor.position];
        let name = std::str::from_utf8(bytes).unwrap_or_default();
        if !name.is_ascii() {
            self.verify_identifier(name)?;
        }
        let kind = Fixed::keyword(name).map_or(TokenKind::Name, TokenKind::Fixed);
        Ok(self.token(kind))
    }

    fn verify_identifier(&mut self, name: &str) -> Result<(), Failure> {
        let allowed = |(index, character): &(usize, char)| {
            if *index == 0 { is_identifier_start(*character) } else { is_identifier_continue(*character) }
        };
        let Some((index, character)) = name.char_indices().find(|found| !allowed(found)) else {
            return Ok(());
        };
        let start = self.cursor.token_start.unwrap_or_default();
        self.cursor.position = start + index + character.len_utf8();
        let point = u32::from(character);
        Err(self.error(if is_printable(character.into()) {
            format!("invalid character '{character}' (U+{point:04X})")
        } else {
            format!("invalid non-printable character U+{point:04X}")
        }))
    }
}
