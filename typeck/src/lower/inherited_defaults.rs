//! Fields with a default that a class inherits → the defaults it keeps for its own subclasses.
//!
//! ```text
//! class A: x: int = 1; y: str = ""
//! class B(A): x = 2                   x: what the body assigns, as an int     y: what A says
//! ```
//!
//! The runtime looks for defaults in the class itself and in the nearest static base, no further: a class has all of them.
//! (The reference's classes have their own only, so `B().x` is 1, and what a class two steps below says is not heard of.)
//!
//! Invariant: what has a `__get__` of its own, a function or a property, is no default.

use super::Lowering;
use super::private::is_private;
use crate::types::{ClassId, SlotId, Value};
use pyclast_syntax::node_index;
use pyclast_syntax::symtable::{ScopeRole, SymbolFlags};
use pyclast_syntax::type_facts::{InheritedDefault, InheritedDefaults};
use ruff_python_ast::name::Name;
use ruff_python_ast::{Expr, Stmt, StmtClassDef};

impl<'a> Lowering<'_, 'a> {
    /// The defaults of bases that a class keeps, in the order of the bases' members.
    pub(super) fn inherited_defaults(&mut self, class: ClassId, node: &'a StmtClassDef) -> Option<InheritedDefaults> {
        let base = self.static_base(class)?;
        let fields = self.defaults_of(base);
        let fields: Vec<_> =
            fields.into_iter().filter_map(|(name, slot)| self.inherited_default(class, node, name, slot)).collect();
        if fields.is_empty() {
            return None;
        }
        Some(InheritedDefaults { base: self.descriptor(base)?, fields })
    }

    /// The nearest base that is built statically.
    fn static_base(&mut self, class: ClassId) -> Option<ClassId> {
        let mro = self.checker.types.mro(class);
        let base = mro.get(1).copied()?;
        let base = self.checker.types.inexact_type(base);
        let is_plain = base != ClassId::DYNAMIC && base != ClassId::OBJECT && self.checker.types.is_nominal_class(base);
        is_plain.then_some(base)
    }

    /// The fields whose default a class has, of its own or of a base.
    fn defaults_of(&mut self, class: ClassId) -> Vec<(Name, SlotId)> {
        let mut fields = match self.static_base(class) {
            Some(base) => self.defaults_of(base),
            None => Vec::new(),
        };
        let members: Vec<(Name, Value)> =
            self.checker.types.members(class).iter().map(|(name, &value)| (name.clone(), value)).collect();
        for (name, value) in members {
            fields.retain(|(known, _)| *known != name);
            if let Value::Slot(slot) = value
                && self.checker.is_slot_with_default(slot)
                && !is_private(&name)
                && !self.is_primitive_slot(slot)
            {
                fields.push((name, slot));
            }
        }
        fields
    }

    /// Whether a field is no object.
    fn is_primitive_slot(&mut self, slot: SlotId) -> bool {
        let class = self.checker.slot_decl_type(slot);
        self.checker.types.is_primitive_class(class)
    }

    /// What a class does about a default of a base.
    fn inherited_default(
        &mut self,
        class: ClassId,
        node: &'a StmtClassDef,
        name: Name,
        slot: SlotId,
    ) -> Option<InheritedDefault> {
        if self.checker.types.own_member(class, &name).is_some() {
            return None;
        }
        if !self.is_bound_in(node, &name) {
            return Some(InheritedDefault { name, is_bound: false, is_certain: false, class: None });
        }
        let declared = self.checker.slot_decl_type(slot);
        let values: Vec<&Expr> = node.body.iter().filter_map(|statement| assigned(statement, &name)).collect();
        let is_checked = self.is_type_checked(declared);
        if !is_checked && !values.last().is_some_and(|value| self.is_plain_object(value)) {
            return None;
        }
        let class = if is_checked { Some(self.descriptor(declared)?) } else { None };
        Some(InheritedDefault { name, is_bound: true, is_certain: !values.is_empty(), class })
    }

    /// Whether the body of a class binds a name.
    fn is_bound_in(&self, node: &StmtClassDef, name: &str) -> bool {
        let Some(source) = self.checker.source(self.module) else { return false };
        let symbols = source.symbols;
        let scope = symbols.try_scope_of(node_index(node), ScopeRole::Body);
        let symbol = scope.zip(symbols.names.lookup(name)).and_then(|(scope, id)| symbols.symbol(scope, id));
        symbol.is_some_and(|symbol| symbol.flags.intersects(SymbolFlags::BOUND))
    }

    /// Whether a value is known to be no function.
    fn is_plain_object(&self, value: &Expr) -> bool {
        match self.checker.type_of(self.module, value) {
            Value::Instance(class) => class != ClassId::DYNAMIC && class != ClassId::OBJECT,
            Value::Class(class) => class != ClassId::DYNAMIC,
            _ => false,
        }
    }
}

/// The value that a statement gives to a name.
fn assigned<'a>(statement: &'a Stmt, name: &str) -> Option<&'a Expr> {
    let Stmt::Assign(assign) = statement else { return None };
    let is_target = |target: &Expr| target.as_name_expr().is_some_and(|target| target.id == *name);
    assign.targets.iter().any(is_target).then_some(&*assign.value)
}
