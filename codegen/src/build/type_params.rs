//! Type parameters and `type` statements (PEP 695, PEP 696).
//!
//! ```text
//! type X[T: int] = list[T]     in the scope of T:  'X' · TypeVar T with its bound · BUILD_TUPLE 1
//!                                                  · <function of the value> · BUILD_TUPLE 3 · TypeAliasType
//! ```
//!
//! Bounds, defaults and values are functions, evaluated when asked for.

use super::Builder;
use super::closure::FunctionFlags;
use super::unit::ArgumentCounts;
use crate::{Constant, Opcode};
use pyclast_syntax::symtable::ScopeRole;
use pyclast_syntax::{Location, node_index};
use ruff_python_ast::{Expr, ExprContext, StmtTypeAlias, TypeParam, TypeParams};

/// `CALL_INTRINSIC_1` functions.
const TYPE_VAR: usize = 7;
const PARAM_SPEC: usize = 8;
const TYPE_VAR_TUPLE: usize = 9;
const TYPE_ALIAS: usize = 11;
/// `CALL_INTRINSIC_2` functions.
const TYPE_VAR_WITH_BOUND: usize = 2;
const TYPE_VAR_WITH_CONSTRAINTS: usize = 3;
const SET_TYPE_PARAM_DEFAULT: usize = 5;

impl<'a> Builder<'a> {
    /// Makes the type parameters, stores them, and pushes the tuple of them (`codegen_type_params`).
    pub(super) fn build_type_params(&mut self, type_params: Option<&'a TypeParams>) {
        let Some(type_params) = type_params else { return };
        let mut seen_default = false;
        for type_param in &type_params.type_params {
            self.build_type_param(type_param);
            if default_of(type_param).is_some() {
                seen_default = true;
            } else if seen_default {
                let message = format!(
                    "non-default type parameter '{}' follows default type parameter",
                    type_param.name().as_str()
                );
                self.error(range_of(type_param), message);
            }
        }
        if let Some(first) = type_params.type_params.first() {
            let location = self.location(first);
            self.emit_arg(Opcode::BuildTuple, type_params.type_params.len(), location);
        }
    }

    fn build_type_param(&mut self, type_param: &'a TypeParam) {
        let location = self.location(type_param);
        let name = type_param.name().as_str();
        self.emit_const(Constant::str(name), location);
        let node = node_index(type_param);
        match type_param {
            TypeParam::TypeVar(variable) => match &variable.bound {
                Some(bound) => {
                    self.build_lazy_value(bound, name, (node, ScopeRole::Bound), false);
                    let intrinsic = if bound.is_tuple_expr() { TYPE_VAR_WITH_CONSTRAINTS } else { TYPE_VAR_WITH_BOUND };
                    self.emit_arg(Opcode::CallIntrinsic2, intrinsic, location);
                }
                None => self.emit_arg(Opcode::CallIntrinsic1, TYPE_VAR, location),
            },
            TypeParam::TypeVarTuple(_) => self.emit_arg(Opcode::CallIntrinsic1, TYPE_VAR_TUPLE, location),
            TypeParam::ParamSpec(_) => self.emit_arg(Opcode::CallIntrinsic1, PARAM_SPEC, location),
        }
        if let Some(default) = default_of(type_param) {
            let starred = matches!(type_param, TypeParam::TypeVarTuple(_));
            self.build_lazy_value(default, name, (node, ScopeRole::Default), starred);
            self.emit_arg(Opcode::CallIntrinsic2, SET_TYPE_PARAM_DEFAULT, location);
        }
        self.emit_arg(Opcode::Copy, 1, location);
        self.emit_text_access(name, ExprContext::Store, location);
    }

    /// A bound or default as a function of `.format` (`codegen_type_param_bound_or_default`).
    fn build_lazy_value(&mut self, value: &'a Expr, name: &str, scope: (u32, ScopeRole), allow_starred: bool) {
        let location = self.expr_location(value);
        self.emit_const(Constant::tuple([Constant::int(1)]), location);
        let scope = self.table.scope_of(scope.0, scope.1);
        let name = self.names.intern(name);
        self.enter_format_unit(scope, name, location);
        match value {
            Expr::Starred(starred) if allow_starred => {
                self.visit_expr(&starred.value);
                self.emit_arg(Opcode::UnpackSequence, 1, location);
            }
            _ => self.visit_expr(value),
        }
        self.emit(Opcode::ReturnValue, location);
        let code = self.leave_unit(true);
        self.make_closure(location, code, FunctionFlags::DEFAULTS);
    }

    /// `type X = …` (`codegen_typealias`)
    pub(super) fn build_type_alias(&mut self, alias: &'a StmtTypeAlias, location: Location) {
        let Expr::Name(name) = &*alias.name else { return };
        let name = name.id.as_str();
        if alias.type_params.is_some() {
            let private = self.unit().private;
            self.enter_type_parameters(node_index(alias), name, location.line, private, ArgumentCounts::default());
            self.emit_const(Constant::str(name), location);
            self.build_type_params(alias.type_params.as_deref());
            self.build_alias_value(alias, name, location);
            let code = self.leave_unit(false);
            self.make_closure(location, code, FunctionFlags::default());
            self.emit(Opcode::PushNull, location);
            self.emit_arg(Opcode::Call, 0, location);
        } else {
            self.emit_const(Constant::str(name), location);
            self.emit_const(Constant::None, location);
            self.build_alias_value(alias, name, location);
        }
        self.emit_text_access(name, ExprContext::Store, location);
    }

    /// The alias itself, from its name, type parameters and value (`codegen_typealias_body`).
    fn build_alias_value(&mut self, alias: &'a StmtTypeAlias, name: &str, location: Location) {
        self.emit_const(Constant::tuple([Constant::int(1)]), location);
        let scope = self.table.scope_of(node_index(alias), ScopeRole::Body);
        let name = self.names.intern(name);
        self.enter_format_unit(scope, name, location);
        self.visit_expr(&alias.value);
        self.emit(Opcode::ReturnValue, location);
        let code = self.leave_unit(false);
        self.make_closure(location, code, FunctionFlags::DEFAULTS);
        self.emit_arg(Opcode::BuildTuple, 3, location);
        self.emit_arg(Opcode::CallIntrinsic1, TYPE_ALIAS, location);
    }
}

fn default_of(type_param: &TypeParam) -> Option<&Expr> {
    match type_param {
        TypeParam::TypeVar(variable) => variable.default.as_deref(),
        TypeParam::TypeVarTuple(variable) => variable.default.as_deref(),
        TypeParam::ParamSpec(variable) => variable.default.as_deref(),
    }
}

fn range_of(type_param: &TypeParam) -> ruff_text_size::TextRange {
    ruff_text_size::Ranged::range(type_param)
}
