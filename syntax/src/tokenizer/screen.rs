//! A quick look at a text, so that absurd nesting is refused before it costs memory.
//!
//! A million opening brackets would take gigabytes to parse. Ordinary texts pass after counting
//! bytes in blocks; only a text that looks deep is scanned.
//!
//! Invariant: refuses nothing that CPython accepts.

use super::nesting::MAX_BRACKETS;
use crate::{Diagnostic, Exception, Span};

const BLOCK: usize = 2048;
/// What is looked at first of a block.
const START: usize = 128;
/// So many more opening than closing brackets look deep.
const DEEP: usize = 1500;
/// Longer runs of prefix operators overflow CPython's parser.
const LONGEST_RUN: usize = 6000;

/// Refuses a text that is nested far too deeply.
pub(crate) fn screen(text: &str) -> Result<(), Box<Diagnostic>> {
    if looks_deep(text.as_bytes()) { scan(text.as_bytes()) } else { Ok(()) }
}

fn looks_deep(bytes: &[u8]) -> bool {
    // The longest run covers a block and with it the block's start, which few texts need more of.
    let starts_with_prefixes = |block: &[u8]| count(&block[..block.len().min(START)], *b"-+~") > START / 2;
    let many_prefixes = |block: &[u8]| starts_with_prefixes(block) && count(block, *b"-+~") > BLOCK / 2;
    // Few texts have so many brackets at all.
    bytes.chunks(BLOCK).any(many_prefixes) || (count(bytes, *b"([{") > DEEP && has_deep_brackets(bytes))
}

/// Whether many more brackets have been opened than closed somewhere.
fn has_deep_brackets(bytes: &[u8]) -> bool {
    let mut depth = 0usize;
    bytes.chunks(BLOCK).any(|block| {
        let highest = depth + count(block, *b"([{");
        depth = highest.saturating_sub(count(block, *b")]}"));
        highest > DEEP
    })
}

/// How often the wanted bytes occur. Summed up in bytes, so that many are compared at once; so many at most that
/// none overflows, in parts that vectors fill.
fn count(block: &[u8], wanted: [u8; 3]) -> usize {
    const PART: usize = 192;
    let ones = |&byte: &u8| wanted.iter().map(|&wanted| u8::from(byte == wanted)).sum::<u8>();
    block.chunks(PART).map(|part| usize::from(part.iter().map(ones).sum::<u8>())).sum()
}

/// Counts brackets and prefix operators outside of comments and strings.
fn scan(bytes: &[u8]) -> Result<(), Box<Diagnostic>> {
    let mut depth = 0;
    let mut run = 0;
    let mut position = 0;
    while let Some(&byte) = bytes.get(position) {
        let offset = u32::try_from(position).unwrap_or_default();
        match byte {
            b'#' => {
                position += memchr::memchr(b'\n', &bytes[position..]).unwrap_or(bytes.len());
                continue;
            }
            b'\'' | b'"' => {
                position = string_end(bytes, position);
                run = 0;
                continue;
            }
            b'(' | b'[' | b'{' if depth >= MAX_BRACKETS => {
                let place = Span::new(offset, offset + 1);
                return Err(Box::new(Diagnostic::syntax_error(place, "too many nested parentheses")));
            }
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b'-' | b'+' | b'~' if run >= LONGEST_RUN => {
                let message = "Parser stack overflowed - Python source too complex to parse";
                return Err(Box::new(Diagnostic::error(Exception::MemoryError, Span::NONE, message)));
            }
            _ => {}
        }
        match byte {
            b'-' | b'+' | b'~' => run += 1,
            b' ' | b'\t' | b'\x0c' | b'\\' | b'\n' => {}
            _ => run = 0,
        }
        position += 1;
    }
    Ok(())
}

/// One past the end of the string that starts with the quote at `start`. What f-strings hold is
/// skipped with them.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let quote = bytes[start];
    let is_triple = bytes[start..].starts_with(&[quote; 3]);
    let closing: &[u8] = if is_triple { &[quote; 3] } else { &[quote] };
    let mut position = start + closing.len();
    while position < bytes.len() {
        match bytes[position] {
            b'\\' => position += 1,
            b'\n' if !is_triple => return position,
            _ if bytes[position..].starts_with(closing) => return position + closing.len(),
            _ => {}
        }
        position += 1;
    }
    bytes.len()
}
