//! Files that may be static → the static modules they are and lead to, parsed.
//!
//! ```text
//! main.py: import __static__; from lib import C      →   main (requested), lib (found); C's module is read before anything is checked
//! ```
//!
//! Invariant: a worklist, level by level, each level on all workers; a file that names no flag is not parsed, unless all
//! modules are static.

use crate::cli::{InvalidationMode, StrictMode};
use crate::commands::internal_error;
use crate::files::artifact;
use crate::imports::ModuleName;
use crate::imports::resolve::Resolver;
use crate::jobs::run_in_order;
use crate::stack::for_depth;
use crate::static_program::{StaticMode, may_have_flags};
use pyclast_codegen::Target;
use pyclast_codegen::pyc::Validation;
use pyclast_syntax::imports::ImportTarget;
use pyclast_syntax::static_interface::{StaticInterface, StaticUses, static_interface};
use pyclast_syntax::{Diagnostic, ParsedModule, SourceText, SymbolTable, finally_warnings, parse_with_threads};
use pyclast_typeck::{ModuleFlags, module_flags};
use rustc_hash::{FxHashMap, FxHashSet};
use siphasher::sip128::{Hasher128, SipHasher13};
use std::convert::Infallible;
use std::fs;
use std::hash::Hasher;
use std::io;
use std::path::PathBuf;

/// What holds for a whole program.
#[derive(Clone, Copy, Debug)]
pub struct ProgramOptions {
    /// The interpreter.
    pub target: &'static Target,
    /// Which modules are static.
    pub mode: StaticMode,
    /// Which modules are strict.
    pub strict: StrictMode,
    /// How artifacts say whether they are current.
    pub invalidation: InvalidationMode,
    /// Worker threads.
    pub workers: usize,
}

/// A file to compile, if it is static.
#[derive(Clone, Debug)]
pub struct Request {
    /// Where it is.
    pub path: PathBuf,
    /// The module it is.
    pub name: ModuleName,
    /// It is the `__init__` of a package.
    pub is_package: bool,
}

/// A static module, or one that is only strict: its types are frozen, its code is ordinary, and nothing is known of it.
#[derive(Debug)]
pub struct StaticModule {
    /// Its name.
    pub name: ModuleName,
    /// Its file.
    pub path: PathBuf,
    /// It is the `__init__` of a package.
    pub is_package: bool,
    /// It is a stub: declared, never compiled.
    pub is_stub: bool,
    /// It was asked for.
    pub is_requested: bool,
    /// Its tree.
    pub parsed: ParsedModule,
    /// Its scopes.
    pub symbols: SymbolTable,
    /// What it asks for.
    pub flags: ModuleFlags,
    /// What others can depend on.
    pub interface: StaticInterface,
    /// What it uses of others.
    pub uses: StaticUses,
    /// What CPython's parser warns about.
    pub warnings: Vec<Diagnostic>,
    /// How an artifact of this text is validated.
    pub validation: Validation,
    /// Permissions of an artifact.
    pub permissions: u32,
    /// The hash of its text.
    pub digest: u128,
}

/// What a requested file turned out to be.
#[derive(Debug)]
pub enum Requested {
    /// A static module: its position among them.
    Static(usize),
    /// No static module.
    Ordinary,
    /// Its text is refused: at least one error.
    Refused(Vec<Diagnostic>),
    /// It cannot be read.
    Unreadable(io::Error),
}

/// Static modules that are compiled together, and those they import.
#[derive(Debug, Default)]
pub struct StaticProgram {
    /// The modules.
    pub modules: Vec<StaticModule>,
    /// The position of each by its name.
    pub by_name: FxHashMap<ModuleName, usize>,
    /// What the requests turned out to be, in their order.
    pub requested: Vec<Requested>,
    /// Imported files whose text is refused.
    pub refused: Vec<(PathBuf, Vec<Diagnostic>)>,
}

/// A module that may be static.
struct Candidate {
    name: ModuleName,
    path: PathBuf,
    is_package: bool,
    is_stub: bool,
    request: Option<usize>,
}

/// What a candidate turned out to be.
enum Found {
    Static(Box<StaticModule>),
    Ordinary,
    Refused(Vec<Diagnostic>),
    Unreadable(io::Error),
}

/// Reads the files, and those that static modules among them import.
pub fn load(requests: &[Request], resolver: &mut Resolver, options: &ProgramOptions) -> StaticProgram {
    let mut program = StaticProgram::default();
    // The file that was asked for is the module, whatever else has its name.
    let mut seen: FxHashSet<ModuleName> = requests.iter().map(|request| request.name.clone()).collect();
    let candidate = |(index, request): (usize, &Request)| {
        let Request { path, name, is_package } = request.clone();
        Candidate { name, path, is_package, is_stub: false, request: Some(index) }
    };
    let mut level: Vec<Candidate> = requests.iter().enumerate().map(candidate).collect();
    while !level.is_empty() {
        let found = examine(&level, options);
        let mut next = Vec::new();
        for (candidate, found) in level.iter().zip(found) {
            let requested = match found {
                Found::Static(module) => {
                    if module.flags.is_static {
                        for name in imported(&module).into_iter().filter(|name| seen.insert(name.clone())) {
                            next.extend(located(name, resolver));
                        }
                        program.by_name.insert(module.name.clone(), program.modules.len());
                    }
                    program.modules.push(*module);
                    Requested::Static(program.modules.len() - 1)
                }
                Found::Ordinary => Requested::Ordinary,
                Found::Refused(diagnostics) => {
                    if candidate.request.is_none() {
                        program.refused.push((candidate.path.clone(), diagnostics.clone()));
                    }
                    Requested::Refused(diagnostics)
                }
                Found::Unreadable(error) => Requested::Unreadable(error),
            };
            if candidate.request.is_some() {
                program.requested.push(requested);
            }
        }
        level = next;
    }
    program
}

