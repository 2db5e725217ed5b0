//! Workflow commands that GitHub Actions turns into annotations.
//!
//! ```text
//! ::error title=pyclast (syntax-error),file=a.py,line=1,col=8,endLine=1,endColumn=9::a.py:1:8: SyntaxError: invalid syntax [syntax-error]
//! ```
//!
//! GitHub takes columns only of places within one line. The log shows nothing but the message, so it
//! says the place again.

use super::escape::{github_data, github_property};
use super::path::RelativePaths;
use super::{ReportedFile, Reporter, concise, full_message};
use pyclast_syntax::{Diagnostic, Severity};
use std::io::{self, Write};

/// Writes commands.
#[derive(Debug)]
pub(super) struct Github {
    pub(super) paths: RelativePaths,
}

impl Reporter for Github {
    fn file(&mut self, output: &mut dyn Write, file: &ReportedFile, diagnostics: &[Diagnostic]) -> io::Result<()> {
        let path = github_property(&self.paths.relative(file.path()));
        diagnostics.iter().try_for_each(|diagnostic| write(output, &path, file, diagnostic))
    }
}

fn write(output: &mut dyn Write, path: &str, file: &ReportedFile, diagnostic: &Diagnostic) -> io::Result<()> {
    let command = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let place = file.place(diagnostic).or_first_line();
    let lines = if place.line == place.end_line {
        format!("line={},col={},endLine={0},endColumn={}", place.line, place.column, place.end_column)
    } else {
        format!("line={},endLine={}", place.line, place.end_line)
    };
    let title = github_property(&format!("pyclast ({})", diagnostic.code.name()));
    let message = full_message(concise::line(file, diagnostic), diagnostic);
    writeln!(output, "::{command} title={title},file={path},{lines}::{}", github_data(&message))
}
