//! Diagnostics → what people and machines read.
//!
//! ```text
//! diagnostics of a file → ignore comments → settings → baseline → a reporter → output
//! ```
//!
//! [`Report`] is what a command uses: `add_file` for each file in order, then `finish`. The formats
//! that are one document (gitlab, sarif, junit) are written at the end, the others file by file.
//!
//! Invariant: renderers only read; files come in the order of the calls, and a file's problems in the
//! order of the text.

mod concise;
mod escape;
mod file;
mod fingerprint;
mod github;
mod gitlab;
mod json;
mod junit;
pub(crate) mod path;
mod sarif;
mod statistics;
mod terminal;
#[cfg(test)]
mod tests;

pub use file::{Place, ReportedFile, TextPlace};
pub(crate) use fingerprint::without_line_numbers;

use crate::baseline::Baseline;
use crate::cli::{ErrorFormat, ReportArgs};
use crate::commands::Status;
use crate::settings::{Settings, Severities};
use crate::suppress::Suppressions;
use anyhow::Context;
use path::RelativePaths;
use pyclast_syntax::{Code, Diagnostic, Exception, Severity, Span};
use statistics::{Statistics, plural};
use std::env;
use std::fmt;
use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::PathBuf;

/// A format: what it writes when.
trait Reporter {
    /// One file's problems, sorted; or that it has none.
    fn file(&mut self, output: &mut dyn Write, file: &ReportedFile, diagnostics: &[Diagnostic]) -> io::Result<()>;

    /// A file that has no problems, whose text nobody needed.
    fn clean(&mut self, _path: &str) {}

    /// There are no more files.
    fn finish(&mut self, _output: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
}

fn reporter(format: ErrorFormat, color: bool, paths: &RelativePaths) -> Box<dyn Reporter> {
    match format {
        ErrorFormat::Pretty => Box::new(terminal::Pretty { color }),
        ErrorFormat::Concise => Box::new(concise::Concise),
        ErrorFormat::Json => Box::new(json::Json),
        ErrorFormat::Github => Box::new(github::Github { paths: paths.clone() }),
        ErrorFormat::Gitlab => Box::new(gitlab::Gitlab::new(paths.clone())),
        ErrorFormat::Sarif => Box::new(sarif::Sarif::new(paths.clone())),
        ErrorFormat::Junit => Box::new(junit::Junit::new(paths.clone())),
    }
}

/// How a report is made.
#[derive(Debug)]
pub struct ReportOptions {
    /// The format.
    pub format: ErrorFormat,
    /// Whether the output takes colours.
    pub color: bool,
    /// Whether the table of counts is written: after the report for people, to standard error for
    /// machines.
    pub statistics: bool,
    /// Where relative paths start, and what machines see them relative to.
    pub root: PathBuf,
    /// What the settings make of the codes.
    pub severities: Severities,
    /// The problems that are known.
    pub baseline: Option<Baseline>,
}

impl ReportOptions {
    /// A format with everything else left out.
    pub fn plain(format: ErrorFormat, root: impl Into<PathBuf>) -> Self {
        Self {
            format,
            color: false,
            statistics: false,
            root: root.into(),
            severities: Severities::default(),
            baseline: None,
        }
    }

    /// What flags and settings say; flags win.
    pub fn new(flags: &ReportArgs, settings: &Settings) -> anyhow::Result<Self> {
        let root = env::current_dir().context("cannot find the current directory")?;
        let to_terminal = flags.output_file.is_none() && io::stdout().is_terminal();
        Ok(Self {
            format: flags.error_format.or(settings.error_format).unwrap_or(ErrorFormat::Pretty),
            color: to_terminal && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
            statistics: flags.statistics,
            severities: settings.severities.clone(),
            baseline: Baseline::open(flags, settings, &root)?,
            root,
        })
    }
}

/// A report that is being made.
pub struct Report<'output> {
    output: Box<dyn Write + 'output>,
    reporter: Box<dyn Reporter>,
    format: ErrorFormat,
    color: bool,
    with_statistics: bool,
    severities: Severities,
    baseline: Option<Baseline>,
    paths: RelativePaths,
    statistics: Statistics,
    totals: Totals,
}

/// What a report came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Totals {
    /// Problems that are errors.
    pub errors: usize,
    /// Problems that are warnings.
    pub warnings: usize,
    /// What the command ends with.
    pub status: Status,
}

impl fmt::Display for Totals {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}, {}", count(self.errors, "error"), count(self.warnings, "warning"))
    }
}

impl Report<'static> {
    /// A report to standard output, or to the file that the flags name.
    pub fn open(flags: &ReportArgs, settings: &Settings) -> anyhow::Result<Self> {
        let options = ReportOptions::new(flags, settings)?;
        let output: Box<dyn Write> = match &flags.output_file {
            None => Box::new(BufWriter::new(io::stdout())),
            Some(path) => {
                let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
                Box::new(BufWriter::new(file))
            }
        };
        Ok(Self::new(options, output))
    }
}

impl<'output> Report<'output> {
    /// A report to `output`.
    pub fn new(options: ReportOptions, output: Box<dyn Write + 'output>) -> Self {
        let paths = RelativePaths::of(options.root);
        Self {
            output,
            reporter: reporter(options.format, options.color, &paths),
            format: options.format,
            color: options.color,
            with_statistics: options.statistics,
            severities: options.severities,
            baseline: options.baseline,
            paths,
            statistics: Statistics::default(),
            totals: Totals { errors: 0, warnings: 0, status: Status::Clean },
        }
    }

