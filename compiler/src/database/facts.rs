//! What queries find out, as values that are compared, kept and written down.
//!
//! ```text
//! from lib import f      →   Exported(function "(a: int)->int")
//! from lib import gone   →   NotExported
//! ```
//!
//! Invariant: what other modules read holds no positions.

use super::inputs::{Link, Settings};
use crate::static_program::StaticMode;
use pyclast_syntax::Diagnostic;
use pyclast_syntax::imports::{Import, ImportPlace};
use pyclast_syntax::interface::{Declaration, ModuleInterface};
use std::sync::Arc;

/// What one text tells, whatever else there is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Facts {
    /// The settings under which it does.
    pub settings: Arc<Settings>,
    /// Its imports.
    pub imports: Arc<[Import]>,
    /// Where its imports are, if anything was to say about them.
    pub import_places: Option<Arc<[ImportPlace]>>,
    /// What other modules may see of it.
    pub interface: Arc<ModuleInterface>,
    /// What is wrong with it; none if nobody asked.
    pub diagnostics: Option<Arc<[Diagnostic]>>,
    /// What is known of it as a static module; none if nobody asked, or it is none.
    pub types: Option<StaticFacts>,
}

/// What is known of a static module.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StaticFacts {
    /// Its name, and whether it is the `__init__` of a package: the same text elsewhere is another module.
    pub module: (String, bool),
    /// Which modules were static.
    pub mode: StaticMode,
    /// Whether what stays dynamic was asked for.
    pub performance: bool,
    /// What others read of it, in one number.
    pub fingerprint: Option<u128>,
    /// What the checker said; none if nobody asked.
    pub checked: Option<Arc<CheckedTypes>>,
}

/// What the checker says of a static module, and what that hangs on.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct CheckedTypes {
    /// The modules the checker asked for, by name: what others read of them in one number, if they are static.
    pub asked: Vec<(String, Option<u128>)>,
    /// What it said.
    pub diagnostics: Vec<Diagnostic>,
}

/// What an import finds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LinkedImport {
    /// A module.
    Module,
    /// A name of a module, and how it is declared there.
    Exported(Vec<Declaration>),
    /// All names of a module.
    Star(Arc<ModuleInterface>),
    /// A name in a module without text, or one whose names only a run can tell.
    Unknown,
    /// The module has no such name.
    NotExported,
    /// There is no such module.
    MissingModule,
    /// A relative import beyond the top-level package.
    Beyond,
}

/// An import that finds nothing: a fact, for a program may handle it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unresolved {
    /// The import.
    pub import: Import,
    /// Why.
    pub reason: Reason,
}

impl LinkedImport {
    pub(super) fn of_module(link: Link) -> Self {
        match link {
            Link::File(_) => Self::Module,
            Link::Opaque => Self::Unknown,
            Link::Missing => Self::MissingModule,
        }
    }

    pub(super) fn of_name(interface: &ModuleInterface, name: &str) -> Self {
        match interface.exports(name) {
            Some(true) => Self::Exported(interface.names[name].clone()),
            Some(false) => Self::NotExported,
            None => Self::Unknown,
        }
    }

    /// Why the import finds nothing, if it is sure that it does not.
    pub(super) const fn unresolved(&self) -> Option<Reason> {
        match self {
            Self::NotExported => Some(Reason::NotExported),
            Self::MissingModule => Some(Reason::MissingModule),
            Self::Beyond => Some(Reason::Beyond),
            Self::Module | Self::Exported(_) | Self::Star(_) | Self::Unknown => None,
        }
    }
}

/// Why an import finds nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reason {
    /// The module has no such name.
    NotExported,
    /// There is no such module on the search path.
    MissingModule,
    /// It leads out of the top-level package.
    Beyond,
}

/// What checking a module gives.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CheckedModule {
    /// What is wrong with it.
    pub diagnostics: Arc<[Diagnostic]>,
    /// Its imports that find nothing.
    pub unresolved: Vec<Unresolved>,
}
