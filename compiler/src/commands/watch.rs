//! `pyclast check --watch`: checks again whenever files change.
//!
//! ```text
//! changes → (quiet for 20 ms, or 200 ms passed) → update → check on another thread → report
//! ```
//!
//! A check that is overtaken by a change is cancelled. When all has been quiet for a second, every
//! file is compared once more: a change notice that got lost shows then.
//!
//! Invariant: the last report is that of a fresh run on the files as they are.

use super::Status;
use super::changes::{Changes, Notice, Watched};
use super::check::{Shown, modules};
use crate::cli::ErrorFormat;
use crate::database::jobs::JobError;
use crate::database::{CheckedFile, Observer, Session, SessionOptions, Update};
use crate::report::Totals;
use crate::static_program::StaticMode;
use std::env;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

/// After this time without changes everything is compared once more.
const SETTLED: Duration = Duration::from_secs(1);

/// What the watching thread hears.
enum Message {
    /// Something changed.
    Changed(Notice),
    /// The check of that number is done.
    Done(usize, Arc<[CheckedFile]>),
}

/// Watches until nobody is left to tell of changes.
pub(super) fn watch(
    options: SessionOptions,
    shown: &Shown,
    mode: StaticMode,
    performance: bool,
) -> anyhow::Result<Status> {
    let (sender, receiver) = channel();
    let notices = sender.clone();
    // Before anything is read: what changes meanwhile is noticed.
    let watched = Watched::new(options.paths.iter().chain(&options.search_path), move |notice| {
        // The receiver is gone when the program ends.
        let _ = notices.send(Message::Changed(notice));
    })?;
    let executed = Arc::new(AtomicUsize::new(0));
    let started = Instant::now();
    let mut session = Session::open(options, Some(counting(&executed)));
    session.set_static_mode(mode);
    session.set_performance(performance);
    let mut watching = Watching { session, shown, sender, executed, number: 0, started, update: None, watched };
    watching.watch_imported();
    watching.start_check();
    watching.run(&receiver)
}

struct Watching<'a> {
    session: Session,
    shown: &'a Shown,
    sender: Sender<Message>,
    /// Queries that were executed.
    executed: Arc<AtomicUsize>,
    /// The number of the running check.
    number: usize,
    /// When the work began that the running check ends.
    started: Instant,
    /// What the running check is about; none for the first.
    update: Option<Update>,
    watched: Watched,
}

