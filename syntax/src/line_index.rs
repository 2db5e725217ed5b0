//! Offsets → lines and columns, as Python counts them.
//!
//! Only `\n` ends a line (the source text has no other newline).
//!
//! Nodes are asked for in nearly source order, so the last line that the thread found is tried first.
//!
//! Invariant: line 1 starts at offset 0.

use crate::{Location, Span};
use std::cell::Cell;

/// Where each line starts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LineIndex {
    /// And, last, [`END`](Self::END): each line has a next one.
    starts: Vec<u32>,
}

thread_local! {
    /// The index of the line found last, in whatever text: a guess. One that threads share would go to and fro between
    /// their processors.
    static LAST: Cell<u32> = const { Cell::new(0) };
}

impl LineIndex {
    /// Behind all texts.
    const END: u32 = u32::MAX;

    /// The lines of `text`, which is smaller than 4 GiB.
    pub fn new(text: &str) -> Self {
        let mut starts = Vec::with_capacity(text.len() / 32 + 2);
        starts.push(0);
        let (words, rest) = text.as_bytes().as_chunks();
        let mut offset = 0;
        for word in words {
            let mut newlines = newlines(u64::from_le_bytes(*word));
            while newlines != 0 {
                starts.push(offset + newlines.trailing_zeros() / 8 + 1);
                newlines &= newlines - 1;
            }
            offset += 8;
        }
        let rest = (offset + 1..).zip(rest).filter(|&(_, &byte)| byte == b'\n');
        starts.extend(rest.map(|(start, _)| start));
        starts.push(Self::END);
        Self { starts }
    }

    /// The line (from 1) and the byte column (from 0) of an offset.
    pub fn line_column(&self, offset: u32) -> (i32, i32) {
        let index = self.find(LAST.get() as usize, offset);
        Self::remember(index);
        self.at(index, offset)
    }

    /// The index of the line that holds `offset`, near `guess` or anywhere.
    fn find(&self, guess: usize, offset: u32) -> usize {
        /// How many lines from the guess are looked at one by one.
        const NEAR: usize = 8;
        let guess = guess.min(self.line_count() - 1);
        let (earlier, later) = self.lines().split_at(guess + 1);
        let is_before = |start: &&u32| **start <= offset;
        if earlier[guess] <= offset {
            let passed = later.iter().take(NEAR).take_while(is_before).count();
            if passed < NEAR { guess + passed } else { guess + later.partition_point(|&start| start <= offset) }
        } else {
            // Line 1 starts at 0: there is a line before.
            let passed = earlier.iter().rev().take(NEAR).position(|start| is_before(&start));
            passed.map_or_else(|| earlier.partition_point(|&start| start <= offset) - 1, |passed| guess - passed)
        }
    }

    fn remember(index: usize) {
        LAST.set(u32::try_from(index).unwrap_or(0));
    }

    fn at(&self, index: usize, offset: u32) -> (i32, i32) {
        let line = i32::try_from(index + 1).unwrap_or(i32::MAX);
        (line, (offset - self.starts[index]).cast_signed())
    }

    /// The offset at which a line (from 1) starts; none for lines after the last.
    pub fn line_start(&self, line: usize) -> Option<u32> {
        self.lines().get(line.checked_sub(1)?).copied()
    }

    /// Number of lines.
    pub fn line_count(&self) -> usize {
        self.starts.len() - 1
    }

    fn lines(&self) -> &[u32] {
        &self.starts[..self.line_count()]
    }

    /// The location of a span.
    #[inline]
    pub fn location(&self, span: impl Into<Span>) -> Location {
        let Span { start, end } = span.into();
        let guess = LAST.get();
        // Most nodes are on the line of the node before them.
        if let Some(&[line_start, next_start]) = self.starts.get(guess as usize..).and_then(<[_]>::first_chunk)
            && line_start <= start
            && start <= end
            && end < next_start
        {
            let line = guess.cast_signed() + 1;
            let [column, end_column] = [start - line_start, end - line_start].map(u32::cast_signed);
            return Location { line, end_line: line, column, end_column };
        }
        self.find_location(guess as usize, Span { start, end })
    }

    /// The location of a span that is not all on the line `guess`.
    fn find_location(&self, guess: usize, span: Span) -> Location {
        let first = self.find(guess, span.start);
        // Most spans end on the line they start on.
        let on_line = span.end < self.starts[first + 1] && span.start <= span.end;
        let last = if on_line { first } else { self.find(first + 1, span.end) };
        Self::remember(first);
        let (line, column) = self.at(first, span.start);
        let (end_line, end_column) = self.at(last, span.end);
        Location { line, end_line, column, end_column }
    }
}

/// The highest bit of each byte of a word that is a newline. Lines are so short that a search for each
/// takes longer.
const fn newlines(word: u64) -> u64 {
    const LOW: u64 = u64::MAX / 0xFF * 0x7F;
    // A newline is now zero; adding carries into no other byte.
    let word = word ^ (u64::MAX / 0xFF * b'\n' as u64);
    !(((word & LOW) + LOW) | word | LOW)
}
