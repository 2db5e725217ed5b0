//! Every tracked query, nothing else: the incremental design on one page.
//!
//! ```text
//! contents ─ parsed_module ┬ imported_modules ── (cut-off of the graph)
//!                          ├ symbol_table ┬ module_interface ── (cut-off between modules) ┐
//!                          └──────────────┴ module_diagnostics ┐              │
//!                                  links ─ linked_imports ◄────│──────────────┘
//!                                               └─ check_module ◄┘
//! ```
//!
//! | edit | executed |
//! | --- | --- |
//! | comment, body | the module's own queries; nothing of its importers |
//! | signature | also `linked_imports` of all importers, `check_module` of those that import the name |
//! | new, deleted, renamed file | also `linked_imports` of the modules whose imports lead elsewhere |
//!
//! Invariant: a query reads inputs and other queries, never the file system. Of another file a query
//! reads [`module_interface`], of a static one what its types lead to (`static_modules.rs`), and nothing else (`pending.rs`
//! relies on it): no positions, no bodies.

use super::facts::{CheckedModule, Facts, LinkedImport, Unresolved};
use super::inputs::{Contents, Link, Links, Project, SourceFile};
use super::static_modules::type_diagnostics;
use super::unresolved::unresolved_import;
use crate::files::path::decode;
use crate::imports::ModuleName;
use crate::stack::for_depth;
use pyclast_codegen::{Options, Target, diagnose_module};
use pyclast_syntax::imports::{Import, ImportPlace, ImportTarget, import_places as places_of, imports};
use pyclast_syntax::interface::{ModuleInterface, module_interface as interface_of};
use pyclast_syntax::{
    Diagnostic, Exception, ParsedModule, Severity, SourceText, Span, SymbolTable, finally_warnings, parse,
};
use salsa::Database as Db;
use std::sync::Arc;

/// A result with all its problems; shared, for trees and tables are large.
type Shared<T> = Arc<Result<T, Vec<Diagnostic>>>;

/// The tree of a file. No cut-off: every edit moves positions.
#[salsa::tracked(returns(clone), no_eq, lru = 128)]
pub fn parsed_module(db: &dyn Db, file: SourceFile) -> Shared<ParsedModule> {
    let at_file = |exception, message: String| Err(vec![Diagnostic::error(exception, Span::NONE, message)]);
    Arc::new(match file.contents(db) {
        Contents::Absent => at_file(Exception::SyntaxError, "the file was removed".to_owned()),
        Contents::Unreadable(reason) => at_file(Exception::SyntaxError, format!("the file cannot be read: {reason}")),
        Contents::Text { bytes, .. } => match SourceText::decode(bytes) {
            Ok(text) => parse(text),
            Err(error) => Err(vec![*error]),
        },
    })
}

/// The imports of a file. Cut-off: equal imports leave the graph as it is.
#[salsa::tracked(returns(clone))]
pub fn imported_modules(db: &dyn Db, file: SourceFile) -> Arc<[Import]> {
    if let Some(facts) = known(db, file) {
        return facts.imports.clone();
    }
    let environment = &Project::get(db).settings(db).environment;
    match &*parsed_module(db, file) {
        Ok(module) => imports(module, environment).into(),
        Err(_) => Arc::default(),
    }
}

/// Where the imports of a file are; asked only if something is to say about them.
#[salsa::tracked(returns(clone))]
pub fn import_places(db: &dyn Db, file: SourceFile) -> Arc<[ImportPlace]> {
    if let Some(places) = known(db, file).and_then(|facts| facts.import_places.clone()) {
        return places;
    }
    let environment = &Project::get(db).settings(db).environment;
    match &*parsed_module(db, file) {
        Ok(module) => places_of(module, environment).into(),
        Err(_) => Arc::default(),
    }
}

/// The symbol table of a file; without one if it does not parse.
#[salsa::tracked(returns(clone), no_eq, lru = 128)]
pub fn symbol_table(db: &dyn Db, file: SourceFile) -> Option<Shared<SymbolTable>> {
    let module = parsed_module(db, file);
    let module = module.as_ref().as_ref().ok()?;
    Some(Arc::new(for_depth(module.nesting(), || SymbolTable::build(module))))
}

/// What other modules may see. Cut-off: an edit in a body, or a comment, leaves it equal.
#[salsa::tracked(returns(clone))]
pub fn module_interface(db: &dyn Db, file: SourceFile) -> Arc<ModuleInterface> {
    if let Some(facts) = known(db, file) {
        return facts.interface.clone();
    }
    let interface = match (&*parsed_module(db, file), symbol_table(db, file).as_deref()) {
        (Ok(module), Some(Ok(symbols))) => interface_of(module, symbols),
        _ => ModuleInterface::unknown(),
    };
    Arc::new(interface)
}

