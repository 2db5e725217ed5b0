//! One JSON object a line; keys as documented in the README, order fixed.
//!
//! Columns are code points from 1, as in `SyntaxError.offset`; `end_column` is exclusive.

use super::ReportedFile;
use pyclast_syntax::{Diagnostic, Severity};
use std::io::{self, Write};

/// Writes one object.
pub(super) fn write(output: &mut dyn Write, file: &ReportedFile, diagnostic: &Diagnostic) -> io::Result<()> {
    let place = file.place(diagnostic);
    let severity = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let object = serde_json::json!({
        "path": file.path,
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line,
        "end_column": place.end_column,
        "severity": severity,
        "code": diagnostic.code.name(),
        "exception": diagnostic.exception.name(),
        "message": diagnostic.message,
        "help": diagnostic.help,
    });
    writeln!(output, "{object}")
}
