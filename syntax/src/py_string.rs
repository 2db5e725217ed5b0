//! A Python string: code points, lone surrogates included.
//!
//! `"\ud800a"` is held as the bytes `ED A0 80 61`: UTF-8 as Python's `surrogatepass` writes it, which
//! is also what marshal stores.
//!
//! Invariant: the bytes are generalised UTF-8; each surrogate is its own three-byte sequence, so
//! equal strings have equal bytes.

use std::fmt;
use std::sync::Arc;

/// An immutable Python `str`. Cloning shares the bytes.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PyString(Arc<[u8]>);

impl PyString {
    /// The string of a valid Rust string.
    pub fn new(text: &str) -> Self {
        Self(Arc::from(text.as_bytes()))
    }

    /// The string of generalised UTF-8 bytes (surrogates as three bytes each).
    pub fn from_surrogatepass(bytes: &[u8]) -> Self {
        Self(Arc::from(bytes))
    }

    /// UTF-8 with `surrogatepass`.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The string, unless it holds a lone surrogate.
    pub fn as_str(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }

    /// Whether the string is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether all code points are below 128.
    pub fn is_ascii(&self) -> bool {
        self.0.is_ascii()
    }

    /// Number of code points (`len()` in Python).
    pub fn char_count(&self) -> usize {
        self.0.iter().filter(|&&byte| byte & 0xC0 != 0x80).count()
    }

    /// The code points; surrogates included.
    pub fn code_points(&self) -> impl Iterator<Item = u32> + '_ {
        let mut rest = &self.0[..];
        std::iter::from_fn(move || {
            let (&first, _) = rest.split_first()?;
            let length = match first {
                0..0x80 => 1,
                0x80..0xE0 => 2,
                0xE0..0xF0 => 3,
                _ => 4,
            };
            let (head, tail) = rest.split_at(length.min(rest.len()));
            rest = tail;
            let lead = if length == 1 { u32::from(first) } else { u32::from(first) & (0x7F >> length) };
            Some(head[1..].iter().fold(lead, |point, &byte| point << 6 | u32::from(byte & 0x3F)))
        })
    }

    /// Appends a code point (surrogates allowed) to a buffer of such bytes.
    pub fn push_code_point(buffer: &mut Vec<u8>, point: u32) {
        match char::from_u32(point) {
            Some(character) => {
                buffer.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
            None => buffer.extend_from_slice(&[
                0xE0 | (point >> 12 & 0x0F) as u8,
                0x80 | (point >> 6 & 0x3F) as u8,
                0x80 | (point & 0x3F) as u8,
            ]),
        }
    }
}

// Sound because `Hash`, `Eq` and `Ord` are those of the bytes.
impl std::borrow::Borrow<[u8]> for PyString {
    fn borrow(&self) -> &[u8] {
        &self.0
    }
}

impl From<&str> for PyString {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl fmt::Display for PyString {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&String::from_utf8_lossy(&self.0))
    }
}

impl fmt::Debug for PyString {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&String::from_utf8_lossy(&self.0), formatter)
    }
}
