//! Expressions of static code: which file builds which.

use super::super::Builder;
use ruff_python_ast::Expr;

impl<'a> Builder<'a> {
    /// Builds an expression that the checker knows more of; whether it did.
    pub(in crate::build) fn visit_typed_expr(&mut self, expr: &'a Expr) -> bool {
        let Some(_facts) = self.typed_facts() else { return false };
        let _ = (expr, self.type_of(expr), self.primitive_of(expr), self.type_id(expr));
        false
    }
}
