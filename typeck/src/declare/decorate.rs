//! What decorators make of functions and classes (`resolve_decorate_function`, `resolve_decorate_class`).
//!
//! ```text
//! @final def f        Transparent(f), f final        @unknown def f        unknown
//! ```
//!
//! Invariant: a decorator is asked with what the inner ones made.

use crate::errors::{Check, Raised};
use crate::program::Checker;
use crate::types::{ClassId, ClassKind, DecoratedData, DecoratedKind, Decorator, FunctionId, ModuleId, TypeRef, Value};
use ruff_python_ast::{Expr, Stmt};
use std::rc::Rc;

impl<'a> Checker<'a> {
    /// What `decorator` makes of `function`: none if nobody knows.
    pub(super) fn decorate_function(
        &mut self,
        module: ModuleId,
        value: Value,
        function: Value,
        decorator: &'a Expr,
    ) -> Check<Option<Value>> {
        match value {
            Value::Class(class) => match self.types.kind(class) {
                ClassKind::Decorator(kind) => self.decorate_with(kind, function, decorator),
                _ => Ok(None),
            },
            Value::Instance(class) => match self.types.kind(class) {
                ClassKind::ContextDecorator { .. } => self.decorate_with_context(module, function, class, decorator),
                _ => Ok(None),
            },
            Value::Function(FunctionId::NATIVE) => self.decorate_native(function, decorator),
            Value::Function(FunctionId::DATACLASS) => {
                Err(Raised::new("Cannot decorate a function or method with @dataclass"))
            }
            _ => Ok(None),
        }
    }

    fn decorated(&mut self, kind: DecoratedKind, inner: Value, decorator: &'a Expr, class: ClassId) -> Value {
        Value::Decorated(self.types.add_decorated(DecoratedData { kind, inner, decorator, class }))
    }

    fn decorate_with(&mut self, kind: Decorator, function: Value, decorator: &'a Expr) -> Check<Option<Value>> {
        let Some(real) = self.types.real_function(function) else { return Ok(None) };
        let is_plain = self.types.class_of(function) == ClassId::FUNCTION;
        Ok(match kind {
            Decorator::Final => {
                self.types.function_mut(real).is_final = true;
                Some(self.decorated(DecoratedKind::Transparent, function, decorator, ClassId::FUNCTION))
            }
            Decorator::DynamicReturn => {
                let is_async = self.types.function(real).node.is_some_and(|node| node.is_async);
                let dynamic = TypeRef::Resolved(ClassId::DYNAMIC);
                self.types.function_mut(real).returns =
                    if is_async { TypeRef::Awaitable(Rc::new(dynamic)) } else { dynamic };
                Some(self.decorated(DecoratedKind::Transparent, function, decorator, ClassId::FUNCTION))
            }
            Decorator::Inline => {
                let node = self.types.function(real).node;
                if !node.is_some_and(|node| matches!(node.body.first(), Some(Stmt::Return(_)))) {
                    return Err(Raised::new("@inline only supported on functions with simple return"));
                }
                self.types.function_mut(real).inline = true;
                Some(self.decorated(DecoratedKind::Transparent, function, decorator, ClassId::FUNCTION))
            }
            Decorator::DoNotCompile => {
                self.types.function_mut(real).do_not_compile = true;
                Some(self.decorated(DecoratedKind::Transparent, function, decorator, ClassId::FUNCTION))
            }
            Decorator::ClassMethod if is_plain => {
                let has_container = self.types.function(real).container.is_some();
                let class = if has_container { ClassId::TYPE } else { ClassId::DYNAMIC };
                self.set_first_parameter(real, class);
                Some(self.decorated(DecoratedKind::Class, function, decorator, ClassId::CLASS_METHOD))
            }
            Decorator::StaticMethod if is_plain => {
                let is_annotated = self.types.function(real).node.is_some_and(|node| {
                    // The reference looks among the plain ones only, and fails if there are none.
                    let first = node.parameters.iter_non_variadic_params().next();
                    first.is_some_and(|first| first.parameter.annotation.is_some())
                });
                if !is_annotated {
                    self.set_first_parameter(real, ClassId::DYNAMIC);
                    self.replace_context_items(function);
                }
                Some(self.decorated(DecoratedKind::Static, function, decorator, ClassId::STATIC_METHOD))
            }
            Decorator::Property if is_plain => {
                Some(self.decorated(DecoratedKind::Property, function, decorator, ClassId::PROPERTY))
            }
            Decorator::CachedProperty if is_plain => {
                Some(self.decorated(DecoratedKind::CachedProperty, function, decorator, ClassId::CACHED_PROPERTY))
            }
            Decorator::AsyncCachedProperty if is_plain => Some(self.decorated(
                DecoratedKind::AsyncCachedProperty,
                function,
                decorator,
                ClassId::ASYNC_CACHED_PROPERTY,
            )),
            Decorator::Identity => Some(function),
            Decorator::Override => Some(function).filter(|function| matches!(function, Value::Decorated(_))),
            Decorator::Overload => {
                Some(self.decorated(DecoratedKind::Transient, Value::Function(real), decorator, ClassId::FUNCTION))
            }
            Decorator::PropertySetter | Decorator::PropertyDeleter if is_plain => {
                Some(self.decorated(DecoratedKind::TransientProperty, function, decorator, ClassId::FUNCTION))
            }
            _ => None,
        })
    }

