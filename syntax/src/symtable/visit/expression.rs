//! Expressions (`symtable_visit_expr`).
//!
//! ```text
//! f(a, k=b)[c]      f, a, b, c: USE
//! ```
//!
//! Invariant: children are visited in the order of CPython's tree: all of a dict's keys before its
//! values, a call's positional arguments before its keywords.

use crate::symtable::builder::Builder;
use crate::symtable::{ComprehensionKind, ScopeKind, ScopeRole, SymbolFlags, errors};
use crate::{Span, node_index};
use ruff_python_ast::{
    Expr, ExprAwait, ExprContext, ExprDict, ExprFString, ExprLambda, ExprName, ExprTString, FStringPart,
    InterpolatedStringElement, InterpolatedStringElements,
};

impl Builder<'_> {
    pub(super) fn visit_expression(&mut self, expression: &Expr) {
        match expression {
            Expr::Name(name) => self.visit_name(name),
            Expr::Attribute(attribute) => {
                self.check_name(&attribute.attr, attribute.range.into(), attribute.ctx);
                let id = self.names.intern(&attribute.attr);
                self.names_of_nodes.set(node_index(attribute), id);
                self.visit_expression(&attribute.value);
            }
            Expr::Call(call) => {
                self.visit_expression(&call.func);
                self.visit_arguments(&call.arguments);
            }
            Expr::Subscript(subscript) => {
                self.visit_expression(&subscript.value);
                self.visit_expression(&subscript.slice);
            }
            Expr::Slice(slice) => {
                self.visit_optional(slice.lower.as_deref());
                self.visit_optional(slice.upper.as_deref());
                self.visit_optional(slice.step.as_deref());
            }
            Expr::Starred(starred) => self.visit_expression(&starred.value),
            Expr::BoolOp(operation) => self.visit_expressions(&operation.values),
            Expr::BinOp(operation) => {
                self.visit_expression(&operation.left);
                self.visit_expression(&operation.right);
            }
            Expr::UnaryOp(operation) => self.visit_expression(&operation.operand),
            Expr::Compare(comparison) => {
                self.visit_expression(&comparison.left);
                self.visit_expressions(&comparison.comparators);
            }
            Expr::If(conditional) => {
                self.visit_expression(&conditional.test);
                self.visit_expression(&conditional.body);
                self.visit_expression(&conditional.orelse);
            }
            Expr::Tuple(tuple) => self.visit_expressions(&tuple.elts),
            Expr::List(list) => self.visit_expressions(&list.elts),
            Expr::Set(set) => self.visit_expressions(&set.elts),
            Expr::Dict(dict) => self.visit_dict(dict),
            Expr::Lambda(lambda) => self.visit_lambda(lambda),
            Expr::Named(named) => self.visit_named(named),
            Expr::ListComp(comprehension) => self.visit_list_comprehension(comprehension),
            Expr::SetComp(comprehension) => self.visit_set_comprehension(comprehension),
            Expr::DictComp(comprehension) => self.visit_dict_comprehension(comprehension),
            Expr::Generator(generator) => self.visit_generator(generator, generator.range.into()),
            Expr::Yield(expression) => {
                self.visit_yield(expression.value.as_deref(), expression.range.into());
            }
            Expr::YieldFrom(expression) => {
                self.visit_yield(Some(&expression.value), expression.range.into());
            }
            Expr::Await(expression) => self.visit_await(expression),
            Expr::FString(string) => self.visit_f_string(string),
            Expr::TString(string) => self.visit_t_string(string),
            Expr::StringLiteral(_)
            | Expr::BytesLiteral(_)
            | Expr::NumberLiteral(_)
            | Expr::BooleanLiteral(_)
            | Expr::NoneLiteral(_)
            | Expr::EllipsisLiteral(_)
            | Expr::IpyEscapeCommand(_) => {}
        }
    }

    fn visit_name(&mut self, name: &ExprName) {
        let text = name.id.as_str();
        let span = name.range.into();
        // Names in annotations that are never evaluated have no effect.
        if self.current.unevaluated {
            return;
        }
        match name.ctx {
            ExprContext::Store => {
                let id = self.names.intern(text);
                self.names_of_nodes.set(node_index(name), id);
                self.check_name(text, span, ExprContext::Store);
                self.add_id_to(self.current, text, id, SymbolFlags::LOCAL, span);
            }
            ExprContext::Del => {
                self.check_name(text, span, ExprContext::Del);
                self.add_to(self.current, text, SymbolFlags::LOCAL, span);
            }
            ExprContext::Load | ExprContext::Invalid => {
                if text == "__debug__" && self.debug_is_constant {
                    return;
                }
                let id = self.names.intern(text);
                self.names_of_nodes.set(node_index(name), id);
                self.add_id_to(self.current, text, id, SymbolFlags::USE, span);
                // `super()` finds its class through `__class__`.
                if text == "super" && self.scope().is_function_like() {
                    self.add_known(self.known.class, SymbolFlags::USE);
                }
            }
        }
    }

    fn visit_dict(&mut self, dict: &ExprDict) {
        for item in &dict.items {
            self.visit_optional(item.key.as_ref());
        }
        for item in &dict.items {
            self.visit_expression(&item.value);
        }
    }

    fn visit_lambda(&mut self, lambda: &ExprLambda) {
        if let Some(parameters) = &lambda.parameters {
            self.visit_defaults(parameters);
        }
        let scope = self.open(ScopeKind::Function, self.known.lambda, lambda.range.into());
        self.register(node_index(lambda), ScopeRole::Body, scope);
        if let Some(parameters) = &lambda.parameters {
            self.visit_parameters(parameters);
        }
        self.visit_expression(&lambda.body);
        self.leave();
    }

    fn visit_yield(&mut self, value: Option<&Expr>, span: Span) {
        self.allow_in_annotation("yield expression", span);
        self.visit_optional(value);
        self.scope().generator = true;
        // `symtable_raise_if_comprehension_block`.
        if let Some(kind) = self.scope().comprehension {
            let message = match kind {
                ComprehensionKind::List => "'yield' inside list comprehension",
                ComprehensionKind::Set => "'yield' inside set comprehension",
                ComprehensionKind::Dict => "'yield' inside dict comprehension",
                ComprehensionKind::Generator => "'yield' inside generator expression",
            };
            self.report(span, message);
        }
    }

    fn visit_await(&mut self, expression: &ExprAwait) {
        let span = expression.range.into();
        if self.allow_in_annotation("await expression", span) {
            if !self.scope().is_function_like() {
                self.report(span, errors::AWAIT_OUTSIDE_FUNCTION);
            } else if !self.is_async_function() && self.scope().comprehension.is_none() {
                self.report(span, errors::AWAIT_OUTSIDE_ASYNC_FUNCTION);
            }
        }
        self.visit_expression(&expression.value);
        self.scope().coroutine = true;
    }

    fn visit_f_string(&mut self, string: &ExprFString) {
        for part in &string.value {
            if let FStringPart::FString(part) = part {
                self.visit_interpolations(&part.elements);
            }
        }
    }

    fn visit_t_string(&mut self, string: &ExprTString) {
        for part in &string.value {
            self.visit_interpolations(&part.elements);
        }
    }

    fn visit_interpolations(&mut self, elements: &InterpolatedStringElements) {
        for element in elements {
            if let InterpolatedStringElement::Interpolation(element) = element {
                self.visit_expression(&element.expression);
                if let Some(specification) = &element.format_spec {
                    self.visit_interpolations(&specification.elements);
                }
            }
        }
    }
}
