//! The second pass: where each name lives (`symtable_analyze`).
//!
//! ```text
//! def f():
//!     x = 1
//!     def g(): return x, y      f: x Cell;  g: x Free, y GlobalImplicit
//! ```
//!
//! Scopes are analysed from the outside in; what is free in a scope travels back out until a
//! function binds it.
//!
//! Invariant: `bound` and `type_params` hold, while a scope is analysed, the names bound by the
//! functions around it; leaving a scope restores them.

use super::builder::{Directive, KnownNames};
use super::{ComprehensionKind, Resolution, Scope, ScopeId, ScopeKind, Symbol, SymbolFlags, errors};
use crate::{Diagnostic, NameId, NameSet, NameTable};
use std::mem;

/// Resolves every name of every scope.
pub(super) fn analyze(
    scopes: &mut [Scope],
    names: &NameTable,
    known: &KnownNames,
    directives: &[Directive],
    errors: &mut Vec<Diagnostic>,
) {
    let visible = vec![Visibility::default(); names.len()];
    let mut analysis = Analysis { scopes, names, known, directives, visible, undo: Vec::new(), errors };
    analysis.analyze_block(ScopeId(0), None);
}

/// What the scopes around do with a name.
#[derive(Clone, Copy, Debug, Default)]
struct Visibility {
    /// Some function binds it (`bound`).
    bound: bool,
    /// As a type parameter (`type_params`).
    type_param: bool,
}

pub(super) struct Analysis<'a> {
    pub(super) scopes: &'a mut [Scope],
    names: &'a NameTable,
    pub(super) known: &'a KnownNames,
    directives: &'a [Directive],
    /// By name.
    visible: Vec<Visibility>,
    /// What `visible` was before each change.
    undo: Vec<(NameId, Visibility)>,
    errors: &'a mut Vec<Diagnostic>,
}