    fn set_first_parameter(&mut self, function: FunctionId, class: ClassId) {
        if let Some(first) = self.types.function_mut(function).params.as_mut().and_then(|params| params.first_mut()) {
            first.type_ref = TypeRef::Resolved(class);
        }
    }

    /// What `decorator` makes of `class`; dynamic if nobody knows.
    pub(super) fn decorate_class(
        &mut self,
        module: ModuleId,
        value: Value,
        class: ClassId,
        decorator: &'a Expr,
    ) -> Check<ClassId> {
        match value {
            Value::Class(decorator) => match self.types.kind(decorator) {
                ClassKind::Decorator(kind) => self.decorate_class_with(kind, class),
                _ => Ok(ClassId::DYNAMIC),
            },
            Value::Instance(decorator) if self.types.kind(decorator) == ClassKind::ClassDecorator => Ok(class),
            Value::Function(FunctionId::DATACLASS) => self.decorate_dataclass(module, class, decorator),
            Value::Function(FunctionId::NATIVE) => Err(Raised::new("Cannot decorate a class with @native")),
            Value::Function(function) if self.types.function(function).kind.is_function() => {
                let is_one = self.types.function(function).params.as_ref().is_some_and(|params| params.len() == 1);
                let parameter = self.parameter_type(function, 0).filter(|_| is_one);
                let is_identity = parameter.is_some_and(|parameter| {
                    matches!(self.types.kind(parameter), ClassKind::GenericParameter { .. })
                        && self.returns(function) == parameter
                });
                Ok(if is_identity { class } else { ClassId::DYNAMIC })
            }
            _ => Ok(ClassId::DYNAMIC),
        }
    }

    fn decorate_class_with(&mut self, kind: Decorator, class: ClassId) -> Check<ClassId> {
        let name = match kind {
            Decorator::Final => {
                self.types.class_mut(class).is_final = true;
                return Ok(class);
            }
            Decorator::AllowWeakrefs => {
                self.types.class_mut(class).allow_weakrefs = true;
                return Ok(class);
            }
            Decorator::DoNotCompile => {
                self.types.class_mut(class).do_not_compile = true;
                return Ok(class);
            }
            Decorator::Identity | Decorator::Override => return Ok(class),
            Decorator::Property => "property",
            Decorator::CachedProperty => "cached_property",
            Decorator::AsyncCachedProperty => "async_cached_property",
            Decorator::Overload => "overload",
            Decorator::PropertySetter => "property.setter",
            Decorator::PropertyDeleter => "property.deleter",
            _ => return Ok(ClassId::DYNAMIC),
        };
        Err(Raised::new(format!("Cannot decorate a class with @{name}")))
    }
}
