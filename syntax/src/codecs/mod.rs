//! Text codecs of Python's standard library, by the names Python knows them by.
//!
//! ```text
//! Codec::lookup("Windows-1252")   →   cp1252
//! cp1252 of b"\x80"               →   "€"
//! ```
//!
//! Byte-for-byte the mappings of the reference CPython: single-byte codecs from tables made of it,
//! East Asian ones from `encoding_rs` with a table of the differences.
//!
//! Invariant: a codec either gives exactly what CPython's gives, or is not offered
//! ([`LookupError::Unsupported`]).

mod johab;
mod multibyte;
mod shifting;
mod tables;
mod utf7;

use multibyte::MultibyteTable;
use shifting::{ISO2022, Iso2022, decode_hz};
use tables::{ALIASES, MODULES, MULTIBYTE, SINGLE_BYTE};

/// How to turn bytes into text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Codec(Kind);

#[derive(Clone, Copy, Debug)]
enum Kind {
    Utf8 {
        skip_mark: bool,
    },
    SingleByte {
        name: &'static str,
        table: &'static str,
    },
    Multibyte(&'static MultibyteTable),
    Iso2022(&'static Iso2022),
    Hz,
    Utf7,
    Johab,
    /// One of which only the part that is ASCII is known, or JIS X 0201, which has other characters for
    /// the backslash and the tilde.
    AsciiPart {
        roman: bool,
    },
}

/// Why a name gives no codec.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum LookupError {
    /// CPython has none of this name.
    Unknown,
    /// CPython has one, but it does not decode to text.
    NotText,
    /// `undefined`, which refuses everything.
    Undefined,
    /// CPython has one; this compiler does not.
    Unsupported,
}

/// Why bytes do not become text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum DecodeError {
    /// They are not text in this encoding: the words of Python's `UnicodeDecodeError`.
    Invalid(String),
    /// CPython might know what they mean; this compiler does not.
    Unsupported,
}

impl Codec {
    /// The codec that Python's registry gives for a name (`encodings.search_function`).
    pub(crate) fn lookup(name: &str) -> Result<Self, LookupError> {
        let normal = normalize(name);
        let alias = find(ALIASES, &normal).or_else(|| find(ALIASES, &normal.replace('.', "_")));
        let module = alias.unwrap_or(&normal);
        match find(MODULES, module) {
            None => return Err(LookupError::Unknown),
            Some(false) => return Err(LookupError::NotText),
            Some(true) => {}
        }
        if let Some(table) = find(SINGLE_BYTE, module) {
            let name = if module == "ascii" { "ascii" } else { "charmap" };
            return Ok(Self(Kind::SingleByte { name, table }));
        }
        if let Some(table) = MULTIBYTE.iter().find(|table| table.name == module) {
            return Ok(Self(Kind::Multibyte(table)));
        }
        if let Some(codec) = ISO2022.iter().find(|codec| codec.name == module) {
            return Ok(Self(Kind::Iso2022(codec)));
        }
        match module {
            "utf_8" => Ok(Self(Kind::Utf8 { skip_mark: false })),
            "utf_8_sig" => Ok(Self(Kind::Utf8 { skip_mark: true })),
            "charmap" => Self::lookup("latin_1"),
            "undefined" => Err(LookupError::Undefined),
            "hz" => Ok(Self(Kind::Hz)),
            "johab" => Ok(Self(Kind::Johab)),
            "utf_7" => Ok(Self(Kind::Utf7)),
            "euc_jis_2004" | "euc_jisx0213" | "iso2022_jp_2004" | "iso2022_jp_3" => {
                Ok(Self(Kind::AsciiPart { roman: false }))
            }
            "shift_jis_2004" | "shift_jisx0213" => Ok(Self(Kind::AsciiPart { roman: true })),
            _ => Err(LookupError::Unsupported),
        }
    }

