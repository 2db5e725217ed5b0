//! What `pyclast compile` says: compileall's lines, reports, a progress bar, totals.
//!
//! ```text
//! Listing 'pkg'...
//! Compiling 'pkg/a.py'...
//! *** SyntaxError: invalid syntax      (then the report)
//! ```
//!
//! Invariant: with --error-format json, standard output holds JSON lines and nothing else.

use super::Status;
use super::gather::Step;
use crate::cli::{CompileArgs, ErrorFormat, When};
use crate::files::path::repr;
use crate::files::plan::Plan;
use crate::jobs::Panicked;
use crate::report::{self, ReportedFile};
use indicatif::{ProgressBar, ProgressStyle};
use pyclast_syntax::{Code, Diagnostic, Exception, Span};
use std::fmt;
use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// What became of a file.
#[derive(Debug)]
pub(super) enum Outcome {
    /// Its artifacts were written; what CPython warns about.
    Compiled(Vec<Diagnostic>),
    /// Its artifacts were current.
    Current,
    /// It is no regular file.
    Ignored,
    /// Its text is refused.
    Refused(Vec<Diagnostic>),
    /// It could not be read, or an artifact not written.
    Failed(io::Error),
}

/// Shows steps as they are done, and counts.
pub(super) struct Shown {
    quiet: u8,
    format: ErrorFormat,
    color: bool,
    progress: Option<ProgressBar>,
    started: Instant,
    status: Status,
    counts: Counts,
    failing: Vec<PathBuf>,
}

/// What became of how many files.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    compiled: usize,
    current: usize,
    failed: usize,
}

impl fmt::Display for Counts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "compiled {} · current {} · failed {}", self.compiled, self.current, self.failed)
    }
}

