//! Comprehensions compiled into their enclosing unit (PEP 709): isolation of their names.
//!
//! ```text
//! [x for x in y]     … · LOAD_FAST_AND_CLEAR x · SWAP 2 · SETUP_FINALLY cleanup · ⟨loop⟩ · POP_BLOCK
//!                    JUMP end · cleanup: … restore x · RERAISE · end: SWAP 2 · STORE_FAST_MAYBE_NULL x
//! ```
//!
//! Invariant: after the comprehension, on both ways out, every local is what it was before, and the
//! unit sees its own symbols again.

use super::Builder;
use super::frame_block::FrameBlockKind;
use super::name::View;
use crate::{Label, Opcode};
use pyclast_syntax::symtable::{Resolution, Scope, ScopeKind, Symbol, SymbolFlags};
use pyclast_syntax::{Location, NameId};
use ruff_python_ast::Expr;

/// What has to be undone when an inlined comprehension ends
/// (`_PyCompile_InlinedComprehensionState`).
pub(super) struct InlinedComprehension {
    /// The symbols of the unit that the comprehension's replaced; `None` if it had none.
    replaced: Vec<(NameId, Option<Symbol>)>,
    /// The names that became fast locals of a class or module.
    fast_hidden: Vec<NameId>,
    /// The locals saved on the stack, in order.
    pushed: Vec<NameId>,
    cleanup: Label,
    was_in_inlined: bool,
    /// How many names were bound by comprehensions around it.
    isolated: usize,
    /// How the unit saw its names before.
    outer_view: View,
}

impl<'a> Builder<'a> {
    /// Gives the unit the comprehension's symbols and saves the locals it binds; the iterator stays
    /// on top (`push_inlined_comprehension_state`).
    pub(super) fn enter_inlined_comprehension(&mut self, scope: &'a Scope, expr: &'a Expr) -> InlinedComprehension {
        let mut state = self.replace_symbols(scope);
        self.push_locals(scope, expr, &mut state);
        state
    }

    /// Restores the locals and the unit's symbols (`pop_inlined_comprehension_state`).
    pub(super) fn leave_inlined_comprehension(&mut self, state: InlinedComprehension, location: Location) {
        if !state.pushed.is_empty() {
            self.emit(Opcode::PopBlock, Location::NONE);
            self.pop_block();
            let end = self.new_label();
            self.emit_jump(Opcode::JumpNoInterrupt, end, Location::NONE);
            self.use_label(state.cleanup);
            // Drop the incomplete result, which is below the exception.
            self.emit_arg(Opcode::Swap, 2, Location::NONE);
            self.emit(Opcode::PopTop, Location::NONE);
            self.restore_locals(&state.pushed, location);
            self.emit_arg(Opcode::Reraise, 0, Location::NONE);
            self.use_label(end);
            self.restore_locals(&state.pushed, location);
        }
        let unit = self.unit_mut();
        unit.in_inlined_comprehension = state.was_in_inlined;
        unit.view = state.outer_view;
        unit.isolated.truncate(state.isolated);
        for (name, symbol) in state.replaced {
            match symbol {
                Some(symbol) => unit.symbol_overrides.insert(name, symbol),
                None => unit.symbol_overrides.remove(&name),
            };
        }
        for name in state.fast_hidden {
            // False, not absent: the names are marked hidden in the code object.
            unit.fast_hidden.insert(name, false);
        }
    }

    /// `_PyCompile_TweakInlinedComprehensionScopes`.
    fn replace_symbols(&mut self, scope: &'a Scope) -> InlinedComprehension {
        let table = self.table;
        let outer = table.scope(self.unit().scope);
        let in_class = outer.kind == ScopeKind::Class && !self.unit().in_inlined_comprehension;
        let cleanup = self.new_label();
        let mut state = InlinedComprehension {
            replaced: Vec::new(),
            fast_hidden: Vec::new(),
            pushed: Vec::new(),
            cleanup,
            was_in_inlined: self.unit().in_inlined_comprehension,
            isolated: self.unit().isolated.len(),
            outer_view: self.unit().view,
        };
        for (name, &symbol) in scope.symbols.iter() {
            if is_isolated(symbol) && self.facts.is_some() {
                self.unit_mut().isolated.push(name);
            }
            if (is_isolated(symbol) || in_class) && !outer.is_function_like() {
                let unit = self.unit_mut();
                if unit.fast_hidden.insert(name, true) != Some(true) {
                    state.fast_hidden.push(name);
                }
            }
            let (inside, outside) = (symbol.resolution, self.resolution(name));
            let same = inside == outside
                || inside == Resolution::Free
                || (inside == Resolution::Cell && outside == Resolution::Free);
            // The names of a class are invisible to the comprehension, whatever they are in it.
            if !same || in_class {
                let replaced = self.unit_mut().symbol_overrides.insert(name, symbol);
                state.replaced.push((name, replaced));
            }
        }
        self.unit_mut().in_inlined_comprehension = true;
        self.unit_mut().view = self.found_names.new_view();
        state
    }

    /// `codegen_push_inlined_comprehension_locals`.
    fn push_locals(&mut self, scope: &'a Scope, expr: &'a Expr, state: &mut InlinedComprehension) {
        let location = self.expr_location(expr);
        for (name, &symbol) in scope.symbols.iter() {
            if !is_isolated(symbol) {
                continue;
            }
            // Of a cell this saves the cell itself; the comprehension gets a new one.
            let index = self.isolated_index(name);
            self.emit_arg(Opcode::LoadFastAndClear, index, location);
            if symbol.resolution == Resolution::Cell {
                let index = self.isolated_cell_index(name);
                self.emit_arg(Opcode::MakeCell, index, location);
            }
            state.pushed.push(name);
        }
        if !state.pushed.is_empty() {
            self.emit_arg(Opcode::Swap, state.pushed.len() + 1, location);
            let span = self.expr_span(expr);
            let kind = FrameBlockKind::InlinedComprehension;
            self.push_block(kind, state.cleanup, None, location, span);
            self.emit_jump(Opcode::SetupFinally, state.cleanup, location);
        }
    }

    /// The local of a name that the comprehension binds.
    fn isolated_index(&mut self, name: NameId) -> usize {
        let name = self.isolated_name(name);
        self.unit_mut().var_names.insert_full(name).0
    }

    /// The operand of `MAKE_CELL` for a name of the comprehension.
    fn isolated_cell_index(&self, name: NameId) -> usize {
        let unit = self.unit();
        match unit.free_vars.get_index_of(name) {
            Some(index) if self.resolution(name) == Resolution::Free => unit.cell_vars.len() + index,
            _ => self.deref_index(name),
        }
    }

    /// `restore_inlined_comprehension_locals`: the result goes below, then the saved values back.
    fn restore_locals(&mut self, pushed: &[NameId], location: Location) {
        self.emit_arg(Opcode::Swap, pushed.len() + 1, location);
        for &name in pushed.iter().rev() {
            let index = self.isolated_index(name);
            self.emit_arg(Opcode::StoreFastMaybeNull, index, location);
        }
    }
}

/// Whether the comprehension binds the name itself (a walrus to a name further out is `NONLOCAL`).
const fn is_isolated(symbol: Symbol) -> bool {
    symbol.flags.intersects(SymbolFlags::LOCAL) && !symbol.flags.intersects(SymbolFlags::NONLOCAL)
}
