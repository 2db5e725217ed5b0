//! Names of static code: primitives in locals, and temporaries.
//!
//! ```text
//! i     (i: int64)      LOAD_LOCAL (0, ("__static__", "int64", "#"))
//! ```
//!
//! Invariant: a local that is a primitive is touched by `LOAD_LOCAL` and `STORE_LOCAL` only: what a comprehension
//! binds under the same name is kept in another local.

use super::super::Builder;
use super::emit::TEMPORARY_PREFIX;
use crate::Opcode;
use pyclast_syntax::{Location, NameId, NameSet, node_index};
use ruff_python_ast::{ExprContext, ExprName};
use rustc_hash::{FxHashMap, FxHashSet};

impl Builder<'_> {
    /// Loads or stores a name that is a primitive, or a temporary of an inlined call.
    pub(super) fn visit_typed_name(&mut self, name: &ExprName) -> bool {
        let location = self.location(name);
        if let Some(code) = self.primitive_of(name) {
            let id = self.name_of(node_index(name), &name.id);
            let local = self.primitive_local(id);
            if name.ctx != ExprContext::Store {
                self.load_primitive(local, code, location);
            } else {
                self.emit_primitive_local(Opcode::StoreLocal, local, code, location);
                let id = self.mangled(id);
                self.fill_cell_apart(id, location);
            }
            return true;
        }
        if !name.id.starts_with(TEMPORARY_PREFIX) || !self.in_function_unit() {
            return false;
        }
        let local = self.temporary(&name.id[TEMPORARY_PREFIX.len()..]);
        let opcode = if name.ctx == ExprContext::Store { Opcode::StoreFast } else { Opcode::LoadFast };
        self.emit_arg(opcode, local, location);
        true
    }

    /// Gives the cells of primitives names of their own: a cell holds an object.
    pub(in crate::build) fn cells_apart(
        &mut self,
        cells: NameSet,
        primitives: &FxHashSet<NameId>,
    ) -> (NameSet, FxHashMap<NameId, NameId>) {
        if primitives.is_empty() || !cells.names().any(|name| primitives.contains(&name)) {
            return (cells, FxHashMap::default());
        }
        let mut apart = FxHashMap::default();
        let mut renamed = NameSet::default();
        for name in cells.names() {
            if primitives.contains(&name) {
                let other = self.other_name(name, "*");
                apart.insert(name, other);
                renamed.insert(other);
            } else {
                renamed.insert(name);
            }
        }
        (renamed, apart)
    }

    /// Puts the parameters that functions inside read into their cells.
    pub(super) fn fill_cells_apart(&mut self, location: Location) {
        let Some(function) = self.unit().function else { return };
        for (name, _) in &function.primitives {
            let name = self.names.intern(name);
            let name = self.mangled(name);
            self.fill_cell_apart(name, location);
        }
    }

    /// Puts a primitive into the cell that functions inside read.
    fn fill_cell_apart(&mut self, name: NameId, location: Location) {
        if !self.unit().apart.contains_key(&name) {
            return;
        }
        let Some(function) = self.unit().function else { return };
        let text = self.names.get(name).as_str().unwrap_or_default();
        let Some(&(_, code)) = function.primitives.iter().find(|(known, _)| known == text) else { return };
        if self.unit().unboxed.contains(&name) {
            let local = self.primitive_local(name);
            self.emit_primitive_local(Opcode::LoadLocal, local, code, location);
        } else {
            let local = self.unit_mut().var_names.insert_full(name).0;
            self.emit_plain_local(Opcode::LoadLocal, local, code, location);
        }
        self.emit_with_code(Opcode::PrimitiveBox, code, location);
        let cell = self.deref_index(name);
        self.emit_arg(Opcode::StoreDeref, cell, location);
    }

    /// The first parameter as an object: its annotation may make a primitive of `self`.
    pub(in crate::build) fn load_receiver(&mut self, name: NameId, location: Location) {
        let parameter =
            self.unit().definition.and_then(|function| function.parameters.iter_non_variadic_params().next());
        let Some(code) = parameter.and_then(|first| self.primitive_of(&first.parameter)) else {
            return self.emit_name_access(name, ExprContext::Load, location);
        };
        let local = self.primitive_local(name);
        self.load_primitive(local, code, location);
        self.emit_with_code(Opcode::PrimitiveBox, code, location);
    }

    /// Whether locals of the unit are fast.
    pub(super) fn in_function_unit(&self) -> bool {
        self.table.scope(self.unit().scope).is_function_like()
    }

    /// The local of a primitive.
    pub(super) fn primitive_local(&mut self, name: NameId) -> usize {
        let mut name = self.mangled(name);
        if self.unit().isolated.contains(&name) {
            // The local of that name is saved and restored as an object.
            name = self.other_name(name, "#");
        } else if self.unit().unboxed.contains(&name) {
            name = self.other_name(name, "?");
        }
        self.unit_mut().var_names.insert_full(name).0
    }

    /// Another name for what a comprehension binds, if a primitive of the function has its own.
    pub(in crate::build) fn isolated_name(&mut self, name: NameId) -> NameId {
        let unit = self.unit();
        if unit.primitives.contains(&name) && unit.isolated.contains(&name) { self.other_name(name, "") } else { name }
    }

    fn other_name(&mut self, name: NameId, mark: &str) -> NameId {
        let text = format!("{TEMPORARY_PREFIX}.{mark}{}", self.names.get(name).as_str().unwrap_or_default());
        self.names.intern(&text)
    }
}
