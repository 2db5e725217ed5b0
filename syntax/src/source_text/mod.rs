//! Bytes of a file → the text Python compiles.
//!
//! ```text
//! b"\xef\xbb\xbfx = 1\r\n"   →   "x = 1\n"
//! ```
//!
//! Byte-order mark, PEP 263 declaration, universal newlines, NUL check, final newline: what
//! `compile(bytes, …)` does before it tokenizes (`tokenizer/string_tokenizer.c: decode_str`).
//!
//! Invariant: the text is UTF-8 with `\n` newlines only, without byte-order mark or NUL, and ends
//! with a newline. All offsets of the project mean this text.

use crate::codecs::{Codec, DecodeError, LookupError};
use crate::coding_cookie::{CodingCookie, find_coding_cookie};
use crate::{Diagnostic, LineIndex, Span};

/// The decoded text of one file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SourceText {
    text: String,
    lines: LineIndex,
}

/// The longest text: offsets are 32-bit, and the largest of them mean no place.
const LONGEST: usize = u32::MAX as usize - 16;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

impl SourceText {
    /// Decodes a file's bytes as CPython does.
    ///
    /// The places of errors are offsets in the text that [`lossy`](Self::lossy) gives.
    pub fn decode(bytes: &[u8]) -> Result<Self, Box<Diagnostic>> {
        Self::decode_owned(bytes.to_vec())
    }

    /// The same without a copy.
    pub fn decode_owned(bytes: Vec<u8>) -> Result<Self, Box<Diagnostic>> {
        if bytes.len() > LONGEST {
            return Err(too_long());
        }
        if memchr::memchr(0, &bytes).is_some() {
            let message = "source code string cannot contain null bytes";
            return Err(Box::new(Diagnostic::syntax_error(Span::NONE, message)));
        }
        let (bytes, has_mark) = translate(bytes);
        match find_coding_cookie(&bytes) {
            Some(cookie) if has_mark && cookie.name != "utf-8" => Err(Box::new(mark_conflict(&cookie))),
            Some(cookie) if cookie.name != "utf-8" => decode_declared(&bytes, &cookie.name),
            _ => String::from_utf8(bytes).map_err(|error| Box::new(not_utf8(error.as_bytes()))),
        }
        .map(|mut text: String| {
            // In EBCDIC the newline byte is something else.
            if !text.ends_with('\n') {
                text.push('\n');
            }
            Self::new(text)
        })
    }

    /// The text of bytes that do not decode, to show lines of.
    pub fn lossy(bytes: &[u8]) -> Self {
        let (bytes, _) = translate(bytes.to_vec());
        Self::new(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Its lines.
    pub const fn lines(&self) -> &LineIndex {
        &self.lines
    }

    fn new(text: String) -> Self {
        let lines = LineIndex::new(&text);
        Self { text, lines }
    }
}

/// Drops the byte-order mark, makes every newline `\n`, adds the last one. Says whether there was a
/// mark.
fn translate(mut bytes: Vec<u8>) -> (Vec<u8>, bool) {
    let has_mark = bytes.starts_with(BYTE_ORDER_MARK);
    if has_mark {
        bytes.drain(..BYTE_ORDER_MARK.len());
    }
    if let Some(first) = memchr::memchr(b'\r', &bytes) {
        let mut kept = first;
        for position in first..bytes.len() {
            match bytes[position] {
                b'\r' if bytes.get(position + 1) == Some(&b'\n') => continue,
                b'\r' => bytes[kept] = b'\n',
                byte => bytes[kept] = byte,
            }
            kept += 1;
        }
        bytes.truncate(kept);
    }
    if bytes.last() != Some(&b'\n') {
        bytes.push(b'\n');
    }
    (bytes, has_mark)
}

fn decode_declared(bytes: &[u8], name: &str) -> Result<String, Box<Diagnostic>> {
    let at_file = |message: String| Box::new(Diagnostic::syntax_error(Span::FILE, message));
    let unsupported = || {
        let help = "pyclast cannot read this encoding; save the file as UTF-8";
        Box::new(at_file(format!("encoding problem: {name}")).with_help(help))
    };
    let codec = Codec::lookup(name).map_err(|reason| match reason {
        LookupError::Unknown => at_file(format!("unknown encoding: {name}")),
        LookupError::NotText => {
            at_file(format!("'{name}' is not a text encoding; use codecs.decode() to handle arbitrary codecs"))
        }
        LookupError::Undefined => at_file("undefined encoding".to_owned()),
        LookupError::Unsupported => unsupported(),
    })?;
    match codec.decode(bytes) {
        Ok(text) if text.len() > LONGEST => Err(too_long()),
        Ok(text) => Ok(text),
        Err(DecodeError::Invalid(message)) => Err(at_file(message)),
        Err(DecodeError::Unsupported) => Err(unsupported()),
    }
}

#[expect(clippy::unnecessary_box_returns, reason = "all its callers return boxes")]
fn too_long() -> Box<Diagnostic> {
    Box::new(Diagnostic::syntax_error(Span::NONE, "source code is too long"))
}

fn mark_conflict(cookie: &CodingCookie) -> Diagnostic {
    let place = Span::new(offset(cookie.line.start), offset(cookie.line.end));
    Diagnostic::syntax_error(place, format!("encoding problem: {} with BOM", cookie.name))
}

/// `helpers.c: _PyTokenizer_ensure_utf8`.
fn not_utf8(bytes: &[u8]) -> Diagnostic {
    let start = std::str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len);
    let line = memchr::memchr_iter(b'\n', &bytes[..start]).count() + 1;
    let byte = bytes.get(start).copied().unwrap_or_default();
    Diagnostic::syntax_error(
        Span::new(offset(start), offset(start)),
        format!(
            "Non-UTF-8 code starting with '\\x{byte:02x}' on line {line}, but no encoding declared; \
             see https://peps.python.org/pep-0263/ for details"
        ),
    )
}

fn offset(position: usize) -> u32 {
    u32::try_from(position).expect("texts longer than offsets reach were refused")
}

#[cfg(test)]
mod tests;