impl Watching<'_> {
    fn run(&mut self, receiver: &Receiver<Message>) -> anyhow::Result<Status> {
        let mut is_settled = false;
        loop {
            let message = if is_settled {
                receiver.recv().map_err(|_| RecvTimeoutError::Disconnected)
            } else {
                receiver.recv_timeout(SETTLED)
            };
            match message {
                Ok(Message::Done(number, checked)) => self.done(number, &checked)?,
                Ok(Message::Changed(notice)) => {
                    let (changes, done) = Changes::collect(notice, receiver, |message| match message {
                        Message::Changed(notice) => Ok(notice),
                        done @ Message::Done(..) => Err(done),
                    });
                    for message in done {
                        if let Message::Done(number, checked) = message {
                            self.done(number, &checked)?;
                        }
                    }
                    if changes.any() {
                        is_settled = false;
                        let everything = changes.is_everything();
                        let touched = if everything { Vec::new() } else { self.as_known(changes.paths()) };
                        self.update(&touched);
                    }
                }
                Err(RecvTimeoutError::Timeout) => {
                    is_settled = true;
                    self.update(&[]);
                    self.session.save_cache();
                }
                Err(RecvTimeoutError::Disconnected) => return Ok(Status::Clean),
            }
        }
    }

    /// Takes changes over; checks again if there were any.
    fn update(&mut self, touched: &[PathBuf]) {
        let started = Instant::now();
        let update = self.session.update(touched);
        if update.rediscovered {
            self.watch_imported();
        }
        if !update.is_empty() {
            self.started = started;
            self.update = Some(update);
            self.start_check();
        }
    }

    /// Watches the directories of imported files too.
    fn watch_imported(&mut self) {
        for directory in self.session.directories() {
            self.watched.add(directory);
        }
    }

    /// Paths as the session knows the files: absolute ones may have been asked for.
    fn as_known(&self, paths: Vec<PathBuf>) -> Vec<PathBuf> {
        let here = env::current_dir().unwrap_or_default();
        let as_known = |path: PathBuf| if self.session.file(&path).is_some() { path } else { here.join(path) };
        paths.into_iter().map(as_known).collect()
    }

    fn start_check(&mut self) {
        self.number += 1;
        let (number, sender, snapshot) = (self.number, self.sender.clone(), self.session.snapshot());
        thread::spawn(move || {
            let checked = snapshot.check();
            // Whoever changes an input waits for this handle.
            drop(snapshot);
            let _ = sender.send(Message::Done(number, checked));
        });
    }

    fn done(&mut self, number: usize, checked: &[CheckedFile]) -> anyhow::Result<()> {
        let overtaken = checked.iter().any(|file| matches!(file.result, Err(JobError::Cancelled)));
        if number != self.number || overtaken {
            return Ok(());
        }
        self.clear_screen()?;
        let totals = self.shown.report(&self.session, checked)?;
        Ok(self.say(checked.len(), self.started.elapsed(), totals)?)
    }

    /// Who looks at a terminal sees one report, the present one.
    fn clear_screen(&self) -> io::Result<()> {
        if self.is_on_terminal() {
            write!(io::stdout(), "\u{1b}[2J\u{1b}[H")?;
        }
        Ok(())
    }

    /// Red, yellow or green on a terminal that takes colours.
    fn color_of(&self, totals: Totals) -> Option<&'static str> {
        let takes_colors = env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        (self.is_on_terminal() && takes_colors).then_some(match (totals.errors, totals.warnings) {
            (0, 0) => "\u{1b}[32m",
            (0, _) => "\u{1b}[33m",
            _ => "\u{1b}[31m",
        })
    }

    fn is_on_terminal(&self) -> bool {
        self.shown.format() == ErrorFormat::Pretty && io::stdout().is_terminal()
    }

    fn say(&self, count: usize, elapsed: Duration, totals: Totals) -> io::Result<()> {
        let what = match &self.update {
            None => modules(count),
            Some(update) => describe(update),
        };
        let queries = self.executed.swap(0, Ordering::Relaxed);
        let milliseconds = elapsed.as_secs_f64() * 1000.0;
        let now = format!("now {totals} in {}", modules(count));
        let now = match self.color_of(totals) {
            Some(color) => format!("{color}{now}\u{1b}[0m"),
            None => now,
        };
        let line = format!("-- {what}: {queries} queries in {milliseconds:.1} ms; {now}");
        match self.shown.format() {
            ErrorFormat::Pretty | ErrorFormat::Concise => {
                writeln!(io::stdout(), "{line}")?;
                io::stdout().flush()
            }
            _ => writeln!(io::stderr(), "{line}"),
        }
    }
}

fn describe(update: &Update) -> String {
    let mut parts = Vec::new();
    for (count, verb) in [(update.changed, "changed"), (update.added, "added"), (update.removed, "removed")] {
        if count > 0 {
            parts.push(format!("{count} {verb}"));
        }
    }
    if update.relinked > 0 {
        parts.push(format!("imports of {} lead elsewhere", modules(update.relinked)));
    }
    parts.join(", ")
}

fn counting(executed: &Arc<AtomicUsize>) -> Observer {
    let executed = executed.clone();
    Box::new(move |event| {
        if matches!(event.kind, salsa::EventKind::WillExecute { .. }) {
            executed.fetch_add(1, Ordering::Relaxed);
        }
    })
}
