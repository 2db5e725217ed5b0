//! Functions and classes: their parameters and bodies.
//!
//! ```text
//! def f(x: C, y=1): …        x is C, y is dynamic
//! ```
//!
//! Invariant: decorators, annotations and defaults are bound in the scope around, bodies in their own.

use super::scope::{BindingScope, ScopeNode, TerminalKind};
use super::{Binder, Late};
use crate::declare::function::first_parameter;
use crate::errors::{Check, Raised};
use crate::types::{
    ClassData, ClassId, ClassKind, DecoratedKind, FunctionId, FunctionKind, NameMap, ParamStyle, TYPE_MISMATCH,
    TypeRef, Value,
};
use pyclast_syntax::symtable::ScopeRole;
use pyclast_syntax::{Span, node_index};
use ruff_python_ast::name::Name;
use ruff_python_ast::{Parameter, ParameterWithDefault, Parameters, StmtClassDef, StmtFunctionDef};

const ANNOTATION: &str = "argument annotation cannot be a primitive";

impl<'a> Binder<'_, 'a> {
    /// What a definition is: a function, or what decorators make of it (`get_func_container`).
    pub(crate) fn function_container(&self, node: &StmtFunctionDef) -> Value {
        self.get_type(node)
    }

    /// What `return` may give in a function (`get_expected_return`).
    pub(crate) fn expected_return(&mut self, function: Value) -> Value {
        let class = match function {
            Value::Function(function) => self.returns(function),
            Value::Decorated(decorated) => {
                let data = *self.types.decorated(decorated);
                if data.kind == DecoratedKind::Unknown {
                    return Value::DYNAMIC;
                }
                return self.expected_return(data.inner);
            }
            _ => ClassId::DYNAMIC,
        };
        let class = match (self.types.kind(class), &*self.types.class(class).type_args) {
            (ClassKind::Awaitable, &[awaited]) => awaited,
            _ => class,
        };
        self.types.instance(class)
    }

    /// `_visitFunc`
    pub(super) fn bind_function_definition(&mut self, node: &'a StmtFunctionDef) -> Check<()> {
        let function = self.function_container(node);
        self.with_type_params(node.type_params.as_deref(), |binder| binder.bind_function(function, node))?;
        let mut value = self.get_type(node);
        // `@overload` and `@x.setter` leave the name to others.
        if self.types.decorated_kind(value).is_some_and(DecoratedKind::is_transient) {
            return Ok(());
        }
        if self.is_function_scope() {
            value = self.nested_function(function, node);
        }
        let name = self.name_given_by(node, &node.name);
        self.declare_local(name, value, false, false)
    }

    /// A function in a function has a class of its own, so that nobody calls it statically.
    fn nested_function(&mut self, value: Value, node: &StmtFunctionDef) -> Value {
        let Some(function) = self.types.as_function(value) else { return Value::DYNAMIC };
        if let Some(&class) = self.nested_functions.get(&function) {
            return Value::Instance(class);
        }
        self.settle_identity(function);
        let members = self.types.add_member_table(NameMap::default());
        let data = ClassData {
            module: Name::new(self.qualname()),
            qualname: node.name.id.clone(),
            kind: ClassKind::NestedFunction(function),
            bases: vec![ClassId::OBJECT],
            members,
            is_exact: true,
            is_final: false,
            dynamic_dispatch: false,
            has_init_subclass: false,
            exact: None,
            inexact: None,
            mro: None,
            ..self.types.class(ClassId::FUNCTION).clone()
        };
        let class = self.types.add_class(data);
        self.nested_functions.insert(function, class);
        Value::Instance(class)
    }

    /// The names of the scopes around here.
    fn qualname(&self) -> String {
        let names: Vec<&str> = self.scopes.iter().skip(1).map(|scope| scope.node.name()).collect();
        names.join(".")
    }

    /// Whether a function of one parameter gives it back is asked where types are compared, which resolve nothing.
    fn settle_identity(&mut self, function: FunctionId) {
        if self.types.function(function).params.as_ref().is_none_or(|params| params.len() != 1) {
            return;
        }
        let Some(parameter) = self.parameter_type(function, 0) else { return };
        let returns = self.returns(function);
        let data = self.types.function_mut(function);
        data.returns = TypeRef::Resolved(returns);
        if let Some(first) = data.params.as_mut().and_then(|params| params.first_mut()) {
            first.type_ref = TypeRef::Resolved(parameter);
        }
    }

    /// `container.bind_function(node, visitor)`
    fn bind_function(&mut self, function: Value, node: &'a StmtFunctionDef) -> Check<()> {
        let mut scope = self.new_scope(ScopeNode::Function(node), node);
        for decorator in node.decorator_list.iter().rev() {
            self.visit_expected(&decorator.expression, Value::DYNAMIC, "decorator cannot be a primitive");
        }
        self.bind_self(function, node, &mut scope);
        self.visit_parameters(&node.parameters, &mut scope);
        if let Some(returns) = &node.returns {
            self.visit_expected(returns, Value::DYNAMIC, "return annotation cannot be a primitive");
            let is_unknown = self.types.decorated_kind(function) == Some(DecoratedKind::Unknown);
            if !is_unknown && self.errors.is_heard() {
                self.late.push(Late::Annotation(returns));
            }
        }
        self.bind_function_inner(function, node)?;
        self.state_changes();
        self.scopes.push(scope);
        let terminates = self.bind_function_body(function, node);
        self.leave_scope();
        self.state_changes();
        let (value, kind) = (self.get_type(node), self.types.decorated_kind(self.get_type(node)));
        let is_checked = kind != Some(DecoratedKind::Transient) && !self.is_known_function(value, FunctionKind::Native);
        if is_checked {
            self.check_generator(function, node);
        }
        if !terminates?.is_terminal() && is_checked {
            let expected = self.expected_return(function);
            let class = self.types.class_of(expected);
            if !self.types.can_assign(class, ClassId::NONE) {
                return Err(Raised::new(format!(
                    "Function has declared return type '{}' but can implicitly return None.",
                    self.types.name(expected)
                )));
            }
        }
        Ok(())
    }

    /// A generator does not return a primitive: callers would take the generator for one. (The reference accepts it.)
    fn check_generator(&mut self, function: Value, node: &'a StmtFunctionDef) {
        let symbols = self.source.symbols;
        let is_generator = symbols.scope(symbols.scope_of(node_index(node), ScopeRole::Body)).generator;
        if let Some(returns) = node.returns.as_deref().filter(|_| is_generator) {
            let expected = self.expected_return(function);
            if self.types.is_primitive(expected) {
                let (place, name) = (self.place(returns), self.types.name(expected));
                self.late_error(place, format!("generator cannot return a primitive, found {name}"));
            }
        }
    }

    /// The body, in the `with` statements that context decorators make.
    fn bind_function_body(&mut self, function: Value, node: &'a StmtFunctionDef) -> Check<TerminalKind> {
        let managers = self.context_items(function);
        if !managers.is_empty() {
            let (module, indices) = (self.module, managers.iter().map(|manager| node_index(*manager)).collect());
            self.facts_mut(module).managers.insert(node_index(node), indices);
        }
        let mut may_suppress = false;
        for manager in managers {
            self.visit_expr(manager, None);
            self.state().refined.clear();
            let value = self.get_type(manager);
            may_suppress |= !self.exit_returns_false(value)?;
        }
        let terminates = self.visit_check_terminal(&node.body);
        Ok(if may_suppress { TerminalKind::NonTerminal } else { terminates })
    }

    /// The type of `self` or `cls` (`bind_function_self`).
    fn bind_self(&mut self, function: Value, node: &'a StmtFunctionDef, scope: &mut BindingScope<'a>) {
        // The reference passes over positional-only ones, and takes the one behind the slash for the receiver.
        let Some(parameter) = first_parameter(node) else { return };
        let value = match function {
            Value::Decorated(decorated) => {
                let data = *self.types.decorated(decorated);
                match data.kind {
                    DecoratedKind::Unknown => Value::DYNAMIC,
                    DecoratedKind::Static => return,
                    DecoratedKind::Class => match self.current_class() {
                        Some(class) => Value::Class(self.types.inexact_type(class)),
                        None => Value::DYNAMIC,
                    },
                    DecoratedKind::Transparent => return self.bind_self(data.inner, node, scope),
                    _ => match self.plain_self(node) {
                        Some(value) => value,
                        None => return,
                    },
                }
            }
            _ => match self.plain_self(node) {
                Some(value) => value,
                None => return,
            },
        };
        self.set_param(&parameter.parameter, value, scope);
    }

    fn plain_self(&mut self, node: &StmtFunctionDef) -> Option<Value> {
        if !self.is_class_scope() {
            return None;
        }
        if matches!(&*node.name, "__new__" | "__init_subclass__") {
            return Some(Value::Class(ClassId::TYPE));
        }
        // Subclasses call the method, too.
        Some(match self.current_class() {
            Some(class) => {
                let class = self.types.inexact_type(class);
                self.types.instance(class)
            }
            None => Value::DYNAMIC,
        })
    }

    fn set_param(&mut self, parameter: &Parameter, value: Value, scope: &mut BindingScope<'a>) {
        let name = self.name_given_by(parameter, &parameter.name);
        scope.declare(&mut self.checker.types, name, value, false, false);
        self.set_type(parameter, value);
    }

    /// `_visitParameters`
    pub(super) fn visit_parameters(&mut self, parameters: &'a Parameters, scope: &mut BindingScope<'a>) {
        for parameter in &parameters.posonlyargs {
            self.visit_parameter(parameter, ParamStyle::PosOnly, scope);
        }
        for parameter in &parameters.args {
            self.visit_parameter(parameter, ParamStyle::Normal, scope);
        }
        if let Some(parameter) = &parameters.vararg {
            self.visit_star_parameter(parameter, ClassId::TUPLE, scope);
        }
        for parameter in &parameters.kwonlyargs {
            self.visit_parameter(parameter, ParamStyle::KwOnly, scope);
        }
        if let Some(parameter) = &parameters.kwarg {
            self.visit_star_parameter(parameter, ClassId::DICT, scope);
        }
    }

    fn visit_parameter(&mut self, node: &'a ParameterWithDefault, style: ParamStyle, scope: &mut BindingScope<'a>) {
        let parameter = &node.parameter;
        let class = match &parameter.annotation {
            Some(annotation) => {
                self.visit_expected(annotation, Value::DYNAMIC, ANNOTATION);
                let module = self.module;
                self.resolve_annotation(module, annotation, false).unwrap_or(ClassId::DYNAMIC)
            }
            // `self`
            None if style != ParamStyle::KwOnly
                && scope.declarations.contains(self.name_given_by(parameter, &parameter.name)) =>
            {
                return;
            }
            None => {
                self.warn_of_missing_annotation(parameter, style);
                ClassId::DYNAMIC
            }
        };
        let value = self.types.instance(class);
        if let Some(default) = &node.default {
            self.visit_expr(default, Some(value));
            let src = self.types.class_of(self.get_type(&**default));
            let place = self.place(default);
            self.check_can_assign(class, src, place, TYPE_MISMATCH);
        }
        self.set_param(parameter, value, scope);
    }

    fn warn_of_missing_annotation(&mut self, parameter: &Parameter, style: ParamStyle) {
        let kind = match style {
            ParamStyle::PosOnly => "positional-only ",
            ParamStyle::KwOnly => "keyword-only ",
            ParamStyle::Normal => "",
        };
        let (module, name) = (self.module, &parameter.name);
        let message = format!(
            "Missing type annotation for {kind}argument '{name}' prevents type specialization in Static Python"
        );
        self.warn(module, parameter.range.into(), message);
    }

    fn visit_star_parameter(&mut self, parameter: &'a Parameter, class: ClassId, scope: &mut BindingScope<'a>) {
        if let Some(annotation) = &parameter.annotation {
            self.visit_expected(annotation, Value::DYNAMIC, ANNOTATION);
        }
        let value = self.types.exact_instance(class);
        self.set_param(parameter, value, scope);
    }

    /// `visitClassDef`
    pub(super) fn bind_class_definition(&mut self, node: &'a StmtClassDef) -> Check<()> {
        let value = self.get_type(node);
        self.with_type_params(node.type_params.as_deref(), |binder| {
            binder.bind_class(value, node);
            Ok(())
        })?;
        let name = self.name_given_by(node, &node.name);
        self.declare_local(name, value, false, false)
    }

    fn bind_class(&mut self, value: Value, node: &'a StmtClassDef) {
        for decorator in &node.decorator_list {
            self.visit_expected(&decorator.expression, Value::DYNAMIC, "decorator cannot be a primitive");
        }
        for keyword in node.keywords() {
            self.visit_expected(&keyword.value, Value::DYNAMIC, "class kwarg cannot be a primitive");
        }
        let mut is_protocol = false;
        for base in node.bases() {
            self.visit_expected(base, Value::DYNAMIC, "class base cannot be a primitive");
            is_protocol |= self.get_type(base) == Value::Class(ClassId::PROTOCOL);
        }
        if self.scopes.len() == 1 && value != Value::Class(ClassId::DYNAMIC) && self.errors.is_heard() {
            for base in node.bases().iter().filter(|base| base.is_starred_expr()) {
                // The reference takes the column from 0 for one from 1.
                let place = self.place(base);
                self.late.push(Late::Starred(Span::new(place.start - 1, place.end)));
            }
        }
        if is_protocol {
            // Protocols have no instances, and their methods often no bodies.
            let module = self.module;
            self.module_mut(module).compile_non_static.push(node_index(node));
        } else {
            let mut scope = self.new_scope(ScopeNode::Class(node), node);
            scope.enum_class = value.as_class().filter(|&class| matches!(self.types.kind(class), ClassKind::Enum(_)));
            self.state_changes();
            self.scopes.push(scope);
            self.visit_body(&node.body);
            self.leave_scope();
            self.state_changes();
        }
    }
}
