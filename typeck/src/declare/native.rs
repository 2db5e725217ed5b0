//! `@native("lib.so")`
//!
//! Invariant: a native function has no body, and primitive parameters.

use crate::bind::Binder;
use crate::constants::Constant;
use crate::errors::{Check, Raised};
use crate::program::Checker;
use crate::types::{FunctionData, FunctionId, FunctionKind, TypeRef, Value};
use ruff_python_ast::{Expr, ExprCall};

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

impl<'a> Binder<'_, 'a> {
    /// The checks of `NativeDecorator.bind_call_self` after the arguments are bound. Sets the type of the call.
    pub fn bind_native_decorator_call(&mut self, node: &'a ExprCall) -> Check<()> {
        let Some(argument) = node.arguments.args.first() else { return Ok(()) };
        let module = self.module;
        let library = match self.constant(module, argument) {
            Some(_) => argument,
            None => match self.get_final_literal(argument) {
                Some(literal) => literal,
                None => {
                    self.error_at(argument, "@native decorator 'lib' argument must be a `str`");
                    argument
                }
            },
        };
        match self.constant(module, library) {
            Some(Constant::Str(_)) | None => {}
            Some(constant) => {
                let class = python_class(&constant);
                let message = format!("@native decorator 'lib' argument must be a `str` not <class '{class}'>");
                self.error_at(library, message);
            }
        }
        self.set_type(node, Value::Function(FunctionId::NATIVE));
        Ok(())
    }
}

fn python_class(constant: &Constant) -> &'static str {
    match constant {
        Constant::None => "NoneType",
        Constant::Ellipsis => "ellipsis",
        Constant::Bool(_) => "bool",
        Constant::Int(_) => "int",
        Constant::Float(_) => "float",
        Constant::Complex(..) => "complex",
        Constant::Str(_) => "str",
        Constant::Bytes(_) => "bytes",
        Constant::Tuple(_) => "tuple",
        Constant::FrozenSet(_) => "frozenset",
    }
}
