//! Programs that are accepted → their code, proved sound.
//!
//! ```text
//! prove("def f(a, b: int64): a.x: int64 = b")      Err("f: offset 8: STORE_ATTR: an object is wanted, …"), if that is a bug
//! ```
//!
//! Invariant: a program is proved as `pyclast compile` proves it, one module after the other. It has no errors, so that any
//! that are found here are bugs.

use pyclast_codegen::verify::typed;
use pyclast_codegen::{AnnotationsAhead, Optimize, Options, Target, compile_static_module};
use pyclast_syntax::{ParsedModule, PyString, SourceText, SymbolTable, parse};
use pyclast_typeck::{Arena, Folds, Source, check_program_with_facts, fold, module_flags};

use crate::static_corpus::{Program, SourceFile};
use crate::static_verdict::module_name;

/// A static module of a program.
struct Module<'p> {
    file: &'p SourceFile,
    name: String,
    parsed: ParsedModule,
    symbols: SymbolTable,
    folds: Folds,
    is_strict: bool,
}

impl<'p> Module<'p> {
    /// The module, if it is static and CPython finds nothing wrong with it.
    fn of(file: &'p SourceFile, static_always: bool) -> Option<Self> {
        let text = SourceText::decode(file.source.as_bytes()).ok()?;
        let parsed = parse(text).ok()?;
        let symbols = SymbolTable::build(&parsed).ok()?;
        let (flags, problems) = module_flags(&parsed);
        if !problems.is_empty() || !(static_always || flags.is_static) {
            return None;
        }
        let folds = fold(&parsed, false);
        Some(Self { file, name: module_name(&file.path), parsed, symbols, folds, is_strict: flags.is_strict })
    }
}

/// Makes and proves the code of a program that is accepted; says what is not sound. A panic is one of the compiler's.
pub fn prove(program: &Program) -> Result<(), String> {
    let files = program.files.iter();
    let modules: Vec<_> = files.filter_map(|file| Module::of(file, program.static_always)).collect();
    let sources: Vec<_> = modules
        .iter()
        .map(|module| Source {
            name: &module.name,
            parsed: &module.parsed,
            symbols: &module.symbols,
            folds: &module.folds,
            is_package: module.file.path.ends_with("__init__.py"),
            is_stub: module.file.is_stub(),
            bind: !module.file.is_stub(),
            inlines: true,
        })
        .collect();
    let arena = Arena::default();
    let (checked, facts) = check_program_with_facts(&sources, &arena);
    if let Some((_, error)) = checked.errors.first() {
        return Err(format!("an error where there was none before: {}", error.message));
    }
    for (module, facts) in modules.iter().zip(&facts).filter(|(module, _)| !module.file.is_stub()) {
        let filename = PyString::new(&module.file.path);
        let target = &Target::CINDERX_3_14;
        let options = Options { target, optimize: Optimize::None, filename, strict: module.is_strict };
        let ahead = AnnotationsAhead::default();
        let compiled = compile_static_module(&module.parsed, &module.symbols, facts, &options, &ahead, 1);
        let (compiled, mut world) = compiled.map_err(|errors| format!("errors of typed code alone: {errors:?}"))?;
        typed::prove(&compiled.code, &mut world).map_err(|unsound| unsound.to_string())?;
    }
    Ok(())
}
