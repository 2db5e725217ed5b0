//! `for x in v`
//!
//! Invariant: `v` is bound already.

use crate::bind::Binder;
use crate::errors::Check;
use crate::types::Value;
use ruff_python_ast::Expr;

impl<'a> Binder<'_, 'a> {
    /// `value.get_iter_type(node, visitor)`
    pub fn iter_type(&mut self, _value: Value, _node: &'a Expr) -> Value {
        Value::DYNAMIC
    }

    /// `value.bind_forloop_target(target, visitor)`
    pub fn bind_loop_target(&mut self, _value: Value, target: &'a Expr) -> Check<()> {
        self.visit_expr(target, None);
        Ok(())
    }

    /// `value.get_fast_len_type()`: the type code of a fast length, if there is one.
    pub fn fast_len_type(&self, _value: Value) -> Option<u8> {
        None
    }
}
