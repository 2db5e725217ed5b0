//! `__annotate__` functions of a static module, built and proved while the module is checked: they are ordinary code, of which
//! the checker has nothing to say.
//!
//! ```text
//! def f(a: int): …  class C: def m(self) -> str: …       f's and C.m's, on a thread of their own
//! ```
//!
//! Those of functions at the level of the module and of its classes are; others are built where they stand.
//!
//! Invariant: whether they were built ahead shows nowhere. Where there is something to say about one of them, none is.

use super::super::Builder;
use super::super::unit::{ArgumentCounts, UnitKind};
use super::ahead::{is_worth_threads, makes_unit, on_stack_for};
use crate::verify::typed::{Proved, World, prove_untyped};
use crate::{CodeObject, Options};
use pyclast_syntax::symtable::{ScopeId, ScopeRole};
use pyclast_syntax::type_facts::TypeFacts;
use pyclast_syntax::{ParsedModule, SymbolTable, node_index, with_work_beside};
use ruff_python_ast::Stmt;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// `__annotate__` functions by their scopes.
#[derive(Clone, Debug, Default)]
pub struct AnnotationsAhead {
    codes: FxHashMap<ScopeId, Arc<CodeObject>>,
    proved: Proved,
}

impl AnnotationsAhead {
    /// Does something else while another thread builds what can be built of a static module that is not checked yet, if there
    /// may be so many threads as two and the module is large enough.
    pub fn while_doing<R>(
        module: &ParsedModule,
        table: &SymbolTable,
        options: &Options,
        threads: usize,
        other: impl FnOnce() -> R,
    ) -> (R, Self) {
        if threads < 2 || !is_worth_threads(&module.module().body) {
            return (other(), Self::default());
        }
        with_work_beside(true, || on_stack_for(module, || Self::build(module, table, options)), other)
    }

    fn build(module: &ParsedModule, table: &SymbolTable, options: &Options) -> Self {
        let facts = TypeFacts::default();
        let mut builder = Builder::for_static_module(module, table, &facts, Arc::default(), options);
        builder.stand_apart();
        let mut codes = Vec::new();
        let name = builder.names.intern("<module>");
        builder.enter_unit(UnitKind::Module, table.module_scope(), name, 1, None, ArgumentCounts::default());
        builder.build_annotate_units(&module.module().body, &mut codes);
        if !builder.errors.in_order.is_empty() || !builder.warnings.in_order.is_empty() {
            return Self::default();
        }
        let proved = prove_untyped(codes.iter().map(|(_, code)| code));
        Self { codes: codes.into_iter().collect(), proved }
    }

    /// The `__annotate__` function of a scope.
    pub(super) fn get(&self, scope: ScopeId) -> Option<&Arc<CodeObject>> {
        self.codes.get(&scope)
    }

    /// Tells a world what is proved.
    pub(super) fn tell(&self, world: &mut World) {
        world.adopt(self.proved.clone());
    }
}

impl<'a> Builder<'a> {
    /// Builds the `__annotate__` functions of the functions in a body.
    fn build_annotate_units(&mut self, body: &'a [Stmt], codes: &mut Vec<(ScopeId, Arc<CodeObject>)>) {
        for statement in body.iter().filter(|statement| makes_unit(statement)) {
            match statement {
                Stmt::FunctionDef(function) => {
                    if let Some(scope) = self.annotations_used(function) {
                        let location = self.stmt_location(statement);
                        codes.push((scope, self.build_annotate_unit(function, scope, location)));
                    }
                }
                Stmt::ClassDef(class) => {
                    let scope = self.table.scope_of(node_index(class), ScopeRole::Body);
                    let name = self.names.intern(class.name.as_str());
                    self.enter_unit(UnitKind::Class, scope, name, 1, Some(name), ArgumentCounts::default());
                    self.build_annotate_units(&class.body, codes);
                    self.units.pop();
                }
                _ => {}
            }
        }
    }
}
