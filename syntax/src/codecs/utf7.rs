//! UTF-7 (RFC 2152) → text (`unicodeobject.c: PyUnicode_DecodeUTF7Stateful`).
//!
//! ```text
//! 1 +- 1 +AKM-2   →   1 + 1 £2
//! ```
//!
//! Invariant: what is refused is refused in CPython's words; lone surrogates are [`DecodeError::Unsupported`].

use super::DecodeError;

/// The base64 part being read.
#[derive(Default)]
struct Shift {
    /// Where its `+` is.
    start: usize,
    /// Bits read and not yet used; `bits` of them.
    buffer: u32,
    bits: u32,
    /// The UTF-16 code units read.
    units: Vec<u16>,
}

/// The text of bytes in UTF-7.
pub(super) fn decode(bytes: &[u8]) -> Result<String, DecodeError> {
    let mut text = String::with_capacity(bytes.len());
    let mut position = 0;
    while let Some(&byte) = bytes.get(position) {
        let next = bytes.get(position + 1);
        position = match (byte, next) {
            (b'+', Some(b'-')) => {
                text.push('+');
                position + 2
            }
            (b'+', Some(&next)) if base64(next).is_none() => {
                return Err(DecodeError::new("utf7", bytes, position, 2, "ill-formed sequence"));
            }
            (b'+', _) => shift(bytes, position, &mut text)?,
            _ if byte.is_ascii() => {
                text.push(char::from(byte));
                position + 1
            }
            _ => return Err(DecodeError::new("utf7", bytes, position, 1, "unexpected special character")),
        };
    }
    Ok(text)
}

/// Appends the characters of the base64 part that starts at `start`; where it ends.
fn shift(bytes: &[u8], start: usize, text: &mut String) -> Result<usize, DecodeError> {
    let mut shift = Shift { start, ..Shift::default() };
    let mut position = start + 1;
    while let Some(value) = bytes.get(position).copied().and_then(base64) {
        shift.push(value);
        position += 1;
    }
    shift.check_rest(bytes, position)?;
    for character in char::decode_utf16(shift.units) {
        text.push(character.map_err(|_| DecodeError::Unsupported)?);
    }
    // The hyphen that ends the part is no character.
    Ok(position + usize::from(bytes.get(position) == Some(&b'-')))
}

impl Shift {
    fn push(&mut self, value: u8) {
        self.buffer = self.buffer << 6 | u32::from(value);
        self.bits += 6;
        if self.bits >= 16 {
            self.bits -= 16;
            self.units.push(u16::try_from(self.buffer >> self.bits).expect("no more than 16 bits are before these"));
            self.buffer &= (1 << self.bits) - 1;
        }
    }

    /// Refuses bits that are no character, at the byte `end` after the part.
    fn check_rest(&self, bytes: &[u8], end: usize) -> Result<(), DecodeError> {
        let error = |end: usize, reason| Err(DecodeError::new("utf7", bytes, self.start, end - self.start, reason));
        let lone = self.units.last().is_some_and(|unit| matches!(unit, 0xD800..0xDC00));
        let is_partial = self.bits >= 6;
        let has_padding = self.bits > 0 && self.buffer != 0;
        if end == bytes.len() {
            return if lone || is_partial || has_padding { error(end, "unterminated shift sequence") } else { Ok(()) };
        }
        if is_partial {
            return error(end + 1, "partial character in shift sequence");
        }
        if has_padding {
            return error(end + 1, "non-zero padding bits in shift sequence");
        }
        Ok(())
    }
}

/// The six bits a character of base64 stands for.
const fn base64(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}
