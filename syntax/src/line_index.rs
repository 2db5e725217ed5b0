//! Offsets → lines and columns, as Python counts them.
//!
//! Only `\n` ends a line (the source text has no other newline).
//!
//! Nodes are asked for in nearly source order, so the last line found is tried first.
//!
//! Invariant: line 1 starts at offset 0.

use crate::{Location, Span};
use std::sync::atomic::{AtomicU32, Ordering};

/// Where each line starts.
#[derive(Debug)]
pub struct LineIndex {
    starts: Vec<u32>,
    /// The index of the line found last: a guess, right or wrong whatever the order of threads.
    last: AtomicU32,
}

impl LineIndex {
    /// The lines of `text`.
    pub fn new(text: &str) -> Self {
        let mut starts = Vec::with_capacity(text.len() / 32 + 1);
        starts.push(0);
        starts.extend(
            memchr::memchr_iter(b'\n', text.as_bytes())
                .map(|offset| u32::try_from(offset + 1).expect("source texts are smaller than 4 GiB")),
        );
        Self { starts, last: AtomicU32::new(0) }
    }

    /// The line (from 1) and the byte column (from 0) of an offset.
    pub fn line_column(&self, offset: u32) -> (i32, i32) {
        let guess = self.last.load(Ordering::Relaxed) as usize;
        let index = self.find(guess, offset);
        self.remember(index);
        self.at(index, offset)
    }

    /// The index of the line that holds `offset`, near `guess` or anywhere.
    fn find(&self, guess: usize, offset: u32) -> usize {
        /// How many lines from the guess are looked at one by one.
        const NEAR: usize = 8;
        let mut index = guess.min(self.starts.len() - 1);
        for _ in 0..NEAR {
            if offset < self.starts[index] {
                // Line 1 starts at 0: there is a line before.
                index -= 1;
            } else if self.starts.get(index + 1).is_some_and(|&next| next <= offset) {
                index += 1;
            } else {
                return index;
            }
        }
        self.starts.partition_point(|&start| start <= offset) - 1
    }

    fn remember(&self, index: usize) {
        self.last.store(u32::try_from(index).unwrap_or(0), Ordering::Relaxed);
    }

    fn at(&self, index: usize, offset: u32) -> (i32, i32) {
        let line = i32::try_from(index + 1).unwrap_or(i32::MAX);
        (line, (offset - self.starts[index]).cast_signed())
    }

    /// The offset at which a line (from 1) starts; none for lines after the last.
    pub fn line_start(&self, line: usize) -> Option<u32> {
        self.starts.get(line.checked_sub(1)?).copied()
    }

    /// Number of lines.
    pub fn line_count(&self) -> usize {
        self.starts.len()
    }

    /// The location of a span.
    pub fn location(&self, span: impl Into<Span>) -> Location {
        let span = span.into();
        let guess = self.last.load(Ordering::Relaxed) as usize;
        let first = self.find(guess, span.start);
        // Most spans end on the line they start on.
        let on_line = self.starts.get(first + 1).is_none_or(|&next| span.end < next) && span.start <= span.end;
        let last = if on_line { first } else { self.find(first + 1, span.end) };
        self.remember(first);
        let (line, column) = self.at(first, span.start);
        let (end_line, end_column) = self.at(last, span.end);
        Location { line, end_line, column, end_column }
    }
}

impl Clone for LineIndex {
    fn clone(&self) -> Self {
        Self { starts: self.starts.clone(), last: AtomicU32::new(0) }
    }
}

impl PartialEq for LineIndex {
    fn eq(&self, other: &Self) -> bool {
        self.starts == other.starts
    }
}

impl Eq for LineIndex {}
