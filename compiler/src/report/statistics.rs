//! Counts → a table.
//!
//! ```text
//! code            errors  warnings  files
//! syntax-error         3         0      2
//! syntax-warning       0         1      1
//! total                3         1      2
//! 7 files checked, 4 hidden by the baseline
//! ```
//!
//! Invariant: rows are in the order of the number of problems, then of the code table.

use pyclast_syntax::{Code, Diagnostic, Severity};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// What a report has counted.
#[derive(Debug, Default)]
pub(super) struct Statistics {
    by_code: BTreeMap<Code, Counts>,
    /// Files looked at.
    pub(super) checked: usize,
    /// Files with something to report.
    pub(super) affected: usize,
    /// Problems that comments hide.
    pub(super) ignored: usize,
    /// Problems that the baseline hides.
    pub(super) recorded: usize,
}

#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    errors: usize,
    warnings: usize,
    files: usize,
}

impl Statistics {
    /// Counts what is reported of one file.
    pub(super) fn count(&mut self, diagnostics: &[Diagnostic]) {
        self.affected += usize::from(!diagnostics.is_empty());
        let mut seen = Vec::new();
        for diagnostic in diagnostics {
            let counts = self.by_code.entry(diagnostic.code).or_default();
            match diagnostic.severity {
                Severity::Error => counts.errors += 1,
                Severity::Warning => counts.warnings += 1,
            }
            if !seen.contains(&diagnostic.code) {
                seen.push(diagnostic.code);
                counts.files += 1;
            }
        }
    }

    /// Writes the table.
    pub(super) fn write(&self, output: &mut dyn Write, color: bool) -> io::Result<()> {
        let (bold, red, yellow, reset) =
            if color { ("\u{1b}[1m", "\u{1b}[31m", "\u{1b}[33m", "\u{1b}[0m") } else { ("", "", "", "") };
        let mut rows: Vec<(&str, Counts)> = self.by_code.iter().map(|(code, &counts)| (code.name(), counts)).collect();
        rows.sort_by_key(|(_, counts)| std::cmp::Reverse(counts.errors + counts.warnings));
        let total =
            rows.iter().fold(Counts { files: self.affected, ..Counts::default() }, |total, (_, counts)| Counts {
                errors: total.errors + counts.errors,
                warnings: total.warnings + counts.warnings,
                files: total.files,
            });
        let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0).max("total".len());
        writeln!(output, "{bold}{:width$}  errors  warnings  files{reset}", "code")?;
        for (name, Counts { errors, warnings, files }) in rows {
            let error_color = if errors > 0 { red } else { "" };
            let warning_color = if warnings > 0 { yellow } else { "" };
            let ends = [error_color, warning_color].map(|start| if start.is_empty() { "" } else { reset });
            writeln!(
                output,
                "{name:width$}  {error_color}{errors:>6}{}  {warning_color}{warnings:>8}{}  {files:>5}",
                ends[0], ends[1]
            )?;
        }
        let Counts { errors, warnings, files } = total;
        writeln!(output, "{bold}{:width$}  {errors:>6}  {warnings:>8}  {files:>5}{reset}", "total")?;
        writeln!(output, "{}", self.sentence())
    }

    fn sentence(&self) -> String {
        let mut parts = vec![format!("{} {} checked", self.checked, plural(self.checked, "file"))];
        if self.ignored > 0 {
            parts.push(format!("{} ignored by comments", self.ignored));
        }
        if self.recorded > 0 {
            parts.push(format!("{} hidden by the baseline", self.recorded));
        }
        parts.join(", ")
    }
}

/// `1 file`, `2 files`.
pub(super) fn plural(count: usize, word: &str) -> String {
    if count == 1 { word.to_owned() } else { format!("{word}s") }
}
