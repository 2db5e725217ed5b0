//! `@native("lib.so")`
//!
//! Invariant: a native function has no body, and primitive parameters.

use crate::errors::{Check, Raised};
use crate::program::Checker;
use crate::types::{FunctionData, FunctionKind, TypeRef, Value};
use ruff_python_ast::Expr;

impl<'a> Checker<'a> {
    /// `NativeDecorator.resolve_decorate_function`
    pub fn decorate_native(&mut self, function: Value, decorator: &'a Expr) -> Check<Option<Value>> {
        let refuse = |message: &str| Err(Raised::new(message));
        let Expr::Call(call) = decorator else {
            return refuse("@native decorator must specify the library to be loaded");
        };
        if !call.arguments.keywords.is_empty() {
            return refuse("@native decorator takes no keyword arguments");
        }
        let [library] = &*call.arguments.args else {
            return refuse("@native decorator accepts a single parameter, the path to .so file");
        };
        if library.is_starred_expr() {
            return refuse("@native decorator takes no starred arguments");
        }
        let Some(real) = self.types.real_function(function) else { return Ok(None) };
        let Some(node) = self.types.function(real).node else { return Ok(None) };
        if node.decorator_list.len() != 1 {
            return refuse("@native decorator cannot be used with other decorators");
        }
        if node.is_async {
            return refuse("@native decorator cannot be used on async functions");
        }
        let data = self.types.function(real).clone();
        let native = self.types.add_function(FunctionData { kind: FunctionKind::Native, is_final: false, ..data });
        for parameter in self.types.function_mut(native).params.iter_mut().flatten() {
            if let TypeRef::Container(_) = parameter.type_ref {
                parameter.type_ref = TypeRef::Container(native);
            }
        }
        Ok(Some(Value::Function(native)))
    }
}
