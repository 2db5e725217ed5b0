//! Longer texts → trees, by several threads: each parses parts that begin with a definition of the module.
//!
//! ```text
//! import a          part 0
//!
//! def f(): …        part 1: nodes are where they are in the whole text
//! ```
//!
//! What begins with `def` in column 0 belongs to no statement before it, unless it is inside of a string or bracket or has a
//! decorator: then the part before it is not whole. So where each part alone has no errors, the text is its parts.
//!
//! Invariant: the tree is that of the whole text; where a part has anything to be asked CPython's grammar about, there is none.

use super::{Warned, options};
use crate::checks::is_suspicious;
use crate::dismantle::dismantle;
use crate::helpers::with_helpers;
use crate::tokenizer::check_tokens;
use ruff_python_ast::{AtomicNodeIndex, ModModule, Suite};
use ruff_python_parser::parse_cells_unchecked;
use ruff_text_size::{TextLen, TextRange, TextSize};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Shorter texts are nearly parsed before a helper has begun.
const LEAST_TEXT: usize = 12 << 10;
/// Shorter parts are not worth a parser of their own.
const LEAST_PART: usize = 4 << 10;
/// A thread that begins late leaves parts to the others.
const PARTS_PER_THREAD: usize = 4;

/// With what a part begins, after an empty line.
const BEGINNINGS: [&[u8]; 4] = [b"def ", b"class ", b"async def ", b"@"];

/// A part without errors.
struct Part {
    module: ModModule,
    warnings: Vec<Warned>,
}

/// The tree of a text and its warnings, by so many threads; none if the text is short or has to be looked at as a whole.
pub(super) fn parse_parts(text: &str, threads: usize) -> Option<(ModModule, Vec<Warned>)> {
    if threads < 2 || text.len() < LEAST_TEXT {
        return None;
    }
    let ranges = divide(text, (threads * PARTS_PER_THREAD).min(text.len() / LEAST_PART));
    let work = Work {
        text,
        ranges: &ranges,
        next: AtomicUsize::new(0),
        failed: AtomicBool::new(false),
        parts: Mutex::default(),
    };
    with_helpers(threads.min(ranges.len()) - 1, || work.run(), || work.run());
    let mut parts = work.parts.into_inner().unwrap_or_else(PoisonError::into_inner);
    if work.failed.into_inner() {
        for (_, part) in &mut parts {
            dismantle(&mut part.module);
        }
        return None;
    }
    parts.sort_unstable_by_key(|&(index, _)| index);
    let mut body = Suite::with_capacity(parts.iter().map(|(_, part)| part.module.body.len()).sum());
    let mut warnings = Vec::new();
    for (_, mut part) in parts {
        body.append(&mut part.module.body);
        warnings.extend(part.warnings);
    }
    Some((ModModule { node_index: AtomicNodeIndex::NONE, range: TextRange::up_to(text.text_len()), body }, warnings))
}

/// About so many parts of a text.
fn divide(text: &str, count: usize) -> Vec<TextRange> {
    let size = |offset| TextSize::try_from(offset).expect("texts are no longer than offsets reach");
    let mut ranges = Vec::with_capacity(count);
    let mut start = 0;
    for number in 1..count {
        let about = text.len() / count * number;
        if let Some(end) = beginning_after(text.as_bytes(), about.max(start)) {
            ranges.push(TextRange::new(size(start), size(end)));
            start = end;
        }
    }
    ranges.push(TextRange::new(size(start), size(text.len())));
    ranges
}

/// Where the next part may begin.
fn beginning_after(text: &[u8], offset: usize) -> Option<usize> {
    let mut places = memchr::memchr_iter(b'\n', &text[offset..]).map(|newline| offset + newline + 1);
    places.find(|&place| {
        text[..place].ends_with(b"\n\n") && BEGINNINGS.iter().any(|beginning| text[place..].starts_with(beginning))
    })
}

/// The parts that nobody parses yet.
struct Work<'a> {
    text: &'a str,
    ranges: &'a [TextRange],
    next: AtomicUsize,
    failed: AtomicBool,
    /// What is parsed, in any order.
    parts: Mutex<Vec<(usize, Part)>>,
}

impl Work<'_> {
    /// Parses one part after the other, until there are no more.
    fn run(&self) {
        let mut parts = Vec::new();
        while let index = self.next.fetch_add(1, Ordering::Relaxed)
            && let Some(&range) = self.ranges.get(index)
            && !self.failed.load(Ordering::Relaxed)
        {
            let text = &self.text[..range.end().to_usize()];
            match part(text, range) {
                Some(part) => parts.push((index, part)),
                None => self.failed.store(true, Ordering::Relaxed),
            }
        }
        self.parts.lock().unwrap_or_else(PoisonError::into_inner).append(&mut parts);
    }
}

/// What a text ends with, if it can do without the rest.
fn part(text: &str, range: TextRange) -> Option<Part> {
    let start = range.start().to_usize();
    let parsed = parse_cells_unchecked(text, [range], &options());
    let findings = check_tokens(text, start, parsed.tokens());
    let is_whole = parsed.errors().is_empty()
        && parsed.unsupported_syntax_errors().is_empty()
        && findings.suspicion.is_none()
        && !is_suspicious(parsed.syntax(), parsed.tokens(), &findings.for_grammar, text, start);
    let mut module = parsed.into_syntax();
    if !is_whole {
        dismantle(&mut module);
        return None;
    }
    Some(Part { module, warnings: findings.warnings })
}

#[cfg(test)]
mod tests;
