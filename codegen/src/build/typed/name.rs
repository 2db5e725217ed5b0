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
use pyclast_syntax::{NameId, node_index};
use ruff_python_ast::{ExprContext, ExprName};

impl Builder<'_> {
    /// Loads or stores a name that is a primitive, or a temporary of an inlined call.
    pub(super) fn visit_typed_name(&mut self, name: &ExprName) -> bool {
        let location = self.location(name);
        if let Some(code) = self.primitive_of(name) {
            let id = self.name_of(node_index(name), &name.id);
            let local = self.primitive_local(id);
            let opcode = if name.ctx == ExprContext::Store { Opcode::StoreLocal } else { Opcode::LoadLocal };
            self.emit_primitive_local(opcode, local, code, location);
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
