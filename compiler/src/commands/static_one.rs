//! One static module and the modules it imports → its code.
//!
//! ```text
//! main.py: import __static__; from lib import C      →   lib.py declared, main.py checked and compiled
//! ```
//!
//! Invariant: what is wrong with the module for CPython comes before what is wrong with its types, and that before what the
//! target cannot run.

use super::compile::invalidation_mode;
use super::compile_one::{OneModule, Outcome};
use super::show::internal_error;
use crate::cli::Emit;
use crate::imports::resolve::Resolver;
use crate::imports::search_path::project_root;
use crate::imports::{ModuleName, SearchPath};
use crate::jobs::worker_count;
use crate::pipeline::{marshal_code, needs_cinderx};
use crate::static_build::check::{Checked, Purpose, Role, check};
use crate::static_build::dependencies::NameGraph;
use crate::static_build::generate::{ordinary_problems, static_code, static_options};
use crate::static_build::program::{ProgramOptions, Request, Requested, StaticModule, StaticProgram, load};
use crate::static_program::{ProgramProblem, StaticMode, may_have_flags};
use pyclast_codegen::pyc::strict;
use pyclast_codegen::{AnnotationsAhead, Optimize};
use pyclast_syntax::{Diagnostic, Severity, Span, with_work_beside};
use pyclast_typeck::static_flag;
use std::mem;
use std::path::PathBuf;

/// Compiles a static module; nothing if it is none.
pub(super) fn compile_static(one: &OneModule<'_>, bytes: &[u8]) -> Option<Outcome> {
    let mode = one.arguments.one.static_.static_mode;
    let may_be_static = match mode {
        StaticMode::Never => false,
        StaticMode::Auto => may_have_flags(bytes),
        StaticMode::Always => true,
    };
    if !may_be_static {
        return None;
    }
    let program = program(one, mode);
    match program.requested.first()? {
        Requested::Static(module) => {
            let outcome = compile(one, &program, &program.modules[*module]);
            // The process ends soon: nothing needs to be taken apart.
            mem::forget(program);
            Some(outcome)
        }
        // What is wrong with the text is said where it is compiled as an ordinary one.
        Requested::Refused(errors) => match one.compile_ordinary(bytes) {
            Ok(_) => Some(Err(one.own(errors.clone()))),
            Err(problems) => Some(Err(problems)),
        },
        Requested::Ordinary | Requested::Unreadable(_) => None,
    }
}

fn compile(one: &OneModule<'_>, program: &StaticProgram, module: &StaticModule) -> Outcome {
    let roles: Vec<Role> =
        (0..program.modules.len()).map(|index| if index == 0 { Role::Bound } else { Role::Declared }).collect();
    let purpose =
        Purpose { optimize: one.level != Optimize::None, patchable: one.arguments.one.artifacts.enable_patching };
    let options = static_options(module, one.level, &one.filename, one.target);
    let threads = worker_count(one.arguments.workers);
    let annotations_and =
        |check| AnnotationsAhead::while_doing(&module.parsed, &module.symbols, &options, threads, check);
    let ((checked, annotations), ordinary) = with_work_beside(
        threads > 1,
        || ordinary_problems(module, one.level, &one.filename),
        || annotations_and(|| check(&program.modules, &roles, purpose, 1)),
    );
    let mut warnings = module.warnings.clone();
    warnings.extend(ordinary.map_err(|errors| one.own(errors))?);
    let problems = problems(program, &checked);
    if !problems.is_empty() {
        return Err(problems);
    }
    if !one.target.static_modules {
        let flag = static_flag(&module.parsed).unwrap_or(Span::NONE);
        return Err(one.own(vec![needs_cinderx(flag)]));
    }
    let facts = checked.facts.into_iter().next().flatten().expect("a module without errors has facts");
    let compiled = static_code(module, &facts, &options, &annotations, threads);
    let (code, _) = compiled.map_err(|errors| one.own(errors))?;
    let mut file = match one.arguments.one.emit {
        Emit::Pyc => {
            let dependencies = NameGraph::new(program).dependencies(0);
            strict::prefix(one.target, true, one.validation, &dependencies.records(program))
        }
        Emit::Code | Emit::Interface => Vec::new(),
    };
    file.extend(marshal_code(&code, one.target));
    mem::forget((facts, annotations, code));
    Ok((file, warnings))
}

/// The module first, then what it leads to.
fn program(one: &OneModule<'_>, mode: StaticMode) -> StaticProgram {
    let arguments = &one.arguments.one;
    let root = project_root(one.source);
    let (own_name, is_package) =
        ModuleName::of_file(&root, one.source).unwrap_or_else(|| (ModuleName::new("__main__"), false));
    let name = arguments.module_name.as_deref().map_or(own_name, ModuleName::new);
    let mut directories = SearchPath::default();
    arguments.search_path.iter().for_each(|directory| directories.add_root(directory.clone()));
    if arguments.search_path.is_empty() {
        directories.add_root(root);
    }
    let options = ProgramOptions {
        target: one.target,
        mode,
        strict: arguments.static_.strict,
        invalidation: invalidation_mode(one.arguments.invalidation_mode),
        workers: worker_count(one.arguments.workers),
    };
    load(&[Request { path: one.source.to_owned(), name, is_package }], &mut Resolver::new(directories), &options)
}

/// What is wrong: the error that the reference raises first, the others in the order of files and positions.
fn problems(program: &StaticProgram, checked: &Checked) -> Vec<(PathBuf, Diagnostic)> {
    let mut found: Vec<_> = checked.problems.iter().collect();
    if let Some(rest) = found.get_mut(1..) {
        rest.sort_by_key(|problem| (problem.module, problem.diagnostic.span.start));
    }
    let path = |module: usize| program.modules[module].path.clone();
    let refused = program.refused.iter();
    let refused = refused.flat_map(|(path, errors)| errors.iter().map(|error| (path.clone(), error.clone())));
    let refused = refused.filter(|(_, error)| error.severity == Severity::Error);
    let stated = |problem: &ProgramProblem| Diagnostic { stated: problem.foreign, ..problem.diagnostic.clone() };
    let types = found.into_iter().map(|problem| (path(problem.module), stated(problem)));
    let bugs = checked.panicked.iter().map(|(module, panicked)| {
        let path = path(*module);
        let bug = internal_error(&path, panicked);
        (path, bug)
    });
    refused.chain(types).chain(bugs).collect()
}
