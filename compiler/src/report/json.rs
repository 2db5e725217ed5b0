//! One JSON object a line; keys as documented in the README, order fixed.
//!
//! Columns are code points from 1, as in `SyntaxError.offset`; `end_column` is exclusive. Problems of
//! the file as a whole are in line 0, those of no place have `null`s, as the attributes of the
//! `SyntaxError` that CPython raises.

use super::{Place, ReportedFile, Reporter};
use pyclast_syntax::{Diagnostic, Severity};
use serde_json::json;
use std::io::{self, Write};

/// Writes objects.
#[derive(Debug)]
pub(super) struct Json;

impl Reporter for Json {
    fn file(&mut self, output: &mut dyn Write, file: &ReportedFile, diagnostics: &[Diagnostic]) -> io::Result<()> {
        diagnostics.iter().try_for_each(|diagnostic| write(output, file, diagnostic))
    }
}

fn write(output: &mut dyn Write, file: &ReportedFile, diagnostic: &Diagnostic) -> io::Result<()> {
    let [line, column, end_line, end_column] = match (diagnostic.stated, file.place(diagnostic)) {
        (Some((line, column)), _) => [Some(line as usize), Some(column as usize), None, None],
        (None, Place::Nowhere) => [const { None }; 4],
        (None, Place::File) => [Some(0); 4],
        (None, Place::Text(place)) => [place.line, place.column, place.end_line, place.end_column].map(Some),
    };
    let severity = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let object = json!({
        "path": file.path(),
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
        "severity": severity,
        "code": diagnostic.code.name(),
        "exception": diagnostic.exception.name(),
        "message": diagnostic.message,
        "help": diagnostic.help,
    });
    writeln!(output, "{object}")
}