    /// One file with its bytes and everything that is wrong with it, in any order. The text is looked at
    /// only if there is anything to say about it.
    pub fn add(&mut self, path: String, bytes: &[u8], diagnostics: Vec<Diagnostic>) -> io::Result<()> {
        if diagnostics.is_empty() && !Suppressions::may_be_in(bytes) {
            self.add_clean(&path);
            return Ok(());
        }
        self.add_file(&ReportedFile::new(path, bytes), diagnostics)
    }

    /// One file and everything that is wrong with it, in any order.
    pub fn add_file(&mut self, file: &ReportedFile, mut diagnostics: Vec<Diagnostic>) -> io::Result<()> {
        let found = diagnostics.len();
        let suppressions = Suppressions::of(file.text());
        suppressions.apply(file, &mut diagnostics);
        self.statistics.ignored +=
            found.saturating_sub(diagnostics.iter().filter(|diagnostic| is_found(diagnostic)).count());
        let path = self.paths.current.join(file.path());
        self.severities.apply(&path, &mut diagnostics);
        diagnostics.sort_by_key(|diagnostic| (position(diagnostic.span), diagnostic.code));
        diagnostics.dedup();
        if diagnostics.iter().any(|diagnostic| diagnostic.code == Code::InternalError) {
            self.worsen(Status::Bug);
        }
        if let Some(baseline) = &mut self.baseline {
            let before = diagnostics.len();
            baseline.hide(&path, &mut diagnostics);
            self.statistics.recorded += before - diagnostics.len();
        }
        self.statistics.checked += 1;
        self.show(file, &diagnostics)
    }

    /// A file without problems and without ignore comments, whose text need not be read.
    pub fn add_clean(&mut self, path: &str) {
        self.statistics.checked += 1;
        if let Some(baseline) = &mut self.baseline {
            baseline.hide(&self.paths.current.join(path), &mut Vec::new());
        }
        self.reporter.clean(path);
    }

    /// Something that is no diagnostic has gone wrong.
    pub fn worsen(&mut self, status: Status) {
        self.totals.status = self.totals.status.max(status);
    }

    /// There are no more files: the rest of the output, the table, the new baseline; how it all went.
    pub fn finish(mut self) -> anyhow::Result<Totals> {
        if let Some((file, mut stale)) = self.baseline.take().map(Baseline::finish).transpose()?.flatten() {
            self.severities.apply(&self.paths.current.join(file.path()), &mut stale);
            if !stale.is_empty() {
                self.show(&file, &stale)?;
            }
        }
        self.reporter.finish(&mut self.output)?;
        if self.with_statistics {
            let for_people = matches!(self.format, ErrorFormat::Pretty | ErrorFormat::Concise);
            if for_people {
                self.statistics.write(&mut self.output, self.color)?;
            } else {
                self.statistics.write(&mut io::stderr().lock(), false)?;
            }
        }
        self.output.flush()?;
        Ok(self.totals)
    }

    fn show(&mut self, file: &ReportedFile, diagnostics: &[Diagnostic]) -> io::Result<()> {
        self.statistics.count(diagnostics);
        let errors = diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count();
        self.totals.errors += errors;
        self.totals.warnings += diagnostics.len() - errors;
        if errors > 0 {
            self.worsen(Status::Problems);
        }
        self.reporter.file(&mut self.output, file, diagnostics)
    }
}

/// `SyntaxError: invalid syntax`; of what CPython has no class for, the message alone.
fn headline(diagnostic: &Diagnostic) -> String {
    match diagnostic.exception {
        Exception::Warning
        | Exception::TypedSyntaxError
        | Exception::BadFlagException
        | Exception::ModuleTableException => diagnostic.message.clone(),
        exception => format!("{}: {}", exception.name(), diagnostic.message),
    }
}

/// Headline, notes and help, a line each.
fn full_message(headline: String, diagnostic: &Diagnostic) -> String {
    let notes = diagnostic.notes.iter().map(|note| format!("note: {note}"));
    let help = diagnostic.help.iter().map(|help| format!("help: {help}"));
    let lines: Vec<String> = std::iter::once(headline).chain(notes).chain(help).collect();
    lines.join("\n")
}

/// Whether a diagnostic was there before comments were looked at.
fn is_found(diagnostic: &Diagnostic) -> bool {
    !matches!(diagnostic.code, Code::UnusedIgnore | Code::InvalidIgnore)
}

/// Problems of the file as a whole come first.
fn position(span: Span) -> (bool, u32, u32) {
    (span.is_place(), span.start, span.end)
}

/// Shows the diagnostics of one file as they are: no comments, no settings.
pub fn write(
    output: &mut dyn Write,
    format: ErrorFormat,
    color: bool,
    file: &ReportedFile,
    diagnostics: &[Diagnostic],
) -> io::Result<()> {
    let mut reporter = reporter(format, color, &RelativePaths::of(env::current_dir().unwrap_or_default()));
    reporter.file(output, file, diagnostics)?;
    reporter.finish(output)
}

/// `3 problems`.
pub(crate) fn count(number: usize, word: &str) -> String {
    format!("{number} {}", plural(number, word))
}
