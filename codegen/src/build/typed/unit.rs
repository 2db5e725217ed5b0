//! What a typed unit knows of itself: the function it is, and which locals are primitives.

use super::super::Builder;
use super::ModuleFunctions;
use pyclast_syntax::NameId;
use pyclast_syntax::symtable::{ScopeId, ScopeRole, mangle};
use pyclast_syntax::type_facts::{FunctionFact, TypeFacts};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// The facts of functions, by the scope of their bodies.
pub(in crate::build) type FunctionFacts<'a> = FxHashMap<ScopeId, &'a FunctionFact>;

impl<'a> Builder<'a> {
    /// Uses the facts of the checker.
    pub(in crate::build) fn use_facts(&mut self, facts: &'a TypeFacts, functions: Arc<ModuleFunctions>) {
        self.facts = Some(facts);
        self.module_functions = functions;
        self.function_facts = facts
            .functions
            .iter()
            .filter_map(|(&node, fact)| Some((self.table.try_scope_of(node, ScopeRole::Body)?, fact)))
            .collect();
    }

    /// What the checker knows of the function whose body has this scope.
    pub(in crate::build) fn scope_fact(&self, scope: ScopeId) -> Option<&'a FunctionFact> {
        if self.inherits_types() { self.function_facts.get(&scope).copied() } else { None }
    }

    /// The names of a function's primitives, as its unit sees them.
    pub(in crate::build) fn primitive_names(
        &mut self,
        function: Option<&FunctionFact>,
        private: Option<NameId>,
    ) -> FxHashSet<NameId> {
        let primitives = function.map_or(&[][..], |function| &function.primitives);
        primitives
            .iter()
            .map(|(name, _)| {
                let name = self.names.intern(name);
                mangle(&mut self.names, private, name)
            })
            .collect()
    }
}