    /// The text of `bytes`.
    pub(crate) fn decode(self, bytes: &[u8]) -> Result<String, DecodeError> {
        match self.0 {
            Kind::Utf8 { skip_mark } => {
                let mark = usize::from(skip_mark && bytes.starts_with(b"\xEF\xBB\xBF")) * 3;
                decode_utf8(&bytes[mark..])
            }
            Kind::SingleByte { name, table } => decode_single_byte(bytes, name, table),
            Kind::Multibyte(table) => table.decode(bytes),
            Kind::Iso2022(codec) => codec.decode(bytes),
            Kind::Hz => decode_hz(bytes),
            Kind::Johab => johab::decode(bytes),
            Kind::Utf7 => utf7::decode(bytes),
            Kind::AsciiPart { roman } => decode_ascii_part(bytes, roman),
        }
    }
}

impl DecodeError {
    /// `codec` cannot read `length` bytes at `start`.
    fn new(codec: &str, bytes: &[u8], start: usize, length: usize, reason: &str) -> Self {
        Self::Invalid(if length == 1 {
            let byte = bytes[start];
            format!("'{codec}' codec can't decode byte 0x{byte:02x} in position {start}: {reason}")
        } else {
            let last = start + length - 1;
            format!("'{codec}' codec can't decode bytes in position {start}-{last}: {reason}")
        })
    }
}

fn find<T: Copy>(table: &[(&str, T)], name: &str) -> Option<T> {
    table.binary_search_by_key(&name, |&(key, _)| key).ok().map(|found| table[found].1)
}

/// `encodings.normalize_encoding` of the lower-case name.
fn normalize(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    let mut punctuation = false;
    for character in name.chars() {
        if character.is_alphanumeric() || character == '.' {
            if punctuation && !normal.is_empty() {
                normal.push('_');
            }
            if character.is_ascii() {
                normal.push(character.to_ascii_lowercase());
            }
            punctuation = false;
        } else {
            punctuation = true;
        }
    }
    normal
}

fn decode_utf8(bytes: &[u8]) -> Result<String, DecodeError> {
    let error = match std::str::from_utf8(bytes) {
        Ok(text) => return Ok(text.to_owned()),
        Err(error) => error,
    };
    let start = error.valid_up_to();
    let (length, reason) = match error.error_len() {
        None => (bytes.len() - start, "unexpected end of data"),
        Some(length) if matches!(bytes[start], 0x80..0xC2 | 0xF5..) => (length, "invalid start byte"),
        Some(length) => (length, "invalid continuation byte"),
    };
    Err(DecodeError::new("utf-8", bytes, start, length, reason))
}

fn decode_ascii_part(bytes: &[u8], roman: bool) -> Result<String, DecodeError> {
    const ESCAPE: u8 = 0x1B;
    let plain = |byte: &u8| byte.is_ascii() && *byte != ESCAPE;
    match std::str::from_utf8(bytes) {
        Ok(text) if bytes.iter().all(plain) => {
            Ok(if roman { text.replace('\\', "\u{a5}").replace('~', "\u{203e}") } else { text.to_owned() })
        }
        _ => Err(DecodeError::Unsupported),
    }
}

fn decode_single_byte(bytes: &[u8], name: &str, table: &str) -> Result<String, DecodeError> {
    let characters = table.chars().collect::<Vec<char>>();
    // Tables of ASCII-compatible codecs leave the first half out.
    let first = 256 - characters.len();
    let mut text = String::with_capacity(bytes.len() + bytes.len() / 4);
    for (position, &byte) in bytes.iter().enumerate() {
        let character = match usize::from(byte).checked_sub(first) {
            Some(index) => characters[index],
            None => char::from(byte),
        };
        if character == '\u{FFFE}' {
            let reason = match name {
                "ascii" => "ordinal not in range(128)",
                _ => "character maps to <undefined>",
            };
            return Err(DecodeError::new(name, bytes, position, 1, reason));
        }
        text.push(character);
    }
    Ok(text)
}

#[cfg(test)]
mod tests;
