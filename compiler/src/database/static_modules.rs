//! The static modules of a project → what the checker says of each.
//!
//! ```text
//! imported_modules ─ static_flags ─┐
//!    parsed_module, symbol_table ─┴ static_program ── (cut-off by module) ── type_diagnostics
//! ```
//!
//! Static modules are checked together: their types refer to each other. An edit in one that changes nothing another one is
//! told leaves the diagnostics of the others equal.
//!
//! Invariant: a module that imports no flag costs a look at its imports.

#![expect(missing_docs, reason = "salsa writes constructors and setters without any")]

use super::inputs::SourceFile;
use super::queries::{imported_modules, module_diagnostics, parsed_module, symbol_table};
use crate::static_program::{ProgramProblem, StaticMode, check_parsed, is_flag};
use pyclast_syntax::imports::{Import, ImportTarget};
use pyclast_syntax::{Diagnostic, Severity};
use pyclast_typeck::{ModuleFlags, Source, fold, module_flags};
use rustc_hash::FxHashMap;
use salsa::{Database as Db, Setter};
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
    pub files: Arc<Vec<(SourceFile, bool)>>,
}

/// Sets the files if they changed.
pub(super) fn set_files(db: &mut super::Database, files: Vec<(SourceFile, bool)>) {
    let project = StaticProject::get(db);
    if **project.files(db) != files {
        project.set_files(db).to(Arc::new(files));
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
    // The annotations of stubs are not trusted.
    let is_stub = || file.path(db).extension().is_some_and(|extension| extension == "pyi");
    let is_flag = |import: &Import| matches!(&import.target, ImportTarget::Module(name) if is_flag(name));
    match StaticProject::get(db).mode(db) {
        StaticMode::Never => false,
        StaticMode::Always => !is_stub(),
        StaticMode::Auto => imported_modules(db, file).iter().any(is_flag) && !is_stub(),
    }
}

/// What the checker says of all static modules.
#[salsa::tracked(returns(clone))]
fn static_program(db: &dyn Db) -> Arc<FxHashMap<SourceFile, Arc<Vec<Diagnostic>>>> {
    let files = StaticProject::get(db).files(db);
    let is_usable = |file: SourceFile| {
        static_flags(db, file).0.is_static
            && !module_diagnostics(db, file).iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    };
    let parsed: Vec<_> = files
        .iter()
        .filter(|(file, _)| is_usable(*file))
        .filter_map(|&(file, is_asked)| Some((file, is_asked, parsed_module(db, file), symbol_table(db, file)?)))
        .collect();
    let folds: Vec<_> =
        parsed.iter().map(|(_, _, module, _)| module.as_ref().as_ref().map(|module| fold(module, false))).collect();
    let mut members = Vec::new();
    let mut sources = Vec::new();
    for ((file, is_asked, module, symbols), folds) in parsed.iter().zip(&folds) {
        let (Ok(parsed), Ok(symbols), Ok(folds)) = (&**module, &**symbols, folds) else { continue };
        let links = file.links(db);
        members.push(*file);
        let (name, is_package) = (links.name.as_str(), links.is_package);
        sources.push(Source { name, parsed, symbols, folds, is_package, is_stub: false, bind: *is_asked });
    }
    let mut found: FxHashMap<SourceFile, Vec<Diagnostic>> = FxHashMap::default();
    for ProgramProblem { module, diagnostic, .. } in check_parsed(&sources, *StaticProject::get(db).performance(db)) {
        found.entry(members[module]).or_default().push(diagnostic);
    }
    Arc::new(found.into_iter().map(|(file, diagnostics)| (file, Arc::new(diagnostics))).collect())
}

/// What the checker says of a file, which has no other errors: in the order of the reference.
#[salsa::tracked(returns(clone))]
fn checked_types(db: &dyn Db, file: SourceFile) -> Arc<Vec<Diagnostic>> {
    let (flags, errors) = static_flags(db, file);
    if !errors.is_empty() {
        return Arc::new(errors);
    }
    if flags.is_static { static_program(db).get(&file).cloned().unwrap_or_default() } else { Arc::default() }
}

/// What the checker says of a file that may be static; nothing of any other.
pub(super) fn type_diagnostics(db: &dyn Db, file: SourceFile) -> Arc<Vec<Diagnostic>> {
    if may_be_static(db, file) { checked_types(db, file) } else { Arc::default() }
}
