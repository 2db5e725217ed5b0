//! `-v`, `~v`, `not v`, `await v`.
//!
//! Invariant: the operand is bound already.

use crate::bind::Binder;
use crate::errors::Check;
use crate::types::Value;
use ruff_python_ast::{ExprAwait, ExprUnaryOp};

impl<'a> Binder<'_, 'a> {
    /// `value.bind_unaryop(node, visitor, type_ctx)`
    pub fn bind_unaryop(&mut self, _value: Value, node: &'a ExprUnaryOp, _context: Option<Value>) -> Check<()> {
        self.set_type(node, Value::DYNAMIC);
        Ok(())
    }

    /// `value.bind_await(node, visitor, type_ctx)`
    pub fn bind_await(&mut self, _value: Value, node: &'a ExprAwait) {
        self.set_type(node, Value::DYNAMIC);
    }
}
