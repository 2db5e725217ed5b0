//! Annotations, evaluated in `__annotate__` functions (PEP 649, PEP 749), or as strings under
//! `from __future__ import annotations`.
//!
//! ```text
//! def f(a: int): …      __annotate__(format): if format > 2: raise NotImplementedError
//!                                             return {'a': int}
//! ```

use super::Builder;
use super::closure::FunctionFlags;
use super::unit::{ArgumentCounts, DeferredAnnotation, UnitKind};
use crate::{CodeObject, Constant, Opcode};
use pyclast_syntax::symtable::{ScopeId, ScopeRole, mangle};
use pyclast_syntax::{Location, NameId, node_index};
use ruff_python_ast::{Expr, ExprContext, Parameter, StmtFunctionDef};
use std::sync::Arc;

/// `Py_GT << 5 | compare_masks[Py_GT]`
const GREATER: usize = 4 << 5 | 4;
/// `_Py_ANNOTATE_FORMAT_VALUE_WITH_FAKE_GLOBALS`
const VALUE_WITH_FAKE_GLOBALS: i64 = 2;
/// `CONSTANT_NOTIMPLEMENTEDERROR`
const NOT_IMPLEMENTED_ERROR: usize = 1;

impl<'a> Builder<'a> {
    /// Makes a function's `__annotate__`, if it has annotations (`codegen_function_annotations`).
    pub(super) fn build_function_annotations(&mut self, function: &'a StmtFunctionDef, location: Location) -> bool {
        let Some(scope) = self.annotations_used(function) else { return false };
        let code = self.built_ahead(scope).unwrap_or_else(|| self.build_annotate_unit(function, scope, location));
        self.keep_ahead(scope, &code);
        self.make_closure(location, code, FunctionFlags::default());
        true
    }

    /// The scope of a function's annotations, if it has any.
    pub(super) fn annotations_used(&self, function: &StmtFunctionDef) -> Option<ScopeId> {
        let scope = self.table.try_scope_of(node_index(function), ScopeRole::Annotations)?;
        self.table.scope(scope).annotations_used.then_some(scope)
    }

    pub(super) fn build_annotate_unit(
        &mut self,
        function: &'a StmtFunctionDef,
        scope: ScopeId,
        location: Location,
    ) -> Arc<CodeObject> {
        self.enter_annotate_unit(scope, location);
        let parameters = &*function.parameters;
        let named = |parameter: &'a ruff_python_ast::ParameterWithDefault| &parameter.parameter;
        let annotated: Vec<&'a Parameter> = parameters
            .args
            .iter()
            .map(named)
            .chain(parameters.posonlyargs.iter().map(named))
            .chain(parameters.vararg.as_deref())
            .chain(parameters.kwonlyargs.iter().map(named))
            .chain(parameters.kwarg.as_deref())
            .collect();
        let mut count = 0;
        for parameter in annotated {
            if let Some(annotation) = &parameter.annotation {
                self.build_argument_annotation(parameter.name.as_str(), annotation, location);
                count += 1;
            }
        }
        if let Some(returns) = &function.returns {
            self.build_argument_annotation("return", returns, location);
            count += 1;
        }
        self.emit_arg(Opcode::BuildMap, count, location);
        self.emit(Opcode::ReturnValue, location);
        self.leave_annotate_unit()
    }

    /// A name and its annotation (`codegen_argannotation`).
    fn build_argument_annotation(&mut self, name: &str, annotation: &'a Expr, location: Location) {
        let name = self.names.intern(name);
        let name = self.mangled(name);
        let name = self.names.get(name).clone();
        self.emit_const(Constant::Str(name), location);
        match annotation {
            _ if self.table.future.annotations => self.visit_annotation(annotation),
            Expr::Starred(starred) => {
                // `*args: *Ts`: the one value of [*Ts].
                self.visit_expr(&starred.value);
                self.emit_arg(Opcode::UnpackSequence, 1, location);
            }
            _ => self.visit_expr(annotation),
        }
    }

