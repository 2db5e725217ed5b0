//! Fields, properties, and attributes that are kept in temporaries.
//!
//! ```text
//! c.x        c · LOAD_FIELD (("m", "C"), "x")
//! c.p        c · LOAD_METHOD_STATIC ((("m", "C"), ("p", "fget")),) · INVOKE_METHOD ((("m", "C"), ("p", "fget")), 0)
//! ```
//!
//! Invariant: a refined attribute is read from its temporary, which was written where it was refined.

use super::super::Builder;
use crate::{Constant, Opcode};
use pyclast_syntax::type_facts::{AttributePlan, TypeCode};
use pyclast_syntax::{Location, node_index};
use ruff_python_ast::{Expr, ExprAttribute, ExprContext};

/// `PRIM_OP_OR_INT`
pub(super) const OR: usize = 12;

impl<'a> Builder<'a> {
    /// `value.attr` of a known class.
    pub(super) fn visit_typed_attribute(&mut self, expr: &'a Expr, attribute: &'a ExprAttribute) -> bool {
        let Some(facts) = self.typed_facts() else { return false };
        let index = node_index(attribute);
        let location = self.expr_location(expr);
        let refinement = facts.refinements.get(&index);
        if let Some(refinement) = refinement.filter(|refinement| !refinement.is_source) {
            let local = self.refined_field(refinement.temporary);
            self.emit_arg(Opcode::LoadFast, local, location);
            return true;
        }
        let kept = refinement.filter(|refinement| refinement.is_used).map(|refinement| refinement.temporary);
        let plan = facts.attributes.get(&index).filter(|_| attribute.ctx != ExprContext::Del);
        if plan.is_none() && kept.is_none() {
            return false;
        }
        if attribute.ctx == ExprContext::Store {
            self.keep_field(kept, location);
        }
        match plan {
            None => self.visit_attribute(expr, attribute),
            Some(plan) => {
                self.note_static_attribute(attribute);
                if attribute.ctx == ExprContext::Store && matches!(plan, AttributePlan::Field { .. }) {
                    self.emit_stored_width(expr, location);
                }
                let held = self
                    .primitive_of(attribute)
                    .filter(|_| attribute.ctx == ExprContext::Store && self.may_leave_jit(&attribute.value));
                if let Some(code) = held {
                    self.emit_held(code, location);
                }
                self.visit_expr(&attribute.value);
                if let Some(code) = held {
                    self.settle_below(2, code, location);
                }
                let location = self.update_start_location_to_match_attr(location, attribute);
                if attribute.ctx == ExprContext::Store {
                    self.emit_attribute_store(plan, self.primitive_of(attribute), location);
                } else {
                    self.emit_attribute_load(plan, location);
                }
            }
        }
        if attribute.ctx == ExprContext::Load {
            self.keep_field(kept, location);
        }
        true
    }

    /// Keeps a copy of the value on the stack.
    fn keep_field(&mut self, temporary: Option<u32>, location: Location) {
        if let Some(temporary) = temporary {
            let local = self.refined_field(temporary);
            self.emit_duplicate(location);
            self.emit_arg(Opcode::StoreFast, local, location);
        }
    }

    fn refined_field(&mut self, temporary: u32) -> usize {
        self.temporary(&format!(".__refined_field__.{temporary}"))
    }

    /// How an attribute is read and stored.
    pub(super) fn attribute_plan(&self, attribute: &ExprAttribute) -> Option<&'a AttributePlan> {
        self.typed_facts()?.attributes.get(&node_index(attribute))
    }

    /// Reads an attribute of the object on the stack.
    pub(super) fn emit_attribute_load(&mut self, plan: &AttributePlan, location: Location) {
        match plan {
            AttributePlan::Field { class, name } => {
                let field = self.field_constant(class, name);
                self.emit_typed(Opcode::LoadField, field, location);
            }
            AttributePlan::DefaultField { class, name } => {
                let class = self.type_constant(class);
                self.emit_getter(class, name, true, location);
            }
            AttributePlan::Property { owner, is_virtual_load, .. } => {
                let container = self.container_constant(owner);
                self.emit_getter(container, &owner.name, *is_virtual_load, location);
            }
        }
    }

    /// Makes the narrow integer on the stack, which a field is about to get, the result of an operator: the JIT stores
    /// 64 bits of a parameter, over the fields behind and the object's end.
    fn emit_stored_width(&mut self, field: &Expr, location: Location) {
        let Some(code) = self.primitive_of(field).filter(|code| code.is_narrow()) else { return };
        self.emit_primitive_const(Constant::int(0), code, location);
        self.emit_arg(Opcode::PrimitiveBinaryOp, OR, location);
    }

    /// Stores in an attribute of the object on the stack the value below it.
    pub(super) fn emit_attribute_store(&mut self, plan: &AttributePlan, given: Option<TypeCode>, location: Location) {
        match plan {
            AttributePlan::Field { class, name } => {
                let field = self.field_constant(class, name);
                self.emit_typed(Opcode::StoreField, field, location);
            }
            AttributePlan::DefaultField { class, name } => {
                self.settle_stored(given, location);
                let class = self.type_constant(class);
                self.emit_setter(class, name, true, location);
            }
            AttributePlan::Property { owner, is_virtual_store, .. } => {
                self.settle_stored(given, location);
                let container = self.container_constant(owner);
                self.emit_setter(container, &owner.name, *is_virtual_store, location);
            }
        }
    }

    /// Makes the primitive below the object on the stack what setters take: an object, or a number of its type.
    fn settle_stored(&mut self, given: Option<TypeCode>, location: Location) {
        let Some(code) = given else { return };
        self.emit_swap(2, location);
        match code {
            TypeCode::Double | TypeCode::Bool => self.emit_with_code(Opcode::PrimitiveBox, code, location),
            _ => self.emit_through_local(code, location),
        }
        self.emit_swap(2, location);
    }

    fn emit_getter(&mut self, container: Constant, name: &str, is_virtual: bool, location: Location) {
        let getter = accessor_constant(container, name, "fget");
        if is_virtual {
            self.emit_load_method(getter.clone(), false, location);
            self.emit_invoke_method(getter, 0, false, location);
        } else {
            self.emit_invoke_function(getter, 1, location);
        }
    }

    fn emit_setter(&mut self, container: Constant, name: &str, is_virtual: bool, location: Location) {
        let setter = accessor_constant(container, name, "fset");
        if is_virtual {
            // value · function · object → function · object · value
            self.emit_load_method(setter.clone(), false, location);
            self.emit_swap(2, location);
            self.emit_swap(3, location);
            self.emit_invoke_method(setter, 1, false, location);
        } else {
            self.emit_swap(2, location);
            self.emit_invoke_function(setter, 2, location);
        }
        self.emit(Opcode::PopTop, location);
    }
}

/// A part of a property.
fn accessor_constant(container: Constant, name: &str, part: &str) -> Constant {
    Constant::tuple([container, Constant::tuple([Constant::str(name), Constant::str(part)])])
}
