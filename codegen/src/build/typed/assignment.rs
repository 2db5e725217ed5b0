//! Assignments: what is stored becomes what is declared.
//!
//! ```text
//! c.x = y    (y dynamic)     y · CAST ("builtins", "int") · c · STORE_FIELD (("m", "C"), "x")
//! i += 1     (i: int64)      LOAD_LOCAL i · PRIMITIVE_LOAD_CONST (1, 7) · PRIMITIVE_BINARY_OP + · STORE_LOCAL i
//! ```
//!
//! Invariant: a name or field of a declared type holds nothing else, whichever statement stores in it.

use super::super::Builder;
use crate::Opcode;
use pyclast_syntax::type_facts::{AttributePlan, TypeCode, TypeKind};
use pyclast_syntax::{Location, node_index};
use ruff_python_ast::{
    Expr, ExprAttribute, ExprContext, ExprName, ExprSubscript, Operator, StmtAnnAssign, StmtAssign, StmtAugAssign,
};

impl<'a> Builder<'a> {
    /// `a = b = value`
    pub(super) fn build_typed_assign(&mut self, assign: &'a StmtAssign, location: Location) {
        self.visit_expr(&assign.value);
        if let Some((last, targets)) = assign.targets.split_last() {
            for target in targets {
                self.emit_duplicate(location);
                self.store_converted(target, Some(&assign.value));
            }
            self.store_converted(last, Some(&assign.value));
        }
    }

    /// Stores the value on the stack in a target; it is that of `value`, or one of which nothing is known.
    pub(in crate::build) fn store_converted(&mut self, target: &'a Expr, value: Option<&'a Expr>) {
        let elements = match target {
            Expr::Tuple(tuple) => &tuple.elts,
            Expr::List(list) => &list.elts,
            Expr::Starred(starred) => return self.store_converted(&starred.value, None),
            _ => {
                if let Some(wanted) = self.type_id(target) {
                    let source = value.and_then(|value| self.type_id(value));
                    self.emit_conversion(wanted, source, self.expr_location(target));
                    let is_passed = match target {
                        Expr::Attribute(attribute) => {
                            matches!(self.attribute_plan(attribute), Some(AttributePlan::Property { .. }))
                        }
                        _ => target.is_subscript_expr(),
                    };
                    if let (Some(value), true) = (value, is_passed) {
                        self.emit_settled(value, wanted);
                    }
                }
                if let Expr::Attribute(attribute) = target
                    && let (Some(code), None) = (self.primitive_of(attribute), self.attribute_plan(attribute))
                {
                    // The object may be one of several classes.
                    self.emit_with_code(Opcode::PrimitiveBox, code, self.expr_location(target));
                }
                if let Some(value) = value {
                    self.emit_stored_object(target, value);
                    self.own_stored(target, self.expr_location(value));
                }
                return self.visit_expr(target);
            }
        };
        if let Some(value) = value {
            self.box_primitive(value);
        }
        self.emit_unpack(target, elements);
        let values = match value {
            Some(Expr::Tuple(tuple)) => {
                let starred = tuple.elts.iter().chain(elements).any(Expr::is_starred_expr);
                (tuple.elts.len() == elements.len() && !starred).then_some(&tuple.elts[..])
            }
            _ => None,
        };
        for (position, element) in elements.iter().enumerate() {
            self.store_converted(element, values.map(|values| &values[position]));
        }
    }

    /// Stores a value of which nothing is known: an item of an iterator, what a manager gives.
    pub(in crate::build) fn store_target(&mut self, target: &'a Expr) {
        if self.typed_facts().is_some() { self.store_converted(target, None) } else { self.visit_expr(target) }
    }

    /// `target: annotation = value`; the annotation is left to ordinary code.
    pub(in crate::build) fn convert_annotated(&mut self, assign: &'a StmtAnnAssign, value: &'a Expr) {
        if let Some(wanted) = self.type_id(&*assign.target) {
            self.emit_conversion(wanted, self.type_id(value), self.expr_location(value));
            self.emit_stored_object(&assign.target, value);
        }
        if self.keeps_objects(&assign.target) {
            self.box_primitive(value);
        }
        self.own_stored(&assign.target, self.expr_location(value));
    }

    /// Whether a target is an attribute or an item of an object of which nothing is known, whatever its annotation says.
    fn keeps_objects(&self, target: &Expr) -> bool {
        match target {
            Expr::Attribute(attribute) => self.attribute_plan(attribute).is_none(),
            Expr::Subscript(_) => self.primitive_of(target).is_none(),
            _ => false,
        }
    }

