//! What static artifacts were made from, on disk: `.pyclast_cache/manifest`.
//!
//! ```text
//! pyclast-manifest 1 <who wrote it>
//! <hash of the text> <fingerprint of what it read of others> pkg/a.py
//! ```
//!
//! An artifact's own header says whether it is of this text, but not whether the interfaces it was
//! checked against are still the same: that is here. A module that is not in the manifest is not
//! current.
//!
//! Invariant: a damaged line counts as none; no error of the manifest is an error of the run.

use super::cache::{replace, writer};
use super::fingerprints::Ingredients;
use super::inputs::Settings;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

const MAGIC: &str = "pyclast-manifest 1";

/// The ingredients of each artifact.
#[derive(Debug)]
pub struct Manifest {
    file: PathBuf,
    header: String,
    entries: BTreeMap<String, Ingredients>,
    is_changed: bool,
}

impl Manifest {
    /// Reads the manifest in a directory; one that another program or other settings wrote is empty.
    pub fn open(directory: &Path, settings: &Settings) -> Self {
        let file = directory.join("manifest");
        let header = format!("{MAGIC} {:032x}", writer(settings));
        let text = fs::read_to_string(&file).unwrap_or_default();
        let mut lines = text.lines();
        let is_ours = lines.next() == Some(&*header);
        let entries = if is_ours { lines.filter_map(entry).collect() } else { BTreeMap::new() };
        Self { file, header, entries, is_changed: false }
    }

    /// Whether the artifact of a source is what compiling it now would give.
    pub fn is_current(&self, source: &Path, ingredients: Ingredients) -> bool {
        source.to_str().and_then(|source| self.entries.get(source)) == Some(&ingredients)
    }

    /// Notes that an artifact was made.
    pub fn record(&mut self, source: &Path, ingredients: Ingredients) {
        // What cannot be written down is made anew each time.
        let Some(source) = source.to_str().filter(|source| !source.contains(['\n', '\r'])) else { return };
        self.is_changed |= self.entries.insert(source.to_owned(), ingredients) != Some(ingredients);
    }

    /// Writes the manifest if it changed.
    pub fn save(&mut self) {
        if !self.is_changed {
            return;
        }
        let line = |(source, made): (&String, &Ingredients)| {
            format!("{:032x} {:032x} {source}\n", made.text, made.dependencies)
        };
        let body: String = self.entries.iter().map(line).collect();
        self.is_changed = replace(&self.file, &format!("{}\n{body}", self.header)).is_err();
    }
}

fn entry(line: &str) -> Option<(String, Ingredients)> {
    let mut parts = line.splitn(3, ' ');
    let mut number = || {
        let digits = parts.next().filter(|digits| digits.len() == 32)?;
        u128::from_str_radix(digits, 16).ok()
    };
    let ingredients = Ingredients { text: number()?, dependencies: number()? };
    Some((parts.next()?.to_owned(), ingredients))
}
