//! Module name → files, as `importlib` and type checkers find them.
//!
//! ```text
//! a.b   →   source a/b.py, stub a/b.pyi         a package's __init__ wins over a module,
//!                                               a module over a namespace package
//! ```
//!
//! Stub packages (`a-stubs`, PEP 561) come before stubs beside the source.
//!
//! Invariant: the file system is only listed, each directory once; the answer for a name is
//! remembered, so one resolver sees one state of the file system.

use super::ModuleName;
use super::search_path::{Origin, SearchPath};
use rustc_hash::FxHashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a module name leads to.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Located {
    /// `m.py` or `m/__init__.py`.
    pub source: Option<PathBuf>,
    /// `m.pyi` or `m/__init__.pyi`.
    pub stub: Option<PathBuf>,
    /// An extension module or a `.pyc` without source.
    pub binary: Option<PathBuf>,
    /// Where submodules are looked for; the stub packages' directories first.
    pub directories: Vec<(PathBuf, Origin)>,
    /// It is a package, namespace packages included.
    pub is_package: bool,
    /// Whose file it is.
    pub origin: Option<Origin>,
}

impl Located {
    /// A directory without `__init__`.
    pub fn is_namespace(&self) -> bool {
        self.is_package && self.source.is_none() && self.stub.is_none() && self.binary.is_none()
    }

    /// The file that tells importers what they may see.
    pub fn interface_file(&self) -> Option<&Path> {
        self.stub.as_deref().or(self.source.as_deref())
    }

    /// The files with text, the stub first.
    pub fn texts(&self) -> impl Iterator<Item = &Path> {
        self.stub.iter().chain(&self.source).map(PathBuf::as_path)
    }
}

/// The entries of a directory, and whether each is a directory.
type Listing = Arc<FxHashMap<String, bool>>;

/// Finds modules on a search path.
#[derive(Debug)]
pub struct Resolver {
    search_path: SearchPath,
    listings: FxHashMap<PathBuf, Listing>,
    located: FxHashMap<ModuleName, Option<Arc<Located>>>,
}

impl Resolver {
    /// A resolver that has looked at nothing yet.
    pub fn new(search_path: SearchPath) -> Self {
        Self { search_path, listings: FxHashMap::default(), located: FxHashMap::default() }
    }

    /// Where it looks.
    pub fn search_path(&self) -> &SearchPath {
        &self.search_path
    }

    /// Finds a module; `None` if there is none of that name.
    pub fn locate(&mut self, name: &ModuleName) -> Option<Arc<Located>> {
        if let Some(known) = self.located.get(name) {
            return known.clone();
        }
        let mut found: Option<Arc<Located>> = None;
        for (depth, part) in name.chain().enumerate() {
            if let Some(known) = self.located.get(&part) {
                found.clone_from(known);
            } else {
                let directories = match &found {
                    Some(parent) => parent.directories.clone(),
                    None => self.search_path.directories().to_vec(),
                };
                found = self.locate_in(&directories, part.last(), depth == 0).map(Arc::new);
                self.located.insert(part, found.clone());
            }
            if found.is_none() {
                break;
            }
        }
        if found.is_none() {
            self.located.insert(name.clone(), None);
        }
        found
    }

