//! What earlier runs found out, on disk: `.pyclast_cache/facts`.
//!
//! ```text
//! pyclast-facts 3 <who wrote it> <checksum>
//! [["<hash of a text>", imports, their places, interface, diagnostics, types], …]
//! ```
//!
//! An entry is found by the hash of the text it is about, and the file only counts if it was written
//! by this very program under these settings: nothing in it can be out of date. A file that is
//! damaged counts as none.
//!
//! Invariant: no error of the cache is an error of the run; the file is replaced as a whole.

use super::facts::{CheckedTypes, Facts, StaticFacts};
use super::inputs::Settings;
use crate::static_program::StaticMode;
use pyclast_syntax::imports::{Import, ImportPlace};
use pyclast_syntax::interface::ModuleInterface;
use pyclast_syntax::{Code, Diagnostic, Exception, Label, Severity, Span};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use siphasher::sip128::{Hasher128, SipHasher13};
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;
use std::{env, fs, io, process};

const MAGIC: &str = "pyclast-facts 3";

/// The hash that stands for a text.
pub fn digest(bytes: &[u8]) -> u128 {
    let mut hasher = SipHasher13::new();
    hasher.write(bytes);
    hasher.finish128().as_u128()
}

/// A number that stands for a value, the same in every run of one program.
pub fn hash(value: &impl Hash) -> u128 {
    let mut hasher = SipHasher13::new();
    value.hash(&mut hasher);
    hasher.finish128().as_u128()
}

/// The facts of earlier runs.
#[derive(Debug, Default)]
pub struct Cache {
    file: Option<PathBuf>,
    writer: u128,
    entries: FxHashMap<u128, Arc<Facts>>,
}

impl Cache {
    /// Reads the cache in a directory.
    pub fn open(directory: &Path, settings: &Settings) -> Self {
        let file = directory.join("facts");
        let writer = writer(settings);
        let text = fs::read_to_string(&file).unwrap_or_default();
        let entries = decode(&text, writer, settings).unwrap_or_default();
        Self { file: Some(file), writer, entries }
    }

    /// What is known about the text with this hash.
    pub fn get(&self, digest: u128) -> Option<Arc<Facts>> {
        self.entries.get(&digest).cloned()
    }

    /// Whether there is a file to write.
    pub const fn is_kept(&self) -> bool {
        self.file.is_some()
    }

    /// Writes exactly these entries, unless they are what was read. That the directory cannot be
    /// written is no error: the next run is slower.
    pub fn save(&mut self, entries: FxHashMap<u128, Arc<Facts>>) {
        let Some(file) = &self.file else { return };
        let is_known = |(key, facts): (&u128, &Arc<Facts>)| {
            let known = self.entries.get(key);
            known.is_some_and(|known| tells_more(known, facts))
        };
        let is_same = entries.len() == self.entries.len() && entries.iter().all(is_known);
        if !is_same && replace(file, &encode(&entries, self.writer)).is_ok() {
            self.entries = entries;
        }
    }
}

/// Who may read what this program writes: the same program with the same settings.
pub(crate) fn writer(settings: &Settings) -> u128 {
    let mut hasher = SipHasher13::new();
    env!("CARGO_PKG_VERSION").hash(&mut hasher);
    if let Ok(metadata) = env::current_exe().and_then(fs::metadata) {
        metadata.len().hash(&mut hasher);
        let changed = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        changed.hash(&mut hasher);
    }
    settings.hash(&mut hasher);
    hasher.finish128().as_u128()
}

/// Whether entries of one text say the same, or the first says more.
fn tells_more(known: &Facts, facts: &Facts) -> bool {
    known.types == facts.types
        && (known.diagnostics.is_some() || facts.diagnostics.is_none())
        && (known.import_places.is_some() || facts.import_places.is_none())
}

/// Writes a file of the cache as a whole, making its directory.
pub(crate) fn replace(file: &Path, text: &str) -> io::Result<()> {
    let directory = file.parent().unwrap_or(Path::new("."));
    if !directory.is_dir() {
        fs::create_dir_all(directory)?;
        fs::write(directory.join(".gitignore"), "*\n")?;
        let tag = "Signature: 8a477f597d28d172789f06886806bc55\n# This directory is a cache of pyclast.\n";
        fs::write(directory.join("CACHEDIR.TAG"), tag)?;
    }
    let temporary = file.with_extension(process::id().to_string());
    fs::write(&temporary, text)?;
    fs::rename(&temporary, file).inspect_err(|_| {
        // What cannot be renamed may at least go away.
        let _ = fs::remove_file(&temporary);
    })
}

/// A diagnostic as it is written.
#[derive(Serialize, Deserialize)]
struct Written {
    code: String,
    is_error: bool,
    exception: String,
    message: String,
    span: (u32, u32),
    labels: Vec<(u32, u32, String)>,
    notes: Vec<String>,
    help: Option<String>,
}

type Entry =
    (String, Vec<Import>, Option<Vec<ImportPlace>>, ModuleInterface, Option<Vec<Written>>, Option<WrittenTypes>);

