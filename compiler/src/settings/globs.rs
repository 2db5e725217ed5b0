//! Patterns → which paths they mean.
//!
//! ```text
//! *_pb2.py      at any depth: there is no slash
//! src/vendor    that folder and everything in it
//! tests/**/*.py * stops at slashes, ** does not
//! ```
//!
//! Invariant: patterns are relative to the folder of the settings file.

use crate::report::path::normal;
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use std::env;
use std::path::{Path, PathBuf};

/// A list of patterns.
#[derive(Clone, Debug, Default)]
pub struct Globs {
    root: PathBuf,
    set: GlobSet,
}

impl Globs {
    /// The patterns, relative to `root`; on failure what is wrong with one of them, and which.
    pub(super) fn new<'text>(
        root: &Path,
        patterns: impl IntoIterator<Item = &'text str>,
    ) -> Result<Self, (usize, String)> {
        let mut set = GlobSetBuilder::new();
        for (index, pattern) in patterns.into_iter().enumerate() {
            let wrong = |error: globset::Error| (index, error.kind().to_string());
            let trimmed = pattern.trim_start_matches("./").trim_end_matches('/');
            let anywhere = if trimmed.contains('/') { trimmed.to_owned() } else { format!("**/{trimmed}") };
            for glob in [anywhere.clone(), format!("{anywhere}/**")] {
                set.add(GlobBuilder::new(glob.trim_start_matches('/')).literal_separator(true).build().map_err(wrong)?);
            }
        }
        let set = set.build().map_err(|error| (0, error.kind().to_string()))?;
        Ok(Self { root: root.to_owned(), set })
    }

    /// Whether one of the patterns means that path.
    pub fn matches(&self, path: &Path) -> bool {
        if self.set.is_empty() {
            return false;
        }
        let absolute =
            if path.is_absolute() { normal(path) } else { normal(&env::current_dir().unwrap_or_default().join(path)) };
        absolute.strip_prefix(&self.root).is_ok_and(|relative| self.set.is_match(relative))
    }
}
