//! Notices of the file system → which files changed.
//!
//! ```text
//! close-write a.py, create b/      →   a.py · everything must be looked at
//! ```
//!
//! Notices that come close together are one change, for an editor's "save" is several.
//!
//! Invariant: a notice is a hint: whoever hears it looks at the file system.

use crate::files::sources::is_python;
use anyhow::Context;
use notify::event::{AccessKind, AccessMode};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use rustc_hash::{FxHashMap, FxHashSet};
use std::env;
use std::path::{Path, PathBuf};
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

/// Changes that come within this time of each other are one.
const QUIET: Duration = Duration::from_millis(20);
/// Changes are looked at after this time even if more come.
const LONGEST: Duration = Duration::from_millis(200);

/// A notice, or that some were lost.
pub(super) type Notice = notify::Result<notify::Event>;

/// What is watched.
pub(super) struct Watched {
    watcher: RecommendedWatcher,
    /// With everything below it where it was asked for.
    directories: FxHashMap<PathBuf, RecursiveMode>,
}

impl Watched {
    /// Watches directories with all that is below them, and of files the directory they are in, for
    /// editors replace files. `hear` gets the notices.
    pub(super) fn new<'path>(
        paths: impl IntoIterator<Item = &'path PathBuf>,
        hear: impl FnMut(Notice) + Send + 'static,
    ) -> anyhow::Result<Self> {
        let watcher = notify::recommended_watcher(hear).context("the system tells of no changes")?;
        let mut watched = Self { watcher, directories: FxHashMap::default() };
        for path in paths {
            let directory = path.parent().filter(|directory| !directory.as_os_str().is_empty());
            let (directory, mode) = if path.is_dir() {
                (path.as_path(), RecursiveMode::Recursive)
            } else {
                (directory.unwrap_or(Path::new(".")), RecursiveMode::NonRecursive)
            };
            if directory.is_dir() && !watched.directories.contains_key(directory) {
                let cannot = || format!("cannot watch {}", directory.display());
                watched.watcher.watch(directory, mode).with_context(cannot)?;
                watched.directories.insert(directory.to_owned(), mode);
            }
        }
        Ok(watched)
    }

    /// Watches one more directory, unless it is watched. One that cannot be watched is not: what
    /// changes there shows at the next change elsewhere.
    pub(super) fn add(&mut self, directory: PathBuf) {
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

/// Notices that are one change.
#[derive(Debug, Default)]
pub(super) struct Changes {
    paths: FxHashSet<PathBuf>,
    /// Notices were lost, or are about more than single files.
    everything: bool,
}

impl Changes {
    /// The change that begins with this notice.
    pub(super) fn of(first: Notice, receiver: &Receiver<Notice>) -> Self {
        Self::collect(first, receiver, Ok).0
    }

    /// The change that begins with this notice; messages that are no notices are given back.
    pub(super) fn collect<T>(
        first: Notice,
        receiver: &Receiver<T>,
        notice: impl Fn(T) -> Result<Notice, T>,
    ) -> (Self, Vec<T>) {
        let began = Instant::now();
        let mut changes = Self::default();
        let mut others = Vec::new();
        changes.add(first);
        while began.elapsed() < LONGEST {
            match receiver.recv_timeout(QUIET).map(&notice) {
                Ok(Ok(more)) => changes.add(more),
                Ok(Err(other)) => others.push(other),
                Err(_) => break,
            }
        }
        (changes, others)
    }

    fn add(&mut self, notice: Notice) {
        let Ok(event) = notice else {
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

    /// Whether there is anything to look at.
    pub(super) fn any(&self) -> bool {
        self.everything || !self.paths.is_empty()
    }

    /// Whether more must be looked at than the paths.
    pub(super) const fn is_everything(&self) -> bool {
        self.everything
    }

    /// The paths, from the current directory where they are below it.
    pub(super) fn paths(self) -> Vec<PathBuf> {
        let here = env::current_dir().unwrap_or_default();
        let from_here = |path: PathBuf| match path.strip_prefix(&here) {
            Ok(relative) => relative.strip_prefix(".").unwrap_or(relative).to_owned(),
            Err(_) => path,
        };
        let mut paths: Vec<PathBuf> = self.paths.into_iter().map(from_here).collect();
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
