//! Type parameters, their bounds, constraints and defaults (PEP 695, PEP 696).
//!
//! ```text
//! def f[T: int = bool](): ...      type parameters: T;  scope T (bound): int;  scope T (default): bool
//! ```
//!
//! Invariant: bounds and defaults are scopes of their own, keyed by the type parameter's node.

use crate::symtable::builder::Builder;
use crate::symtable::{ScopeKind, ScopeRole, SymbolFlags, errors};
use crate::{Span, node_index};
use ruff_python_ast::{Expr, TypeParam};
use ruff_text_size::Ranged;

/// Where the expression of a type parameter goes.
#[derive(Clone, Copy)]
struct Part {
    node: u32,
    role: ScopeRole,
    /// CPython's description (`ste_scope_info`).
    description: &'static str,
}

impl Builder<'_> {
    pub(super) fn visit_type_parameters(&mut self, parameters: &[TypeParam]) {
        for parameter in parameters {
            self.visit_type_parameter(parameter);
        }
    }

    fn visit_type_parameter(&mut self, parameter: &TypeParam) {
        let name = parameter.name().as_str();
        let span = Span::from(parameter.range());
        self.add(name, SymbolFlags::TYPE_PARAM.union(SymbolFlags::LOCAL), span);
        if name == "__classdict__" {
            self.report(span, errors::reserved_type_parameter(name));
        }
        let (node, default, description) = match parameter {
            TypeParam::TypeVar(parameter) => {
                let node = node_index(parameter);
                if let Some(bound) = &parameter.bound {
                    let description = if bound.is_tuple_expr() { "a TypeVar constraint" } else { "a TypeVar bound" };
                    self.visit_part(bound, name, Part { node, role: ScopeRole::Bound, description });
                }
                (node, &parameter.default, "a TypeVar default")
            }
            TypeParam::TypeVarTuple(parameter) => (node_index(parameter), &parameter.default, "a TypeVarTuple default"),
            TypeParam::ParamSpec(parameter) => (node_index(parameter), &parameter.default, "a ParamSpec default"),
        };
        if let Some(default) = default {
            self.visit_part(default, name, Part { node, role: ScopeRole::Default, description });
        }
    }

    /// `symtable_visit_type_param_bound_or_default`.
    fn visit_part(&mut self, expression: &Expr, name: &str, part: Part) {
        let is_in_class = self.scope().can_see_class_scope;
        let name = self.names.intern(name);
        let scope = self.open(ScopeKind::TypeVariable, name, expression.range().into());
        self.register(part.node, part.role, scope);
        self.current.type_variable_part = part.description;
        self.see_class_scope(is_in_class);
        self.visit_expression(expression);
        self.leave();
    }
}
