//! A checked static module → its marshalled code.
//!
//! Invariant: nothing is marshalled that is not proved sound: a proof that fails is a bug of ours, and panics.

use super::program::StaticModule;
use crate::stack::{Code, for_depth};
use pyclast_codegen::verify::typed::prove;
use pyclast_codegen::{
    AnnotationsAhead, Compiled, Optimize, Options, Target, compile_module, compile_static_module, diagnose_module,
};
use pyclast_syntax::type_facts::TypeFacts;
use pyclast_syntax::{Diagnostic, PyString};

/// How much deeper static code is than its tree, at most: casts, spilled arguments, inlined calls.
const DEPTH_FACTOR: u32 = 2;

/// Code for CinderX, made by up to so many threads; some of it may have been made while the module was checked.
pub fn static_code(
    module: &StaticModule,
    facts: &TypeFacts,
    options: &Options,
    annotations: &AnnotationsAhead,
    threads: usize,
) -> Result<(Code, Vec<Diagnostic>), Vec<Diagnostic>> {
    if !module.flags.is_static {
        let compile = || compile_module(&module.parsed, &module.symbols, options);
        let Compiled { code, warnings } = for_depth(module.parsed.nesting(), compile)?;
        return Ok((Code::from(code), warnings));
    }
    let compile = || compile_static_module(&module.parsed, &module.symbols, facts, options, annotations, threads);
    let (Compiled { code, warnings }, mut world) = for_depth(module.parsed.nesting() * DEPTH_FACTOR, compile)?;
    let code = Code::from(code);
    if let Err(error) = for_depth(code.depth(), || prove(&code, &mut world)) {
        panic!("unsound code: {error}");
    }
    Ok((code, warnings))
}

/// How a static module is compiled.
pub fn static_options(
    module: &StaticModule,
    optimize: Optimize,
    filename: &PyString,
    target: &'static Target,
) -> Options {
    Options { target, optimize, filename: filename.clone(), strict: module.flags.is_strict }
}

/// The code that CPython makes of the module; errors, if it makes none.
pub fn ordinary_code(module: &StaticModule, optimize: Optimize, filename: &PyString) -> Result<Code, Vec<Diagnostic>> {
    let options = ordinary_options(optimize, filename);
    let compile = || compile_module(&module.parsed, &module.symbols, &options);
    Ok(for_depth(module.parsed.nesting(), compile)?.code.into())
}

/// What CPython's code generator finds wrong with the module: warnings, or errors.
pub fn ordinary_problems(
    module: &StaticModule,
    optimize: Optimize,
    filename: &PyString,
) -> Result<Vec<Diagnostic>, Vec<Diagnostic>> {
    let options = ordinary_options(optimize, filename);
    for_depth(module.parsed.nesting(), || diagnose_module(&module.parsed, &module.symbols, &options))
}

fn ordinary_options(optimize: Optimize, filename: &PyString) -> Options {
    Options { target: &Target::CPYTHON_3_14, optimize, filename: filename.clone(), strict: false }
}
