//! The sources of modules that import each other → what is wrong with the static ones among them.
//!
//! ```text
//! [(a, import __static__ …), (b, …)]   →   parse all → flags → check those that are static → errors in the order of the reference
//! ```
//!
//! Invariant: modules are taken in the order given; the first error is the one CinderX would have raised, had it compiled
//! the requested ones in that order. A module that says nothing of `__static__` costs a search for the word.

use crate::stack::for_checker;
use clap::ValueEnum;
use memchr::memmem;
use pyclast_codegen::{Options, Target, diagnose_module};
use pyclast_syntax::{
    Diagnostic, Exception, ParsedModule, PyString, Severity, SourceText, Span, SymbolTable, finally_warnings, parse,
};
use pyclast_typeck::{
    Arena, CheckError, ErrorClass, Folds, ModuleFlags, Modules, Source, check_module, check_program, code_of, fold,
    module_flags,
};

/// Which modules are static.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, ValueEnum)]
pub enum StaticMode {
    /// Those that say so.
    #[default]
    Auto,
    /// All.
    Always,
    /// None.
    Never,
}

/// A module of a program.
#[derive(Clone, Debug)]
pub struct ProgramSource {
    /// Its name.
    pub name: String,
    /// Its text.
    pub bytes: Vec<u8>,
    /// Whether it is the `__init__` of a package.
    pub is_package: bool,
    /// Whether it is a stub, whose annotations count for nothing.
    pub is_stub: bool,
    /// Whether it is to be checked; others are declared where something imports them.
    pub is_requested: bool,
}

/// A problem of a module.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProgramProblem {
    /// The position of the module among those given.
    pub module: usize,
    /// The problem.
    pub diagnostic: Diagnostic,
    /// Line and column (from 1) that the reference gives, where it does not mean a place in the text: in an annotation
    /// that is a string.
    pub foreign: Option<(u32, u32)>,
}

/// A module on its way to the checker.
struct Parsed {
    module: ParsedModule,
    symbols: SymbolTable,
    folds: Folds,
}

/// Whether an import of that module is a flag.
pub fn is_flag(module: &str) -> bool {
    matches!(module, "__static__" | "__strict__")
}

/// Whether a text can be a static or strict module: whether it names one of the flags at all.
pub fn may_have_flags(bytes: &[u8]) -> bool {
    memmem::find(bytes, b"__static__").is_some() || memmem::find(bytes, b"__strict__").is_some()
}

/// Everything that is wrong with a program, in the order of the reference.
pub fn check(sources: &[ProgramSource], mode: StaticMode) -> Vec<ProgramProblem> {
    let problem = |module, diagnostic| ProgramProblem { module, diagnostic, foreign: None };
    let mut own: Vec<Vec<Diagnostic>> = Vec::with_capacity(sources.len());
    let mut parsed: Vec<Option<Parsed>> = Vec::with_capacity(sources.len());
    for source in sources {
        let (module, diagnostics) = prepare(source, mode);
        own.push(diagnostics);
        parsed.push(module);
    }
    let (positions, inputs): (Vec<usize>, Vec<Source<'_>>) = sources
        .iter()
        .zip(&parsed)
        .enumerate()
        .filter_map(|(index, (source, parsed))| {
            let parsed = parsed.as_ref()?;
            let input = Source {
                name: &source.name,
                parsed: &parsed.module,
                symbols: &parsed.symbols,
                folds: &parsed.folds,
                is_package: source.is_package,
                is_stub: source.is_stub,
                bind: source.is_requested,
                inlines: true,
            };
            Some((index, input))
        })
        .unzip();
    let errors = check_parsed(&inputs);
    // The errors of CPython in a module come before those of types in it and in those after it.
    let placed = |found: ProgramProblem| ProgramProblem { module: positions[found.module], ..found };
    let mut errors = errors.into_iter().map(placed).peekable();
    let mut problems = Vec::new();
    for (module, diagnostics) in own.into_iter().enumerate() {
        if diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
            while let Some(earlier) = errors.next_if(|error| error.module < module) {
                problems.push(earlier);
            }
        }
        problems.extend(diagnostics.into_iter().map(|diagnostic| problem(module, diagnostic)));
    }
    problems.extend(errors);
    problems
}

