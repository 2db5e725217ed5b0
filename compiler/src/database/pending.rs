//! Which files have to be asked again, and what the others gave.
//!
//! ```text
//! check → results 1     a.py changes inside a function     check → asks a.py, takes the rest from 1
//!                       a.py changes a signature           check → asks every file
//! ```
//!
//! To see that a result still holds takes salsa about a microsecond a module: for thousands of modules
//! longer than to check the one that changed. What a query reads of another file is the file's
//! interface (`queries.rs`), so while that stays equal nobody else has to be asked.
//!
//! Invariant: a check gives what asking every file gives; debug builds ask every file and compare.

use super::Database;
use super::facts::CheckedModule;
use super::inputs::SourceFile;
use super::jobs::{JobError, for_each_handle};
use super::queries::check_module;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// Up to so many files are checked on one thread: to start another takes longer.
const FEW: usize = 8;

/// A file that was asked for, and what checking it gave.
#[derive(Clone, Debug)]
pub struct CheckedFile {
    /// Its path.
    pub path: Arc<Path>,
    /// Its input.
    pub input: SourceFile,
    /// The result.
    pub result: Result<Arc<CheckedModule>, JobError>,
}

/// The results of a check that came to its end.
#[derive(Clone, Debug)]
struct Finished {
    generation: u64,
    files: Arc<[CheckedFile]>,
}

/// What changed since when.
#[derive(Debug, Default)]
pub(super) struct Pending {
    /// Counts the changes.
    generation: u64,
    /// Results from before are worth nothing.
    everything_at: u64,
    /// Files whose own results changed, and when.
    files: Vec<(u64, SourceFile)>,
    /// The last results; whoever checks brings them.
    last: Arc<Mutex<Option<Finished>>>,
}

impl Pending {
    /// A file changed, and nothing that others see of it.
    pub(super) fn file(&mut self, file: SourceFile) {
        self.generation += 1;
        self.files.push((self.generation, file));
    }

    /// Anything may have changed.
    pub(super) fn everything(&mut self) {
        self.generation += 1;
        self.everything_at = self.generation;
        self.files.clear();
    }

    /// A job that checks these files.
    pub(super) fn snapshot(&mut self, db: Database, files: Arc<[RootInput]>, workers: usize) -> Snapshot {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let known = last.filter(|last| last.generation >= self.everything_at && last.files.len() == files.len());
        let asked = match &known {
            None => (0..files.len()).collect(),
            Some(known) => {
                self.files.retain(|(changed, _)| *changed > known.generation);
                let is_changed = |input: &RootInput| self.files.iter().any(|(_, file)| *file == input.file);
                (0..files.len()).filter(|&index| is_changed(&files[index])).collect()
            }
        };
        let known = known.map(|known| known.files);
        Snapshot { db, files, asked, known, workers, generation: self.generation, last: self.last.clone() }
    }
}

/// A file that was asked for, as the database knows it.
#[derive(Clone, Debug)]
pub(super) struct RootInput {
    pub(super) file: SourceFile,
    pub(super) path: Arc<Path>,
}

/// What a job needs to check a project.
#[derive(Debug)]
pub struct Snapshot {
    db: Database,
    files: Arc<[RootInput]>,
    /// Which of the files are asked.
    asked: Vec<usize>,
    /// What the others gave.
    known: Option<Arc<[CheckedFile]>>,
    workers: usize,
    generation: u64,
    last: Arc<Mutex<Option<Finished>>>,
}

impl Snapshot {
    /// Checks every file.
    pub fn check(&self) -> Arc<[CheckedFile]> {
        let results = self.ask(&self.asked);
        let files: Arc<[CheckedFile]> = match &self.known {
            None => results.collect(),
            Some(known) => {
                let mut files = known.to_vec();
                for (&index, result) in self.asked.iter().zip(results) {
                    files[index] = result;
                }
                files.into()
            }
        };
        let is_whole = !files.iter().any(|file| matches!(file.result, Err(JobError::Cancelled)));
        if is_whole {
            self.assert_complete(&files);
            let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
            if last.as_ref().is_none_or(|last| last.generation <= self.generation) {
                *last = Some(Finished { generation: self.generation, files: files.clone() });
            }
        }
        files
    }

    fn ask(&self, indices: &[usize]) -> impl Iterator<Item = CheckedFile> {
        let workers = if indices.len() <= FEW { 1 } else { self.workers };
        let files = &self.files;
        let results = for_each_handle(&self.db, workers, indices, |db, &index| check_module(db, files[index].file));
        indices.iter().zip(results).map(|(&index, result)| {
            let RootInput { path, file } = &files[index];
            CheckedFile { path: path.clone(), input: *file, result }
        })
    }

    /// No result hangs on more of another file than its interface.
    fn assert_complete(&self, files: &[CheckedFile]) {
        if !cfg!(debug_assertions) || self.known.is_none() {
            return;
        }
        let all: Vec<usize> = (0..files.len()).collect();
        for (found, file) in self.ask(&all).zip(files) {
            let is_cancelled = matches!(found.result, Err(JobError::Cancelled));
            assert!(
                is_cancelled || found.result == file.result,
                "{} depends on more of a changed file than its interface: {:?} became {:?}",
                file.path.display(),
                file.result,
                found.result
            );
        }
    }
}
