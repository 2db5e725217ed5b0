//! Functions and classes of a static module, built and proved by several threads before the module itself is.
//!
//! ```text
//! def f(): …  class C: …  class D(C): …  def g(): …       one thread builds f and D, another C and g
//! ```
//!
//! The units inside the module see nothing of each other: only scopes, facts and what is known of the world. So each thread
//! has a builder of its own, which stands in the module as the module's builder will; that one finds the code of a unit by
//! its scope. Equal constants are one object to marshal, whoever made them.
//!
//! Invariant: how many threads there are shows nowhere. Where a part has errors or warnings, the module is built without any
//! of them, in the order of its text.

use super::super::unit::{ArgumentCounts, UnitKind};
use super::super::{Builder, Found};
use super::{AnnotationsAhead, ModuleFunctions};
use crate::verify::typed::{Proved, World, prove_ahead};
use crate::{CodeObject, Options};
use pyclast_syntax::symtable::ScopeId;
use pyclast_syntax::type_facts::TypeFacts;
use pyclast_syntax::{Location, ParsedModule, SymbolTable, with_helpers};
use ruff_python_ast::Stmt;
use ruff_text_size::Ranged;
use rustc_hash::FxHashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Text of a module for which a thread is worth its start.
const LEAST_TEXT: usize = 6 << 10;

/// Units by their scopes, and their twins, in the order they are built in.
type Codes = Vec<(ScopeId, Arc<CodeObject>, Option<Arc<CodeObject>>)>;

/// Code of units at the level of the module, by their scopes.
#[derive(Debug, Default)]
pub(in crate::build) struct CodeAhead<'a> {
    built: FxHashMap<ScopeId, Arc<CodeObject>>,
    /// What was built before anything was known of the module.
    annotations: Option<&'a AnnotationsAhead>,
    /// What is built now, if that is ahead of the module.
    kept: Option<Codes>,
}

/// What the threads of a module share.
struct Work<'a> {
    body: &'a [Stmt],
    /// The next statement that nobody has taken.
    next: AtomicUsize,
    facts: &'a TypeFacts,
    annotations: &'a AnnotationsAhead,
    /// What the JIT does with the module's functions.
    functions: OnceLock<Arc<ModuleFunctions>>,
    /// What typed code may rely on.
    world: OnceLock<World>,
    /// What each thread made; none if there is something to say about that.
    made: Mutex<Vec<Option<Made>>>,
}

impl<'a> Work<'a> {
    /// A statement that makes units, for one of the threads: whoever is free takes the next.
    fn take(&self) -> Option<&'a Stmt> {
        loop {
            let statement = self.body.get(self.next.fetch_add(1, Ordering::Relaxed))?;
            if makes_unit(statement) {
                return Some(statement);
            }
        }
    }

    /// A world for one of the threads.
    fn world(&self) -> World {
        let mut world = self.world.get_or_init(|| World::new(&self.facts.world)).anew();
        self.annotations.tell(&mut world);
        world
    }
}

/// What a thread made.
struct Made {
    codes: Codes,
    proved: Proved,
}

impl<'a> Builder<'a> {
    /// A builder of a static module that has the code of its functions and classes already, made by so many threads, if the
    /// module is large enough.
    pub(in crate::build) fn with_code_ahead(
        module: &'a ParsedModule,
        table: &'a SymbolTable,
        facts: &'a TypeFacts,
        options: &'a Options,
        annotations: &'a AnnotationsAhead,
        threads: usize,
    ) -> Self {
        let functions = || Arc::new(ModuleFunctions::of(&module.module().body, facts));
        let new = |functions| {
            let mut builder = Builder::for_static_module(module, table, facts, functions, options);
            builder.ahead.annotations = Some(annotations);
            builder
        };
        let body = &module.module().body;
        let threads = worth_threads(body).min(threads);
        if threads < 2 {
            let mut world = World::new(&facts.world);
            annotations.tell(&mut world);
            return Builder { world: Some(world), ..new(functions()) };
        }
        let work = Work {
            body,
            next: AtomicUsize::new(0),
            facts,
            annotations,
            functions: OnceLock::new(),
            world: OnceLock::new(),
            made: Mutex::default(),
        };
        let new = || new(Arc::clone(work.functions.get_or_init(functions)));
        let help = || {
            // The other thread begins with what is known of functions.
            work.world.get_or_init(|| World::new(&facts.world));
            let mut builder = new();
            builder.stand_apart();
            builder.build_part(&work);
        };
        let mut builder = with_helpers(
            threads - 1,
            || on_stack_for(module, help),
            || {
                let mut builder = new();
                builder.build_part(&work);
                builder
            },
        );
        let made = work.made.into_inner().unwrap_or_else(PoisonError::into_inner);
        for Made { codes, proved } in made.into_iter().collect::<Option<Vec<_>>>().into_iter().flatten() {
            for (scope, code, twin) in codes {
                builder.ahead.built.insert(scope, code);
                builder.twins.extend(twin.map(|twin| (scope, twin)));
            }
            if let Some(world) = &mut builder.world {
                world.adopt(proved);
            }
        }
        builder
    }