/// The file of a module that is imported: its text, or else its stub.
fn located(name: ModuleName, resolver: &mut Resolver) -> Option<Candidate> {
    let located = resolver.locate(&name)?;
    let path = located.source.clone().or_else(|| located.stub.clone())?;
    Some(Candidate { name, path, is_package: located.is_package, is_stub: located.source.is_none(), request: None })
}

/// The names that the imports of a module may mean.
fn imported(module: &StaticModule) -> Vec<ModuleName> {
    let mut names = Vec::new();
    let mut from = |level: u32, base: &str, name: Option<&str>| {
        let Some(base) = module.name.resolve_relative(module.is_package, level, base) else { return };
        names.extend(base.chain());
        names.extend(name.map(|name| base.child(name)));
    };
    for target in module.uses.imports.values().flatten() {
        match target {
            ImportTarget::Module(name) => from(0, name, None),
            ImportTarget::From { level, module, name } => from(*level, module, Some(name)),
            ImportTarget::Star { level, module } => from(*level, module, None),
        }
    }
    for name in &module.uses.modules {
        from(0, name, None);
    }
    names
}

/// Looks at the files of a level.
fn examine(level: &[Candidate], options: &ProgramOptions) -> Vec<Found> {
    let mut found = Vec::with_capacity(level.len());
    // A module has the threads that its level leaves.
    let threads = options.workers / level.len();
    let done: Result<(), Infallible> = run_in_order(
        level.len(),
        options.workers.min(level.len()),
        |index| look_at(&level[index], options, threads),
        |index, result| {
            found.push(
                result.unwrap_or_else(|panicked| Found::Refused(vec![internal_error(&level[index].path, &panicked)])),
            );
            Ok(())
        },
    );
    let Ok(()) = done;
    found
}

fn look_at(candidate: &Candidate, options: &ProgramOptions, threads: usize) -> Found {
    let read = fs::read(&candidate.path).and_then(|bytes| Ok((bytes, fs::metadata(&candidate.path)?)));
    let (bytes, metadata) = match read {
        Ok(read) => read,
        Err(error) => return Found::Unreadable(error),
    };
    let may_be_static = match options.mode {
        StaticMode::Auto => may_have_flags(&bytes),
        StaticMode::Always => true,
        StaticMode::Never => false,
    };
    if !may_be_static {
        return Found::Ordinary;
    }
    let validation = artifact::validation(options.invalidation, &metadata, Some(&bytes), options.target);
    let validation = validation.expect("a header needs no more than the source's bytes");
    let digest = digest(&bytes);
    let text = match SourceText::decode_owned(bytes) {
        Ok(text) => text,
        Err(error) => return Found::Refused(vec![*error]),
    };
    let parsed = match parse_with_threads(text, threads) {
        Ok(parsed) => parsed,
        Err(diagnostics) => return Found::Refused(diagnostics),
    };
    let (mut flags, errors) = match options.mode {
        StaticMode::Auto => module_flags(&parsed),
        _ => {
            let (flags, _) = module_flags(&parsed);
            (ModuleFlags { is_static: true, ..flags }, Vec::new())
        }
    };
    let is_strict_only = flags.is_strict && candidate.request.is_some() && options.target.static_modules;
    // CinderX's loader makes every module strict that says it is static.
    flags.is_strict |= options.strict == StrictMode::Always || (options.mode == StaticMode::Auto && flags.is_static);
    if !errors.is_empty() {
        return Found::Refused(errors);
    }
    // Of what is strict and not static nobody knows more than of an ordinary module.
    if !flags.is_static && !is_strict_only {
        return Found::Ordinary;
    }
    let mut warnings = parsed.warnings().to_vec();
    warnings.extend(finally_warnings(&parsed));
    let symbols = match for_depth(parsed.nesting(), || SymbolTable::build(&parsed)) {
        Ok(symbols) => symbols,
        Err(mut diagnostics) => {
            diagnostics.extend(warnings);
            return Found::Refused(diagnostics);
        }
    };
    let (interface, uses) = for_depth(parsed.nesting(), || static_interface(&parsed, &symbols));
    Found::Static(Box::new(StaticModule {
        name: candidate.name.clone(),
        path: candidate.path.clone(),
        is_package: candidate.is_package,
        is_stub: candidate.is_stub,
        is_requested: candidate.request.is_some(),
        parsed,
        symbols,
        flags,
        interface,
        uses,
        warnings,
        validation,
        permissions: artifact::mode(&metadata),
        digest,
    }))
}

/// A number for the same bytes in every run.
pub fn digest(bytes: &[u8]) -> u128 {
    let mut hasher = SipHasher13::new();
    hasher.write(bytes);
    hasher.finish128().as_u128()
}
