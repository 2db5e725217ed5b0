//! The baseline file: problems that are known, so that only new ones are reported.
//!
//! ```json
//! {
//!   "version": 1,
//!   "problems": [
//!     {"path": "pkg/a.py", "code": "syntax-warning", "message": "\"is\" with 'int' literal. …", "count": 2}
//!   ]
//! }
//! ```
//!
//! A problem is known by its path (from the folder of the baseline file), code and message, so many
//! times; lines may move, also those that a message tells. One entry a line, sorted: made for review.
//!
//! Invariant: the same problems give the same file. A bug of pyclast is never hidden.

use crate::cli::ReportArgs;
use crate::files::artifact;
use crate::report::path::{RelativePaths, normal};
use crate::report::{ReportedFile, count, without_line_numbers};
use crate::settings::Settings;
use anyhow::{Context, anyhow, bail};
use pyclast_syntax::{Code, Diagnostic, Span};
use rustc_hash::FxHashSet;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

const VERSION: u64 = 1;

/// The problems that are known, or those that will be.
#[derive(Debug)]
pub struct Baseline {
    /// The file, as the user wrote it.
    shown: PathBuf,
    paths: RelativePaths,
    text: String,
    problems: BTreeMap<Problem, Counts>,
    checked: FxHashSet<String>,
    is_written: bool,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Problem {
    path: String,
    code: String,
    message: String,
}

#[derive(Clone, Copy, Default, Debug)]
struct Counts {
    recorded: usize,
    found: usize,
}

impl Baseline {
    /// The baseline that flags or settings name.
    pub(crate) fn open(flags: &ReportArgs, settings: &Settings, current: &Path) -> anyhow::Result<Option<Self>> {
        let path = flags.baseline.as_ref().or(settings.baseline.as_ref());
        match path {
            Some(path) if flags.write_baseline => Ok(Some(Self::new(path, current))),
            Some(path) => Self::read(path, current).map(Some),
            None if flags.write_baseline => {
                bail!("--write-baseline: which file? add --baseline FILE, or baseline = \"FILE\" to [tool.pyclast]")
            }
            None => Ok(None),
        }
    }

    /// One that records what is found and writes it to `path`.
    pub fn new(path: &Path, current: &Path) -> Self {
        let root = current.join(path).parent().map(normal).unwrap_or_default();
        Self {
            shown: path.to_owned(),
            paths: RelativePaths { current: current.to_owned(), root },
            text: String::new(),
            problems: BTreeMap::new(),
            checked: FxHashSet::default(),
            is_written: true,
        }
    }

    /// One that hides what the file records.
    pub fn read(path: &Path, current: &Path) -> anyhow::Result<Self> {
        let text = fs::read_to_string(current.join(path))
            .with_context(|| format!("cannot read the baseline {} (--write-baseline makes it)", path.display()))?;
        let problems =
            parse(&text).map_err(|reason| anyhow!("{}{reason}; --write-baseline makes it anew", path.display()))?;
        Ok(Self { text, problems, is_written: false, ..Self::new(path, current) })
    }

    /// Takes the known problems of a file out of `diagnostics`.
    pub(crate) fn hide(&mut self, path: &Path, diagnostics: &mut Vec<Diagnostic>) {
        let path = self.paths.relative(&path.to_string_lossy());
        diagnostics.retain(|diagnostic| {
            if diagnostic.code == Code::InternalError {
                return true;
            }
            let problem = Problem {
                path: path.clone(),
                code: diagnostic.code.name().to_owned(),
                message: without_line_numbers(&diagnostic.message).into_owned(),
            };
            if self.is_written {
                self.problems.entry(problem).or_default().found += 1;
                return false;
            }
            self.problems.get_mut(&problem).is_none_or(|counts| {
                counts.found += 1;
                counts.found > counts.recorded
            })
        });
        self.checked.insert(path);
    }

