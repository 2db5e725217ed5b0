//! A module → it and the modules it imports, for the checker.
//!
//! ```text
//! main.py: import __static__; from lib import C      →   [lib.py declared, main.py checked]
//! ```
//!
//! Invariant: a worklist; a module that names no flag is not looked into, unless all are static.

use crate::imports::resolve::Resolver;
use crate::imports::search_path::project_root;
use crate::imports::{ModuleName, SearchPath};
use crate::static_program::{
    CheckedProgram, ProgramProblem, ProgramSource, StaticMode, check_and_compile, may_have_flags,
};
use pyclast_codegen::{CodeObject, Options};
use pyclast_syntax::imports::{ImportEnvironment, ImportTarget, imports};
use pyclast_syntax::{Severity, SourceText, parse};
use rustc_hash::FxHashSet;
use std::collections::VecDeque;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What is wrong with a static module and with those it imports: their paths, and the problems. The error that the
/// reference raises comes first, the others in the order of files and positions.
/// After them the code of the module, if `options` say how to compile it and nothing is wrong.
pub(super) fn check_static(
    path: &Path,
    name: Option<&str>,
    bytes: &[u8],
    search_path: &[PathBuf],
    mode: StaticMode,
    options: Option<&Options>,
) -> (Vec<(PathBuf, ProgramProblem)>, Option<Arc<CodeObject>>) {
    if !may_be_static(bytes, mode) {
        return Default::default();
    }
    let (paths, sources) = closure(path, name, bytes, search_path, mode);
    let CheckedProgram { mut problems, mut codes } = check_and_compile(&sources, mode, options);
    // Warnings of the module itself are known; those of others are not asked for.
    problems.retain(|problem| problem.diagnostic.severity == Severity::Error);
    if let Some(rest) = problems.get_mut(1..) {
        rest.sort_by_key(|problem| (problem.module, problem.diagnostic.span.start));
    }
    let placed = problems.into_iter().map(|problem| (paths[problem.module].clone(), problem)).collect();
    (placed, codes.first_mut().and_then(Option::take))
}

fn may_be_static(bytes: &[u8], mode: StaticMode) -> bool {
    match mode {
        StaticMode::Auto => may_have_flags(bytes),
        StaticMode::Always => true,
        StaticMode::Never => false,
    }
}

/// The module first, then what it leads to.
fn closure(
    path: &Path,
    name: Option<&str>,
    bytes: &[u8],
    search_path: &[PathBuf],
    mode: StaticMode,
) -> (Vec<PathBuf>, Vec<ProgramSource>) {
    let root = project_root(path);
    let (own_name, is_package) =
        ModuleName::of_file(&root, path).unwrap_or_else(|| (ModuleName::new("__main__"), false));
    let own_name = name.map_or(own_name, ModuleName::new);
    let mut directories = SearchPath::default();
    search_path.iter().for_each(|directory| directories.add_root(directory.clone()));
    if search_path.is_empty() {
        directories.add_root(root);
    }
    let mut resolver = Resolver::new(directories);
    let mut seen: FxHashSet<ModuleName> = [own_name.clone()].into_iter().collect();
    let main = ProgramSource {
        name: own_name.as_str().to_owned(),
        bytes: bytes.to_vec(),
        is_package,
        is_stub: false,
        is_requested: true,
    };
    let mut found = (vec![path.to_owned()], vec![main]);
    let mut pending = VecDeque::from([(own_name, is_package, bytes.to_vec())]);
    while let Some((importer, is_package, bytes)) = pending.pop_front() {
        for name in imported(&importer, is_package, bytes) {
            if !seen.insert(name.clone()) {
                continue;
            }
            let Some(located) = resolver.locate(&name) else { continue };
            let is_stub = located.source.is_none();
            let Some(file) = located.source.clone().or_else(|| located.stub.clone()) else { continue };
            let Ok(bytes) = fs::read(&file) else { continue };
            if !may_be_static(&bytes, mode) {
                continue;
            }
            let is_package = located.is_package;
            found.0.push(file);
            found.1.push(ProgramSource {
                name: name.as_str().to_owned(),
                bytes: bytes.clone(),
                is_package,
                is_stub,
                is_requested: false,
            });
            pending.push_back((name, is_package, bytes));
        }
    }
    found
}

/// The names that the imports of a module may mean.
fn imported(importer: &ModuleName, is_package: bool, bytes: Vec<u8>) -> Vec<ModuleName> {
    let Ok(text) = SourceText::decode_owned(bytes) else { return Vec::new() };
    let Ok(module) = parse(text) else { return Vec::new() };
    let environment = ImportEnvironment { version: (3, 14), platform: "linux".to_owned() };
    let mut names = Vec::new();
    for import in imports(&module, &environment) {
        match import.target {
            ImportTarget::Module(name) => names.extend(ModuleName::new(&name).chain()),
            ImportTarget::From { level, module, name } => {
                let base = importer.resolve_relative(is_package, level, &module);
                names.extend(base.iter().flat_map(|base| base.chain().chain([base.child(&name)])));
            }
            ImportTarget::Star { level, module } => {
                let base = importer.resolve_relative(is_package, level, &module);
                names.extend(base.iter().flat_map(ModuleName::chain));
            }
        }
    }
    names
}
