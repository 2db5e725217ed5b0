//! Functions, classes and type aliases.
//!
//! ```text
//! @d
//! def f[T](a: A = x): b      here: f, x, d;  type parameters: T;  __annotate__: A;  f: a, b
//! ```
//!
//! Invariant: a function's name, defaults and decorators belong to the enclosing scope, in this
//! order; an annotated function has an annotations scope before its own.

use crate::symtable::builder::Builder;
use crate::symtable::{ScopeKind, ScopeRole, SymbolFlags};
use crate::{Span, node_index};
use ruff_python_ast::{
    Arguments, Decorator, Expr, ExprContext, Parameter, Parameters, StmtClassDef, StmtFunctionDef, StmtTypeAlias,
    TypeParams,
};

/// What kind of generic a type-parameter scope belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Generic {
    Function { keyword_defaults: bool },
    Class,
    TypeAlias,
}

impl Builder<'_> {
    pub(super) fn visit_function(&mut self, definition: &StmtFunctionDef, span: Span) {
        let name = definition.name.as_str();
        let node = node_index(definition);
        let id = self.add_of(definition, name, SymbolFlags::LOCAL, span);
        self.visit_defaults(&definition.parameters);
        self.visit_decorators(&definition.decorator_list);
        let type_params = definition.type_params.as_deref();
        if let Some(type_params) = type_params {
            let keyword_defaults = definition.parameters.kwonlyargs.iter().any(|parameter| parameter.default.is_some());
            self.open_type_parameters(Generic::Function { keyword_defaults }, name, node, span);
            self.visit_type_parameters(type_params);
        }
        let scope = self.new_scope(ScopeKind::Function, id, span);
        self.register(node, ScopeRole::Body, scope);
        self.visit_function_annotations(definition, span);
        self.enter(scope);
        self.scope().coroutine = definition.is_async;
        self.visit_parameters(&definition.parameters);
        self.visit_body(&definition.body);
        self.leave();
        self.close_type_parameters(type_params);
    }

    pub(super) fn visit_class(&mut self, definition: &StmtClassDef, span: Span) {
        let name = definition.name.as_str();
        let node = node_index(definition);
        let class = self.add_of(definition, name, SymbolFlags::LOCAL, span);
        self.visit_decorators(&definition.decorator_list);
        let enclosing_class = self.private;
        let type_params = definition.type_params.as_deref();
        if let Some(type_params) = type_params {
            self.open_type_parameters(Generic::Class, name, node, span);
            self.private = Some(class);
            self.mangle_only_type_parameters();
            self.visit_type_parameters(type_params);
        }
        if let Some(arguments) = &definition.arguments {
            self.visit_arguments(arguments);
        }
        let scope = self.open(ScopeKind::Class, class, span);
        self.register(node, ScopeRole::Body, scope);
        self.current.annotated_node = Some(node);
        self.private = Some(class);
        if type_params.is_some() {
            self.add_known(self.known.type_params_attribute, SymbolFlags::LOCAL);
            self.add_known(self.known.type_params, SymbolFlags::USE);
        }
        self.visit_body(&definition.body);
        self.leave();
        self.close_type_parameters(type_params);
        self.private = enclosing_class;
    }

    pub(super) fn visit_type_alias(&mut self, alias: &StmtTypeAlias) {
        self.visit_expression(&alias.name);
        let Expr::Name(name) = &*alias.name else { return };
        let name = name.id.as_str();
        let span = alias.range.into();
        let node = node_index(alias);
        let is_in_class = self.kind() == ScopeKind::Class;
        let type_params = alias.type_params.as_deref();
        if let Some(type_params) = type_params {
            self.open_type_parameters(Generic::TypeAlias, name, node, span);
            self.visit_type_parameters(type_params);
        }
        let name = self.names.intern(name);
        let scope = self.open(ScopeKind::TypeAlias, name, span);
        self.register(node, ScopeRole::Body, scope);
        self.see_class_scope(is_in_class);
        self.visit_expression(&alias.value);
        self.leave();
        self.close_type_parameters(type_params);
    }

    /// The current scope reads the names of the class around it through `__classdict__`.
    pub(super) fn see_class_scope(&mut self, is_in_class: bool) {
        if is_in_class {
            self.scope().can_see_class_scope = true;
            self.add_known(self.known.class_dict, SymbolFlags::USE);
        }
    }

    /// `symtable_enter_type_param_block`.
    fn open_type_parameters(&mut self, generic: Generic, name: &str, node: u32, span: Span) {
        let is_in_class = self.kind() == ScopeKind::Class;
        let name = self.names.intern(name);
        let scope = self.open(ScopeKind::TypeParameters, name, span);
        self.register(node, ScopeRole::TypeParameters, scope);
        self.see_class_scope(is_in_class);
        match generic {
            Generic::Class => {
                for name in [self.known.type_params, self.known.generic_base] {
                    self.add_known(name, SymbolFlags::LOCAL.union(SymbolFlags::USE));
                }
            }
            Generic::Function { keyword_defaults } => {
                // CPython tests for a list of defaults, and its parser always makes one.
                self.add_known(self.known.defaults, SymbolFlags::PARAM);
                if keyword_defaults {
                    self.add_known(self.known.keyword_defaults, SymbolFlags::PARAM);
                }
            }
            Generic::TypeAlias => {}
        }
    }

    fn close_type_parameters(&mut self, type_params: Option<&TypeParams>) {
        if type_params.is_some() {
            self.leave();
        }
    }

    fn visit_decorators(&mut self, decorators: &[Decorator]) {
        for decorator in decorators {
            self.visit_expression(&decorator.expression);
        }
    }

    /// Defaults are evaluated in the enclosing scope.
    pub(super) fn visit_defaults(&mut self, parameters: &Parameters) {
        for parameter in parameters.iter_non_variadic_params() {
            self.visit_optional(parameter.default());
        }
    }

    /// `symtable_visit_arguments`.
    pub(super) fn visit_parameters(&mut self, parameters: &Parameters) {
        for parameter in parameters.iter_non_variadic_params() {
            self.visit_parameter(&parameter.parameter);
        }
        if let Some(parameter) = &parameters.vararg {
            self.visit_parameter(parameter);
            self.scope().varargs = true;
        }
        if let Some(parameter) = &parameters.kwarg {
            self.visit_parameter(parameter);
            self.scope().varkeywords = true;
        }
    }

    fn visit_parameter(&mut self, parameter: &Parameter) {
        self.add_of(parameter, &parameter.name, SymbolFlags::PARAM, self.module.parameter_span(parameter));
    }

    /// Positional arguments, then keyword arguments, of a call or class.
    pub(super) fn visit_arguments(&mut self, arguments: &Arguments) {
        match &*arguments.args {
            [Expr::Generator(generator)] if !generator.parenthesized && arguments.keywords.is_empty() => {
                // CPython places a sole generator at the parentheses of the call.
                self.visit_generator(generator, arguments.range.into());
            }
            args => self.visit_expressions(args),
        }
        for keyword in &arguments.keywords {
            if let Some(name) = &keyword.arg {
                self.check_name(name, keyword.range.into(), ExprContext::Store);
            }
        }
        for keyword in &arguments.keywords {
            self.visit_expression(&keyword.value);
        }
    }
}