impl Shown {
    pub(super) fn new(arguments: &CompileArgs, format: ErrorFormat, steps: &[Step]) -> Self {
        let with_progress = match arguments.progress {
            When::Always => true,
            When::Never => false,
            When::Auto => arguments.quiet == 0 && io::stderr().is_terminal(),
        };
        let progress = with_progress.then(|| {
            let style = ProgressStyle::with_template("{bar:30.cyan/blue} {pos}/{len} files {wide_msg:.dim}")
                .map(|style| style.progress_chars("━╸─"));
            let files = steps.iter().filter(|step| matches!(step, Step::Compile(_))).count();
            ProgressBar::new(files as u64).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        Self {
            quiet: arguments.quiet,
            format,
            color: io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
            progress,
            started: Instant::now(),
            status: Status::Clean,
            counts: Counts::default(),
            failing: Vec::new(),
        }
    }

    /// One step is done.
    pub(super) fn step(&mut self, step: &Step, result: Result<Option<Outcome>, Panicked>) -> io::Result<()> {
        match (step, result) {
            (Step::Listing(path), _) => self.line(&format!("Listing {}...", repr(path))),
            (Step::Unlisted(path, error), _) => {
                self.worsen(Status::Failed);
                self.complain(&format!("Can't list {}: {}", repr(path), os_error(error)))
            }
            (Step::Compile(plan), Ok(outcome)) => {
                self.advance(plan);
                outcome.map_or(Ok(()), |outcome| self.outcome(plan, outcome))
            }
            (Step::Compile(plan), Err(panicked)) => {
                self.advance(plan);
                self.compiling(plan)?;
                self.fail(plan, Status::Bug);
                self.refused(plan, &[internal_error(&plan.source, &panicked)])
            }
        }
    }

    /// Everything is done: totals for people, the status for the caller.
    pub(super) fn finish(self) -> io::Result<Status> {
        if let Some(progress) = &self.progress {
            progress.finish_and_clear();
            writeln!(io::stderr(), "{} · {:.2} s", self.counts, self.started.elapsed().as_secs_f64())?;
        }
        io::stdout().flush()?;
        Ok(self.status)
    }

    /// Everything is done for now: one line that says so; the files that failed.
    pub(super) fn pause(self, what: &str) -> io::Result<Vec<PathBuf>> {
        if let Some(progress) = &self.progress {
            progress.finish_and_clear();
        }
        io::stdout().flush()?;
        let milliseconds = self.started.elapsed().as_secs_f64() * 1000.0;
        let line = format!("-- {what}: {} in {milliseconds:.1} ms", self.counts);
        if self.quiet < 2 {
            match self.format {
                ErrorFormat::Json => writeln!(io::stderr(), "{line}")?,
                _ => writeln!(io::stdout(), "{line}")?,
            }
        }
        Ok(self.failing)
    }

    fn outcome(&mut self, plan: &Plan, outcome: Outcome) -> io::Result<()> {
        if plan.strip_ignored && !matches!(outcome, Outcome::Ignored) {
            self.complain(&format!(
                "The stripdir path is not a valid prefix for source path {}; ignoring",
                repr(&plan.source)
            ))?;
        }
        match outcome {
            Outcome::Ignored => Ok(()),
            Outcome::Current => {
                self.counts.current += 1;
                Ok(())
            }
            Outcome::Compiled(warnings) => {
                self.counts.compiled += 1;
                self.compiling(plan)?;
                self.warned(plan, &warnings)
            }
            Outcome::Refused(diagnostics) => {
                self.compiling(plan)?;
                self.fail(plan, Status::Problems);
                self.refused(plan, &diagnostics)
            }
            Outcome::Failed(error) => {
                self.compiling(plan)?;
                self.fail(plan, Status::Problems);
                self.io_error(plan, &error)
            }
        }
    }

    fn compiling(&self, plan: &Plan) -> io::Result<()> {
        self.line(&format!("Compiling {}...", repr(&plan.source)))
    }

    /// Warnings go to standard error, as CPython's do.
    fn warned(&self, plan: &Plan, warnings: &[Diagnostic]) -> io::Result<()> {
        if warnings.is_empty() || self.quiet >= 2 {
            return Ok(());
        }
        let file = reported_file(&plan.source);
        match self.format {
            ErrorFormat::Json => report::write(&mut io::stdout().lock(), self.format, false, &file, warnings),
            _ => self.suspended(|| report::write(&mut io::stderr().lock(), self.format, self.color, &file, warnings)),
        }
    }

    fn refused(&self, plan: &Plan, diagnostics: &[Diagnostic]) -> io::Result<()> {
        if self.quiet >= 2 {
            return Ok(());
        }
        let file = reported_file(&plan.source);
        self.suspended(|| {
            let mut output = io::stdout().lock();
            if self.format == ErrorFormat::Pretty {
                writeln!(output, "*** Error compiling {}...", repr(&plan.source))?;
            }
            report::write(&mut output, self.format, self.color, &file, diagnostics)
        })
    }

    fn io_error(&self, plan: &Plan, error: &io::Error) -> io::Result<()> {
        if self.format == ErrorFormat::Json && self.quiet < 2 {
            let object = serde_json::json!({
                "path": plan.source.to_string_lossy(),
                "severity": "error",
                "code": "io-error",
                "message": os_error(error),
            });
            return writeln!(io::stdout(), "{object}");
        }
        self.complain(&format!("*** Error compiling {}: {}", repr(&plan.source), os_error(error)))
    }

    /// A line of compileall's full output.
    fn line(&self, text: &str) -> io::Result<()> {
        if self.quiet > 0 || self.progress.is_some() || self.format == ErrorFormat::Json {
            return Ok(());
        }
        writeln!(io::stdout(), "{text}")
    }

    /// A line that only -qq suppresses.
    fn complain(&self, text: &str) -> io::Result<()> {
        if self.quiet >= 2 {
            return Ok(());
        }
        self.suspended(|| match self.format {
            ErrorFormat::Json => writeln!(io::stderr(), "{text}"),
            _ => writeln!(io::stdout(), "{text}"),
        })
    }

    fn advance(&self, plan: &Plan) {
        if let Some(progress) = &self.progress {
            progress.set_message(plan.source.to_string_lossy().into_owned());
            progress.inc(1);
        }
    }

    /// Writes while the progress bar is out of the way.
    fn suspended<T>(&self, write: impl FnOnce() -> T) -> T {
        match &self.progress {
            Some(progress) => progress.suspend(write),
            None => write(),
        }
    }

    fn fail(&mut self, plan: &Plan, status: Status) {
        self.counts.failed += 1;
        self.failing.push(plan.source.clone());
        self.worsen(status);
    }

    fn worsen(&mut self, status: Status) {
        self.status = self.status.max(status);
    }
}

/// The file of a report; read again, for only few files have anything to report.
pub(super) fn reported_file(source: &Path) -> ReportedFile {
    ReportedFile::new(source.to_string_lossy().into_owned(), &fs::read(source).unwrap_or_default())
}

/// What a panic in a module's job is to the user.
pub(crate) fn internal_error(source: &Path, panicked: &Panicked) -> Diagnostic {
    let message = format!("pyclast failed on {}: {}", source.display(), panicked.0);
    Diagnostic { code: Code::InternalError, ..Diagnostic::error(Exception::SystemError, Span::NONE, message) }
        .with_help("this is a bug of pyclast: please report it with this file; nothing was written for it")
}

/// The system's words without Rust's "(os error 13)".
fn os_error(error: &io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error ") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}