impl Analysis<'_> {
    /// Resolves the names of a scope and of those in it; gives those free in it (`analyze_block`).
    /// `class` is the class whose names the scope sees.
    fn analyze_block(&mut self, id: ScopeId, class: Option<ScopeId>) -> NameSet {
        let outer = self.undo.len();
        let mut free = self.analyze_names(id, class);
        if self.scopes[id.index()].children.is_empty() {
            self.restore(outer);
            return free;
        }
        let (mut child_free, inlined_cells) = self.analyze_children(id, class);
        let scope = &mut self.scopes[id.index()];
        if scope.is_function_like() {
            resolve_cells(scope, &mut child_free, &inlined_cells);
        } else if scope.kind == ScopeKind::Class {
            self.drop_class_free(id, &mut child_free);
        }
        self.update_symbols(id, &child_free, &inlined_cells);
        self.restore(outer);
        if free.is_empty() {
            child_free
        } else {
            free.extend(child_free.names());
            free
        }
    }

    /// What is visible is what it was before so many changes were kept.
    fn restore(&mut self, changes: usize) {
        for (name, visibility) in self.undo.drain(changes..).rev() {
            self.visible[name.index()] = visibility;
        }
    }

    /// Resolves a scope's names as far as they do not depend on inner scopes; makes its bindings
    /// visible to them. Gives those that are free.
    fn analyze_names(&mut self, id: ScopeId, class: Option<ScopeId>) -> NameSet {
        let mut free = NameSet::default();
        let mut symbols = mem::take(&mut self.scopes[id.index()].symbols);
        for (name, symbol) in symbols.iter_mut() {
            symbol.resolution = self.analyze_name(id, name, symbol.flags, class);
            if symbol.resolution == Resolution::Free {
                free.insert(name);
            }
        }
        let scope = &self.scopes[id.index()];
        // A class hides nothing from its functions: what it binds is not visible to them.
        match scope.kind {
            _ if scope.children.is_empty() => {}
            ScopeKind::Module => {}
            ScopeKind::Class => {
                for name in self.class_cells() {
                    self.set_bound(name, true);
                }
            }
            _ => {
                for (name, symbol) in symbols.iter() {
                    match symbol.resolution {
                        Resolution::Local => self.set_bound(name, true),
                        Resolution::GlobalExplicit if symbol.flags.intersects(SymbolFlags::GLOBAL) => {
                            self.set_bound(name, false);
                        }
                        _ => {}
                    }
                }
            }
        }
        self.scopes[id.index()].symbols = symbols;
        free
    }

    /// `analyze_name`.
    fn analyze_name(&mut self, id: ScopeId, name: NameId, flags: SymbolFlags, class: Option<ScopeId>) -> Resolution {
        let visible = self.visible[name.index()];
        if flags.intersects(SymbolFlags::GLOBAL) {
            if flags.intersects(SymbolFlags::NONLOCAL) {
                self.report(id, name, errors::nonlocal_and_global(self.names.text(name)));
            }
            return Resolution::GlobalExplicit;
        }
        if flags.intersects(SymbolFlags::NONLOCAL) {
            let text = self.names.text(name);
            if self.scopes[id.index()].kind == ScopeKind::Module {
                self.report(id, name, errors::NONLOCAL_AT_MODULE_LEVEL.to_owned());
            } else if !visible.bound {
                self.report(id, name, errors::no_binding_for_nonlocal(text));
            } else if visible.type_param {
                self.report(id, name, errors::nonlocal_type_parameter(text));
            }
            return Resolution::Free;
        }
        if flags.intersects(SymbolFlags::BOUND) {
            self.set_type_param(name, flags.intersects(SymbolFlags::TYPE_PARAM));
            return Resolution::Local;
        }
        // The class's own names come first, and are looked up in `__classdict__`.
        if let Some(symbol) = class.and_then(|class| self.scopes[class.index()].symbol(name)) {
            if symbol.flags.intersects(SymbolFlags::GLOBAL) {
                return Resolution::GlobalExplicit;
            }
            if symbol.flags.intersects(SymbolFlags::BOUND) && !symbol.flags.intersects(SymbolFlags::NONLOCAL) {
                return Resolution::GlobalImplicit;
            }
        }
        if visible.bound { Resolution::Free } else { Resolution::GlobalImplicit }
    }

    /// Analyses the inner scopes, inlining comprehensions; gives what is free in them, and the cells
    /// of inlined comprehensions.
    fn analyze_children(&mut self, id: ScopeId, class: Option<ScopeId>) -> (NameSet, NameSet) {
        let mut free = NameSet::default();
        let mut inlined_cells = NameSet::default();
        let mut any_inlined = false;
        let is_class = self.scopes[id.index()].kind == ScopeKind::Class;
        let sees_class = self.scopes[id.index()].can_see_class_scope;
        for position in 0..self.scopes[id.index()].children.len() {
            let child = self.scopes[id.index()].children[position];
            let entry = &self.scopes[child.index()];
            let class_of_child = match entry.can_see_class_scope {
                true if is_class => Some(id),
                true => class,
                false => None,
            };
            // In a scope that sees a class, names in a comprehension resolve differently.
            let inlines = !sees_class && entry.comprehension.is_some_and(|kind| kind != ComprehensionKind::Generator);
            let mut child_free = self.analyze_block(child, class_of_child);
            if inlines {
                self.inline_comprehension(id, child, &mut child_free, &mut inlined_cells);
                any_inlined = true;
            }
            if free.is_empty() {
                free = child_free;
            } else {
                free.extend(child_free.names());
            }
        }
        if any_inlined {
            self.splice_children(id);
        }
        (free, inlined_cells)
    }

    /// A class provides some cells itself (`drop_class_free`).
    fn drop_class_free(&mut self, id: ScopeId, free: &mut NameSet) {
        let [class, class_dict, conditional_annotations] = self.class_cells();
        let scope = &mut self.scopes[id.index()];
        scope.needs_class_closure |= free.swap_remove(class);
        scope.needs_classdict |= free.swap_remove(class_dict);
        scope.has_conditional_annotations |= free.swap_remove(conditional_annotations);
    }

    /// The names that a class binds for its inner scopes alone.
    pub(super) fn class_cells(&self) -> [NameId; 3] {
        [self.known.class, self.known.class_dict, self.known.conditional_annotations]
    }

    /// Records cells of comprehensions and names that pass through the scope (`update_symbols`).
    fn update_symbols(&mut self, id: ScopeId, free: &NameSet, inlined_cells: &NameSet) {
        let scope = &mut self.scopes[id.index()];
        let in_class = scope.kind == ScopeKind::Class || scope.can_see_class_scope;
        for name in inlined_cells.names() {
            if let Some(symbol) = scope.symbols.get_mut(name) {
                symbol.flags.insert(SymbolFlags::COMP_CELL);
            }
        }
        for name in free.names() {
            if let Some(symbol) = scope.symbols.get_mut(name) {
                // A method's free variable that the class mentions too.
                if in_class {
                    symbol.flags.insert(SymbolFlags::FREE_CLASS);
                }
            } else if scope.kind == ScopeKind::Module || self.visible[name.index()].bound {
                let passing = Symbol { flags: SymbolFlags::default(), resolution: Resolution::Free };
                scope.symbols.get_or_insert(name, passing);
            }
        }
    }

    fn set_bound(&mut self, name: NameId, bound: bool) {
        let visible = &mut self.visible[name.index()];
        if visible.bound != bound {
            self.undo.push((name, *visible));
            visible.bound = bound;
        }
    }

    fn set_type_param(&mut self, name: NameId, type_param: bool) {
        let visible = &mut self.visible[name.index()];
        if visible.type_param != type_param {
            self.undo.push((name, *visible));
            visible.type_param = type_param;
        }
    }

    /// Reports at the statement that declared the name (`error_at_directive`).
    fn report(&mut self, scope: ScopeId, name: NameId, message: String) {
        let mut directives = self.directives.iter();
        let directive = directives.find(|found| found.scope == scope && found.name == name);
        let span = directive.map_or(self.scopes[scope.index()].span, |directive| directive.span);
        self.errors.push(Diagnostic::syntax_error(span, message));
    }
}

/// Locals that an inner scope captures become cells (`analyze_cells`).
fn resolve_cells(scope: &mut Scope, free: &mut NameSet, inlined_cells: &NameSet) {
    if free.is_empty() && inlined_cells.is_empty() {
        return;
    }
    for (name, symbol) in scope.symbols.iter_mut() {
        if symbol.resolution == Resolution::Local && (free.contains(name) || inlined_cells.contains(name)) {
            symbol.resolution = Resolution::Cell;
            free.swap_remove(name);
        }
    }
}
