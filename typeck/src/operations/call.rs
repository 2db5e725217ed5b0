//! What does `value(…)` give?
//!
//! ```text
//! f(x)   → what f returns        c.m(x)   → what m returns        anything(x)   → dynamic
//! ```
//!
//! Invariant: every argument is visited, and the call has a type.

use super::arguments::{ARGUMENT_CANNOT_BE_PRIMITIVE, Mapping, Request};
use crate::bind::{Binder, Effect};
use crate::errors::Check;
use crate::facts::CallPlan;
use crate::types::{BoundId, BoundKind, ClassId, ClassKind, DecoratedKind, FunctionId, FunctionKind, Value};
use pyclast_syntax::node_index;
use ruff_python_ast::{Expr, ExprCall};
use ruff_text_size::Ranged;

impl<'a> Binder<'_, 'a> {
    /// `value.bind_call(node, visitor, type_ctx)`
    pub(crate) fn bind_call(&mut self, value: Value, node: &'a ExprCall, context: Option<Value>) -> Check<Effect> {
        match value {
            Value::Class(class) => self.bind_construction(class, node)?,
            Value::Instance(class) => return self.bind_call_of_instance(class, node, context),
            Value::Function(function) => self.bind_call_of_function(function, node)?,
            Value::Bound(bound) => self.bind_call_of_bound(bound, node)?,
            Value::Special(special) => return self.bind_special_call(special, node, context),
            Value::Group(_) => self.error_cannot_call(value, node),
            Value::Decorated(decorated) => {
                let data = *self.types.decorated(decorated);
                match data.kind {
                    DecoratedKind::Transparent | DecoratedKind::Context(_) => {
                        return self.bind_call(data.inner, node, context);
                    }
                    _ => self.bind_dynamic_call(node),
                }
            }
            _ => self.bind_dynamic_call(node),
        }
        Ok(Effect::NONE)
    }

    fn error_cannot_call(&mut self, value: Value, node: &'a ExprCall) {
        let name = self.types.name(value);
        self.error_on(node, format!("cannot call {name}"));
    }

    fn bind_call_of_instance(&mut self, class: ClassId, node: &'a ExprCall, context: Option<Value>) -> Check<Effect> {
        match self.types.kind(class) {
            ClassKind::NoneType => self.error_on(node, "'NoneType' object is not callable"),
            ClassKind::PrimitiveInt(_) | ClassKind::Double => self.error_cannot_call(Value::Instance(class), node),
            ClassKind::Union | ClassKind::Optional => {
                self.bind_union(class, node, "call", |binder, value| {
                    binder.bind_call(value, node, context)?;
                    Ok(true)
                })?;
            }
            _ => self.bind_dynamic_call(node),
        }
        Ok(Effect::NONE)
    }

    /// `Callable.bind_call`
    fn bind_call_of_function(&mut self, function: FunctionId, node: &'a ExprCall) -> Check<()> {
        match self.types.function(function).kind {
            FunctionKind::Native => {
                self.bind_call_with(function, node, None)?;
                self.check_native_result(function, node);
            }
            FunctionKind::Function | FunctionKind::InitSubclass => {
                self.bind_call_with(function, node, None)?;
                let inlines = self.source(self.module).is_none_or(|source| source.inlines);
                if inlines && self.types.function(function).inline {
                    self.bind_inline_call(node, function)?;
                }
            }
            FunctionKind::BuiltinMethod { .. } if self.types.function(function).params.is_none() => {
                // With keywords, the reference calls itself for ever.
                self.bind_dynamic_call(node);
            }
            FunctionKind::Builtin | FunctionKind::BuiltinNew | FunctionKind::BuiltinMethod { .. } => {
                self.bind_call_with(function, node, None)?;
            }
            FunctionKind::DataclassDecorator => {
                self.bind_call_with(function, node, None)?;
                self.set_type(node, Value::Function(function));
            }
            FunctionKind::DataclassFieldFunction => self.bind_call_with(function, node, None)?,
            FunctionKind::NativeDecorator => {
                self.bind_call_with(function, node, None)?;
                self.bind_native_decorator(node);
                self.set_type(node, Value::Function(function));
            }
        }
        Ok(())
    }

    /// A function of a shared library gives a machine value or nothing. (The reference takes 32 bits of what it gives for an
    /// integer, or all of it for the address of an object.)
    fn check_native_result(&mut self, function: FunctionId, node: &ExprCall) {
        let result = self.returns(function);
        if result != ClassId::NONE && !self.types.is_primitive_class(result) {
            let (name, found) = (self.types.function(function).name.clone(), self.types.instance_name(result));
            self.late_error(
                node.range().into(),
                format!("@native: expected a primitive result of {name}, not {found}"),
            );
        }
    }

    /// `Callable.bind_call_self`
    fn bind_call_with(&mut self, function: FunctionId, node: &'a ExprCall, receiver: Option<&'a Expr>) -> Check<()> {
        let (mapping, result) = self.map_call(function, node, receiver, receiver)?;
        self.set_type(node, result);
        let plan = if mapping.is_dynamic {
            CallPlan::Dynamic
        } else {
            CallPlan::Function { function, arguments: mapping.arguments }
        };
        self.set_plan(node, plan);
        Ok(())
    }

    /// `Callable.map_call`: how arguments are passed, and what is returned.
    pub(super) fn map_call(
        &mut self,
        function: FunctionId,
        call: &'a ExprCall,
        receiver: Option<&'a Expr>,
        first: Option<&'a Expr>,
    ) -> Check<(Mapping, Value)> {
        let has_generics = self.has_generic_parameters(function);
        let callable = Value::Function(function);
        let request = Request { callable, function, call, receiver, first, skip_self: false, has_generics };
        let mapping = self.map_arguments(request)?;
        if self.types.function(function).kind == FunctionKind::BuiltinNew {
            let first = first.or_else(|| call.arguments.args.first());
            let made = first.and_then(|first| self.get_type(first).as_class());
            let result = match made {
                // A `type` may make anything; but the exact `type` makes a type.
                None | Some(ClassId::TYPE) => Value::DYNAMIC,
                Some(class) => self.types.instance(class),
            };
            return Ok((mapping, result));
        }
        let returns = self.returns(function);
        let returns = mapping.returned(returns);
        Ok((mapping, self.types.instance(returns)))
    }

    /// `Function.has_generic_params`
    pub(super) fn has_generic_parameters(&mut self, function: FunctionId) -> bool {
        if !self.types.function(function).kind.is_function() {
            return false;
        }
        let count = self.types.function(function).params.as_ref().map_or(0, Vec::len);
        (0..count).any(|index| {
            self.parameter_type(function, index).is_some_and(|class| self.types.contains_generic_parameters(class))
        })
    }

    fn bind_call_of_bound(&mut self, bound: BoundId, node: &'a ExprCall) -> Check<()> {
        let data = self.types.bound(bound).clone();
        let (function, receiver) = (data.function, data.target);
        match data.kind {
            BoundKind::Method => self.bind_method_call(bound, function, receiver, node)?,
            BoundKind::Super(class) => {
                self.bind_method_call(bound, function, receiver, node)?;
                let instance = self.types.instance(class);
                self.set_type(receiver, instance);
            }
            BoundKind::Static => {
                let request = Request {
                    callable: Value::Function(function),
                    function,
                    call: node,
                    receiver: Some(receiver),
                    first: None,
                    skip_self: false,
                    has_generics: false,
                };
                self.bind_bound_call(bound, request)?;
            }
            BoundKind::Class { .. } => {
                let request = Request {
                    callable: Value::Function(function),
                    function,
                    call: node,
                    receiver: Some(receiver),
                    first: None,
                    skip_self: true,
                    has_generics: false,
                };
                self.bind_bound_call(bound, request)?;
            }
            BoundKind::Builtin(returns) => {
                let returns = self.resolve(&returns);
                self.bind_builtin_method_call(bound, returns, node)?;
            }
        }
        Ok(())
    }

    /// A call that passes the receiver as the first argument (`MethodType.bind_call`).
    fn bind_method_call(
        &mut self,
        bound: BoundId,
        function: FunctionId,
        receiver: &'a Expr,
        node: &'a ExprCall,
    ) -> Check<()> {
        let (mapping, result) = self.map_call(function, node, Some(receiver), Some(receiver))?;
        self.set_type(node, result);
        self.set_bound_plan(node, bound, mapping);
        Ok(())
    }

    /// A call of a static or class method through a receiver.
    fn bind_bound_call(&mut self, bound: BoundId, request: Request<'a>) -> Check<()> {
        let mapping = self.map_arguments(request)?;
        let returns = self.returns(request.function);
        let result = self.types.instance(returns);
        self.set_type(request.call, result);
        self.set_bound_plan(request.call, bound, mapping);
        Ok(())
    }

    /// `BuiltinMethod.bind_call`
    fn bind_builtin_method_call(&mut self, bound: BoundId, returns: ClassId, node: &'a ExprCall) -> Check<()> {
        let data = self.types.bound(bound).clone();
        let (function, receiver) = (data.function, data.target);
        let result = self.types.instance(returns);
        if self.types.function(function).params.as_ref().is_some_and(|params| !params.is_empty()) {
            let request = Request {
                callable: Value::Bound(bound),
                function,
                call: node,
                receiver: Some(receiver),
                first: Some(receiver),
                skip_self: false,
                has_generics: false,
            };
            let mapping = self.map_arguments(request)?;
            self.set_type(node, result);
            self.set_bound_plan(node, bound, mapping);
        } else if !node.arguments.keywords.is_empty() {
            self.bind_dynamic_call(node);
            self.set_plan(node, CallPlan::Dynamic);
        } else {
            self.set_type(node, result);
            self.visit_expr(receiver, None);
            for argument in &node.arguments.args {
                self.visit_expected(argument, Value::DYNAMIC, ARGUMENT_CANNOT_BE_PRIMITIVE);
            }
            self.set_plan(node, CallPlan::Method { bound, arguments: Vec::new() });
        }
        Ok(())
    }

    fn set_bound_plan(&mut self, node: &'a ExprCall, bound: BoundId, mapping: Mapping) {
        let plan = if mapping.is_dynamic {
            CallPlan::Dynamic
        } else {
            CallPlan::Method { bound, arguments: mapping.arguments }
        };
        self.set_plan(node, plan);
    }

    /// Says how a call is made.
    pub(super) fn set_plan(&mut self, node: &'a ExprCall, plan: CallPlan) {
        let module = self.module;
        self.facts_mut(module).calls.insert(node_index(node), plan);
    }
}
