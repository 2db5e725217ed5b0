//! Functions of the program: parameters, and what their decorators make of them.
//!
//! ```text
//! def f(self, a: int = 1): ...     params [self: the class, a: int with a default]
//! ```
//!
//! Invariant: decorators are applied in `finish`, from the innermost out.

use super::scope::{DeclarationScope, Owner};
use crate::errors::{Check, Raised};
use crate::program::Checker;
use crate::types::{
    ClassId, DecoratedData, DecoratedKind, DefaultValue, FunctionData, FunctionId, FunctionKind, GroupId, ModuleId,
    Param, ParamStyle, TypeRef, Value,
};
use ruff_python_ast::{Expr, Parameter, ParameterWithDefault, StmtFunctionDef};
use std::rc::Rc;

/// The parameter that gets the receiver of a method: positional-only ones come first. (The reference passes over those.)
pub(crate) fn first_parameter(node: &StmtFunctionDef) -> Option<&ParameterWithDefault> {
    node.parameters.posonlyargs.iter().chain(&node.parameters.args).next()
}

/// Whether a function takes so many arguments by position, and nothing else.
pub(crate) fn takes_only(node: &StmtFunctionDef, count: usize) -> bool {
    let parameters = &node.parameters;
    let others = parameters.kwonlyargs.len();
    let has_rest = parameters.vararg.is_some() || parameters.kwarg.is_some();
    parameters.posonlyargs.len() + parameters.args.len() == count && others == 0 && !has_rest
}

impl<'a> Checker<'a> {
    /// `DeclarationVisitor._make_function`
    pub(super) fn make_function(
        &mut self,
        module: ModuleId,
        node: &'a StmtFunctionDef,
        scope: &DeclarationScope,
    ) -> FunctionId {
        let is_init_subclass = node.name.as_str() == "__init_subclass__";
        if let (true, Owner::Class(class)) = (is_init_subclass, scope.owner) {
            self.types.class_mut(class).has_init_subclass = true;
        }
        let kind = if is_init_subclass { FunctionKind::InitSubclass } else { FunctionKind::Function };
        let returns = self.return_type_ref(module, node);
        let function = self.add_program_function(module, node, kind, returns);
        let inner = DeclarationScope { owner: Owner::Nested, qualname: Some(node.name.id.clone()) };
        self.declare_body(module, &node.body, &inner);
        function
    }

    /// A function of the program (`Function.__init__`).
    pub fn add_program_function(
        &mut self,
        module: ModuleId,
        node: &'a StmtFunctionDef,
        kind: FunctionKind,
        returns: TypeRef<'a>,
    ) -> FunctionId {
        let module_name = self.module(module).name.clone();
        let function = self.types.add_function(FunctionData {
            kind,
            node: Some(node),
            module: Some(module),
            name: node.name.id.clone(),
            module_name,
            container: None,
            params: None,
            has_settled_params: false,
            required: 0,
            has_vararg: node.parameters.vararg.is_some(),
            has_kwarg: node.parameters.kwarg.is_some(),
            returns,
            is_final: false,
            inline: false,
            do_not_compile: false,
            is_hidden: false,
        });
        let params = self.parameters(module, node, function);
        let data = self.types.function_mut(function);
        data.required = params.iter().filter(|param| param.default.is_none()).count();
        data.params = Some(params);
        function
    }

