//! Conditions of static code.
//!
//! ```text
//! if n: …    (n: int64)     n · POP_JUMP_IF_ZERO else         if l: …   (l: list)     l · FAST_LEN · POP_JUMP_IF_ZERO else
//! ```
//!
//! Invariant: where two ways meet, both have left the same representation.

use super::super::Builder;
use crate::{Constant, Label, Opcode};
use pyclast_syntax::type_facts::TypeCode;
use pyclast_syntax::{Location, node_index};
use ruff_python_ast::{BoolOp, Expr, ExprBoolOp, ExprIf, ExprNamed, UnaryOp};

/// `PRIM_OP_NE_DBL`
const NOT_EQUAL_DOUBLE: usize = 11;

impl<'a> Builder<'a> {
    /// Jumps on a test that is a primitive, or has a fast length; whether it did.
    pub(in crate::build) fn jump_if_typed(&mut self, test: &'a Expr, target: Label, condition: bool) -> bool {
        if self.typed_facts().is_none() {
            return false;
        }
        match test {
            Expr::UnaryOp(operation) if operation.op == UnaryOp::Not => return false,
            Expr::BoolOp(_) | Expr::If(_) => return false,
            Expr::Compare(comparison) if comparison.ops.len() > 1 => {
                if self.compares_primitives(comparison) {
                    self.jump_if_typed_chain(test, comparison, target, condition);
                    return true;
                }
                return false;
            }
            _ => {}
        }
        let location = self.expr_location(test);
        let primitive = self.primitive_of(test);
        if primitive.is_some() {
            self.visit_expr(test);
            self.emit_jump_on(condition, primitive, target, location);
            return true;
        }
        let Some((sequence, is_exact)) = self.sequence_of(test) else { return false };
        self.visit_expr(test);
        self.emit_fast_len(sequence, is_exact, location);
        self.emit_jump_on(condition, Some(TypeCode::Int64), target, location);
        true
    }

    /// Jumps if the value on the stack, a primitive or an object, is (or is not) true.
    pub(super) fn emit_jump_on(
        &mut self,
        condition: bool,
        primitive: Option<TypeCode>,
        target: Label,
        location: Location,
    ) {
        match primitive {
            None => return self.emit_truth_jump(condition, target, location),
            // Doubles are no integers to jump on.
            Some(TypeCode::Double) => {
                self.emit_primitive_const(Constant::Float(0.0), TypeCode::Double, location);
                self.emit_arg(Opcode::PrimitiveCompareOp, NOT_EQUAL_DOUBLE, location);
            }
            Some(_) => {}
        }
        let opcode = if condition { Opcode::PopJumpIfNonzero } else { Opcode::PopJumpIfZero };
        self.emit_jump(opcode, target, location);
    }

    /// `a and b`, `a or b` with primitives, as a value.
    pub(super) fn visit_typed_bool_operation(&mut self, expr: &'a Expr, operation: &'a ExprBoolOp) -> bool {
        let wanted = self.primitive_of(expr);
        if wanted.is_none() && operation.values.iter().all(|value| self.primitive_of(value).is_none()) {
            return false;
        }
        let location = self.expr_location(expr);
        let end = self.new_label();
        if let Some((last, firsts)) = operation.values.split_last() {
            for value in firsts {
                self.visit_as(expr, value);
                self.emit_duplicate(location);
                self.emit_jump_on(operation.op == BoolOp::Or, wanted, end, location);
                self.emit(Opcode::PopTop, location);
            }
            self.visit_as(expr, last);
        }
        self.use_label(end);
        true
    }

    /// `body if test else orelse` with primitives.
    pub(super) fn visit_typed_conditional(&mut self, expr: &'a Expr, conditional: &'a ExprIf) -> bool {
        let parts = [&*conditional.body, &*conditional.orelse];
        if self.primitive_of(expr).is_none() && parts.iter().all(|&part| self.primitive_of(part).is_none()) {
            return false;
        }
        let end = self.new_label();
        let next = self.new_label();
        self.jump_if(self.expr_location(expr), &conditional.test, next, false);
        self.visit_as(expr, &conditional.body);
        self.emit_jump(Opcode::JumpNoInterrupt, end, Location::NONE);
        self.use_label(next);
        self.visit_as(expr, &conditional.orelse);
        self.use_label(end);
        true
    }

    /// Builds a part of an expression as what the whole is: that primitive, or an object.
    fn visit_as(&mut self, whole: &'a Expr, part: &'a Expr) {
        match (self.primitive_of(whole), self.type_id(whole)) {
            (Some(_), Some(wanted)) => {
                self.visit_expr(part);
                self.emit_conversion(wanted, self.type_id(part), self.expr_location(part));
            }
            _ => self.visit_boxed(part),
        }
    }

    /// `target := value`
    pub(super) fn visit_typed_named(&mut self, expr: &'a Expr, named: &'a ExprNamed) -> bool {
        let Some(target) = self.type_id(&*named.target) else { return false };
        let location = self.expr_location(expr);
        self.visit_expr(&named.value);
        self.emit_conversion(target, self.type_id(&*named.value), location);
        if self.primitive_of(&*named.target).is_none() {
            self.emit_taken(&named.value, location);
        }
        self.own_named(named, location);
        self.emit_duplicate(location);
        self.visit_expr(&named.target);
        true
    }

    /// What is known of the test of an `if` (`get_bool_const`).
    pub(in crate::build) fn known_test(&self, test: &Expr) -> Option<bool> {
        let facts = self.typed_facts()?;
        match self.constant_of(test) {
            Some(constant) => Some(constant.is_truthy()),
            None => facts.known_tests.get(&node_index(test)).copied(),
        }
    }
}
