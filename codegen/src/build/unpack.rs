//! Assignment to several targets at once.
//!
//! ```text
//! a, *b, c = x      LOAD x · UNPACK_EX 1 before, 1 after · STORE a · STORE b · STORE c
//! ```
//!
//! Invariant: at most one starred target.

use super::Builder;
use crate::Opcode;
use ruff_python_ast::Expr;

/// Targets before the star fit one byte, those after it 23 bits.
const MAX_BEFORE: usize = 1 << 8;
const MAX_AFTER: usize = i32::MAX as usize >> 8;

impl<'a> Builder<'a> {
    /// Unpacks the value on the stack into targets (`assignment_helper`).
    pub(super) fn emit_unpacking(&mut self, expr: &'a Expr, targets: &'a [Expr]) {
        self.emit_unpack(expr, targets);
        for target in targets {
            match target {
                Expr::Starred(starred) => self.visit_expr(&starred.value),
                _ => self.visit_expr(target),
            }
        }
    }

    /// `UNPACK_SEQUENCE` or `UNPACK_EX` (`unpack_helper`).
    pub(super) fn emit_unpack(&mut self, expr: &'a Expr, targets: &'a [Expr]) {
        let location = self.expr_location(expr);
        let mut stars = targets.iter().enumerate().filter(|(_, target)| target.is_starred_expr());
        let Some((before, _)) = stars.next() else {
            return self.emit_arg(Opcode::UnpackSequence, targets.len(), location);
        };
        let after = targets.len() - before - 1;
        if before >= MAX_BEFORE || after >= MAX_AFTER {
            return self.error(self.expr_span(expr), "too many expressions in star-unpacking assignment");
        }
        self.emit_arg(Opcode::UnpackEx, before | after << 8, location);
        if stars.next().is_some() {
            self.error(self.expr_span(expr), "multiple starred expressions in assignment");
        }
    }
}
