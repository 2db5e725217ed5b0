//! Attributes → how they are read and stored (`emit_load_attr`, `emit_store_attr`).
//!
//! Invariant: an attribute without a plan is one of ordinary code.

use super::Lowering;
use crate::declare::function::takes_only;
use crate::types::{DecoratedKind, Value};
use pyclast_syntax::node_index;
use pyclast_syntax::type_facts::AttributePlan;
use ruff_python_ast::ExprAttribute;

impl<'a> Lowering<'_, 'a> {
    pub(super) fn lower_attribute(&mut self, node: &'a ExprAttribute) {
        let receiver = self.checker.type_of(self.module, &*node.value);
        let Value::Instance(class) = receiver else { return };
        let name = node.attr.as_str();
        if name == "__dict__" || self.checker.types.is_primitive(receiver) {
            return;
        }
        if let Some(slot) = self.checker.find_slot(class, name) {
            if !self.is_meant_here(class, slot) {
                return;
            }
            let has_default = self.checker.is_slot_with_default(slot);
            let container = self.checker.types.slot(slot).container;
            let container = self.checker.types.inexact_type(container);
            let receiver_class = class;
            let Some(class) = self.descriptor(container) else { return };
            let name = self.stored_name(receiver_class, slot);
            self.note_field(slot, &class, &name);
            let plan = if has_default {
                AttributePlan::DefaultField { class, name }
            } else {
                AttributePlan::Field { class, name }
            };
            self.facts.attributes.insert(node_index(node), plan);
            return;
        }
        let Some(value @ Value::Decorated(decorated)) = self.checker.types.own_member(class, name) else { return };
        let kind = self.checker.types.decorated(decorated).kind;
        let Some(function) = self.checker.types.real_function(value).filter(|_| kind.is_property()) else { return };
        let data = self.checker.types.function(function);
        if data.is_hidden || data.node.is_some_and(|node| !takes_only(node, 1)) {
            // Who calls it passes the object only.
            return;
        }
        let is_cached = kind != DecoratedKind::Property;
        let data = self.checker.types.class(class);
        let (is_final, is_exact) = (self.checker.types.function(function).is_final || data.is_final, data.is_exact);
        let owner = self.function_descriptor(function);
        self.note_property(&owner, function);
        let plan = AttributePlan::Property {
            owner,
            is_virtual_load: is_cached || !(is_final || is_exact),
            is_virtual_store: is_cached || !is_final,
        };
        self.facts.attributes.insert(node_index(node), plan);
    }
}
