//! Diagnostics → names that stay when lines move.
//!
//! Path, code, message and the text of the line, and which one it is of those that agree in all of
//! them: a problem keeps its fingerprint when code is added above it.
//!
//! Invariant: no two diagnostics of a report have the same fingerprint.

use super::file::{Place, ReportedFile};
use pyclast_syntax::Diagnostic;
use rustc_hash::FxHashMap;
use siphasher::sip128::{Hasher128, SipHasher13};
use std::borrow::Cow;
use std::hash::Hasher;

/// Gives the fingerprints of one report.
#[derive(Debug, Default)]
pub(super) struct Fingerprints {
    seen: FxHashMap<u128, u64>,
}

impl Fingerprints {
    /// The fingerprint of the next diagnostic: 32 hexadecimal digits.
    pub(super) fn next(&mut self, file: &ReportedFile, path: &str, diagnostic: &Diagnostic) -> String {
        let line = match file.place(diagnostic) {
            Place::Text(place) => file.text()[file.line_range(place.line)].trim(),
            Place::Nowhere | Place::File => "",
        };
        let message = without_line_numbers(&diagnostic.message);
        let parts = [path, diagnostic.code.name(), &message, line];
        let common = hash(&parts, 0);
        let count = self.seen.entry(common).or_insert(0);
        *count += 1;
        let unique = hash(&parts, *count);
        format!("{unique:032x}")
    }
}

/// The message with a star for each line number that it tells: `… after 'if' statement on line *`.
pub(crate) fn without_line_numbers(message: &str) -> Cow<'_, str> {
    const WORD: &str = "line ";
    if !message.contains(WORD) {
        return Cow::Borrowed(message);
    }
    let mut parts = message.split(WORD);
    let mut result = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|character: char| character.is_ascii_digit());
        result.push_str(WORD);
        result.push_str(if rest.len() < part.len() { "*" } else { "" });
        result.push_str(rest);
    }
    Cow::Owned(result)
}

fn hash(parts: &[&str], count: u64) -> u128 {
    let mut hasher = SipHasher13::new();
    for part in parts {
        hasher.write(part.as_bytes());
        // No byte of UTF-8: parts cannot run into each other.
        hasher.write_u8(0xFF);
    }
    hasher.write(&count.to_le_bytes());
    hasher.finish128().as_u128()
}