/// What is known of a static module, as it is written.
#[derive(Serialize, Deserialize)]
struct WrittenTypes {
    module: (String, bool),
    mode: String,
    performance: bool,
    fingerprint: Option<u128>,
    checked: Option<WrittenCheck>,
}

/// The modules that were asked for, with their fingerprints; and what was found.
type WrittenCheck = (Vec<(String, Option<u128>)>, Vec<Written>);

impl WrittenTypes {
    fn new(facts: &StaticFacts) -> Self {
        let checked = |checked: &Arc<CheckedTypes>| {
            (checked.asked.clone(), checked.diagnostics.iter().map(Written::new).collect())
        };
        Self {
            module: facts.module.clone(),
            mode: format!("{:?}", facts.mode),
            performance: facts.performance,
            fingerprint: facts.fingerprint,
            checked: facts.checked.as_ref().map(checked),
        }
    }

    fn read(self) -> Option<StaticFacts> {
        let modes = [StaticMode::Auto, StaticMode::Always, StaticMode::Never];
        let mode = modes.into_iter().find(|mode| format!("{mode:?}") == self.mode)?;
        let checked = match self.checked {
            Some((asked, written)) => {
                let diagnostics = written.iter().map(Written::read).collect::<Option<_>>()?;
                Some(Arc::new(CheckedTypes { asked, diagnostics }))
            }
            None => None,
        };
        let Self { module, performance, fingerprint, .. } = self;
        Some(StaticFacts { module, mode, performance, fingerprint, checked })
    }
}

fn encode(entries: &FxHashMap<u128, Arc<Facts>>, writer: u128) -> String {
    let mut sorted: Vec<_> = entries.iter().collect();
    sorted.sort_unstable_by_key(|(digest, _)| **digest);
    let written = sorted.into_iter().filter_map(|(digest, facts)| {
        let found = facts.diagnostics.as_ref();
        let diagnostics = found.map(|found| found.iter().map(Written::new).collect::<Vec<_>>());
        let types = facts.types.as_ref().map(WrittenTypes::new);
        let is_readable = |types: &StaticFacts| WrittenTypes::new(types).read().as_ref() == Some(types);
        // A kind of problem that cannot be read back is found again instead.
        let pairs = diagnostics.iter().flatten().zip(found.iter().flat_map(|found| found.iter()));
        let same = pairs.into_iter().all(|(written, diagnostic)| written.read().as_ref() == Some(diagnostic));
        (same && facts.types.as_ref().is_none_or(is_readable)).then(|| {
            let places = facts.import_places.as_deref();
            (format!("{digest:032x}"), &*facts.imports, places, &*facts.interface, diagnostics, types)
        })
    });
    let body = serde_json::to_string(&written.collect::<Vec<_>>()).unwrap_or_default();
    format!("{MAGIC} {writer:032x} {:032x}\n{body}", digest(body.as_bytes()))
}

fn decode(text: &str, writer: u128, settings: &Settings) -> Option<FxHashMap<u128, Arc<Facts>>> {
    let (header, body) = text.split_once('\n')?;
    if header != format!("{MAGIC} {writer:032x} {:032x}", digest(body.as_bytes())) {
        return None;
    }
    let settings = Arc::new(settings.clone());
    let entries: Vec<Entry> = serde_json::from_str(body).ok()?;
    let facts = entries.into_iter().map(|(digest, imports, import_places, interface, diagnostics, types)| {
        let diagnostics = match diagnostics {
            Some(written) => Some(written.iter().map(Written::read).collect::<Option<_>>()?),
            None => None,
        };
        let facts = Facts {
            settings: settings.clone(),
            imports: imports.into(),
            import_places: import_places.map(Into::into),
            interface: Arc::new(interface),
            diagnostics,
            types: match types {
                Some(types) => Some(types.read()?),
                None => None,
            },
        };
        Some((u128::from_str_radix(&digest, 16).ok()?, Arc::new(facts)))
    });
    facts.collect()
}

impl Written {
    fn new(diagnostic: &Diagnostic) -> Self {
        let label = |label: &Label| (label.span.start, label.span.end, label.message.clone());
        Self {
            code: diagnostic.code.name().to_owned(),
            is_error: diagnostic.severity == Severity::Error,
            exception: diagnostic.exception.name().to_owned(),
            message: diagnostic.message.clone(),
            span: (diagnostic.span.start, diagnostic.span.end),
            labels: diagnostic.labels.iter().map(label).collect(),
            notes: diagnostic.notes.clone(),
            help: diagnostic.help.clone(),
        }
    }

    fn read(&self) -> Option<Diagnostic> {
        let exception = *Exception::ALL.iter().find(|exception| exception.name() == self.exception)?;
        let label = |(start, end, message): &(u32, u32, String)| Label {
            span: Span::new(*start, *end),
            message: message.clone(),
        };
        Some(Diagnostic {
            code: Code::from_name(&self.code)?,
            severity: if self.is_error { Severity::Error } else { Severity::Warning },
            labels: self.labels.iter().map(label).collect(),
            notes: self.notes.clone(),
            help: self.help.clone(),
            ..Diagnostic::error(exception, Span::new(self.span.0, self.span.1), self.message.clone())
        })
    }
}
