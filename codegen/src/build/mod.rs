//! Syntax tree → instruction sequences, as CPython's `codegen.c` and `compile.c` emit them.
//!
//! ```text
//! x = f(1)      PUSH order: LOAD_NAME f · PUSH_NULL · LOAD_CONST 1 · CALL 1 · STORE_NAME x
//! ```
//!
//! Each code unit is built, optimized and assembled before its enclosing unit goes on, so a nested
//! code object is a constant like any other. A problem in the user's code is recorded and building
//! goes on, so that all of them are found; the first recorded is the one CPython raises.
//!
//! Invariant: the order of instructions, constants, names and locals is that of CPython's code
//! generator before its control-flow graph, dead code included.

mod annotations;
mod arguments;
mod assert_;
mod assignment;
mod attribute;
mod await_yield;
mod call;
mod call_arguments;
mod class;
mod closure;
mod compare;
mod comprehension;
mod condition;
mod conditional;
mod display;
mod docstring;
mod emit;
mod expression;
mod expression_warnings;
mod frame_block;
mod fstring;
mod function;
mod generator_call;
mod import;
mod inlined_comprehension;
mod literal;
mod loop_;
mod match_;
mod module;
mod name;
mod operator;
mod pattern_capture;
mod pattern_class;
mod pattern_context;
mod pattern_mapping;
mod pattern_or;
mod pattern_sequence;
mod pattern_value;
mod percent_format;
mod return_;
mod statement;
mod subscript;
mod super_call;
#[cfg(test)]
mod tests;
mod try_;
mod try_star;
mod tstring;
mod type_params;
mod typed;
mod unit;
mod unpack;
mod unparse;
mod unwind;
mod with_;

use crate::assemble::Assembler;
use crate::cfg::Graph;
use crate::verify::typed::World;
use crate::{CodeObject, Options};
use pyclast_syntax::type_facts::TypeFacts;
use pyclast_syntax::{Diagnostic, Location, NameSet, NameTable, ParsedModule, PyString, Span, SymbolTable};
use ruff_python_ast::{Expr, Stmt};
use ruff_text_size::Ranged;
use rustc_hash::FxHashSet;
use std::cell::Cell;
use std::sync::Arc;

pub use typed::AnnotationsAhead;
pub(crate) use typed::{BoxedParameters, type_constant};

use name::{FoundNames, KnownNames};
use typed::{CodeAhead, FunctionFacts, ModuleFunctions, SharedConstants, Twins, UncheckedUnits};
use unit::Unit;

/// A compiled module.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// The module's code.
    pub code: Arc<CodeObject>,
    /// What CPython's code generator warns about.
    pub warnings: Vec<Diagnostic>,
}

/// Compiles a module; or gives every error CPython's code generator would raise, its first first.
pub fn compile_module(
    module: &ParsedModule,
    table: &SymbolTable,
    options: &Options,
) -> Result<Compiled, Vec<Diagnostic>> {
    let mut builder = Builder::new(module, table, options);
    let code = builder.build_module();
    builder.finish(code)
}

/// What CPython's code generator finds wrong with a module: warnings, or errors. As [`compile_module`], without the code.
pub fn diagnose_module(
    module: &ParsedModule,
    table: &SymbolTable,
    options: &Options,
) -> Result<Vec<Diagnostic>, Vec<Diagnostic>> {
    let mut builder = Builder { only_diagnoses: true, ..Builder::new(module, table, options) };
    let code = builder.build_module();
    builder.finish(code).map(|compiled| compiled.warnings)
}

/// Compiles a static module for CinderX: where the checker knows types, typed opcodes; elsewhere CPython's code. The
/// world it comes with, in which the code is to be proved, knows what is proved of it already. What was built while the
/// module was checked, and more `threads` than one, make large modules faster, and nothing else.
pub fn compile_static_module(
    module: &ParsedModule,
    table: &SymbolTable,
    facts: &TypeFacts,
    options: &Options,
    annotations: &AnnotationsAhead,
    threads: usize,
) -> Result<(Compiled, World), Vec<Diagnostic>> {
    let mut builder = Builder::with_code_ahead(module, table, facts, options, annotations, threads);
    let code = builder.build_module();
    let code = builder.with_checks(code);
    let world = builder.world.take().expect("it was given one");
    Ok((builder.finish(code)?, world))
}

/// Problems in the order found, each once: `finally` bodies are built twice.
#[derive(Default)]
struct Found {
    in_order: Vec<Diagnostic>,
    /// The places and messages of `in_order`.
    seen: FxHashSet<(Span, String)>,
}

impl Found {
    fn add(&mut self, problem: Diagnostic) {
        if self.seen.insert((problem.span, problem.message.clone())) {
            self.in_order.push(problem);
        }
    }
}

