//! Unary and binary operators.
//!
//! ```text
//! a - b      LOAD a · LOAD b · BINARY_OP -        not a      LOAD a · TO_BOOL · UNARY_NOT
//! ```
//!
//! Invariant: nothing is folded here; the graph folds.

use super::Builder;
use crate::Opcode;
use pyclast_syntax::Location;
use ruff_python_ast::{Expr, ExprBinOp, ExprUnaryOp, Operator, UnaryOp};

/// `INTRINSIC_UNARY_POSITIVE`
const INTRINSIC_UNARY_POSITIVE: usize = 5;

/// What the in-place operators' operands are above the plain ones' (`NB_INPLACE_ADD - NB_ADD`).
const IN_PLACE: usize = 13;

impl<'a> Builder<'a> {
    /// `left op right`; `"%s" % (x,)` as an f-string.
    pub(super) fn visit_binary_operation(&mut self, expr: &'a Expr, operation: &'a ExprBinOp) {
        if let Some(pieces) = self.percent_format(operation) {
            return self.emit_joined_string(self.expr_location(expr), pieces);
        }
        self.visit_expr(&operation.left);
        self.visit_expr(&operation.right);
        self.emit_binary_op(operation.op, false, self.expr_location(expr));
    }

    /// `BINARY_OP` (`addop_binary`).
    pub(super) fn emit_binary_op(&mut self, operator: Operator, inplace: bool, location: Location) {
        let oparg = binary_operand(operator) + if inplace { IN_PLACE } else { 0 };
        self.emit_arg(Opcode::BinaryOp, oparg, location);
    }

    /// `op operand`
    pub(super) fn visit_unary_operation(&mut self, expr: &'a Expr, operation: &'a ExprUnaryOp) {
        self.visit_expr(&operation.operand);
        let location = self.expr_location(expr);
        match operation.op {
            UnaryOp::UAdd => self.emit_arg(Opcode::CallIntrinsic1, INTRINSIC_UNARY_POSITIVE, location),
            UnaryOp::Not => {
                self.emit(Opcode::ToBool, location);
                self.emit(Opcode::UnaryNot, location);
            }
            UnaryOp::Invert => self.emit(Opcode::UnaryInvert, location),
            UnaryOp::USub => self.emit(Opcode::UnaryNegative, location),
        }
    }
}

/// `NB_ADD` …
const fn binary_operand(operator: Operator) -> usize {
    match operator {
        Operator::Add => 0,
        Operator::BitAnd => 1,
        Operator::FloorDiv => 2,
        Operator::LShift => 3,
        Operator::MatMult => 4,
        Operator::Mult => 5,
        Operator::Mod => 6,
        Operator::BitOr => 7,
        Operator::Pow => 8,
        Operator::RShift => 9,
        Operator::Sub => 10,
        Operator::Div => 11,
        Operator::BitXor => 12,
    }
}
