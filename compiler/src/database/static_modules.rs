//! The static modules of a project → what the checker says of each.
//!
//! ```text
//! imported_modules ─ static_flags ─┬─ declared_module ── (cut-off between modules) ┐
//!    parsed_module, symbol_table ──┘        module_file (by name) ─ checked_types ◄─┘
//! ```
//!
//! A module is checked by itself; of the others it asks for those whose names its types lead to, as they are declared.
//!
//! | edit of a static module | executed |
//! | --- | --- |
//! | comment, body | `checked_types` of the module itself |
//! | what importers read of it | also `checked_types` of the modules whose types led to it |
//!
//! Invariant: a module that imports no flag costs a look at its imports. What is read of another module is what
//! [`StaticInterface`] compares, no more.

#![expect(unused_lifetimes, reason = "salsa writes the lifetime of an interned value")]

use super::cache::hash;
use super::facts::{CheckedTypes, StaticFacts};
use super::inputs::{Contents, SourceFile};
use super::queries::{imported_modules, known, module_diagnostics, parsed_module, symbol_table};
use crate::stack::for_depth;
use crate::static_program::{StaticMode, check_one, is_flag, may_have_flags};
use pyclast_syntax::imports::{Import, ImportTarget};
use pyclast_syntax::static_interface::{StaticInterface, static_interface};
use pyclast_syntax::{Diagnostic, ParsedModule, Severity, SymbolTable};
use pyclast_typeck::{Folds, ModuleFlags, Modules, Source, fold, module_flags};
use rustc_hash::FxHashMap;
use salsa::{Database as Db, Setter};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// The modules that may be static.
#[salsa::input(singleton, debug)]
pub struct StaticProject {
    /// Which of them are.
    pub mode: StaticMode,
    /// Whether to say what stays dynamic in them.
    pub performance: bool,
    /// All files of the project, and whether each was asked for.
    #[returns(ref)]
    pub files: Arc<[(SourceFile, bool)]>,
}

/// Sets the files if they changed.
pub(super) fn set_files(db: &mut super::Database, files: Vec<(SourceFile, bool)>) {
    let project = StaticProject::get(db);
    if **project.files(db) != *files {
        project.set_files(db).to(files.into());
    }
}

/// Sets the mode if it changed.
pub(super) fn set_mode(db: &mut super::Database, mode: StaticMode) {
    let project = StaticProject::get(db);
    if *project.mode(db) != mode {
        project.set_mode(db).to(mode);
    }
}

/// Sets whether to say what stays dynamic if that changed.
pub(super) fn set_performance(db: &mut super::Database, performance: bool) {
    let project = StaticProject::get(db);
    if *project.performance(db) != performance {
        project.set_performance(db).to(performance);
    }
}

/// What a file asks for, and what is wrong with how it does.
#[salsa::tracked(returns(clone))]
fn static_flags(db: &dyn Db, file: SourceFile) -> (ModuleFlags, Vec<Diagnostic>) {
    let mode = StaticProject::get(db).mode(db);
    if !may_be_static(db, file) {
        return Default::default();
    }
    match (mode, &*parsed_module(db, file)) {
        (StaticMode::Always, Ok(_)) => (ModuleFlags { is_static: true, is_strict: false }, Vec::new()),
        (StaticMode::Auto, Ok(module)) => module_flags(module),
        _ => Default::default(),
    }
}

/// Whether a file may be static. Only its imports are asked, so that an edit elsewhere in it changes nothing here.
fn may_be_static(db: &dyn Db, file: SourceFile) -> bool {
    let is_flag = |import: &Import| matches!(&import.target, ImportTarget::Module(name) if is_flag(name));
    match StaticProject::get(db).mode(db) {
        StaticMode::Never => false,
        StaticMode::Always => true,
        StaticMode::Auto => imported_modules(db, file).iter().any(is_flag),
    }
}

fn is_stub(db: &dyn Db, file: SourceFile) -> bool {
    file.path(db).extension().is_some_and(|extension| extension == "pyi")
}

