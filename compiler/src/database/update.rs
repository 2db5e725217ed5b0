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
use super::session::{Purpose, Session};
use super::static_modules::static_fingerprint_of;
use crate::imports::search_path::Origin;
use pyclast_syntax::imports::Import;
use pyclast_syntax::interface::ModuleInterface;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What of a file decides the graph, and what other files see of it.
struct Shape {
    imports: Arc<[Import]>,
    interface: Arc<ModuleInterface>,
    types: Option<u128>,
}

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
        let mut update = Update::default();
        let only_known = !touched.is_empty() && touched.iter().all(|path| self.is_present(path) && is_plain_file(path));
        if only_known {
            for path in touched {
                let file = self.files[path];
                let before = self.shape(file);
                if self.reread(file) {
                    update.changed += 1;
                    update.rediscovered |= self.took_over(file, before, self.shape(file));
                }
            }
            if update.rediscovered {
                update.relinked = self.rediscover();
                self.pending.everything();
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
        if !update.is_empty() {
            self.pending.everything();
        }
        update
    }

    /// Notes who must be asked after the text of a file changed; says whether the graph must be
    /// discovered again.
    fn took_over(&mut self, file: SourceFile, before: Option<Shape>, after: Option<Shape>) -> bool {
        let (Some(before), Some(after)) = (before, after) else {
            self.pending.everything();
            return true;
        };
        if before.interface == after.interface && before.types == after.types {
            self.pending.file(file);
        } else {
            self.pending.everything();
        }
        before.imports != after.imports || before.interface.star_names != after.interface.star_names
    }

    /// What other files see of a file; none if asking failed.
    fn shape(&self, file: SourceFile) -> Option<Shape> {
        // What installed packages import is not followed.
        let is_followed = self.options.purpose == Purpose::Graph || self.origin(file.path(&self.db)) == Origin::Project;
        let ask = |db: &super::Database, file: &SourceFile| Shape {
            imports: if is_followed { imported_modules(db, *file) } else { Arc::default() },
            interface: module_interface(db, *file),
            types: static_fingerprint_of(db, *file),
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