/// Working memory: one unit after the other uses it, and one module after the other.
#[derive(Default)]
struct Spare {
    /// That of the graph.
    graph: Graph,
    /// That of the assembler.
    assembler: Assembler,
    /// Empty sets of names.
    names: Vec<NameSet>,
}

thread_local! {
    /// What the last module of the thread left.
    static SPARE: Cell<Option<Spare>> = const { Cell::new(None) };
}

impl Spare {
    /// That of the thread, or new.
    fn of_thread() -> Self {
        SPARE.take().unwrap_or_default()
    }

    /// Keeps it for the thread's next module, unless there was a unit larger than most modules.
    fn keep(self) {
        /// Instructions.
        const MODEST: usize = 1 << 14;
        if self.graph.room() <= MODEST {
            SPARE.set(Some(self));
        }
    }
}

/// Builds the code units of one module.
pub(crate) struct Builder<'a> {
    module: &'a ParsedModule,
    table: &'a SymbolTable,
    options: &'a Options,
    /// What the checker found out; none in ordinary modules.
    facts: Option<&'a TypeFacts>,
    /// What it found out about functions, by the scope of their bodies.
    function_facts: FunctionFacts<'a>,
    /// What the JIT does with its functions.
    module_functions: Arc<ModuleFunctions>,
    /// What typed code may rely on, once there is some to prove.
    world: Option<World>,
    /// Units of typed code that may lack checks.
    unchecked: UncheckedUnits,
    /// Units of static code that were built already.
    ahead: CodeAhead<'a>,
    /// Twins of functions that are to be defined.
    twins: Twins,
    /// Constants of typed code that were made already.
    shared: SharedConstants,
    /// `co_filename`
    filename: PyString,
    /// The module's names, and those that mangling makes.
    names: NameTable,
    known: KnownNames,
    found_names: FoundNames,
    /// The unit being built is the last; before it the enclosing ones.
    units: Vec<Unit<'a>>,
    spare: Spare,
    /// Nobody wants the code.
    only_diagnoses: bool,
    errors: Found,
    warnings: Found,
}

impl<'a> Builder<'a> {
    fn new(module: &'a ParsedModule, table: &'a SymbolTable, options: &'a Options) -> Self {
        let mut names = table.names.clone();
        let known = KnownNames::new(&mut names);
        Self {
            module,
            table,
            options,
            facts: None,
            function_facts: FunctionFacts::default(),
            module_functions: Arc::default(),
            world: None,
            unchecked: UncheckedUnits::default(),
            ahead: CodeAhead::default(),
            twins: Twins::default(),
            shared: SharedConstants::default(),
            filename: options.filename.clone(),
            names,
            known,
            found_names: FoundNames::default(),
            units: Vec::new(),
            spare: Spare::of_thread(),
            only_diagnoses: false,
            errors: Found::default(),
            warnings: Found::default(),
        }
    }

    fn for_static_module(
        module: &'a ParsedModule,
        table: &'a SymbolTable,
        facts: &'a TypeFacts,
        functions: Arc<ModuleFunctions>,
        options: &'a Options,
    ) -> Self {
        let mut builder = Self::new(module, table, options);
        builder.use_facts(facts, functions);
        builder
    }

    /// Keeps out of the way of other threads: they share none of the strings whose references are counted all the time.
    fn stand_apart(&mut self) {
        self.filename = PyString::from_surrogatepass(self.filename.as_bytes());
        self.names = self.names.apart();
    }

    fn finish(self, code: Arc<CodeObject>) -> Result<Compiled, Vec<Diagnostic>> {
        self.spare.keep();
        if self.errors.in_order.is_empty() {
            Ok(Compiled { code, warnings: self.warnings.in_order })
        } else {
            Err(self.errors.in_order)
        }
    }

    /// Records an error of the user's code; building goes on (`_PyCompile_Error`).
    fn error(&mut self, span: impl Into<Span>, message: impl Into<String>) {
        self.errors.add(Diagnostic::syntax_error(span, message));
    }

    /// Records a warning, once for each place (`_PyCompile_Warn`).
    fn warn(&mut self, span: impl Into<Span>, message: impl Into<String>) {
        self.warnings.add(Diagnostic::syntax_warning(span, message));
    }

    /// The location CPython's node has for an expression (`LOC(e)`).
    fn expr_location(&self, expr: &Expr) -> Location {
        self.module.expr_location(expr)
    }

    /// The location CPython's node has for a statement (`LOC(s)`).
    fn stmt_location(&self, stmt: &Stmt) -> Location {
        self.module.stmt_location(stmt)
    }

    /// The location of any other node.
    fn location(&self, node: &impl Ranged) -> Location {
        self.module.location(node.range())
    }

    /// The unit being built.
    fn unit(&self) -> &Unit<'a> {
        self.units.last().expect("a unit is entered before anything is built")
    }

    /// The unit being built.
    fn unit_mut(&mut self) -> &mut Unit<'a> {
        self.units.last_mut().expect("a unit is entered before anything is built")
    }
}
