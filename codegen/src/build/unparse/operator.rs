//! Operators → text, with the parentheses their precedence needs.
//!
//! `a+(b+c)` → `a + (b + c)`, `(a+b)+c` → `a + b + c`.
//!
//! Invariant: parsing the text gives the same tree.

use super::{Precedence, Unparser};
use ruff_python_ast::{BoolOp, ExprBinOp, ExprBoolOp, ExprCompare, ExprUnaryOp, Operator, UnaryOp};

impl Unparser<'_> {
    pub(super) fn bool_operation(&mut self, node: &ExprBoolOp, level: Precedence) {
        let (operator, own) = match node.op {
            BoolOp::And => (" and ", Precedence::And),
            BoolOp::Or => (" or ", Precedence::Or),
        };
        self.grouped(level, own, |it| {
            for (index, value) in node.values.iter().enumerate() {
                if index > 0 {
                    it.text(operator);
                }
                it.expr(value, own.stronger());
            }
        });
    }

    pub(super) fn binary_operation(&mut self, node: &ExprBinOp, level: Precedence) {
        let own = binary_precedence(node.op);
        let (left, right) = match node.op {
            Operator::Pow => (own.stronger(), own),
            _ => (own, own.stronger()),
        };
        self.grouped(level, own, |it| {
            it.expr(&node.left, left);
            it.text(" ");
            it.text(node.op.as_str());
            it.text(" ");
            it.expr(&node.right, right);
        });
    }

    pub(super) fn unary_operation(&mut self, node: &ExprUnaryOp, level: Precedence) {
        let (operator, own) = match node.op {
            UnaryOp::Invert => ("~", Precedence::Factor),
            UnaryOp::Not => ("not ", Precedence::Not),
            UnaryOp::UAdd => ("+", Precedence::Factor),
            UnaryOp::USub => ("-", Precedence::Factor),
        };
        self.grouped(level, own, |it| {
            it.text(operator);
            it.expr(&node.operand, own);
        });
    }

    pub(super) fn comparison(&mut self, node: &ExprCompare, level: Precedence) {
        let operand = Precedence::Comparison.stronger();
        self.grouped(level, Precedence::Comparison, |it| {
            it.expr(&node.left, operand);
            for (op, comparator) in node.ops.iter().zip(&node.comparators) {
                it.text(" ");
                it.text(op.as_str());
                it.text(" ");
                it.expr(comparator, operand);
            }
        });
    }
}

const fn binary_precedence(operator: Operator) -> Precedence {
    match operator {
        Operator::Add | Operator::Sub => Precedence::Arithmetic,
        Operator::Mult | Operator::MatMult | Operator::Div | Operator::Mod | Operator::FloorDiv => Precedence::Term,
        Operator::LShift | Operator::RShift => Precedence::Shift,
        Operator::BitOr => Precedence::BitOr,
        Operator::BitXor => Precedence::BitXor,
        Operator::BitAnd => Precedence::BitAnd,
        Operator::Pow => Precedence::Power,
    }
}
