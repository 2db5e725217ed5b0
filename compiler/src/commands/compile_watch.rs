//! `pyclast compile --watch`: compiles again whenever files change.
//!
//! ```text
//! compile what is not current → changes → compile those files, and again what failed → …
//! ```
//!
//! A file that changed is compiled whatever its artifact says: its time may be the same second, its
//! size the same. Artifacts of sources that are gone stay, as `compileall` leaves them.
//!
//! Invariant: after each pass the artifacts are those of a fresh run, and the pass has shown every
//! file that fails.

use super::Status;
use super::changes::{Changes, Watched};
use super::compile::Compilation;
use super::gather::Step;
use super::static_tree::looks_for_static;
use crate::files::plan::Plan;
use crate::report::{count, path::normal};
use anyhow::bail;
use rustc_hash::FxHashSet;
use std::env;
use std::path::{Path, PathBuf};
use std::sync::mpsc::channel;

/// Watches until nobody is left to tell of changes.
pub(super) fn watch(compilation: &Compilation<'_>) -> anyhow::Result<Status> {
    let arguments = compilation.arguments;
    if arguments.list.as_deref() == Some(Path::new("-")) {
        bail!("--watch reads the list of files again at every change: -i needs a file");
    }
    let (sender, receiver) = channel();
    let directories = compilation.destinations()?;
    // Before anything is read: what changes meanwhile is noticed.
    let _watched = Watched::new(&directories, move |notice| {
        // The receiver is gone when the program ends.
        let _ = sender.send(notice);
    })?;
    let mut steps = compilation.gather()?;
    let files = steps.iter().filter(|step| matches!(step, Step::Compile(_))).count();
    let mut shown = compilation.shown(&steps);
    compilation.run(&steps, |_| false, &mut shown)?;
    let is_static = looks_for_static(compilation.target(), arguments.one.static_.static_mode);
    let mut failing = shown.pause(&count(files, "file"))?;
    while let Ok(notice) = receiver.recv() {
        let changes = Changes::of(notice, &receiver);
        if !changes.any() {
            continue;
        }
        let is_everything = changes.is_everything();
        let touched = changes.paths();
        if is_everything {
            steps = compilation.gather()?;
        }
        let distrusted: FxHashSet<PathBuf> = touched.iter().chain(&failing).map(|path| from_root(path)).collect();
        let is_distrusted = |plan: &Plan| distrusted.contains(&from_root(&plan.source));
        let is_meant = |step: &&Step| match step {
            // An edit of one static module may concern others.
            Step::Compile(plan) => is_everything || is_static || is_distrusted(plan),
            Step::Unlisted(..) => true,
            Step::Listing(_) => false,
        };
        let pass: Vec<Step> = steps.iter().filter(is_meant).cloned().collect();
        if pass.is_empty() {
            continue;
        }
        let mut shown = compilation.shown(&pass);
        compilation.run(&pass, is_distrusted, &mut shown)?;
        failing = shown.pause(&count(touched.len(), "change"))?;
    }
    Ok(Status::Clean)
}

/// The path from the root, without `.` and `..`.
fn from_root(path: &Path) -> PathBuf {
    normal(&env::current_dir().unwrap_or_default().join(path))
}
