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
use super::check::{Shown, modules};
use crate::cli::ErrorFormat;
use crate::database::jobs::JobError;
use crate::database::{CheckedFile, Observer, Session, SessionOptions, Update};
use crate::files::sources::is_python;
use crate::report::Totals;
use crate::static_program::StaticMode;
use anyhow::Context;
use notify::event::{AccessKind, AccessMode};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use rustc_hash::{FxHashMap, FxHashSet};
use std::env;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

/// Changes that come within this time of each other are one.
const QUIET: Duration = Duration::from_millis(20);
/// Changes are looked at after this time even if more come.
const LONGEST: Duration = Duration::from_millis(200);
/// After this time without changes everything is compared once more.
const SETTLED: Duration = Duration::from_secs(1);

/// What the watching thread hears.
enum Message {
    /// Something changed.
    Changed(notify::Result<notify::Event>),
    /// The check of that number is done.
    Done(usize, Vec<CheckedFile>),
}

/// Watches until nobody is left to tell of changes.
pub(super) fn watch(options: SessionOptions, shown: &Shown, mode: StaticMode) -> anyhow::Result<Status> {
    let (sender, receiver) = channel();
    let notices = sender.clone();
    let mut watcher = notify::recommended_watcher(move |event| {
        // The receiver is gone when the program ends.
        let _ = notices.send(Message::Changed(event));
    })
    .context("the system tells of no changes")?;
    // Before anything is read: what changes meanwhile is noticed.
    let mut directories = FxHashMap::default();
    for (path, mode) in watched(&options) {
        watcher.watch(&path, mode).with_context(|| format!("cannot watch {}", path.display()))?;
        directories.insert(path, mode);
    }
    let executed = Arc::new(AtomicUsize::new(0));
    let started = Instant::now();
    let mut session = Session::open(options, Some(counting(&executed)));
    session.set_static_mode(mode);
    let mut watching =
        Watching { session, shown, sender, executed, number: 0, started, update: None, watcher, directories };
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
    watcher: RecommendedWatcher,
    /// What is watched, with everything below it where it was asked for.
    directories: FxHashMap<PathBuf, RecursiveMode>,
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
                Ok(Message::Changed(event)) => {
                    let began = Instant::now();
                    let mut changes = Changes::default();
                    changes.add(event);
                    let mut done = Vec::new();
                    while began.elapsed() < LONGEST {
                        match receiver.recv_timeout(QUIET) {
                            Ok(Message::Changed(event)) => changes.add(event),
                            Ok(Message::Done(number, checked)) => done.push((number, checked)),
                            Err(_) => break,
                        }
                    }
                    for (number, checked) in done {
                        self.done(number, &checked)?;
                    }
                    if changes.any() {
                        is_settled = false;
                        self.update(&changes.touched(&self.session));
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

    /// Watches the directories of imported files too. One that cannot be watched is not: what changes
    /// there shows at the next change elsewhere.
    fn watch_imported(&mut self) {
        for directory in self.session.directories() {
            let directory = if directory.as_os_str().is_empty() { PathBuf::from(".") } else { directory };
            let is_below = |above: &Path| self.directories.get(above) == Some(&RecursiveMode::Recursive);
            let is_watched = self.directories.contains_key(&directory)
                || directory.ancestors().any(is_below)
                || directory.is_relative() && is_below(Path::new("."));
            if !is_watched && self.watcher.watch(&directory, RecursiveMode::NonRecursive).is_ok() {
                self.directories.insert(directory, RecursiveMode::NonRecursive);
            }
        }
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
        let elapsed = self.started.elapsed();
        let totals = self.shown.report(&self.session, checked)?;
        Ok(self.say(checked.len(), elapsed, totals)?)
    }

    fn say(&self, count: usize, elapsed: Duration, totals: Totals) -> io::Result<()> {
        let what = match &self.update {
            None => modules(count),
            Some(update) => describe(update),
        };
        let queries = self.executed.swap(0, Ordering::Relaxed);
        let milliseconds = elapsed.as_secs_f64() * 1000.0;
        let line = format!("-- {what}: {queries} queries in {milliseconds:.1} ms; now {totals} in {}", modules(count));
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

/// What is watched from the start: directories, and for files the directory they are in, for editors
/// replace files.
fn watched(options: &SessionOptions) -> Vec<(PathBuf, RecursiveMode)> {
    let mut seen = FxHashSet::default();
    let directories = options.paths.iter().chain(&options.search_path).map(|path| {
        if path.is_dir() {
            return (path.clone(), RecursiveMode::Recursive);
        }
        let directory = path.parent().filter(|directory| !directory.as_os_str().is_empty());
        (directory.unwrap_or(Path::new(".")).to_owned(), RecursiveMode::NonRecursive)
    });
    directories.filter(|(directory, _)| directory.is_dir() && seen.insert(directory.clone())).collect()
}

/// Notices that are one change.
#[derive(Default)]
struct Changes {
    paths: FxHashSet<PathBuf>,
    /// Notices were lost, or are about more than single files.
    everything: bool,
}

impl Changes {
    fn add(&mut self, event: notify::Result<notify::Event>) {
        let Ok(event) = event else {
            self.everything = true;
            return;
        };
        if event.need_rescan() {
            self.everything = true;
        }
        // Reading a file is no change.
        let is_access = matches!(event.kind, EventKind::Access(_));
        if is_access && event.kind != EventKind::Access(AccessKind::Close(AccessMode::Write)) {
            return;
        }
        self.everything |= matches!(event.kind, EventKind::Create(_) | EventKind::Remove(_))
            && event.paths.iter().any(|path| matters(path));
        self.paths.extend(event.paths.into_iter().filter(|path| matters(path)));
    }

    fn any(&self) -> bool {
        self.everything || !self.paths.is_empty()
    }

    /// The paths as the session knows them; none means everything.
    fn touched(self, session: &Session) -> Vec<PathBuf> {
        if self.everything {
            return Vec::new();
        }
        let here = env::current_dir().unwrap_or_default();
        let as_known = |path: PathBuf| match path.strip_prefix(&here).map(|path| path.strip_prefix(".").unwrap_or(path))
        {
            Ok(relative) if session.file(relative).is_some() => relative.to_owned(),
            _ => path,
        };
        let mut paths: Vec<PathBuf> = self.paths.into_iter().map(as_known).collect();
        paths.sort();
        paths
    }
}

/// Whether a path can be a module, a package or a search path entry.
fn matters(path: &Path) -> bool {
    let is_hidden = |part: &std::ffi::OsStr| part == "__pycache__" || part == ".pyclast_cache" || part == ".git";
    let is_other_file =
        path.is_file() && !is_python(path) && path.extension().is_none_or(|extension| extension != "pth");
    !path.iter().any(is_hidden) && !is_other_file
}