    fn return_type_ref(&self, module: ModuleId, node: &'a StmtFunctionDef) -> TypeRef<'a> {
        let returns = match node.returns.as_ref().filter(|_| !self.is_stub(module)) {
            None => TypeRef::Resolved(ClassId::DYNAMIC),
            Some(annotation) => TypeRef::Annotation { module, annotation },
        };
        if node.is_async { TypeRef::Awaitable(Rc::new(returns)) } else { returns }
    }

    /// Whether annotations of the module count for nothing.
    pub(super) fn is_stub(&self, module: ModuleId) -> bool {
        self.source(module).is_some_and(|source| source.is_stub)
    }

    /// `Function.process_args`
    fn parameters(&self, module: ModuleId, node: &'a StmtFunctionDef, function: FunctionId) -> Vec<Param<'a>> {
        let parameters = &node.parameters;
        let mut params = Vec::new();
        let positional = parameters.posonlyargs.len();
        let mut last = 0;
        for (index, parameter) in (0..).zip(parameters.posonlyargs.iter().chain(&parameters.args)) {
            let style = if (index as usize) < positional { ParamStyle::PosOnly } else { ParamStyle::Normal };
            params.push(self.param(
                module,
                &parameter.parameter,
                parameter.default.as_deref(),
                index,
                style,
                function,
                node,
            ));
            last = index;
        }
        last += u32::from(parameters.vararg.is_some());
        for parameter in &parameters.kwonlyargs {
            last += 1;
            let style = ParamStyle::KwOnly;
            params.push(self.param(
                module,
                &parameter.parameter,
                parameter.default.as_deref(),
                last,
                style,
                function,
                node,
            ));
        }
        params
    }

    #[expect(clippy::too_many_arguments, reason = "all that a parameter is made of")]
    fn param(
        &self,
        module: ModuleId,
        parameter: &'a Parameter,
        default: Option<&'a Expr>,
        index: u32,
        style: ParamStyle,
        function: FunctionId,
        node: &StmtFunctionDef,
    ) -> Param<'a> {
        let type_ref = match parameter.annotation.as_ref().filter(|_| !self.is_stub(module)) {
            Some(annotation) => TypeRef::Annotation { module, annotation },
            None if index == 0 && matches!(node.name.as_str(), "__new__" | "__init_subclass__") => {
                TypeRef::Resolved(ClassId::TYPE)
            }
            None if index == 0 => TypeRef::Container(function),
            None => TypeRef::Resolved(ClassId::DYNAMIC),
        };
        let default = default.map(|default| match self.constant(module, default) {
            Some(_) => DefaultValue::Constant(default),
            None => DefaultValue::Expression(default),
        });
        Param { name: parameter.name.id.clone(), index, type_ref, default, style }
    }

    /// `Function.finish_bind`: what the decorators make of it.
    pub(super) fn finish_function(
        &mut self,
        module: ModuleId,
        class: Option<ClassId>,
        function: FunctionId,
    ) -> Check<Value> {
        let mut result = Value::Function(function);
        let Some(node) = self.types.function(function).node else { return Ok(result) };
        for decorator in node.decorator_list.iter().rev() {
            let decorator = &decorator.expression;
            let place = self.expr_span(module, decorator);
            // What a decorator's expression raises is raised at it.
            let value = self.at(module, place, |checker| checker.resolve_decorator(module, decorator)).flatten();
            let value = value.unwrap_or(Value::Class(ClassId::DYNAMIC));
            match self.decorate_function(module, value, result, decorator)? {
                Some(new) if new != result => result = self.finish_decorated(module, class, new)?,
                Some(_) => {}
                None => {
                    result = Value::Decorated(self.types.add_decorated(DecoratedData {
                        kind: DecoratedKind::Unknown,
                        inner: Value::Function(function),
                        decorator,
                        class: ClassId::DYNAMIC,
                    }));
                    break;
                }
            }
        }
        self.set_type_of(module, node, result);
        Ok(result)
    }

    fn finish_decorated(&mut self, module: ModuleId, class: Option<ClassId>, value: Value) -> Check<Value> {
        match value {
            Value::Decorated(decorated) => {
                if let DecoratedKind::Context(_) = self.types.decorated(decorated).kind {
                    self.finish_context(module, Value::Decorated(decorated), class)?;
                }
            }
            Value::Function(function) => {
                if let Some(node) = self.types.function(function).node {
                    self.set_type_of(module, node, value);
                }
            }
            _ => {}
        }
        Ok(value)
    }

    /// `FunctionGroup.finish_bind`
    pub(super) fn finish_group(&mut self, module: ModuleId, class: Option<ClassId>, group: GroupId) -> Check<Value> {
        let mut known = Vec::new();
        let mut failure = None;
        for function in self.types.group(group).clone() {
            let value = match self.finish_function(module, class, function) {
                Ok(value) => value,
                Err(raised) => {
                    failure.get_or_insert(raised);
                    continue;
                }
            };
            let mut under = value;
            while let Value::Decorated(decorated) = under
                && self.types.decorated(decorated).kind == DecoratedKind::Transparent
            {
                under = self.types.decorated(decorated).inner;
            }
            if !self.types.decorated_kind(under).is_some_and(DecoratedKind::is_transient) {
                known.push(value);
                let name = self.types.function(function).name.clone();
                self.module_mut(module).local_names.insert(name, value);
            } else if self.hides_earlier(under)
                && let Some(earlier) = known.first().and_then(|&known| self.types.real_function(known))
            {
                self.types.function_mut(earlier).is_hidden = true;
            }
        }
        self.module_mut(module).local_names.clear();
        if let Some(raised) = failure {
            return Err(raised);
        }
        if let [_, second, ..] = known[..] {
            let message = format!("function '{}' conflicts with other member", self.types.name(second));
            let node = self.types.real_function(second).and_then(|function| self.types.function(function).node);
            if let Some(node) = node {
                let place = self.function_place(module, node);
                self.error(module, place, message);
            } else {
                return Err(Raised::new(message));
            }
        }
        Ok(known.first().copied().unwrap_or(Value::Class(ClassId::DYNAMIC)))
    }

    /// Whether what a definition leaves under its name is not what the checker finds there: an overload, or a property whose
    /// setter takes something else than the value.
    fn hides_earlier(&self, definition: Value) -> bool {
        let Value::Decorated(decorated) = definition else { return false };
        let data = self.types.decorated(decorated);
        let node = self.types.real_function(definition).and_then(|function| self.types.function(function).node);
        match (data.kind, node) {
            (DecoratedKind::TransientProperty, Some(node)) => {
                let is_setter = data.decorator.as_attribute_expr().is_some_and(|decorator| decorator.attr == *"setter");
                is_setter && !takes_only(node, 2)
            }
            (kind, _) => kind == DecoratedKind::Transient,
        }
    }

    /// The place of a `def`.
    pub fn function_place(&self, module: ModuleId, node: &StmtFunctionDef) -> pyclast_syntax::Span {
        self.source(module).map_or(pyclast_syntax::Span::NONE, |source| source.parsed.function_span(node))
    }
}
