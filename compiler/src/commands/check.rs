//! `pyclast check`: everything that is wrong with the files asked for.
//!
//! ```text
//! pyclast check src --error-format concise
//! src/a.py:1:5: SyntaxError: invalid syntax [syntax-error]
//! ```
//!
//! Invariant: the report is sorted by file and position, whatever the number of workers.

use super::Status;
use super::project::{project_settings, session_options};
use super::show::internal_error;
use super::watch::watch;
use crate::cli::{CheckArgs, ErrorFormat, ReportArgs};
use crate::database::jobs::JobError;
use crate::database::{CheckedFile, Contents, Purpose, Session};
use crate::report::{Report, Totals, count};
use crate::settings::Settings;
use pyclast_syntax::Diagnostic;
use std::io::{self, Write};
use std::time::Instant;

/// Checks once, or until it is stopped.
pub(super) fn run(arguments: &CheckArgs) -> anyhow::Result<Status> {
    let cache = (!arguments.no_cache).then(|| arguments.cache_dir.clone());
    let settings = project_settings(&arguments.project, arguments.report.config.as_deref())?;
    let options = session_options(&arguments.project, &settings, Purpose::Check, cache);
    let shown = Shown { flags: arguments.report.clone(), settings };
    if arguments.watch {
        return watch(options, &shown, arguments.static_.static_mode, arguments.performance);
    }
    let started = Instant::now();
    let mut session = Session::open(options, None);
    session.set_static_mode(arguments.static_.static_mode);
    session.set_performance(arguments.performance);
    let checked = session.check();
    session.save_cache();
    let totals = shown.report(&session, &checked)?;
    if shown.format() == ErrorFormat::Pretty {
        writeln!(
            io::stderr(),
            "checked {} in {:.2} s: {totals}",
            modules(checked.len()),
            started.elapsed().as_secs_f64()
        )?;
    }
    // The process ends here: nothing needs to be taken apart.
    std::mem::forget(session);
    Ok(totals.status)
}

/// `1 module`, `2 modules`
pub(super) fn modules(number: usize) -> String {
    count(number, "module")
}

/// How reports are shown.
pub(super) struct Shown {
    flags: ReportArgs,
    settings: Settings,
}

impl Shown {
    /// The format of the reports.
    pub(super) fn format(&self) -> ErrorFormat {
        self.flags.error_format.or(self.settings.error_format).unwrap_or(ErrorFormat::Pretty)
    }

    /// Writes the report of all files, and on standard error what could not be looked at.
    pub(super) fn report(&self, session: &Session, checked: &[CheckedFile]) -> anyhow::Result<Totals> {
        let mut report = Report::open(&self.flags, &self.settings)?;
        for (path, reason) in session.unlisted() {
            report.worsen(Status::Failed);
            writeln!(io::stderr(), "pyclast: cannot list {}: {reason}", path.display())?;
        }
        for file in checked {
            let contents = file.input.contents(session.database());
            let path = file.path.to_string_lossy();
            let is_silent = file.result.as_ref().is_ok_and(|module| module.diagnostics.is_empty());
            if is_silent && contents.has_no_comments_for_us() {
                report.add_clean(&path);
                continue;
            }
            let (diagnostics, status) = diagnostics(contents, file);
            report.worsen(status);
            report.add(path.into_owned(), contents.bytes(), diagnostics)?;
        }
        report.finish()
    }
}

/// The diagnostics of a file, and what else is wrong with it.
fn diagnostics(contents: &Contents, file: &CheckedFile) -> (Vec<Diagnostic>, Status) {
    match &file.result {
        Ok(module) => {
            let is_unreadable = matches!(contents, Contents::Unreadable(_));
            let status = if is_unreadable { Status::Failed } else { Status::Clean };
            (module.diagnostics.to_vec(), status)
        }
        Err(JobError::Panicked(panicked)) => (vec![internal_error(&file.path, panicked)], Status::Bug),
        Err(JobError::Cancelled) => (Vec::new(), Status::Clean),
    }
}
