//! East Asian encodings: `encoding_rs`'s decoders, corrected to CPython's mappings.
//!
//! ```text
//! gb2312 a1a4   →   U+30FB        (encoding_rs, for the web: U+00B7)
//! ```
//!
//! Invariant: the sequences in the tables are keyed by their bytes as one big-endian number.

use super::DecodeError;
use encoding_rs::Encoding;

/// How a codec of CPython differs from a decoder of `encoding_rs`.
#[derive(Debug)]
pub(super) struct MultibyteTable {
    pub(super) name: &'static str,
    /// The label of the decoder.
    pub(super) base: &'static str,
    /// Sequences the decoder reads and CPython refuses: runs, first to last.
    pub(super) refused: &'static [(u32, u32)],
    /// Sequences CPython reads otherwise.
    pub(super) mapped: &'static [(u32, &'static str)],
}

/// Starts a syllable spelled in four characters, which CPython's `euc_kr` composes.
const HANGUL_FILLER: &[u8] = b"\xA4\xD4";

impl MultibyteTable {
    pub(super) fn decode(&self, bytes: &[u8]) -> Result<String, DecodeError> {
        let decoder = Encoding::for_label(self.base.as_bytes()).expect("labels are of encoding_rs");
        let mut text = String::with_capacity(bytes.len());
        let mut position = 0;
        while let Some(&byte) = bytes.get(position) {
            if byte.is_ascii() {
                text.push(char::from(byte));
                position += 1;
                continue;
            }
            let rest = &bytes[position..];
            if self.name == "euc_kr" && rest.starts_with(HANGUL_FILLER) {
                return Err(DecodeError::Unsupported);
            }
            let lengths = 1..=self.longest(rest).min(rest.len());
            let length = lengths.into_iter().find(|&length| self.read(decoder, &rest[..length], &mut text));
            match length {
                Some(length) => position += length,
                None => {
                    let reason = "illegal multibyte sequence";
                    return Err(DecodeError::new(self.name, bytes, position, 1, reason));
                }
            }
        }
        Ok(text)
    }

    /// Appends the character of exactly this sequence, if it is one.
    pub(super) fn read_one(&self, sequence: &[u8], text: &mut String) -> bool {
        let decoder = Encoding::for_label(self.base.as_bytes()).expect("labels are of encoding_rs");
        self.read(decoder, sequence, text)
    }

    /// How long the sequence at the start of `bytes` may be: three bytes after a shift in `euc_jp`, four
    /// with a digit second in `gb18030`.
    fn longest(&self, bytes: &[u8]) -> usize {
        match (self.name, bytes) {
            ("gb18030", [_, b'0'..=b'9', ..]) => 4,
            ("euc_jp", [0x8F, ..]) => 3,
            _ => 2,
        }
    }

    /// Appends the character of exactly this sequence, if it is one.
    fn read(&self, decoder: &'static Encoding, sequence: &[u8], text: &mut String) -> bool {
        let key = sequence.iter().fold(0, |key, &byte| key << 8 | u32::from(byte));
        if let Ok(found) = self.mapped.binary_search_by_key(&key, |&(key, _)| key) {
            text.push_str(self.mapped[found].1);
            return true;
        }
        if self.refused.iter().any(|&(first, last)| (first..=last).contains(&key)) {
            return false;
        }
        match decoder.decode_without_bom_handling_and_without_replacement(sequence) {
            Some(decoded) => {
                text.push_str(&decoded);
                true
            }
            None => false,
        }
    }
}