    /// `importlib.machinery.PathFinder`: the first directory with a module or package of the name;
    /// else all directories of the name together are a namespace package.
    fn locate_in(&mut self, directories: &[(PathBuf, Origin)], name: &str, is_top: bool) -> Option<Located> {
        let mut located = Located::default();
        let mut portions = Vec::new();
        for (directory, origin) in directories {
            let listing = self.list(directory);
            if is_top && located.stub.is_none() {
                self.stub_package(directory, *origin, name, &listing, &mut located);
            }
            if located.source.is_some() || located.binary.is_some() {
                continue;
            }
            if listing.get(name) == Some(&true) {
                let package = directory.join(name);
                let entries = self.list(&package);
                let in_package = |file: &str| (entries.get(file) == Some(&false)).then(|| package.join(file));
                let (source, stub) = (in_package("__init__.py"), in_package("__init__.pyi"));
                let binary = binary_in(&entries, "__init__").map(|file| package.join(file));
                if source.is_some() || stub.is_some() || binary.is_some() {
                    if located.stub.is_none() {
                        located.stub = stub;
                    }
                    let stub_only = source.is_none() && binary.is_none();
                    (located.source, located.binary) = (source, if stub_only { None } else { binary });
                    located.is_package = true;
                    located.origin.get_or_insert(*origin);
                    located.directories.push((package, *origin));
                    if stub_only && !is_stub_package(directory) {
                        return Some(located);
                    }
                    continue;
                }
                portions.push((package, *origin));
            }
            let beside = |file: String| (listing.get(&file) == Some(&false)).then(|| directory.join(file));
            let (source, stub) = (beside(format!("{name}.py")), beside(format!("{name}.pyi")));
            let binary = binary_in(&listing, name).map(|file| directory.join(file));
            if source.is_some() || stub.is_some() || binary.is_some() {
                if located.stub.is_none() {
                    located.stub = stub;
                }
                (located.source, located.binary) = (source, binary);
                located.origin.get_or_insert(*origin);
                if located.source.is_none() && located.binary.is_none() && !is_stub_package(directory) {
                    return Some(located);
                }
            }
        }
        if located.interface_file().is_some() || located.binary.is_some() {
            return Some(located);
        }
        let (_, origin) = *portions.first()?;
        Some(Located { is_package: true, origin: Some(origin), directories: portions, ..Located::default() })
    }

    /// `name-stubs`, PEP 561.
    fn stub_package(&mut self, directory: &Path, origin: Origin, name: &str, listing: &Listing, located: &mut Located) {
        let folder = format!("{name}-stubs");
        if listing.get(&folder) != Some(&true) {
            return;
        }
        let package = directory.join(folder);
        if self.list(&package).get("__init__.pyi") == Some(&false) {
            located.stub = Some(package.join("__init__.pyi"));
            located.is_package = true;
            located.origin = Some(origin);
        }
        located.directories.insert(0, (package, origin));
    }

    fn list(&mut self, directory: &Path) -> Listing {
        if let Some(known) = self.listings.get(directory) {
            return known.clone();
        }
        let readable = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
        let mut entries = FxHashMap::default();
        for entry in fs::read_dir(readable).into_iter().flatten().filter_map(Result::ok) {
            let kind = entry.file_type();
            let is_directory = match kind {
                Ok(kind) if kind.is_symlink() => fs::metadata(entry.path()).is_ok_and(|metadata| metadata.is_dir()),
                Ok(kind) => kind.is_dir(),
                Err(_) => continue,
            };
            if let Ok(name) = entry.file_name().into_string() {
                entries.insert(name, is_directory);
            }
        }
        let listing = Arc::new(entries);
        self.listings.insert(directory.to_owned(), listing.clone());
        listing
    }
}

/// Whether a directory belongs to a stub package: the source is elsewhere.
fn is_stub_package(directory: &Path) -> bool {
    directory.iter().any(|part| part.as_encoded_bytes().ends_with(b"-stubs"))
}

/// An extension module or sourceless `.pyc` of the name.
fn binary_in(listing: &Listing, name: &str) -> Option<String> {
    const SUFFIXES: [&str; 11] = [
        ".cpython-314-x86_64-linux-gnu.so",
        ".cpython-314-aarch64-linux-gnu.so",
        ".abi3.so",
        ".so",
        ".pyc",
        ".cpython-314t-x86_64-linux-gnu.so",
        ".cpython-314t-aarch64-linux-gnu.so",
        ".cpython-314-x86_64-linux-musl.so",
        ".cpython-314-aarch64-linux-musl.so",
        ".cpython-314-darwin.so",
        ".pyd",
    ];
    let mut candidates = SUFFIXES.iter().map(|suffix| format!("{name}{suffix}"));
    candidates.find(|file| listing.get(file) == Some(&false))
}
