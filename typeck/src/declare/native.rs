//! `@native("lib.so")`
//!
//! Invariant: a native function has no body, and primitive parameters.

use crate::bind::Binder;
use crate::errors::Check;
use crate::program::Checker;
use crate::types::Value;
use ruff_python_ast::{Expr, ExprCall};

impl<'a> Checker<'a> {
    /// `NativeDecorator.resolve_decorate_function`
    pub fn decorate_native(&mut self, function: Value, decorator: &'a Expr) -> Check<Option<Value>> {
        let _ = (function, decorator);
        Ok(None)
    }
}

impl<'a> Binder<'_, 'a> {
    /// The checks of `NativeDecorator.bind_call_self` after the arguments are bound. Sets the type of the call.
    pub fn bind_native_decorator_call(&mut self, node: &'a ExprCall) -> Check<()> {
        self.set_type(node, Value::Function(crate::types::FunctionId::NATIVE));
        Ok(())
    }
}
