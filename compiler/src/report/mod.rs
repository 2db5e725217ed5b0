//! Diagnostics → what people and machines read.
//!
//! Invariant: renderers only read; the order is that of the input.

mod concise;
mod json;
mod terminal;

use crate::cli::ErrorFormat;
use pyclast_syntax::{Diagnostic, LineIndex, SourceText};
use std::io::{self, Write};

/// A file whose diagnostics are shown.
#[derive(Debug)]
pub struct ReportedFile {
    path: String,
    /// The decoded text; empty if it could not be decoded.
    text: String,
    lines: LineIndex,
}

/// Lines from 1 and columns from 1 in code points, as `SyntaxError` has them; the end is exclusive.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    /// `lineno`
    pub line: usize,
    /// `offset`
    pub column: usize,
    /// `end_lineno`
    pub end_line: usize,
    /// `end_offset`
    pub end_column: usize,
}

impl ReportedFile {
    /// A file with its bytes; `path` as shown.
    pub fn new(path: String, bytes: Vec<u8>) -> Self {
        let text = SourceText::lossy(&bytes).as_str().to_owned();
        let lines = LineIndex::new(&text);
        Self { path, text, lines }
    }

    /// The place of a diagnostic.
    pub fn place(&self, diagnostic: &Diagnostic) -> Place {
        let (line, column) = self.line_column(diagnostic.span.start);
        let (end_line, end_column) = self.line_column(diagnostic.span.end);
        Place { line, column, end_line, end_column }
    }

    fn line_column(&self, offset: u32) -> (usize, usize) {
        let offset = (offset as usize).min(self.text.len());
        let before = &self.text.as_bytes()[..offset];
        let start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |newline| newline + 1);
        let column = before[start..].iter().filter(|&&byte| byte & 0xC0 != 0x80).count();
        let (line, _) = self.lines.line_column(u32::try_from(start).unwrap_or(u32::MAX));
        (usize::try_from(line).unwrap_or(1), column + 1)
    }
}

/// Shows the diagnostics of one file.
pub fn write(
    output: &mut dyn Write,
    format: ErrorFormat,
    color: bool,
    file: &ReportedFile,
    diagnostics: &[Diagnostic],
) -> io::Result<()> {
    for diagnostic in diagnostics {
        match format {
            ErrorFormat::Pretty => terminal::write(output, color, file, diagnostic)?,
            ErrorFormat::Concise => concise::write(output, file, diagnostic)?,
            ErrorFormat::Json => json::write(output, file, diagnostic)?,
        }
    }
    Ok(())
}
