//! GitLab's Code Quality report: one JSON array.
//!
//! ```text
//! [{"description": "SyntaxError: invalid syntax", "check_name": "syntax-error", "fingerprint": "…",
//!   "severity": "major", "location": {"path": "a.py", "lines": {…}, "positions": {…}}}]
//! ```
//!
//! Invariant: paths are relative without a leading `./`, fingerprints unique: GitLab drops the others.

use super::fingerprint::Fingerprints;
use super::path::RelativePaths;
use super::{ReportedFile, Reporter, headline};
use pyclast_syntax::{Code, Diagnostic, Severity};
use serde_json::{Value, json};
use std::io::{self, Write};

/// Collects the array.
#[derive(Debug)]
pub(super) struct Gitlab {
    paths: RelativePaths,
    fingerprints: Fingerprints,
    issues: Vec<Value>,
}

impl Gitlab {
    pub(super) fn new(paths: RelativePaths) -> Self {
        Self { paths, fingerprints: Fingerprints::default(), issues: Vec::new() }
    }
}

impl Reporter for Gitlab {
    fn file(&mut self, _: &mut dyn Write, file: &ReportedFile, diagnostics: &[Diagnostic]) -> io::Result<()> {
        let path = self.paths.relative(file.path());
        for diagnostic in diagnostics {
            let fingerprint = self.fingerprints.next(file, &path, diagnostic);
            self.issues.push(issue(file, &path, diagnostic, &fingerprint));
        }
        Ok(())
    }

    fn finish(&mut self, output: &mut dyn Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *output, &self.issues)?;
        writeln!(output)
    }
}

fn issue(file: &ReportedFile, path: &str, diagnostic: &Diagnostic, fingerprint: &str) -> Value {
    let place = file.place(diagnostic).or_first_line();
    json!({
        "description": headline(diagnostic),
        "check_name": diagnostic.code.name(),
        "fingerprint": fingerprint,
        "severity": severity(diagnostic),
        "location": {
            "path": path,
            "lines": { "begin": place.line, "end": place.end_line },
            "positions": {
                "begin": { "line": place.line, "column": place.column },
                "end": { "line": place.end_line, "column": place.end_column },
            },
        },
    })
}

fn severity(diagnostic: &Diagnostic) -> &'static str {
    match (diagnostic.code, diagnostic.severity) {
        (Code::InternalError, _) => "blocker",
        (_, Severity::Error) => "major",
        (_, Severity::Warning) => "minor",
    }
}
