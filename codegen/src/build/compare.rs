//! Comparisons and chains of them.
//!
//! ```text
//! a < b < c      LOAD a · LOAD b · SWAP 2 · COPY 2 · < · COPY 1 · TO_BOOL · POP_JUMP_IF_FALSE cleanup
//!                POP_TOP · LOAD c · < · JUMP end · cleanup: SWAP 2 · POP_TOP · end:
//! ```
//!
//! Invariant: each operand is evaluated once, and those after the first false comparison not at all.

use super::Builder;
use crate::{Label, Opcode};
use pyclast_syntax::Location;
use ruff_python_ast::{CmpOp, Expr, ExprCompare};

impl<'a> Builder<'a> {
    /// A comparison as a value (`codegen_compare`).
    pub(super) fn visit_comparison(&mut self, expr: &'a Expr, comparison: &'a ExprCompare) {
        let location = self.expr_location(expr);
        self.check_comparison(expr, comparison);
        self.visit_expr(&comparison.left);
        let Some((last, links)) = links(comparison) else { return };
        if links.len() == 0 {
            self.visit_expr(last.1);
            return self.emit_compare(last.0, location);
        }
        let cleanup = self.new_label();
        for (op, comparator) in links {
            self.visit_expr(comparator);
            self.emit_arg(Opcode::Swap, 2, location);
            self.emit_arg(Opcode::Copy, 2, location);
            self.emit_compare(op, location);
            self.emit_arg(Opcode::Copy, 1, location);
            self.emit_truth_jump(false, cleanup, location);
            self.emit(Opcode::PopTop, location);
        }
        self.visit_expr(last.1);
        self.emit_compare(last.0, location);
        let end = self.new_label();
        self.emit_jump(Opcode::JumpNoInterrupt, end, Location::NONE);
        self.use_label(cleanup);
        self.emit_arg(Opcode::Swap, 2, location);
        self.emit(Opcode::PopTop, location);
        self.use_label(end);
    }

    /// Jumps on a chain of comparisons (`codegen_jump_if`, `Compare_kind`).
    pub(super) fn jump_if_chain(
        &mut self,
        expr: &'a Expr,
        comparison: &'a ExprCompare,
        target: Label,
        condition: bool,
    ) {
        let location = self.expr_location(expr);
        self.check_comparison(expr, comparison);
        let Some((last, links)) = links(comparison) else { return };
        let cleanup = self.new_label();
        self.visit_expr(&comparison.left);
        for (op, comparator) in links {
            self.visit_expr(comparator);
            self.emit_arg(Opcode::Swap, 2, location);
            self.emit_arg(Opcode::Copy, 2, location);
            self.emit_compare(op, location);
            self.emit_truth_jump(false, cleanup, location);
        }
        self.visit_expr(last.1);
        self.emit_compare(last.0, location);
        self.emit_truth_jump(condition, target, location);
        let end = self.new_label();
        self.emit_jump(Opcode::JumpNoInterrupt, end, Location::NONE);
        self.use_label(cleanup);
        self.emit(Opcode::PopTop, location);
        if !condition {
            self.emit_jump(Opcode::JumpNoInterrupt, target, Location::NONE);
        }
        self.use_label(end);
    }

    /// One comparison operator (`codegen_addcompare`).
    pub(super) fn emit_compare(&mut self, op: CmpOp, location: Location) {
        let (opcode, oparg) = match op {
            CmpOp::Is => (Opcode::IsOp, 0),
            CmpOp::IsNot => (Opcode::IsOp, 1),
            CmpOp::In => (Opcode::ContainsOp, 0),
            CmpOp::NotIn => (Opcode::ContainsOp, 1),
            // `Py_LT` … shifted, and the mask of outcomes: unordered 1, less 2, greater 4, equal 8.
            CmpOp::Lt => (Opcode::CompareOp, 2),
            CmpOp::LtE => (Opcode::CompareOp, 1 << 5 | 2 | 8),
            CmpOp::Eq => (Opcode::CompareOp, 2 << 5 | 8),
            CmpOp::NotEq => (Opcode::CompareOp, 3 << 5 | 1 | 2 | 4),
            CmpOp::Gt => (Opcode::CompareOp, 4 << 5 | 4),
            CmpOp::GtE => (Opcode::CompareOp, 5 << 5 | 4 | 8),
        };
        self.emit_arg(opcode, oparg, location);
    }
}

/// One operator and what stands right of it.
type Link<'a> = (CmpOp, &'a Expr);

/// The last link of a chain, and those before it.
fn links(comparison: &ExprCompare) -> Option<(Link<'_>, impl ExactSizeIterator<Item = Link<'_>>)> {
    let (&last_op, ops) = comparison.ops.split_last()?;
    let (last, comparators) = comparison.comparators.split_last()?;
    Some(((last_op, last), ops.iter().copied().zip(comparators)))
}
