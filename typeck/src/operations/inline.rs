//! Calls of `@inline` functions.
//!
//! Invariant: a call is inlined once, however often a loop's body is bound.

use crate::bind::Binder;
use crate::errors::Check;
use crate::types::FunctionId;
use ruff_python_ast::ExprCall;

impl<'a> Binder<'_, 'a> {
    /// `Function.bind_inline_call`; the plan of the call is in the facts already (`CallPlan::Function`).
    pub fn bind_inline_call(&mut self, node: &'a ExprCall, function: FunctionId) -> Check<()> {
        let _ = (node, function);
        Ok(())
    }
}
