//! Comparisons of primitives, and chains with them.
//!
//! ```text
//! a < b   (int64)     a · b · PRIMITIVE_COMPARE_OP <            a in l   (a: int64)    a · PRIMITIVE_BOX · l · CONTAINS_OP
//! ```
//!
//! Invariant: each link of a chain leaves what it is: a `cbool` if it compares primitives, an object if not; a chain that
//! is a value has one of both on all ways.

use super::super::Builder;
use crate::{Label, Opcode};
use pyclast_syntax::type_facts::{TypeCode, TypeId, TypeKind};
use pyclast_syntax::{Location, node_index};
use ruff_python_ast::{CmpOp, Expr, ExprCompare};

/// What a value on the stack is.
#[derive(Clone, Copy)]
struct Held {
    id: Option<TypeId>,
    primitive: Option<TypeCode>,
}

impl<'a> Builder<'a> {
    /// A comparison as a value, if it has to do with primitives.
    pub(super) fn visit_typed_comparison(&mut self, expr: &'a Expr, comparison: &'a ExprCompare) -> bool {
        if !self.compares_primitives(comparison) {
            return false;
        }
        let location = self.expr_location(expr);
        self.check_comparison(expr, comparison);
        let wanted = self.primitive_of(expr);
        self.visit_expr(&comparison.left);
        let mut held = self.held(&comparison.left);
        let last = comparison.ops.len() - 1;
        let cleanup = self.new_label();
        for (position, comparator) in comparison.comparators.iter().enumerate() {
            let is_last = position == last;
            let made;
            (held, made) = self.emit_link(comparison, position, comparator, held, !is_last, location);
            if !is_last {
                self.emit_result(made, wanted, location);
                self.emit_duplicate(location);
                self.emit_jump_on(false, wanted, cleanup, location);
                self.emit(Opcode::PopTop, location);
            } else {
                self.emit_result(made, wanted, location);
            }
        }
        if last > 0 {
            let end = self.new_label();
            self.emit_jump(Opcode::JumpNoInterrupt, end, Location::NONE);
            self.use_label(cleanup);
            self.emit_swap(2, location);
            self.emit(Opcode::PopTop, location);
            self.use_label(end);
        }
        true
    }

    /// Jumps on a chain of comparisons with primitives.
    pub(super) fn jump_if_typed_chain(
        &mut self,
        expr: &'a Expr,
        comparison: &'a ExprCompare,
        target: Label,
        condition: bool,
    ) {
        let location = self.expr_location(expr);
        self.check_comparison(expr, comparison);
        let cleanup = self.new_label();
        self.visit_expr(&comparison.left);
        let mut held = self.held(&comparison.left);
        let last = comparison.ops.len() - 1;
        for (position, comparator) in comparison.comparators.iter().enumerate() {
            let is_last = position == last;
            let made;
            (held, made) = self.emit_link(comparison, position, comparator, held, !is_last, location);
            let (goal, when) = if is_last { (target, condition) } else { (cleanup, false) };
            self.emit_jump_on(when, made, goal, location);
        }
        let end = self.new_label();
        self.emit_jump(Opcode::JumpNoInterrupt, end, Location::NONE);
        self.use_label(cleanup);
        self.emit(Opcode::PopTop, location);
        if !condition {
            self.emit_jump(Opcode::JumpNoInterrupt, target, Location::NONE);
        }
        self.use_label(end);
    }

    /// Whether an operand or an operator is of a primitive.
    pub(super) fn compares_primitives(&self, comparison: &ExprCompare) -> bool {
        let node = node_index(comparison);
        let Some(facts) = self.typed_facts() else { return false };
        self.primitive_of(&*comparison.left).is_some()
            || comparison.comparators.iter().any(|operand| self.primitive_of(operand).is_some())
            || (0..).zip(&*comparison.ops).any(|(position, _)| {
                let id = facts.comparisons.get(&(node, position));
                id.is_some_and(|&id| matches!(facts.get(id).kind, TypeKind::Primitive(_)))
            })
    }

    fn held(&self, expr: &Expr) -> Held {
        Held { id: self.type_id(expr), primitive: self.primitive_of(expr) }
    }

    /// One link: its left operand is on the stack. What is kept of the right one, and which primitive was made.
    fn emit_link(
        &mut self,
        comparison: &'a ExprCompare,
        position: usize,
        right: &'a Expr,
        left: Held,
        keep: bool,
        location: Location,
    ) -> (Held, Option<TypeCode>) {
        let common = self.comparison_type(comparison, position);
        let held = match common {
            Some((id, code)) => {
                self.emit_held_conversion(left, id, code, location);
                self.visit_right(right, id, code, false, location);
                Held { id: Some(id), primitive: Some(code) }
            }
            None => {
                if let Some(code) = left.primitive {
                    self.emit_with_code(Opcode::PrimitiveBox, code, location);
                }
                self.visit_boxed(right);
                let id = if self.primitive_of(right).is_some() { None } else { self.type_id(right) };
                Held { id, primitive: None }
            }
        };
        if keep {
            self.emit_swap(2, location);
            self.emit_arg(Opcode::Copy, 2, location);
        }
        let op = comparison.ops[position];
        match common {
            Some((_, code)) => {
                self.emit_arg(Opcode::PrimitiveCompareOp, primitive_operand(op, code), location);
                (held, Some(TypeCode::Bool))
            }
            None => {
                self.emit_compare(op, location);
                (held, None)
            }
        }
    }

    /// The primitive that a link compares in.
    fn comparison_type(&self, comparison: &ExprCompare, position: usize) -> Option<(TypeId, TypeCode)> {
        let facts = self.typed_facts()?;
        let position = u32::try_from(position).ok()?;
        let id = *facts.comparisons.get(&(node_index(comparison), position))?;
        match facts.get(id).kind {
            TypeKind::Primitive(code) => Some((id, code)),
            _ => None,
        }
    }

    fn emit_held_conversion(&mut self, held: Held, target: TypeId, code: TypeCode, location: Location) {
        match held.primitive {
            Some(from) => self.emit_primitive_conversion(from, code, location),
            None => self.emit_conversion(target, held.id, location),
        }
    }

    /// Makes the result of a link what the whole comparison is.
    fn emit_result(&mut self, made: Option<TypeCode>, wanted: Option<TypeCode>, location: Location) {
        match (made, wanted) {
            (Some(code), None) => self.emit_with_code(Opcode::PrimitiveBox, code, location),
            (None, Some(_)) => {
                self.emit(Opcode::ToBool, location);
                self.emit_unbox(TypeCode::Bool, None, location);
            }
            _ => {}
        }
    }
}

/// `PRIM_OP_EQ_INT`, …
const fn primitive_operand(op: CmpOp, code: TypeCode) -> usize {
    let order = match op {
        CmpOp::Eq | CmpOp::Is | CmpOp::In => 0,
        CmpOp::NotEq | CmpOp::IsNot | CmpOp::NotIn => 1,
        CmpOp::Lt => 2,
        CmpOp::LtE => 3,
        CmpOp::Gt => 4,
        CmpOp::GtE => 5,
    };
    match code {
        TypeCode::Double => order + 10,
        _ if order < 2 || code.is_signed() => order,
        _ => order + 4,
    }
}
