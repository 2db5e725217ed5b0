//! Context decorators (`ContextDecoratorClass`, `ContextDecoratedMethod`).
//!
//! ```text
//! class C:
//!     @ctx()
//!     def f(self): …        the body stands in `with self.<C.f_decorator_0>._recreate_cm():`
//! ```
//!
//! Invariant: only the context expression is made; the body is bound as if it stood in the `with`.

use crate::bind::Binder;
use crate::declare::class::NewSlot;
use crate::declare::function::first_parameter;
use crate::errors::Check;
use crate::program::Checker;
use crate::types::{
    Assignment, ClassId, ClassKind, DecoratedData, DecoratedId, DecoratedKind, FunctionId, FunctionKind, ModuleId,
    TypeRef, Value,
};
use ruff_python_ast::name::Name;
use ruff_python_ast::{
    Arguments, AtomicNodeIndex, Expr, ExprAttribute, ExprCall, ExprContext, ExprName, Identifier, StmtFunctionDef,
};
use ruff_text_size::{Ranged, TextRange, TextSize};

impl<'a> Checker<'a> {
    /// `ContextDecoratorInstance.resolve_decorate_function`; `class` is that of the decorator.
    pub fn decorate_with_context(
        &mut self,
        module: ModuleId,
        function: Value,
        class: ClassId,
        decorator: &'a Expr,
    ) -> Check<Option<Value>> {
        if self.types.class_of(function) != ClassId::FUNCTION {
            return Ok(None);
        }
        let Some(real) = self.types.real_function(function) else { return Ok(None) };
        let kind = DecoratedKind::Context(class);
        let data = DecoratedData { kind, inner: function, decorator, class: ClassId::FUNCTION };
        let decorated = self.types.add_decorated(data);
        self.make_context_item(module, decorated, real);
        if self.may_suppress(class) {
            // The body may end early, and give nothing.
            let returns = self.returns(real);
            let returns = self.types.union(&[returns, ClassId::NONE])?;
            self.types.function_mut(real).returns = TypeRef::Resolved(returns);
        }
        Ok(Some(Value::Decorated(decorated)))
    }

    /// Makes the context expressions anew after the first parameter got another type (`replace_function`).
    pub(super) fn replace_context_items(&mut self, mut value: Value) {
        let Some(real) = self.types.real_function(value) else { return };
        let Some(module) = self.types.function(real).module else { return };
        while let Value::Decorated(decorated) = value {
            let data = *self.types.decorated(decorated);
            if let DecoratedKind::Context(_) = data.kind {
                self.make_context_item(module, decorated, real);
            }
            value = data.inner;
        }
    }

    /// `<C.f_decorator_0>` (`get_temp_name`)
    pub fn context_name(&self, function: FunctionId, decorator: &Expr) -> Name {
        let data = self.types.function(function);
        let decorators = data.node.map_or(&[][..], |node| &node.decorator_list);
        let position =
            decorators.iter().position(|other| std::ptr::eq(&raw const other.expression, decorator)).unwrap_or(0);
        Name::new(match data.container {
            Some(class) => format!("<{}.{}_decorator_{position}>", self.types.class(class).qualname, data.name),
            None => format!("<{}_decorator_{position}>", data.name),
        })
    }

    fn make_context_item(&mut self, module: ModuleId, decorated: DecoratedId, function: FunctionId) {
        // The reference gives made nodes the first place of the file.
        let place = TextRange::empty(TextSize::new(0));
        let decorator = self.types.decorated(decorated).decorator;
        let decorator_name = self.context_name(function, decorator);
        let name = |id: Name| {
            Expr::Name(ExprName { id, ctx: ExprContext::Load, range: place, node_index: AtomicNodeIndex::NONE })
        };
        let attribute = |value: Expr, attr: Name| {
            Expr::Attribute(ExprAttribute {
                value: Box::new(value),
                attr: Identifier { id: attr, range: place, node_index: AtomicNodeIndex::NONE },
                ctx: ExprContext::Load,
                range: place,
                node_index: AtomicNodeIndex::NONE,
            })
        };
        let manager = match self.types.function(function).container {
            Some(class) => attribute(name(self.context_owner(class, function)), decorator_name),
            None => name(decorator_name),
        };
        let call = Expr::Call(ExprCall {
            func: Box::new(attribute(manager, Name::new_static("_recreate_cm"))),
            arguments: Arguments {
                args: [].into(),
                keywords: [].into(),
                range: place,
                node_index: AtomicNodeIndex::NONE,
            },
            range_start: place.start(),
            node_index: AtomicNodeIndex::NONE,
        });
        let call = self.adopt(module, call, "");
        self.context_items.insert(decorated, call);
    }

