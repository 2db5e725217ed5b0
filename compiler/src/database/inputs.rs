//! The inputs of the database: files, present or absent, and settings.
//!
//! ```text
//! SourceFile { path: pkg/a.py, contents: bytes, links: [pkg.b → pkg/b.py, os → opaque] }
//! ```
//!
//! Invariant: a setter counts as a change even for an equal value, so whoever sets compares first
//! ([`set_contents`], [`set_links`]).

#![expect(missing_docs, reason = "salsa writes constructors and setters without any")]

use super::Database;
use super::cache::digest;
use super::facts::Facts;
use crate::imports::ModuleName;
use crate::imports::search_path::Origin;
use crate::suppress::Suppressions;
use pyclast_codegen::Optimize;
use pyclast_syntax::imports::ImportEnvironment;
use salsa::{Durability, Setter};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A file with Python text.
#[salsa::input(debug)]
pub struct SourceFile {
    /// Where it is, or would be.
    #[returns(ref)]
    pub path: PathBuf,
    /// What is in it.
    #[returns(ref)]
    pub contents: Contents,
    /// What its imports lead to.
    #[returns(ref)]
    pub links: Arc<Links>,
}

/// Settings that queries depend on.
#[salsa::input(singleton, debug)]
pub struct Project {
    /// The settings.
    #[returns(ref)]
    pub settings: Settings,
}

/// What is in a file.
#[derive(Clone, Debug)]
pub enum Contents {
    /// There is no such file.
    Absent,
    /// It is there, but cannot be read; why.
    Unreadable(String),
    /// Its bytes.
    Text {
        /// The bytes.
        bytes: Arc<[u8]>,
        /// Their hash.
        digest: u128,
        /// There may be comments that change what is reported.
        may_have_comments: bool,
        /// What an earlier run found out about these bytes.
        known: Option<Arc<Facts>>,
    },
}

impl Contents {
    /// Whether both are the same file contents.
    pub fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Absent, Self::Absent) => true,
            (Self::Unreadable(left), Self::Unreadable(right)) => left == right,
            (Self::Text { digest: left, .. }, Self::Text { digest: right, .. }) => left == right,
            _ => false,
        }
    }

    /// The contents with these bytes.
    pub fn text(bytes: Vec<u8>, known: impl FnOnce(u128) -> Option<Arc<Facts>>) -> Self {
        let digest = digest(&bytes);
        let may_have_comments = Suppressions::may_be_in(&bytes);
        Self::Text { bytes: bytes.into(), digest, may_have_comments, known: known(digest) }
    }

    /// The bytes, as they were read.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Text { bytes, .. } => bytes,
            Self::Absent | Self::Unreadable(_) => &[],
        }
    }

    /// The hash of the bytes.
    pub const fn digest(&self) -> Option<u128> {
        match self {
            Self::Text { digest, .. } => Some(*digest),
            Self::Absent | Self::Unreadable(_) => None,
        }
    }

    /// Whether no comment can change what is reported of the text.
    pub const fn has_no_comments_for_us(&self) -> bool {
        !matches!(self, Self::Text { may_have_comments: true, .. })
    }
}

/// What a module name leads to, seen from a module that imports it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Link {
    /// A file whose interface importers see.
    File(SourceFile),
    /// A module without text here: standard library, extension, namespace package.
    Opaque,
    /// There is no such module.
    Missing,
}

/// What the imports of a file lead to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Links {
    /// The name of the file's own module.
    pub name: ModuleName,
    /// The file is the `__init__` of a package.
    pub is_package: bool,
    /// Every module its imports touch, sorted by name.
    pub modules: Vec<(ModuleName, Link)>,
}

impl Links {
    /// Of a file whose imports were not looked at yet.
    pub fn none() -> Self {
        Self { name: ModuleName::new(""), is_package: false, modules: Vec::new() }
    }

    /// What a name leads to, if an import of the file touches it.
    pub fn find(&self, name: &ModuleName) -> Option<Link> {
        let found = self.modules.binary_search_by(|(known, _)| known.cmp(name)).ok()?;
        Some(self.modules[found].1)
    }
}

/// What a result depends on besides the files.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Settings {
    /// Version and platform that decide branches.
    pub environment: ImportEnvironment,
    /// The optimization level modules are compiled at to find their errors.
    pub optimize: Optimize,
}

impl Default for Settings {
    fn default() -> Self {
        let platform = match std::env::consts::OS {
            "macos" => "darwin",
            "windows" => "win32",
            other => other,
        };
        let environment = ImportEnvironment { version: (3, 14), platform: platform.to_owned() };
        Self { environment, optimize: Optimize::None }
    }
}

/// How often files of an origin change.
pub fn durability(origin: Origin, path: &Path) -> Durability {
    let is_stub = path.extension().is_some_and(|extension| extension == "pyi");
    match origin {
        Origin::Installed => Durability::HIGH,
        Origin::Project if is_stub => Durability::MEDIUM,
        Origin::Project => Durability::LOW,
    }
}

/// A new input.
pub fn new_file(db: &Database, path: PathBuf, contents: Contents, origin: Origin) -> SourceFile {
    let durability = durability(origin, &path);
    SourceFile::builder(path, contents, Arc::new(Links::none()))
        .path_durability(Durability::NEVER_CHANGE)
        .contents_durability(durability)
        .links_durability(durability)
        .new(db)
}

/// Sets the contents if they changed; says whether they did.
pub fn set_contents(db: &mut Database, file: SourceFile, contents: Contents) -> bool {
    let changed = !file.contents(db).same(&contents);
    if changed {
        file.set_contents(db).to(contents);
    }
    changed
}

/// Sets the links if they changed; says whether they did.
pub fn set_links(db: &mut Database, file: SourceFile, links: Links) -> bool {
    let changed = **file.links(db) != links;
    if changed {
        file.set_links(db).to(Arc::new(links));
    }
    changed
}
