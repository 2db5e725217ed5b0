//! One line a diagnostic: `a.py:1:8: SyntaxError: invalid syntax [syntax-error]`.
//!
//! A problem of the file as a whole has no line: `a.py: SyntaxError: unknown encoding: foo [syntax-error]`.

use super::escape::one_line;
use super::{Place, ReportedFile, Reporter};
use pyclast_syntax::Diagnostic;
use std::io::{self, Write};

/// Writes lines.
#[derive(Debug)]
pub(super) struct Concise;

impl Reporter for Concise {
    fn file(&mut self, output: &mut dyn Write, file: &ReportedFile, diagnostics: &[Diagnostic]) -> io::Result<()> {
        diagnostics.iter().try_for_each(|diagnostic| writeln!(output, "{}", line(file, diagnostic)))
    }
}

/// The line of a diagnostic, also part of other formats.
pub(super) fn line(file: &ReportedFile, diagnostic: &Diagnostic) -> String {
    let place = match file.place(diagnostic) {
        Place::Text(place) => format!("{}:{}:", place.line, place.column),
        Place::Nowhere | Place::File => String::new(),
    };
    format!(
        "{}:{place} {}: {} [{}]",
        one_line(file.path()),
        diagnostic.exception.name(),
        one_line(&diagnostic.message),
        diagnostic.code.name()
    )
}
