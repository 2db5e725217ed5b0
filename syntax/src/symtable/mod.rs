//! The symbol table: which scope binds which name, as CPython's `symtable.c` decides it.
//!
//! ```text
//! class C:
//!     def f(self): return __class__     C needs a __class__ cell; f has it free
//! ```
//!
//! Two passes: `visit` collects what each scope does with each name, `analyze` decides where each
//! name lives. After [`SymbolTable::build`] every `SyntaxError` of `future.c` and `symtable.c` has
//! been found.
//!
//! Invariant: scopes are found by node index and role; building never depends on the optimization
//! level.

mod analyze;
mod builder;
mod comprehension;
mod errors;
mod future;
mod mangle;
mod names_of_nodes;
mod scope;
#[cfg(test)]
mod tests;
mod visit;

pub use mangle::{mangle, maybe_mangle};
pub use scope::{ComprehensionKind, Resolution, Scope, ScopeId, ScopeKind, ScopeRole, Symbol, SymbolFlags, Symbols};

use crate::{Diagnostic, NameId, NameTable, ParsedModule};
use builder::Builder;
use names_of_nodes::NamesOfNodes;
use rustc_hash::{FxHashMap, FxHashSet};

/// What `from __future__ import …` switched on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct FutureFeatures {
    /// `annotations`: annotations are strings.
    pub annotations: bool,
    /// `barry_as_FLUFL`.
    pub barry_as_flufl: bool,
}

/// The scopes of one module.
#[derive(Clone, Debug)]
pub struct SymbolTable {
    /// Every identifier of the module.
    pub names: NameTable,
    /// Future features in force.
    pub future: FutureFeatures,
    scopes: Vec<Scope>,
    by_node: FxHashMap<(u32, ScopeRole), ScopeId>,
    names_of_nodes: NamesOfNodes,
}

impl SymbolTable {
    /// Builds the table; or gives every error found, CPython's first error first.
    pub fn build(module: &ParsedModule) -> Result<Self, Vec<Diagnostic>> {
        let mut builder = Builder::new(module);
        builder.visit_body(&module.module().body);
        builder.share_mangled_names();
        let Builder { mut names, known, future, mut scopes, by_node, names_of_nodes, directives, mut errors, .. } =
            builder;
        analyze::analyze(&mut scopes, &names, &known, &directives, &mut errors);
        if errors.is_empty() {
            names.share();
            Ok(Self { names, future: future.features, scopes, by_node, names_of_nodes })
        } else {
            let mut seen = FxHashSet::default();
            errors.retain(|error| seen.insert((error.span, error.message.clone())));
            Err(errors)
        }
    }

    /// The scope of a node (its node index) in a role.
    ///
    /// # Panics
    ///
    /// If the node opens no such scope: a bug of the caller.
    pub fn scope_of(&self, node: u32, role: ScopeRole) -> ScopeId {
        self.by_node[&(node, role)]
    }

    /// The name of a `Name` or `Attribute` node (its node index) as it is spelled; `None` for nodes
    /// that the table did not look at.
    #[inline]
    pub fn name_of(&self, node: u32) -> Option<NameId> {
        self.names_of_nodes.get(node)
    }

    /// The scope of a node in a role, if it has one.
    pub fn try_scope_of(&self, node: u32, role: ScopeRole) -> Option<ScopeId> {
        self.by_node.get(&(node, role)).copied()
    }

    /// A scope.
    pub fn scope(&self, id: ScopeId) -> &Scope {
        &self.scopes[id.0 as usize]
    }

    /// How many scopes there are; the module's own is the first.
    pub fn scope_count(&self) -> usize {
        self.scopes.len()
    }

    /// A scope by its number, in source order.
    pub fn scope_at(&self, index: usize) -> &Scope {
        &self.scopes[index]
    }

    /// The module's own scope.
    pub fn module_scope(&self) -> ScopeId {
        ScopeId(0)
    }

    /// The symbol of `name` in a scope.
    pub fn symbol(&self, scope: ScopeId, name: NameId) -> Option<Symbol> {
        self.scope(scope).symbol(name)
    }
}
