//! One line a diagnostic: `a.py:1:8: SyntaxError: invalid syntax [syntax-error]`.

use super::ReportedFile;
use pyclast_syntax::Diagnostic;
use std::io::{self, Write};

/// Writes one line.
pub(super) fn write(output: &mut dyn Write, file: &ReportedFile, diagnostic: &Diagnostic) -> io::Result<()> {
    let place = file.place(diagnostic);
    writeln!(
        output,
        "{}:{}:{}: {}: {} [{}]",
        file.path,
        place.line,
        place.column,
        diagnostic.exception.name(),
        diagnostic.message,
        diagnostic.code.name()
    )
}
