//! Changes on disk → inputs that are set.
//!
//! ```text
//! a.py saved, same imports          one input set, the graph stands
//! b.py created, c/ renamed          listed and resolved again
//! ```
//!
//! Invariant: what the change notices say is a hint, the file system decides; after an update the
//! session is what a fresh one would be.

use super::inputs::{Contents, SourceFile, set_contents};
use super::jobs::for_each_handle;
use super::queries::{imported_modules, module_interface};
use super::session::Session;
use std::path::{Path, PathBuf};

/// What an update did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Update {
    /// Files whose contents changed.
    pub changed: usize,
    /// Files that are new among those asked for.
    pub added: usize,
    /// Files that are gone.
    pub removed: usize,
    /// The import graph was discovered again.
    pub rediscovered: bool,
    /// Files whose imports lead elsewhere now.
    pub relinked: usize,
}

impl Update {
    /// Nothing was different.
    pub const fn is_empty(&self) -> bool {
        self.changed == 0 && self.added == 0 && self.removed == 0 && self.relinked == 0
    }
}

impl Session {
    /// Takes over what changed at some paths. Without any path everything is looked at.
    pub fn update(&mut self, touched: &[PathBuf]) -> Update {
        let update = self.take_over(touched);
        self.touched = update.changed + update.added + update.removed + update.relinked;
        update
    }

    fn take_over(&mut self, touched: &[PathBuf]) -> Update {
        let mut update = Update::default();
        let only_known = !touched.is_empty() && touched.iter().all(|path| self.is_present(path) && is_plain_file(path));
        if only_known {
            for path in touched {
                let file = self.files[path];
                let before = self.shape(file);
                update.changed += usize::from(self.reread(file));
                update.rediscovered |= self.shape(file) != before;
            }
            if update.rediscovered {
                update.relinked = self.rediscover();
            }
            return update;
        }
        let before: Vec<PathBuf> = self.roots.iter().map(|root| root.path.clone()).collect();
        // In any order: each file is compared with what it was.
        let known: Vec<SourceFile> = self.files.values().copied().collect();
        for file in known {
            update.changed += usize::from(self.reread(file));
        }
        update.relinked = self.rediscover();
        update.rediscovered = true;
        let is_root = |path: &PathBuf| self.roots.binary_search_by(|root| root.path.cmp(path)).is_ok();
        update.removed = before.iter().filter(|path| !is_root(path)).count();
        update.added = (self.roots.len() + update.removed).saturating_sub(before.len());
        update
    }

    /// What of a file decides the graph.
    fn shape(&self, file: SourceFile) -> impl PartialEq + use<> {
        let ask = |db: &super::Database, file: &SourceFile| {
            (imported_modules(db, *file), module_interface(db, *file).star_names.clone())
        };
        for_each_handle(&self.db, 1, &[file], ask).pop().and_then(Result::ok)
    }

    fn reread(&mut self, file: SourceFile) -> bool {
        let path = file.path(&self.db).clone();
        let contents = self.contents(&path);
        set_contents(&mut self.db, file, contents)
    }

    fn is_present(&self, path: &Path) -> bool {
        self.files.get(path).is_some_and(|file| matches!(file.contents(&self.db), Contents::Text { .. }))
    }
}

fn is_plain_file(path: &Path) -> bool {
    path.metadata().is_ok_and(|metadata| metadata.is_file())
}