/// Every problem that the file's own text shows: first CPython's error if it has one, then the other
/// errors, then warnings.
#[salsa::tracked(returns(clone))]
pub fn module_diagnostics(db: &dyn Db, file: SourceFile) -> Arc<[Diagnostic]> {
    if let Some(diagnostics) = known(db, file).and_then(|facts| facts.diagnostics.clone()) {
        return diagnostics;
    }
    if matches!(file.contents(db), Contents::Absent) {
        return Arc::default();
    }
    let module = parsed_module(db, file);
    let module = match &*module {
        Ok(module) => module,
        Err(diagnostics) => return diagnostics.as_slice().into(),
    };
    let mut warnings = module.warnings().to_vec();
    warnings.extend(finally_warnings(module));
    let mut found = Vec::new();
    if let Some(Err(errors)) = symbol_table(db, file).as_deref() {
        found.extend_from_slice(errors);
    }
    let is_stub = file.path(db).extension().is_some_and(|extension| extension == "pyi");
    if !is_stub {
        match code_diagnostics(db, file, module) {
            Some(Ok(more)) => warnings.extend(more),
            Some(Err(errors)) => found.extend(errors),
            None => {}
        }
    }
    // The code generator gives its warnings along with its errors.
    warnings.retain(|warning| !found.contains(warning));
    found.extend(warnings);
    found.into()
}

/// What the code generator finds: warnings, or errors; nothing if an earlier stage refuses the file.
fn code_diagnostics(
    db: &dyn Db,
    file: SourceFile,
    module: &ParsedModule,
) -> Option<Result<Vec<Diagnostic>, Vec<Diagnostic>>> {
    let symbols = symbol_table(db, file)?;
    let symbols = symbols.as_ref().as_ref().ok()?;
    let filename = decode(file.path(db).as_os_str());
    let optimize = Project::get(db).settings(db).optimize;
    let options = Options { target: &Target::CPYTHON_3_14, optimize, filename, strict: false };
    Some(for_depth(module.nesting(), || diagnose_module(module, symbols, &options)))
}

/// What the imports of a file find.
#[salsa::tracked(returns(clone))]
pub fn linked_imports(db: &dyn Db, file: SourceFile) -> Arc<[LinkedImport]> {
    let links = file.links(db);
    imported_modules(db, file).iter().map(|import| linked_import(db, links, &import.target)).collect()
}

fn linked_import(db: &dyn Db, links: &Links, target: &ImportTarget) -> LinkedImport {
    let (base, name) = match target {
        ImportTarget::Module(name) => (Some(ModuleName::new(name)), None),
        ImportTarget::From { level, module, name } => {
            (links.name.resolve_relative(links.is_package, *level, module), Some(name))
        }
        ImportTarget::Star { level, module } => (links.name.resolve_relative(links.is_package, *level, module), None),
    };
    let Some(base) = base else {
        // A module that is in no package as far as can be seen may be in one without `__init__`.
        let is_in_package = links.is_package || links.name.parent().is_some();
        return if is_in_package { LinkedImport::Beyond } else { LinkedImport::Unknown };
    };
    if let Some(submodule) = name.and_then(|name| links.find(&base.child(name))) {
        return LinkedImport::of_module(submodule);
    }
    match (links.find(&base), target, name) {
        (Some(Link::File(file)), _, Some(name)) => LinkedImport::of_name(&module_interface(db, file), name),
        (Some(Link::File(file)), ImportTarget::Star { .. }, _) => LinkedImport::Star(module_interface(db, file)),
        (Some(other), ..) => LinkedImport::of_module(other),
        // The module itself.
        (None, ..) => LinkedImport::Unknown,
    }
}

/// Everything that is wrong with a file, and the facts about its imports.
#[salsa::tracked(returns(clone))]
pub fn check_module(db: &dyn Db, file: SourceFile) -> Arc<CheckedModule> {
    let mut diagnostics = module_diagnostics(db, file);
    let has_errors = diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
    let mut unresolved = Vec::new();
    if !has_errors {
        let imports = imported_modules(db, file);
        for (import, linked) in imports.iter().zip(&*linked_imports(db, file)) {
            if let Some(reason) = linked.unresolved() {
                unresolved.push(Unresolved { import: import.clone(), reason });
            }
        }
    }
    if unresolved.iter().any(Unresolved::is_told) {
        let warnings = unresolved_imports(db, file, &unresolved);
        diagnostics = diagnostics.iter().cloned().chain(warnings).collect();
    }
    let types = if has_errors { None } else { type_diagnostics(db, file) };
    if let Some(types) = types.filter(|types| !types.diagnostics.is_empty()) {
        diagnostics = [&types.diagnostics[..], &diagnostics[..]].concat().into();
    }
    Arc::new(CheckedModule { diagnostics, unresolved })
}

/// The warnings of imports that find nothing, each once.
fn unresolved_imports(db: &dyn Db, file: SourceFile, unresolved: &[Unresolved]) -> Vec<Diagnostic> {
    let (links, imports, places) = (file.links(db), imported_modules(db, file), import_places(db, file));
    let is_package = |name: &ModuleName| match links.find(name) {
        Some(Link::File(file)) => file.path(db).file_stem().is_some_and(|stem| stem == "__init__"),
        _ => true,
    };
    let mut warnings = Vec::new();
    for Unresolved { import, reason } in unresolved.iter().filter(|unresolved| unresolved.is_told()) {
        let index = imports.iter().position(|other| other == import);
        let Some(place) = index.and_then(|index| places.get(index)) else { continue };
        let warning = unresolved_import(import, *reason, links, *place, is_package);
        if !warnings.contains(&warning) {
            warnings.push(warning);
        }
    }
    warnings
}

/// What an earlier run with the same settings found out about the same bytes.
pub(super) fn known(db: &dyn Db, file: SourceFile) -> Option<&Arc<Facts>> {
    match file.contents(db) {
        Contents::Text { known: Some(facts), .. } if *facts.settings == *Project::get(db).settings(db) => Some(facts),
        _ => None,
    }
}
