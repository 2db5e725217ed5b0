//! `v[i]`
//!
//! Invariant: `v` and `i` are bound already.

use crate::bind::Binder;
use crate::errors::Check;
use crate::types::Value;
use ruff_python_ast::ExprSubscript;

impl<'a> Binder<'_, 'a> {
    /// `value.bind_subscr(node, type, visitor, type_ctx)`
    pub fn bind_subscr(&mut self, _value: Value, node: &'a ExprSubscript, _slice: Value, _context: Option<Value>) -> Check<()> {
        self.set_type(node, Value::DYNAMIC);
        Ok(())
    }
}
