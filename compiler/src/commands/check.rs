//! `pyclast check`: everything that is wrong with the files asked for.
//!
//! ```text
//! pyclast check src --error-format concise
//! src/a.py:1:5: SyntaxError: invalid syntax [syntax-error]
//! ```
//!
//! Invariant: the report is sorted by file and position, whatever the number of workers.

use super::Status;
use super::project::session_options;
use super::show::internal_error;
use super::watch::watch;
use crate::cli::{CheckArgs, ErrorFormat};
use crate::database::jobs::JobError;
use crate::database::{CheckedFile, Contents, Purpose, Session};
use crate::report::{self, ReportedFile};
use pyclast_syntax::{Diagnostic, Severity};
use std::env;
use std::fmt;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::Path;
use std::time::Instant;

/// Checks once, or until it is stopped.
pub(super) fn run(arguments: &CheckArgs) -> anyhow::Result<Status> {
    let cache = (!arguments.no_cache).then(|| arguments.cache_dir.clone());
    let options = session_options(&arguments.project, Purpose::Check, cache);
    let shown = Shown::new(arguments.error_format);
    if arguments.watch {
        return watch(options, &shown);
    }
    let started = Instant::now();
    let mut session = Session::open(options, None);
    let checked = session.check();
    session.save_cache();
    let summary = shown.report(&session, &checked)?;
    if arguments.error_format == ErrorFormat::Pretty {
        writeln!(
            io::stderr(),
            "checked {} in {:.2} s: {summary}",
            modules(checked.len()),
            started.elapsed().as_secs_f64()
        )?;
    }
    // The process ends here: nothing needs to be taken apart.
    std::mem::forget(session);
    Ok(summary.status)
}

/// What a report holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Summary {
    pub(super) errors: usize,
    pub(super) warnings: usize,
    pub(super) status: Status,
}

impl fmt::Display for Summary {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}, {}", counted(self.errors, "error"), counted(self.warnings, "warning"))
    }
}

/// `1 module`, `2 modules`
pub(super) fn modules(count: usize) -> String {
    counted(count, "module")
}

fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// How reports are shown.
pub(super) struct Shown {
    pub(super) format: ErrorFormat,
    color: bool,
}

impl Shown {
    fn new(format: ErrorFormat) -> Self {
        let wanted = env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Self { format, color: io::stdout().is_terminal() && wanted }
    }

    /// Writes the report of all files on standard output, what could not be looked at on standard
    /// error.
    pub(super) fn report(&self, session: &Session, checked: &[CheckedFile]) -> io::Result<Summary> {
        let mut summary = Summary { errors: 0, warnings: 0, status: Status::Clean };
        for (path, reason) in session.unlisted() {
            summary.status = summary.status.max(Status::Failed);
            writeln!(io::stderr(), "pyclast: cannot list {}: {reason}", path.display())?;
        }
        let mut output = BufWriter::new(io::stdout().lock());
        for file in checked {
            let (diagnostics, status) = diagnostics(session, file);
            summary.status = summary.status.max(status);
            let errors = diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count();
            summary.errors += errors;
            summary.warnings += diagnostics.len() - errors;
            if !diagnostics.is_empty() {
                let reported = reported_file(session, &file.path);
                report::write(&mut output, self.format, self.color, &reported, &diagnostics)?;
            }
        }
        output.flush()?;
        Ok(summary)
    }
}

/// The diagnostics of a file by position, and what they make of the run.
fn diagnostics(session: &Session, file: &CheckedFile) -> (Vec<Diagnostic>, Status) {
    match &file.result {
        Ok(module) => {
            let mut diagnostics = module.diagnostics.to_vec();
            diagnostics.sort_by_key(|diagnostic| (diagnostic.span.is_place(), diagnostic.span.start));
            let has_errors = diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
            let is_unreadable = session
                .file(&file.path)
                .is_some_and(|input| matches!(input.contents(session.database()), Contents::Unreadable(_)));
            let status = match (is_unreadable, has_errors) {
                (true, _) => Status::Failed,
                (false, true) => Status::Problems,
                (false, false) => Status::Clean,
            };
            (diagnostics, status)
        }
        Err(JobError::Panicked(panicked)) => (vec![internal_error(&file.path, panicked)], Status::Bug),
        Err(JobError::Cancelled) => (Vec::new(), Status::Clean),
    }
}

/// The file as it was checked, not as it is by now.
fn reported_file(session: &Session, path: &Path) -> ReportedFile {
    let contents = session.file(path).map(|input| input.contents(session.database()));
    let bytes = match contents {
        Some(Contents::Text { bytes, .. }) => bytes.to_vec(),
        _ => Vec::new(),
    };
    ReportedFile::new(path.to_string_lossy().into_owned(), bytes)
}
