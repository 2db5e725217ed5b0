//! Conditions: `and`, `or`, and jumps on the truth of an expression.
//!
//! ```text
//! x = a and b          LOAD a · JUMP_IF_FALSE end · POP_TOP · LOAD b · end: STORE x
//! if a and not b: …    LOAD a · TO_BOOL · POP_JUMP_IF_FALSE else · LOAD b · TO_BOOL · POP_JUMP_IF_TRUE else
//! ```
//!
//! Invariant: a condition that only decides a jump is never made a value, except where a value was
//! needed anyway.

use super::Builder;
use crate::{Label, Opcode};
use pyclast_syntax::Location;
use ruff_python_ast::{BoolOp, Expr, ExprBoolOp, ExprIf, UnaryOp};

impl<'a> Builder<'a> {
    /// `a and b`, `a or b` as a value (`codegen_boolop`).
    pub(super) fn visit_bool_operation(&mut self, expr: &'a Expr, operation: &'a ExprBoolOp) {
        let location = self.expr_location(expr);
        let opcode = match operation.op {
            BoolOp::And => Opcode::JumpIfFalse,
            BoolOp::Or => Opcode::JumpIfTrue,
        };
        let end = self.new_label();
        if let Some((last, firsts)) = operation.values.split_last() {
            for value in firsts {
                self.visit_expr(value);
                self.emit_jump(opcode, end, location);
                self.emit(Opcode::PopTop, location);
            }
            self.visit_expr(last);
        }
        self.use_label(end);
    }

    /// Jumps to `target` if `test` is `condition`, else goes on (`codegen_jump_if`).
    pub(super) fn jump_if(&mut self, location: Location, test: &'a Expr, target: Label, condition: bool) {
        if self.facts.is_some() && self.jump_if_typed(test, target, condition) {
            return;
        }
        match test {
            Expr::UnaryOp(operation) if operation.op == UnaryOp::Not => {
                self.jump_if(location, &operation.operand, target, !condition);
            }
            Expr::BoolOp(operation) => self.jump_if_bool_operation(location, operation, target, condition),
            Expr::If(conditional) => self.jump_if_conditional(location, conditional, target, condition),
            Expr::Compare(comparison) if comparison.ops.len() > 1 => {
                self.jump_if_chain(test, comparison, target, condition);
            }
            _ => {
                self.visit_expr(test);
                self.emit_truth_jump(condition, target, self.expr_location(test));
            }
        }
    }

    fn jump_if_bool_operation(
        &mut self,
        location: Location,
        operation: &'a ExprBoolOp,
        target: Label,
        condition: bool,
    ) {
        // What one operand must be to decide the whole.
        let deciding = operation.op == BoolOp::Or;
        // Decided against the jump: go on after the whole.
        let skip = (deciding != condition).then(|| self.new_label());
        if let Some((last, firsts)) = operation.values.split_last() {
            for value in firsts {
                self.jump_if(location, value, skip.unwrap_or(target), deciding);
            }
            self.jump_if(location, last, target, condition);
        }
        if let Some(skip) = skip {
            self.use_label(skip);
        }
    }

    fn jump_if_conditional(&mut self, location: Location, conditional: &'a ExprIf, target: Label, condition: bool) {
        let end = self.new_label();
        let orelse = self.new_label();
        self.jump_if(location, &conditional.test, orelse, false);
        self.jump_if(location, &conditional.body, target, condition);
        self.emit_jump(Opcode::JumpNoInterrupt, end, Location::NONE);
        self.use_label(orelse);
        self.jump_if(location, &conditional.orelse, target, condition);
        self.use_label(end);
    }
}
