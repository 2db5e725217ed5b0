//! Arithmetic.
//!
//! Invariant: the operands are bound already.

use crate::bind::Binder;
use crate::errors::Check;
use crate::types::Value;
use ruff_python_ast::ExprBinOp;

impl<'a> Binder<'_, 'a> {
    /// `left.bind_binop(node, visitor, type_ctx)`: whether it knows the result.
    pub fn bind_binop(&mut self, _left: Value, node: &'a ExprBinOp, _context: Option<Value>) -> Check<bool> {
        self.set_type(node, Value::DYNAMIC);
        Ok(false)
    }

    /// `right.bind_reverse_binop(node, visitor, type_ctx)`
    pub fn bind_reverse_binop(&mut self, _right: Value, node: &'a ExprBinOp, _context: Option<Value>) -> Check<bool> {
        self.set_type(node, Value::DYNAMIC);
        Ok(false)
    }
}
