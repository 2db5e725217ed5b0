//! Expressions.
//!
//! Invariant: what an expression raises is reported at it; it has a type afterwards.

use super::{Binder, Effect};
use crate::types::Value;
use ruff_python_ast::Expr;

impl<'a> Binder<'_, 'a> {
    /// Binds an expression; `context` is the type it is wanted as (`type_ctx`, an instance).
    pub fn visit_expr(&mut self, expression: &'a Expr, _context: Option<Value>) -> Effect {
        self.set_type(expression, Value::DYNAMIC);
        Effect::None
    }
}
