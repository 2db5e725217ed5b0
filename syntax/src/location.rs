//! Positions: byte spans for diagnostics, lines and byte columns for code objects.
//!
//! `x = f(\n 1)` has the span 0..9 and the location (1, 2, 0, 3).
//!
//! Invariant: offsets and columns count UTF-8 bytes of the decoded source text (newlines are `\n`,
//! no byte-order mark); lines start at 1, columns at 0.

use ruff_text_size::{TextRange, TextSize};
use serde::{Deserialize, Serialize};

/// A half-open range of bytes in the decoded source text.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// No place at all: CPython raises the error without file and line.
    pub const NONE: Self = Self::new(u32::MAX, u32::MAX);
    /// The file as a whole: CPython raises the error at line 0.
    pub const FILE: Self = Self::new(u32::MAX - 1, u32::MAX - 1);

    /// Whether the span is a place in the text, not [`NONE`](Self::NONE) or [`FILE`](Self::FILE).
    pub const fn is_place(self) -> bool {
        self.start < Self::FILE.start
    }

    /// The range `start..end`.
    pub const fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }
}

impl From<TextRange> for Span {
    fn from(range: TextRange) -> Self {
        Self { start: range.start().to_u32(), end: range.end().to_u32() }
    }
}

impl From<Span> for TextRange {
    fn from(span: Span) -> Self {
        TextRange::new(TextSize::new(span.start), TextSize::new(span.end))
    }
}

/// Where an instruction comes from, as CPython's `_PyCompilerSrcLocation`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Location {
    /// First line, from 1; 0 for a module's `RESUME`; −1 for none.
    pub line: i32,
    /// Last line.
    pub end_line: i32,
    /// First byte column, from 0; −1 for none.
    pub column: i32,
    /// One past the last byte column.
    pub end_column: i32,
}

impl Location {
    /// `NO_LOCATION`: an artificial instruction.
    pub const NONE: Self = Self::same(-1);
    /// `NEXT_LOCATION`: takes the location of the instruction after it.
    pub const NEXT: Self = Self::same(-2);

    const fn same(value: i32) -> Self {
        Self { line: value, end_line: value, column: value, end_column: value }
    }

    /// Whether both are the same: as `==`, but with one branch for all numbers.
    #[inline]
    #[must_use]
    pub const fn is(self, other: Self) -> bool {
        let ([lines, columns], [other_lines, other_columns]) = (self.words(), other.words());
        (lines ^ other_lines) | (columns ^ other_columns) == 0
    }

    /// The lines, and the columns: two loads each rather than four.
    #[inline]
    const fn words(self) -> [u64; 2] {
        const fn word(low: i32, high: i32) -> u64 {
            low.cast_unsigned() as u64 | (high.cast_unsigned() as u64) << 32
        }
        [word(self.line, self.end_line), word(self.column, self.end_column)]
    }

    /// A location, in CPython's order of arguments (`LOCATION(lineno, end_lineno, col, end_col)`).
    pub const fn new(line: i32, end_line: i32, column: i32, end_column: i32) -> Self {
        Self { line, end_line, column, end_column }
    }
}
