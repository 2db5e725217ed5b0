//! What static artifacts were made from, on disk: `.pyclast_cache/manifest`.
//!
//! ```text
//! pyclast-manifest 2 <who wrote it>
//! <hash of the text> <number of what it depends on> <hash of the code> /srv/app/__pycache__/a.cpython-314.strict.pyc
//! ```
//!
//! An artifact's own header says whether it is of this text, but not whether the interfaces it was
//! checked against are still the same: that is here. An artifact that is not in the manifest, or
//! whose code somebody else wrote, is not current.
//!
//! Invariant: a damaged line counts as none; no error of the manifest is an error of the run.

use super::program::digest;
use crate::database::Settings;
use crate::database::cache::{replace, writer};
use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

const MAGIC: &str = "pyclast-manifest 2";

/// What a static artifact was made from.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Ingredients {
    /// The hash of the module's own text.
    pub text: u128,
    /// What compiling it read of other modules, and how it was compiled.
    pub dependencies: u128,
}

/// The ingredients of each artifact, and the hash of its code.
#[derive(Debug)]
pub struct Manifest {
    file: PathBuf,
    header: String,
    entries: BTreeMap<String, (Ingredients, u128)>,
    is_changed: bool,
}

impl Manifest {
    /// Reads the manifest in a directory; one that another program wrote is empty.
    pub fn open(directory: &Path) -> Self {
        let file = directory.join("manifest");
        let header = format!("{MAGIC} {:032x}", writer(&Settings::default()));
        let text = fs::read_to_string(&file).unwrap_or_default();
        let mut lines = text.lines();
        let is_ours = lines.next() == Some(&*header);
        let entries = if is_ours { lines.filter_map(entry).collect() } else { BTreeMap::new() };
        Self { file, header, entries, is_changed: false }
    }

    /// Whether the code of an artifact is what compiling its source now would give.
    pub fn is_current(&self, artifact: &Path, ingredients: Ingredients, code: &[u8]) -> bool {
        let known = key(artifact).and_then(|key| self.entries.get(&key).copied());
        known.is_some_and(|(made, hash)| made == ingredients && hash == digest(code))
    }

    /// Notes that an artifact was made.
    pub fn record(&mut self, artifact: &Path, ingredients: Ingredients, code: &[u8]) {
        // What cannot be written down is made anew each time.
        let Some(key) = key(artifact) else { return };
        let made = (ingredients, digest(code));
        self.is_changed |= self.entries.insert(key, made) != Some(made);
    }

    /// Writes the manifest if it changed.
    pub fn save(&mut self) {
        if !self.is_changed {
            return;
        }
        let line = |(artifact, (made, code)): (&String, &(Ingredients, u128))| {
            format!("{:032x} {:032x} {code:032x} {artifact}\n", made.text, made.dependencies)
        };
        let body: String = self.entries.iter().map(line).collect();
        self.is_changed = replace(&self.file, &format!("{}\n{body}", self.header)).is_err();
    }
}

/// The artifact as any directory sees it.
fn key(artifact: &Path) -> Option<String> {
    let absolute: PathBuf = env::current_dir().unwrap_or_default().join(artifact).components().collect();
    absolute.to_str().filter(|path| !path.contains(['\n', '\r'])).map(str::to_owned)
}

fn entry(line: &str) -> Option<(String, (Ingredients, u128))> {
    let mut parts = line.splitn(4, ' ');
    let mut number = || {
        let digits = parts.next().filter(|digits| digits.len() == 32)?;
        u128::from_str_radix(digits, 16).ok()
    };
    let (text, dependencies, code) = (number()?, number()?, number()?);
    Some((parts.next()?.to_owned(), (Ingredients { text, dependencies }, code)))
}