/// What the checker finds in static modules, in the order of the reference; `module` is the position among those given.
fn check_parsed(modules: &[Source<'_>]) -> Vec<ProgramProblem> {
    let Some(nesting) = modules.iter().map(|module| module.parsed.nesting()).max() else { return Vec::new() };
    let arena = Arena::default();
    let checked = for_checker(nesting, || check_program(modules, &arena));
    checked.errors.into_iter().map(|(module, error)| type_problem(module, error)).collect()
}

/// What the checker finds in one static module of a program whose others are asked for; in the order of the reference.
/// After it, if `performance`, what stays dynamic in it.
pub fn check_one(source: &Source<'_>, others: &dyn Modules<'_>, performance: bool) -> Vec<Diagnostic> {
    let arena = Arena::default();
    let checked = for_checker(source.parsed.nesting(), || check_module(source, others, &arena, performance));
    let problems = checked.errors.into_iter().chain(checked.warnings);
    problems.map(|(_, error)| type_problem(0, error).diagnostic).collect()
}

pub(crate) fn type_problem(module: usize, error: CheckError) -> ProgramProblem {
    let diagnostic = Diagnostic::type_error(code_of(error.class, &error.message), error.span, error.message);
    let diagnostic = match error.class {
        ErrorClass::Other("SyntaxError") => Diagnostic { exception: Exception::SyntaxError, ..diagnostic },
        _ => diagnostic,
    };
    ProgramProblem { module, diagnostic, foreign: error.foreign.map(|(line, column)| (line, column + 1)) }
}

/// A module for the checker, if it is static, and what CPython finds wrong with it.
fn prepare(source: &ProgramSource, mode: StaticMode) -> (Option<Parsed>, Vec<Diagnostic>) {
    let text = match SourceText::decode(&source.bytes) {
        Ok(text) => text,
        Err(error) => return (None, vec![*error]),
    };
    let module = match parse(text) {
        Ok(module) => module,
        Err(diagnostics) => return (None, diagnostics),
    };
    let mut warnings = module.warnings().to_vec();
    warnings.extend(finally_warnings(&module));
    let symbols = match SymbolTable::build(&module) {
        Ok(symbols) => symbols,
        Err(mut diagnostics) => {
            diagnostics.extend(warnings);
            return (None, diagnostics);
        }
    };
    if !source.is_requested {
        return with_flags(source, mode, module, symbols, warnings);
    }
    let options = Options {
        target: &Target::CPYTHON_3_14,
        optimize: pyclast_codegen::Optimize::None,
        filename: PyString::new(&source.name),
        strict: false,
    };
    match diagnose_module(&module, &symbols, &options) {
        Ok(found) => warnings.extend(found),
        Err(diagnostics) => return (None, diagnostics),
    }
    with_flags(source, mode, module, symbols, warnings)
}

/// A module that CPython finds nothing wrong with.
fn with_flags(
    source: &ProgramSource,
    mode: StaticMode,
    module: ParsedModule,
    symbols: SymbolTable,
    warnings: Vec<Diagnostic>,
) -> (Option<Parsed>, Vec<Diagnostic>) {
    let (flags, mut diagnostics) = flags(&module, &source.bytes, mode);
    let usable = diagnostics.is_empty() && flags.is_static;
    diagnostics.extend(warnings);
    let parsed = usable.then(|| {
        let folds = fold(&module, false);
        Parsed { module, symbols, folds }
    });
    (parsed, diagnostics)
}

fn flags(module: &ParsedModule, bytes: &[u8], mode: StaticMode) -> (ModuleFlags, Vec<Diagnostic>) {
    match mode {
        StaticMode::Auto if may_have_flags(bytes) => module_flags(module),
        StaticMode::Auto | StaticMode::Never => (ModuleFlags::default(), Vec::new()),
        StaticMode::Always => (ModuleFlags { is_static: true, ..ModuleFlags::default() }, Vec::new()),
    }
}

/// Where a problem is, as the reference says it: line and column from 1, in characters.
pub fn place(problem: &ProgramProblem, text: &str) -> Option<(u32, u32)> {
    let Span { start, .. } = problem.diagnostic.span;
    if problem.foreign.is_some() || !problem.diagnostic.span.is_place() {
        return problem.foreign;
    }
    let before = text.get(..start as usize)?;
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    Some((u32::try_from(line).ok()?, u32::try_from(column).ok()?))
}