    /// Writes the new baseline; or tells which entries of the old one are stale.
    pub(crate) fn finish(self) -> anyhow::Result<Option<(ReportedFile, Vec<Diagnostic>)>> {
        if self.is_written {
            self.write()?;
            return Ok(None);
        }
        let stale: Vec<Diagnostic> = self
            .problems
            .iter()
            .filter(|(problem, counts)| counts.found < counts.recorded && self.is_gone(problem))
            .map(|(problem, &counts)| self.stale(problem, counts))
            .collect();
        Ok(Some((ReportedFile::with_text(self.shown.to_string_lossy().into_owned(), self.text), stale)))
    }

    /// Whether a problem that was not found is one that would have been.
    fn is_gone(&self, problem: &Problem) -> bool {
        self.checked.contains(&problem.path) || !self.paths.root.join(&problem.path).exists()
    }

    fn stale(&self, problem: &Problem, counts: Counts) -> Diagnostic {
        let entry = entry(problem, counts.recorded);
        let span = self
            .text
            .find(&entry)
            .and_then(|start| Some(Span::new(u32::try_from(start).ok()?, u32::try_from(start + entry.len()).ok()?)));
        let Problem { path, code, message } = problem;
        let Counts { recorded, found } = counts;
        let message = format!("{path}: '{code}' is recorded {recorded}x, found {found}x: {message}");
        Diagnostic::of_code(Code::StaleBaseline, span.unwrap_or(Span::FILE), message)
            .with_help("write the baseline anew with --write-baseline")
    }

    fn write(&self) -> anyhow::Result<()> {
        let mut text = format!("{{\n  \"version\": {VERSION},\n  \"problems\": [");
        let entries: Vec<String> =
            self.problems.iter().map(|(problem, counts)| format!("\n    {}", entry(problem, counts.found))).collect();
        text += &entries.join(",");
        text += if entries.is_empty() { "]\n}\n" } else { "\n  ]\n}\n" };
        artifact::write(&self.paths.current.join(&self.shown), &[text.as_bytes()], 0o666)
            .with_context(|| format!("cannot write the baseline {}", self.shown.display()))?;
        let problems = self.problems.values().map(|counts| counts.found).sum();
        writeln!(
            io::stderr(),
            "recorded {} of {} in {}",
            count(problems, "problem"),
            count(self.checked.len(), "file"),
            self.shown.display()
        )?;
        Ok(())
    }
}

/// The line of an entry.
fn entry(problem: &Problem, count: usize) -> String {
    let quoted = |text: &str| Value::from(text).to_string();
    format!(
        "{{\"path\": {}, \"code\": {}, \"message\": {}, \"count\": {count}}}",
        quoted(&problem.path),
        quoted(&problem.code),
        quoted(&problem.message)
    )
}

/// Reads the file; on failure `:line:column: what` or `: what`.
fn parse(text: &str) -> Result<BTreeMap<Problem, Counts>, String> {
    let value: Value = serde_json::from_str(text)
        .map_err(|error| format!(":{}:{}: no JSON: {error}", error.line(), error.column()))?;
    match value.get("version").and_then(Value::as_u64) {
        Some(VERSION) => {}
        Some(other) => return Err(format!(": version {other} is not known, only {VERSION}")),
        None => return Err(": no baseline: \"version\" is missing".to_owned()),
    }
    let entries = value.get("problems").and_then(Value::as_array).ok_or(": no baseline: \"problems\" is missing")?;
    let mut problems: BTreeMap<Problem, Counts> = BTreeMap::new();
    for (index, entry) in entries.iter().enumerate() {
        let field = |name: &str| {
            let text = entry.get(name).and_then(Value::as_str);
            text.map(str::to_owned)
                .ok_or_else(|| format!(": problem {}: \"{name}\" is missing or no string", index + 1))
        };
        let problem = Problem { path: field("path")?, code: field("code")?, message: field("message")? };
        let recorded = match entry.get("count") {
            None => 1,
            Some(count) => count
                .as_u64()
                .and_then(|count| usize::try_from(count).ok())
                .ok_or_else(|| format!(": problem {}: \"count\" is no number from 0", index + 1))?,
        };
        let counts = problems.entry(problem).or_default();
        counts.recorded = counts.recorded.saturating_add(recorded);
    }
    Ok(problems)
}

#[cfg(test)]
mod tests;
