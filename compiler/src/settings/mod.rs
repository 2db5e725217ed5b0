//! `[tool.pyclast]` in `pyproject.toml` → settings.
//!
//! ```toml
//! [tool.pyclast]
//! paths = ["src"]
//! exclude = ["*_pb2.py", "src/vendor"]
//! search-path = ["src"]
//! target = "cpython-3.14"
//! error-format = "concise"
//! baseline = "pyclast-baseline.json"
//!
//! [tool.pyclast.severity]
//! syntax-warning = "error"
//!
//! [[tool.pyclast.overrides]]
//! paths = ["tests"]
//! severity = { syntax-warning = "off" }
//! ```
//!
//! `check` reads all of it, `compile` what concerns it (`commands/compile.rs`).
//!
//! The file is the nearest one with that table, upwards from the first path. What it says is relative to
//! its folder; flags win.
//!
//! Invariant: nothing in the table is overlooked: an unknown key is an error.

mod globs;
mod read;
mod severities;
#[cfg(test)]
mod tests;

pub use globs::Globs;
pub use severities::{Level, Severities};

use crate::cli::{ErrorFormat, TargetName};
use crate::report::path::normal;
use anyhow::Context;
use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

const FILE_NAME: &str = "pyproject.toml";

/// What the project says.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The file, if there is one.
    pub file: Option<PathBuf>,
    /// What to check if the command line names nothing.
    pub paths: Vec<PathBuf>,
    /// What to leave out.
    pub exclude: Globs,
    /// Where imports are found.
    pub search_path: Vec<PathBuf>,
    /// The interpreter to compile for.
    pub target: Option<TargetName>,
    /// How problems are shown.
    pub error_format: Option<ErrorFormat>,
    /// The file of known problems.
    pub baseline: Option<PathBuf>,
    /// How bad problems are.
    pub severities: Severities,
}

impl Settings {
    /// The settings for `start`, the first path of the command line; without one, for the current
    /// directory.
    pub fn discover(start: Option<&Path>) -> anyhow::Result<Self> {
        let current = env::current_dir().context("cannot find the current directory")?;
        let start = normal(&current.join(start.unwrap_or(Path::new("."))));
        for folder in start.ancestors() {
            let path = folder.join(FILE_NAME);
            let text = match fs::read_to_string(&path) {
                Ok(text) => text,
                Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                    continue;
                }
                Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
            };
            if let Some(settings) = read::read(&path, &text)? {
                return Ok(settings);
            }
        }
        Ok(Self::default())
    }

    /// The settings of that file, which must have some.
    pub fn load(path: &Path) -> anyhow::Result<Self> {
        let current = env::current_dir().context("cannot find the current directory")?;
        let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        read::read(&normal(&current.join(path)), &text)?
            .with_context(|| format!("{} has no settings for pyclast: add the table [tool.pyclast]", path.display()))
    }

    /// A path as patterns mean it.
    pub fn absolute(&self, path: &Path) -> PathBuf {
        normal(&env::current_dir().unwrap_or_default().join(path))
    }

    /// Whether the settings leave that path out.
    pub fn is_excluded(&self, path: &Path) -> bool {
        self.exclude.matches(path)
    }
}