    /// Builds units of a module until none is left, then proves those.
    fn build_part(&mut self, work: &Work<'a>) {
        self.world = Some(work.world());
        let (scope, name) = (self.table.module_scope(), self.names.intern("<module>"));
        self.enter_unit(UnitKind::Module, scope, name, 1, None, ArgumentCounts::default());
        self.begin_strict_module(&self.module.module().body, Location::new(1, 1, 0, 0));
        self.ahead.kept = Some(Codes::default());
        while let Some(statement) = work.take() {
            self.visit_statement(statement);
        }
        self.units.pop();
        let codes = self.ahead.kept.take().unwrap_or_default();
        let is_silent = self.errors.in_order.is_empty() && self.warnings.in_order.is_empty();
        (self.errors, self.warnings) = (Found::default(), Found::default());
        let made = is_silent.then(|| {
            let checked = |(scope, code, twin): (_, _, Option<_>)| {
                (scope, self.with_checks(code), twin.map(|twin| self.with_checks(twin)))
            };
            let codes: Codes = codes.into_iter().map(checked).collect();
            let all = codes.iter().flat_map(|(_, code, twin)| [code].into_iter().chain(twin));
            let proved = self.world.as_mut().map(|world| prove_ahead(all, world));
            Made { codes, proved: proved.unwrap_or_default() }
        });
        work.made.lock().unwrap_or_else(PoisonError::into_inner).push(made);
    }

    /// The code of a unit, if it was built ahead.
    pub(in crate::build) fn built_ahead(&mut self, scope: ScopeId) -> Option<Arc<CodeObject>> {
        let annotations = self.ahead.annotations;
        self.ahead.built.remove(&scope).or_else(|| annotations?.get(scope).map(Arc::clone))
    }

    /// A unit was built: if that is ahead of the module, its code is kept.
    pub(in crate::build) fn keep_ahead(&mut self, scope: ScopeId, code: &Arc<CodeObject>) {
        if let ([_module], Some(kept)) = (&self.units[..], &mut self.ahead.kept) {
            kept.push((scope, Arc::clone(code), self.twins.get(&scope).cloned()));
        }
    }
}

/// Whether a statement makes units that nothing around it takes part in.
pub(super) fn makes_unit(statement: &Stmt) -> bool {
    match statement {
        Stmt::FunctionDef(function) => function.type_params.is_none(),
        Stmt::ClassDef(class) => class.type_params.is_none(),
        _ => false,
    }
}

/// How many threads the text of a module is worth.
fn worth_threads(body: &[Stmt]) -> usize {
    let (Some(first), Some(last)) = (body.first(), body.last()) else { return 1 };
    (last.end() - first.start()).to_usize() / LEAST_TEXT
}

/// Whether a module is large enough for a second thread.
pub(super) fn is_worth_threads(body: &[Stmt]) -> bool {
    worth_threads(body) >= 2
}

/// Does something on a stack for whatever recurses over the tree of the module, or over its code objects.
pub(super) fn on_stack_for<T>(module: &ParsedModule, work: impl FnOnce() -> T) -> T {
    /// What a walk takes, whatever it walks over.
    const BASE: usize = 512 << 10;
    /// What one level of the tree takes at most: static code is up to twice as deep.
    const LEVEL: usize = 16 << 10;
    let needed = BASE + module.nesting() as usize * LEVEL;
    stacker::maybe_grow(needed, needed + BASE, work)
}
