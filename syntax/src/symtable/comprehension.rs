//! Inlining of list, set and dict comprehensions (PEP 709).
//!
//! ```text
//! def f(y): return [x for x in y]      f: y, x (COMP_ITER);  the comprehension is no scope of its own
//! ```
//!
//! Invariant: an inlined comprehension's scope stays in the table for the code generator, marked
//! `inlined`, but is no longer a child; its children are children of the scope around.

use super::analyze::Analysis;
use super::{Resolution, ScopeId, ScopeKind, Symbol, SymbolFlags};
use crate::{NameId, NameSet};
use smallvec::SmallVec;

impl Analysis<'_> {
    /// Merges a comprehension's names into the scope around (`inline_comprehension`). `free` is what
    /// is free in the comprehension.
    pub(super) fn inline_comprehension(
        &mut self,
        id: ScopeId,
        comprehension: ScopeId,
        free: &mut NameSet,
        inlined_cells: &mut NameSet,
    ) {
        let in_class = self.scopes[id.index()].kind == ScopeKind::Class;
        let mut invisible = SmallVec::<[NameId; 3]>::new();
        for position in 0..self.scopes[comprehension.index()].symbols.len() {
            let Some((name, symbol)) = self.symbol_at(comprehension, position) else { continue };
            if symbol.flags.intersects(SymbolFlags::PARAM) {
                continue;
            }
            if symbol.resolution == Resolution::Cell || symbol.flags.intersects(SymbolFlags::COMP_CELL) {
                inlined_cells.insert(name);
            }
            let mut resolution = symbol.resolution;
            // What a class binds for its methods alone is a global to its own comprehensions.
            if in_class && resolution == Resolution::Free && self.class_cells().contains(&name) {
                resolution = Resolution::GlobalImplicit;
                if !self.is_free_in_any_child(comprehension, name) {
                    free.swap_remove(name);
                }
                invisible.push(name);
            }
            if let Some(existing) = self.scopes[id.index()].symbol(name) {
                // What the scope around binds is free no more, unless an inner function of the
                // comprehension captures it. The names of a class are invisible in any case.
                if existing.flags.intersects(SymbolFlags::BOUND)
                    && !in_class
                    && !self.is_free_in_any_child(comprehension, name)
                {
                    free.swap_remove(name);
                }
            } else {
                self.scopes[id.index()].symbols.get_or_insert(name, Symbol { resolution, ..symbol });
            }
        }
        let comprehension = &mut self.scopes[comprehension.index()];
        for name in invisible {
            comprehension.symbols.shift_remove(name);
        }
        comprehension.inlined = true;
    }

    fn symbol_at(&self, scope: ScopeId, position: usize) -> Option<(NameId, Symbol)> {
        let (name, &symbol) = self.scopes[scope.index()].symbols.get_index(position)?;
        Some((name, symbol))
    }

    fn is_free_in_any_child(&self, scope: ScopeId, name: NameId) -> bool {
        self.scopes[scope.index()].children.iter().any(|child| {
            let symbol = self.scopes[child.index()].symbol(name);
            symbol.is_some_and(|symbol| symbol.resolution == Resolution::Free)
        })
    }

    /// Replaces inlined comprehensions among a scope's children by their own children.
    pub(super) fn splice_children(&mut self, id: ScopeId) {
        let mut children = SmallVec::new();
        for &child in &self.scopes[id.index()].children {
            let entry = &self.scopes[child.index()];
            if entry.inlined {
                children.extend_from_slice(&entry.children);
            } else {
                children.push(child);
            }
        }
        self.scopes[id.index()].children = children;
    }
}
