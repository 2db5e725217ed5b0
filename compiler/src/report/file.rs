//! A file and its text: where a diagnostic is, in lines and columns.
//!
//! ```text
//! "é = 1 +\n" with the span 5..9     →     line 1, columns 5 to 9 (code points from 1, end exclusive)
//! ```
//!
//! Invariant: any span has a place, also one that reaches beyond the text or into a character. Offsets
//! mean the text that was compiled: decoded as the file declares.

use pyclast_syntax::{Diagnostic, LineIndex, SourceText, Span};
use std::ops::Range;
use std::sync::OnceLock;

/// A file whose diagnostics are shown.
#[derive(Debug)]
pub struct ReportedFile {
    path: String,
    /// The decoded text; with replacement characters if it could not be decoded.
    text: String,
    /// Few files have anything to report.
    lines: OnceLock<Lines>,
}

#[derive(Debug)]
struct Lines {
    index: LineIndex,
    is_ascii: bool,
}

/// Where a diagnostic is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// CPython raises the error without file and line.
    Nowhere,
    /// CPython raises the error at line 0 of the file.
    File,
    /// A range of the text.
    Text(TextPlace),
}

/// Lines from 1 and columns from 1 in code points, as `SyntaxError` has them; the end is exclusive.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TextPlace {
    /// `lineno`
    pub line: usize,
    /// `offset`
    pub column: usize,
    /// `end_lineno`
    pub end_line: usize,
    /// `end_offset`
    pub end_column: usize,
}

impl TextPlace {
    /// The first character of a file: for readers that want a line of every problem.
    pub const FIRST: Self = Self { line: 1, column: 1, end_line: 1, end_column: 1 };
}

impl Place {
    /// The place, or the file's first line where a reader must have one.
    pub fn or_first_line(self) -> TextPlace {
        match self {
            Self::Text(place) => place,
            Self::Nowhere | Self::File => TextPlace::FIRST,
        }
    }
}

impl ReportedFile {
    /// A file with its bytes; `path` as shown.
    pub fn new(path: String, bytes: &[u8]) -> Self {
        let text = SourceText::decode(bytes).unwrap_or_else(|_| SourceText::lossy(bytes));
        Self::with_text(path, text.as_str().to_owned())
    }

    /// A file whose text is decoded already.
    pub fn with_text(path: String, text: String) -> Self {
        Self { path, text, lines: OnceLock::new() }
    }

    /// Its path, as shown.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Its text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The place of a diagnostic.
    pub fn place(&self, diagnostic: &Diagnostic) -> Place {
        self.span_place(diagnostic.span)
    }

    /// The place of a span.
    pub fn span_place(&self, span: Span) -> Place {
        match span {
            Span::NONE => Place::Nowhere,
            Span::FILE => Place::File,
            span => {
                let (line, column) = self.line_column(span.start as usize);
                let (end_line, end_column) = self.line_column(span.end.max(span.start) as usize);
                Place::Text(TextPlace { line, column, end_line, end_column })
            }
        }
    }

    /// The line (from 1) that holds an offset.
    pub fn line_of(&self, offset: u32) -> usize {
        self.line_column(offset as usize).0
    }

    /// The bytes of a line (from 1) without its newline; the last line's for numbers beyond it.
    pub fn line_range(&self, line: usize) -> Range<usize> {
        let index = &self.lines().index;
        let line = line.clamp(1, index.line_count());
        let start = index.line_start(line).map_or(0, |start| start as usize);
        let end = index.line_start(line + 1).map_or(self.text.len(), |next| next as usize - 1);
        start..end
    }

    /// A span as a range that the text has, of whole characters.
    pub(super) fn range(&self, span: Span) -> Range<usize> {
        let start = self.text.floor_char_boundary(span.start as usize);
        let end = self.text.ceil_char_boundary(span.end as usize);
        start..end.max(start)
    }

    fn line_column(&self, offset: usize) -> (usize, usize) {
        let lines = self.lines();
        let offset = offset.min(self.text.len());
        let (line, column) = lines.index.line_column(u32::try_from(offset).unwrap_or(u32::MAX));
        let (line, column) = (usize::try_from(line).unwrap_or(1), usize::try_from(column).unwrap_or(0));
        if lines.is_ascii {
            return (line, column + 1);
        }
        let before = &self.text.as_bytes()[offset - column..offset];
        (line, before.iter().filter(|&&byte| byte & 0xC0 != 0x80).count() + 1)
    }

    fn lines(&self) -> &Lines {
        self.lines.get_or_init(|| Lines { index: LineIndex::new(&self.text), is_ascii: self.text.is_ascii() })
    }
}