    /// An annotation as a string (`codegen_visit_annexpr`).
    pub(super) fn visit_annotation(&mut self, annotation: &'a Expr) {
        let text = self.unparse(annotation);
        let location = self.expr_location(annotation);
        self.emit_const(Constant::Str(text), location);
    }

    /// Makes the `__annotate__` of a class or module from the annotations met in its body, and stores
    /// it (`codegen_process_deferred_annotations`). A module's runs before its body.
    pub(super) fn build_deferred_annotations(&mut self, location: Location) {
        let deferred = std::mem::take(&mut self.unit_mut().deferred_annotations);
        if deferred.is_empty() {
            return;
        }
        let kind = self.unit().kind;
        let owner = self.table.scope(self.unit().scope);
        let scope = owner.annotation_block.expect("the symbol table saw the annotations");
        let body = (kind == UnitKind::Module).then(|| std::mem::take(&mut self.unit_mut().sequence));
        self.enter_annotate_unit(scope, location);
        self.emit_arg(Opcode::BuildMap, 0, location);
        for annotation in &deferred {
            self.build_deferred_annotation(annotation, kind, location);
        }
        self.emit(Opcode::ReturnValue, location);
        let code = self.leave_annotate_unit();
        self.make_closure(location, code, FunctionFlags::default());
        let name = if kind == UnitKind::Class { "__annotate_func__" } else { "__annotate__" };
        self.emit_text_access(name, ExprContext::Store, location);
        if let Some(mut body) = body {
            body.set_annotations(std::mem::take(&mut self.unit_mut().sequence));
            self.unit_mut().sequence = body;
        }
    }

    /// Adds one annotation to the dict on the stack, if its statement was reached.
    fn build_deferred_annotation(&mut self, annotation: &DeferredAnnotation<'a>, kind: UnitKind, location: Location) {
        let statement = annotation.statement;
        let Expr::Name(target) = &*statement.target else { return };
        let name = self.names.intern(target.id.as_str());
        let private = self.unit().private;
        let name = mangle(&mut self.names, private, name);
        let name = self.names.get(name).clone();
        let here = self.location(statement);
        let not_set = self.new_label();
        if let Some(index) = annotation.conditional_index {
            self.emit_const(Constant::int(i64::from(index)), here);
            let set = self.known.conditional_annotations;
            if kind == UnitKind::Class {
                let free = self.free_index(set);
                self.emit_arg(Opcode::LoadDeref, free, here);
            } else {
                self.emit_name_bits(Opcode::LoadGlobal, set, 1, 0, here);
            }
            self.emit_arg(Opcode::ContainsOp, 0, here);
            self.emit_jump(Opcode::PopJumpIfFalse, not_set, here);
        }
        self.visit_expr(&statement.annotation);
        self.emit_arg(Opcode::Copy, 2, here);
        self.emit_const(Constant::Str(name), here);
        self.emit(Opcode::StoreSubscr, location);
        self.use_label(not_set);
    }

    /// Enters an `__annotate__` function.
    fn enter_annotate_unit(&mut self, scope: ScopeId, location: Location) {
        let name = self.table.scope(scope).name;
        self.enter_format_unit(scope, name, location);
    }

    /// Enters a function of `.format` that is evaluated when asked for; it refuses formats it cannot
    /// give (`codegen_setup_annotations_scope`).
    pub(super) fn enter_format_unit(&mut self, scope: ScopeId, name: NameId, location: Location) {
        let arguments = ArgumentCounts { positional_only: 1, positional: 1, keyword_only: 0 };
        let private = self.unit().private;
        self.enter_unit(UnitKind::Annotations, scope, name, location.line, private, arguments);
        self.unit_mut().is_typed = false;
        self.emit_arg(Opcode::LoadFast, 0, location);
        self.emit_const(Constant::int(VALUE_WITH_FAKE_GLOBALS), location);
        self.emit_arg(Opcode::CompareOp, GREATER, location);
        let body = self.new_label();
        self.emit_jump(Opcode::PopJumpIfFalse, body, location);
        self.emit_arg(Opcode::LoadCommonConstant, NOT_IMPLEMENTED_ERROR, location);
        self.emit_arg(Opcode::RaiseVarargs, 1, location);
        self.use_label(body);
    }
}
