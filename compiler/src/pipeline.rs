//! The straight line one module takes: bytes of a source file → bytes of code objects.
//!
//! ```text
//! load → parse → symbols → (refuse what the target cannot run) → build → graph → assemble → verify → marshal
//! ```
//!
//! Each step takes the former's output and returns the next; none reaches back.
//!
//! Invariant: a module with an error gives diagnostics and no code.

use crate::stack::{Code, for_depth};
use pyclast_codegen::verify::verify_recursively;
use pyclast_codegen::{Optimize, Options, Target, compile_module, marshal};
use pyclast_syntax::{
    Code as DiagnosticCode, Diagnostic, ParsedModule, PyString, SourceText, Span, SymbolTable, finally_warnings, parse,
};
use pyclast_typeck::static_flag;
use rustc_hash::FxHashSet;

/// What a source file is compiled to.
#[derive(Debug)]
pub struct CompiledModule {
    /// One code object for each level asked for, in that order.
    pub codes: Vec<Code>,
    /// Warnings, in CPython's order.
    pub warnings: Vec<Diagnostic>,
}

/// What is wrong with a source file, and its text where it could be decoded.
#[derive(Debug)]
pub struct Refused {
    /// At least one error; CPython's first.
    pub diagnostics: Vec<Diagnostic>,
}

/// Compiles one source file at each of `levels`.
pub fn compile_source(
    bytes: Vec<u8>,
    filename: &PyString,
    levels: &[Optimize],
    target: &'static Target,
) -> Result<CompiledModule, Refused> {
    compile_text(load(bytes)?, filename, levels, target)
}

/// load: after this, UTF-8 with `\n` only and no NUL; offsets mean this text.
pub fn load(bytes: Vec<u8>) -> Result<SourceText, Refused> {
    SourceText::decode_owned(bytes).map_err(|error| Refused { diagnostics: vec![*error] })
}

/// Compiles a loaded source file at each of `levels`.
pub fn compile_text(
    source: SourceText,
    filename: &PyString,
    levels: &[Optimize],
    target: &'static Target,
) -> Result<CompiledModule, Refused> {
    // parse: after this, node indices are set, never again.
    let module = parse(source).map_err(|diagnostics| Refused { diagnostics })?;
    let mut warnings = module.warnings().to_vec();
    warnings.extend(finally_warnings(&module));
    // symbols: after this, every error of CPython's symbol table has been found.
    let depth = module.nesting();
    let table = for_depth(depth, || SymbolTable::build(&module)).map_err(|diagnostics| Refused { diagnostics })?;
    if !target.static_modules
        && let Some(flag) = static_flag(&module)
    {
        return Err(Refused { diagnostics: vec![needs_cinderx(flag)] });
    }
    let codes = levels
        .iter()
        .map(|&optimize| for_depth(depth, || generate(&module, &table, filename, optimize, target, &mut warnings)))
        .collect::<Result<_, _>>()?;
    Ok(CompiledModule { codes, warnings })
}

/// build, graph, assemble, verify: one code object.
fn generate(
    module: &ParsedModule,
    table: &SymbolTable,
    filename: &PyString,
    optimize: Optimize,
    target: &'static Target,
    warnings: &mut Vec<Diagnostic>,
) -> Result<Code, Refused> {
    let options = Options { target, optimize, filename: filename.clone(), strict: false };
    let compiled = compile_module(module, table, &options).map_err(|diagnostics| Refused { diagnostics })?;
    // Each level warns of the same places.
    let known: FxHashSet<_> = warnings.iter().map(|warning| (warning.span, warning.message.clone())).collect();
    warnings.extend(compiled.warnings.into_iter().filter(|new| !known.contains(&(new.span, new.message.clone()))));
    let code = Code::from(compiled.code);
    if cfg!(debug_assertions) {
        prove(&code);
    }
    Ok(code)
}

/// verify: panics if the code is unsound, which is a bug of ours.
///
/// Ordinary code is CPython's own, and the proof takes as long as the graph: it is made in debug builds,
/// for single modules, and for whole trees where the user asks for it.
pub fn prove(code: &Code) {
    if let Err(error) = for_depth(code.depth(), || verify_recursively(code)) {
        panic!("unsound code: {error}");
    }
}

/// CPython has no opcodes for a static module: as an ordinary one it would mean something else.
pub fn needs_cinderx(flag: Span) -> Diagnostic {
    Diagnostic::of_code(DiagnosticCode::NeedsCinderx, flag, "a static module needs CinderX")
        .with_help("compile it for CinderX: --target cinderx-3.14")
}

/// marshal: the bytes of a code object, always the same for the same code.
pub fn marshal_code(code: &Code, target: &Target) -> Vec<u8> {
    for_depth(code.depth(), || marshal::write(code, target.marshal_version))
}