/// A static module that has no errors of CPython's, for the checker.
#[derive(Debug)]
struct Checkable {
    parsed: Arc<Result<ParsedModule, Vec<Diagnostic>>>,
    symbols: Arc<Result<SymbolTable, Vec<Diagnostic>>>,
    folds: Folds,
}

impl Checkable {
    fn new(db: &dyn Db, file: SourceFile) -> Option<Self> {
        let has_errors = || module_diagnostics(db, file).iter().any(|problem| problem.severity == Severity::Error);
        if !static_flags(db, file).0.is_static || has_errors() {
            return None;
        }
        let (parsed, symbols) = (parsed_module(db, file), symbol_table(db, file)?);
        let folds = fold(parsed.as_ref().as_ref().ok()?, false);
        symbols.is_ok().then_some(Self { parsed, symbols, folds })
    }

    fn source<'a>(&'a self, db: &'a dyn Db, file: SourceFile, bind: bool) -> Option<Source<'a>> {
        let (Ok(parsed), Ok(symbols)) = (&*self.parsed, &*self.symbols) else { return None };
        let links = file.links(db);
        let (name, is_package) = (links.name.as_str(), links.is_package);
        let is_stub = is_stub(db, file);
        Some(Source { name, parsed, symbols, folds: &self.folds, is_package, is_stub, bind, inlines: true })
    }
}

/// A static module as the others read it. Its tree may be older than the text, where only a part is newer that nobody reads.
#[derive(Debug)]
struct DeclaredModule {
    interface: StaticInterface,
    module: Checkable,
}

impl PartialEq for DeclaredModule {
    fn eq(&self, other: &Self) -> bool {
        self.interface == other.interface
    }
}

/// What other static modules read of a file; none if it is no static module. Cut-off: an edit in a body leaves it equal.
#[salsa::tracked(returns(ref))]
fn declared_module(db: &dyn Db, file: SourceFile) -> Option<DeclaredModule> {
    let module = Checkable::new(db, file)?;
    let (Ok(parsed), Ok(symbols)) = (&*module.parsed, &*module.symbols) else { return None };
    let (interface, _) = for_depth(parsed.nesting(), || static_interface(parsed, symbols));
    Some(DeclaredModule { interface, module })
}

/// What other static modules read of a file, in one number; none if it is no static module. Cut-off: as [`declared_module`].
#[salsa::tracked(returns(copy))]
fn static_fingerprint(db: &dyn Db, file: SourceFile) -> Option<u128> {
    match known_types(db, file) {
        Some(known) => known.fingerprint,
        None if may_be_static(db, file) => declared_module(db, file).as_ref().map(|declared| hash(&declared.interface)),
        None => None,
    }
}

/// What an earlier run found out about the same text with the same flags.
fn known_types(db: &dyn Db, file: SourceFile) -> Option<&StaticFacts> {
    let project = StaticProject::get(db);
    let known = known(db, file)?.types.as_ref()?;
    let is_same = known.mode == *project.mode(db)
        && known.performance == *project.performance(db)
        && known.module == module_of(db, file);
    is_same.then_some(known)
}

fn module_of(db: &dyn Db, file: SourceFile) -> (String, bool) {
    let links = file.links(db);
    (links.name.as_str().to_owned(), links.is_package)
}

/// What other modules read of a file as a static one. Its text is asked first: whoever asks read it anyway.
pub(super) fn static_fingerprint_of(db: &dyn Db, file: SourceFile) -> Option<u128> {
    let is_auto = *StaticProject::get(db).mode(db) == StaticMode::Auto;
    if is_auto && !may_have_flags(file.contents(db).bytes()) {
        return None;
    }
    static_fingerprint(db, file)
}

