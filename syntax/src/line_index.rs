//! Offsets → lines and columns, as Python counts them.
//!
//! Only `\n` ends a line (the source text has no other newline).
//!
//! Invariant: line 1 starts at offset 0.

use crate::{Location, Span};

/// Where each line starts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// The lines of `text`.
    pub fn new(text: &str) -> Self {
        let mut starts = vec![0];
        starts.extend(
            memchr::memchr_iter(b'\n', text.as_bytes())
                .map(|offset| u32::try_from(offset + 1).expect("source texts are smaller than 4 GiB")),
        );
        Self { starts }
    }

    /// The line (from 1) and the byte column (from 0) of an offset.
    pub fn line_column(&self, offset: u32) -> (i32, i32) {
        let line = self.starts.partition_point(|&start| start <= offset);
        let column = offset - self.starts[line - 1];
        (line.cast_signed() as i32, column.cast_signed())
    }

    /// The offset at which a line (from 1) starts; the end of the text for lines after the last.
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
        let (line, column) = self.line_column(span.start);
        let (end_line, end_column) = self.line_column(span.end);
        Location { line, end_line, column, end_column }
    }
}
