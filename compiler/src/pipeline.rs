//! The straight line one module takes: bytes of a source file → bytes of code objects.
//!
//! ```text
//! load → parse → symbols → build → graph → assemble → verify → marshal
//! ```
//!
//! Each step takes the former's output and returns the next; none reaches back.
//!
//! Invariant: a module with an error gives diagnostics and no code.

use crate::stack::{Code, for_depth};
use pyclast_codegen::verify::verify_recursively;
use pyclast_codegen::{Optimize, Options, Target, compile_module, marshal};
use pyclast_syntax::{Diagnostic, ParsedModule, PyString, SourceText, SymbolTable, finally_warnings, parse};

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
    // load: after this, UTF-8 with '\n' only and no NUL; offsets mean this text.
    let source = SourceText::decode_owned(bytes).map_err(|error| Refused { diagnostics: vec![*error] })?;
    // parse: after this, node indices are set, never again.
    let module = parse(source).map_err(|diagnostics| Refused { diagnostics })?;
    let mut warnings = module.warnings().to_vec();
    warnings.extend(finally_warnings(&module));
    // symbols: after this, every error of CPython's symbol table has been found.
    let depth = module.nesting();
    let table = for_depth(depth, || SymbolTable::build(&module)).map_err(|diagnostics| Refused { diagnostics })?;
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
    let options = Options { target, optimize, filename: filename.clone() };
    let compiled = compile_module(module, table, &options).map_err(|diagnostics| Refused { diagnostics })?;
    for warning in compiled.warnings {
        // Each level warns of the same places.
        if !warnings.contains(&warning) {
            warnings.push(warning);
        }
    }
    // verify: ordinary code is CPython's own, and the interpreter checks what it runs; the proof is for
    // us, and takes as long as the graph.
    if cfg!(debug_assertions)
        && let Err(error) = verify_recursively(&compiled.code)
    {
        panic!("unsound code: {error}");
    }
    Ok(compiled.code.into())
}

/// marshal: the bytes of a code object, always the same for the same code.
pub fn marshal_code(code: &Code, target: &Target) -> Vec<u8> {
    for_depth(code.depth(), || marshal::write(code, target.marshal_version))
}