    /// What the decorator is loaded from: the receiver if it is one, else the class by name.
    fn context_owner(&mut self, class: ClassId, function: FunctionId) -> Name {
        let first = self.types.function(function).node.and_then(first_parameter);
        match (self.parameter_type(function, 0), first) {
            (Some(parameter), Some(first)) if self.types.can_assign(class, parameter) => {
                first.parameter.name.id.clone()
            }
            _ => self.types.class(class).qualname.clone(),
        }
    }

    /// `ContextDecoratedMethod.finish_bind`: the slot of the decorator in the class.
    pub fn finish_context(&mut self, module: ModuleId, decorated: Value, class: Option<ClassId>) -> Check<()> {
        let (Value::Decorated(decorated), Some(class)) = (decorated, class) else { return Ok(()) };
        let data = *self.types.decorated(decorated);
        let DecoratedKind::Context(context) = data.kind else { return Ok(()) };
        let Some(function) = self.types.real_function(data.inner) else { return Ok(()) };
        let type_ref = TypeRef::Resolved(self.types.generic(ClassId::CLASSVAR, &[context])?);
        let slot = NewSlot {
            name: self.context_name(function, data.decorator),
            place: self.expr_span(module, data.decorator),
            type_ref: Some(type_ref),
            assignment: self.types.function(function).node.map(Assignment::Function),
            declared_on_class: false,
        };
        self.define_slot(class, slot)
    }

    /// `klass.may_suppress`: whether `__exit__` may give anything but false.
    pub fn may_suppress(&mut self, class: ClassId) -> bool {
        match self.types.find_member(class, "__exit__") {
            Some((_, Value::Function(exit))) => {
                let returns = self.returns(exit);
                self.types.kind(returns) != ClassKind::Bool || self.types.literal_bool(returns) != Some(false)
            }
            _ => true,
        }
    }

    /// The context expressions of the `with` statements around the body of a decorated function, outermost first.
    /// Visit each in the function's scope, then the body; it does not end the function if one of them suppresses.
    pub fn context_items(&self, mut decorated: Value) -> Vec<&'a Expr> {
        let mut items = Vec::new();
        while let Value::Decorated(id) = decorated {
            items.extend(self.context_items.get(&id));
            decorated = self.types.decorated(id).inner;
        }
        items
    }
}

impl<'a> Binder<'_, 'a> {
    /// `container.bind_function_inner(node, visitor)`: what decorators and `@native` add before the body.
    pub(crate) fn bind_function_inner(&mut self, mut container: Value, node: &'a StmtFunctionDef) -> Check<()> {
        while let Value::Decorated(decorated) = container {
            let data = *self.types.decorated(decorated);
            if let DecoratedKind::Context(class) = data.kind
                && let Some(function) = self.types.real_function(data.inner)
                && self.types.function(function).container.is_none()
            {
                let name = self.context_name(function, data.decorator);
                let value = self.types.instance(class);
                let name = self.name_id(&name);
                self.declare(name, value, true, false)?;
            }
            container = data.inner;
        }
        if let Value::Function(function) = container
            && self.types.function(function).kind == FunctionKind::Native
        {
            self.check_native(function, node);
        }
        Ok(())
    }

    /// `NativeDecoratedFunction.bind_function_inner`
    fn check_native(&mut self, function: FunctionId, node: &'a StmtFunctionDef) {
        if self.types.function(function).container.is_some() {
            let place = self.source.parsed.function_span(node);
            self.error_in(place, "Cannot decorate a method with @native");
        }
        if let Some(statement) = node.body.iter().find(|statement| !statement.is_pass_stmt()) {
            let place = self.source.parsed.stmt_span(statement);
            self.error_in(place, "@native callables cannot contain a function body, only 'pass' is allowed");
        }
        let parameters = &*node.parameters;
        if let Some(first) = parameters.posonlyargs.first() {
            self.error_on(&first.parameter, "@native callables cannot contain pos-only args");
        }
        if let Some(first) = parameters.kwonlyargs.first() {
            self.error_on(&first.parameter, "@native callables cannot contain kw-only args");
        }
        let mut defaults =
            parameters.posonlyargs.iter().chain(&parameters.args).filter_map(|parameter| parameter.default());
        if let Some(default) = defaults.next() {
            self.error_at(default, "@native callables cannot contain kwargs");
        }
        for parameter in &parameters.args {
            let parameter = &parameter.parameter;
            let value = self.get_type(parameter);
            if self.types.primitive_int(value).is_none() {
                let found = self.types.name(value);
                let message = format!("@native: expected a primitive arg for {}, not {found}", parameter.name);
                self.error_in(parameter.range().into(), message);
            }
        }
    }
}