    /// Takes the object that a name is about to get.
    fn emit_stored_object(&mut self, target: &Expr, value: &Expr) {
        if target.is_name_expr() && self.primitive_of(target).is_none() {
            self.emit_taken(value, self.expr_location(value));
        }
    }

    /// `target += value`
    pub(super) fn build_typed_aug_assign(&mut self, assign: &'a StmtAugAssign, location: Location) -> bool {
        let primitive = self.primitive_of(assign).or_else(|| self.primitive_of(&*assign.target));
        match &*assign.target {
            Expr::Name(name) => {
                self.load_augmented_name(name);
                self.emit_augmented(assign, primitive, location);
                self.visit_expr(&assign.target);
            }
            Expr::Attribute(attribute) => self.build_aug_attribute(assign, attribute, primitive, location),
            Expr::Subscript(subscript) => return self.build_aug_subscript(assign, subscript, primitive, location),
            _ => return false,
        }
        true
    }

    /// The value of a name that is stored in afterwards.
    fn load_augmented_name(&mut self, name: &'a ExprName) {
        let location = self.location(name);
        match self.primitive_of(name) {
            Some(code) => {
                let id = self.name_of(node_index(name), &name.id);
                let local = self.primitive_local(id);
                self.load_primitive(local, code, location);
            }
            None => self.emit_text_access(&name.id, ExprContext::Load, location),
        }
    }

    fn build_aug_attribute(
        &mut self,
        assign: &'a StmtAugAssign,
        attribute: &'a ExprAttribute,
        primitive: Option<TypeCode>,
        location: Location,
    ) {
        let plan = self.attribute_plan(attribute);
        let at_target = self.expr_location(&assign.target);
        let at_name = self.update_start_location_to_match_attr(at_target, attribute);
        self.visit_expr(&attribute.value);
        self.emit_duplicate(at_target);
        let name = self.names.intern(attribute.attr.as_str());
        match plan {
            Some(plan) => self.emit_attribute_load(plan, at_name),
            None => self.emit_name(Opcode::LoadAttr, name, at_name),
        }
        let boxed = primitive.filter(|_| plan.is_none());
        if let Some(code) = boxed {
            self.emit_unbox(code, None, at_name);
        }
        self.emit_augmented(assign, primitive, location);
        if let Some(code) = boxed {
            self.emit_with_code(Opcode::PrimitiveBox, code, at_name);
        }
        self.emit_swap(2, at_name);
        match plan {
            Some(plan) => self.emit_attribute_store(plan, primitive, at_name),
            None => self.emit_name(Opcode::StoreAttr, name, at_name),
        }
    }

    fn build_aug_subscript(
        &mut self,
        assign: &'a StmtAugAssign,
        subscript: &'a ExprSubscript,
        primitive: Option<TypeCode>,
        location: Location,
    ) -> bool {
        if !self.is_typed_subscript(subscript) {
            return false;
        }
        let at_target = self.expr_location(&assign.target);
        self.visit_expr(&subscript.value);
        self.visit_expr(&subscript.slice);
        self.emit_arg(Opcode::Copy, 2, at_target);
        self.emit_arg(Opcode::Copy, 2, at_target);
        self.emit_typed_subscript(subscript, ExprContext::Load, at_target);
        self.emit_augmented(assign, primitive, location);
        if let Some(code) = primitive {
            self.emit_through_local(code, location);
        }
        self.emit_swap(3, at_target);
        self.emit_swap(2, at_target);
        self.emit_typed_subscript(subscript, ExprContext::Store, at_target);
        true
    }

    /// The operator, applied to the target's value on the stack; what it makes becomes what the target is.
    fn emit_augmented(&mut self, assign: &'a StmtAugAssign, primitive: Option<TypeCode>, location: Location) {
        if let Some(code) = primitive {
            return self.emit_augmented_primitive(assign, code);
        }
        self.visit_boxed(&assign.value);
        self.emit_binary_op(assign.op, true, location);
        if !self.makes_exact_int(assign)
            && let Some(wanted) = self.type_id(assign)
        {
            self.emit_conversion(wanted, None, location);
        }
    }

    /// Whether arithmetic on two exact ints makes an int.
    fn makes_exact_int(&self, assign: &StmtAugAssign) -> bool {
        let is_exact_int = |node: &Expr| {
            self.type_of(node)
                .is_some_and(|fact| fact.is_int && fact.is_exact && !matches!(fact.kind, TypeKind::Dynamic))
        };
        !matches!(assign.op, Operator::Div | Operator::Pow | Operator::MatMult)
            && is_exact_int(&assign.target)
            && is_exact_int(&assign.value)
    }
}
