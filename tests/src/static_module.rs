//! A static module of a test, compiled in this process, and its code objects.
//!
//! ```text
//! def f(a: int64) -> int64: …      named(&compiled(text), "f") → the code objects of f
//! ```
//!
//! Invariant: the module has no errors; `int64`, `cbool` and `clen` are imported.

use pyclast_codegen::decode::instructions;
use pyclast_codegen::{
    AnnotationsAhead, CodeObject, Constant, Opcode, Optimize, Options, Target, compile_static_module,
};
use pyclast_syntax::{PyString, SourceText, SymbolTable, parse};
use pyclast_typeck::{Arena, Source, check_program_with_facts, fold};
use std::sync::Arc;

/// The code of a static module.
pub fn compiled(text: &str) -> Arc<CodeObject> {
    let text = format!("import __static__\nfrom __static__ import int64, cbool, clen\n{text}");
    let parsed = parse(SourceText::decode(text.as_bytes()).expect("the text is text")).expect("it parses");
    let symbols = SymbolTable::build(&parsed).expect("it has no errors");
    let folds = fold(&parsed, false);
    let (name, is_package, is_stub, bind, inlines) = ("m", false, false, true, true);
    let module = Source { name, parsed: &parsed, symbols: &symbols, folds: &folds, is_package, is_stub, bind, inlines };
    let (modules, arena) = ([module], Arena::default());
    let (checked, facts) = check_program_with_facts(&modules, &arena);
    assert_eq!(checked.errors, [], "the module is clean");
    let filename = PyString::new("m.py");
    let options = Options { target: &Target::CINDERX_3_14, optimize: Optimize::None, filename, strict: true };
    let none = AnnotationsAhead::default();
    compile_static_module(&parsed, &symbols, &facts[0], &options, &none, 1).expect("it compiles").0.code
}

/// The code objects of a name, wherever they are.
pub fn named<'c>(code: &'c CodeObject, name: &str) -> Vec<&'c CodeObject> {
    let inner = code.constants.iter().filter_map(|constant| match constant {
        Constant::Code(inner) => Some(&**inner),
        _ => None,
    });
    inner
        .flat_map(|code| {
            let own = (code.name.to_string() == name).then_some(code);
            own.into_iter().chain(named(code, name))
        })
        .collect()
}

/// The opcodes of a code object, in order.
pub fn opcodes(code: &CodeObject) -> Vec<Opcode> {
    instructions(&code.code).map(|instruction| instruction.known().expect("an opcode of the table")).collect()
}