/// What is to be kept of a file for the next run; `is_root` if it was to be checked.
pub(super) fn static_facts(db: &dyn Db, file: SourceFile, is_root: bool) -> Option<StaticFacts> {
    let project = StaticProject::get(db);
    may_be_static(db, file).then(|| StaticFacts {
        module: module_of(db, file),
        mode: *project.mode(db),
        performance: *project.performance(db),
        fingerprint: static_fingerprint(db, file),
        checked: (is_root && !is_stub(db, file)).then(|| checked_types(db, file)),
    })
}

/// The name of a module.
#[salsa::interned(debug)]
struct NameOfModule<'db> {
    #[returns(ref)]
    text: String,
}

/// The files of all modules, by name; stubs where there is no source.
#[salsa::tracked(returns(ref))]
fn files_by_name(db: &dyn Db) -> FxHashMap<String, SourceFile> {
    let mut files: FxHashMap<String, SourceFile> = FxHashMap::default();
    for &(file, _) in StaticProject::get(db).files(db).iter() {
        if matches!(file.contents(db), Contents::Text { .. }) {
            let known = files.entry(file.links(db).name.as_str().to_owned()).or_insert(file);
            if is_stub(db, *known) {
                *known = file;
            }
        }
    }
    files
}

/// The file of a module. Cut-off: other files come and go.
#[salsa::tracked(returns(copy))]
fn module_file<'db>(db: &'db dyn Db, name: NameOfModule<'db>) -> Option<SourceFile> {
    files_by_name(db).get(name.text(db)).copied()
}

/// The modules of the project, as the checker asks for them, and which it asked for.
struct ProjectModules<'db> {
    db: &'db dyn Db,
    asked: RefCell<BTreeMap<String, Option<u128>>>,
}

impl fmt::Debug for ProjectModules<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ProjectModules").field("asked", &self.asked).finish_non_exhaustive()
    }
}

impl<'db> Modules<'db> for ProjectModules<'db> {
    fn find(&self, name: &str) -> Option<Source<'db>> {
        let db = self.db;
        let fingerprint = fingerprint_of_module(db, name);
        self.asked.borrow_mut().insert(name.to_owned(), fingerprint);
        fingerprint?;
        let file = module_file(db, NameOfModule::new(db, name.to_owned()))?;
        declared_module(db, file).as_ref()?.module.source(db, file, false)
    }
}

/// What others read of a module, in one number; none if there is no such static module.
fn fingerprint_of_module(db: &dyn Db, name: &str) -> Option<u128> {
    let file = module_file(db, NameOfModule::new(db, name.to_owned()))?;
    if may_be_static(db, file) { static_fingerprint(db, file) } else { None }
}

/// What the checker says of a file, which has no other errors: in the order of the reference.
#[salsa::tracked(returns(clone))]
fn checked_types(db: &dyn Db, file: SourceFile) -> Arc<CheckedTypes> {
    if let Some(known) = known_types(db, file).and_then(|known| known.checked.as_ref())
        && known.asked.iter().all(|(name, fingerprint)| fingerprint_of_module(db, name) == *fingerprint)
    {
        return known.clone();
    }
    let (_, errors) = static_flags(db, file);
    if !errors.is_empty() {
        return Arc::new(CheckedTypes { asked: Vec::new(), diagnostics: errors });
    }
    let Some(module) = Checkable::new(db, file) else { return Arc::default() };
    let Some(source) = module.source(db, file, true) else { return Arc::default() };
    let performance = *StaticProject::get(db).performance(db);
    let modules = ProjectModules { db, asked: RefCell::default() };
    let diagnostics = check_one(&source, &modules, performance);
    Arc::new(CheckedTypes { asked: modules.asked.into_inner().into_iter().collect(), diagnostics })
}

/// What the checker says of a file that may be static; nothing of any other.
pub(super) fn type_diagnostics(db: &dyn Db, file: SourceFile) -> Option<Arc<CheckedTypes>> {
    // The annotations of stubs are not trusted, nor checked.
    (may_be_static(db, file) && !is_stub(db, file)).then(|| checked_types(db, file))
}
