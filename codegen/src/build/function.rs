//! Functions and lambdas (`codegen_function`, `codegen_lambda`).
//!
//! ```text
//! @d
//! def f(a=1): return a      d · 1 · BUILD_TUPLE 1 · LOAD_CONST <code f> · MAKE_FUNCTION · … · CALL 0 · store f
//! ```

use super::Builder;
use super::arguments::argument_counts;
use super::closure::FunctionFlags;
use super::frame_block::FrameBlockKind;
use super::unit::{ArgumentCounts, UnitKind};
use crate::{CodeObject, Constant, Opcode};
use pyclast_syntax::symtable::ScopeRole;
use pyclast_syntax::{Location, node_index};
use ruff_python_ast::{Decorator, ExprLambda, Parameters, StmtFunctionDef};
use std::sync::Arc;

/// `INTRINSIC_SET_FUNCTION_TYPE_PARAMS`
const SET_FUNCTION_TYPE_PARAMS: usize = 4;

impl<'a> Builder<'a> {
    /// `def` and `async def`
    pub(super) fn build_function(&mut self, function: &'a StmtFunctionDef, location: Location) {
        self.visit_function_decorators(function);
        let first_line = self.first_line(&function.decorator_list, location);
        let mut flags = self.visit_default_arguments(&function.parameters, location);
        let is_apart = self.must_keep_apart(function, flags);
        match &function.type_params {
            None => {
                if is_apart {
                    self.keep_apart(&mut flags, location);
                }
                if self.build_function_annotations(function, location) {
                    flags.insert(FunctionFlags::ANNOTATE);
                }
                self.build_function_body(function, flags, first_line, location);
            }
            Some(_) => self.build_generic_function(function, flags, is_apart, first_line, location),
        }
        self.apply_function_decorators(function);
        self.store_function(function, location);
    }

    /// A function in the scope of its type parameters; the defaults are passed in as arguments.
    fn build_generic_function(
        &mut self,
        function: &'a StmtFunctionDef,
        mut flags: FunctionFlags,
        is_apart: bool,
        first_line: i32,
        location: Location,
    ) {
        let defaults = [FunctionFlags::DEFAULTS, FunctionFlags::KEYWORD_DEFAULTS];
        let passed = defaults.into_iter().filter(|&flag| flags.contains(flag)).count();
        let positional = u32::try_from(passed).expect("a function has two kinds of defaults");
        if passed == 2 {
            self.emit_arg(Opcode::Swap, 2, location);
        }
        let arguments = ArgumentCounts { positional, ..ArgumentCounts::default() };
        let private = self.unit().private;
        let node = node_index(function);
        self.enter_type_parameters(node, function.name.as_str(), first_line, private, arguments);
        self.build_type_params(function.type_params.as_deref());
        for index in 0..passed {
            self.emit_arg(Opcode::LoadFast, index, location);
        }
        if is_apart {
            self.keep_apart(&mut flags, location);
        }
        if self.build_function_annotations(function, location) {
            flags.insert(FunctionFlags::ANNOTATE);
        }
        self.build_function_body(function, flags, first_line, location);
        self.emit_arg(Opcode::Swap, 2, location);
        self.emit_arg(Opcode::CallIntrinsic2, SET_FUNCTION_TYPE_PARAMS, location);
        let code = self.leave_unit(false);
        self.make_closure(location, code, FunctionFlags::default());
        if passed > 0 {
            self.emit_arg(Opcode::Swap, passed + 1, location);
            self.emit_arg(Opcode::Call, passed - 1, location);
        } else {
            self.emit(Opcode::PushNull, location);
            self.emit_arg(Opcode::Call, 0, location);
        }
    }

    /// The function's own unit, and the function made of it (`codegen_function_body`).
    fn build_function_body(
        &mut self,
        function: &'a StmtFunctionDef,
        flags: FunctionFlags,
        first_line: i32,
        location: Location,
    ) {
        let scope = self.table.scope_of(node_index(function), ScopeRole::Body);
        let code = self.built_ahead(scope).unwrap_or_else(|| self.build_function_unit(function, first_line, location));
        self.keep_ahead(scope, &code);
        self.define_twin(scope, location);
        self.make_closure(location, code, flags);
    }

    fn build_function_unit(
        &mut self,
        function: &'a StmtFunctionDef,
        first_line: i32,
        location: Location,
    ) -> Arc<CodeObject> {
        let kind = if function.is_async { UnitKind::AsyncFunction } else { UnitKind::Function };
        let scope = self.table.scope_of(node_index(function), ScopeRole::Body);
        let name = self.names.intern(function.name.as_str());
        let private = self.unit().private;
        self.enter_unit(kind, scope, name, first_line, private, argument_counts(&function.parameters));
        let body = self.body(&function.body);
        if let Some(docstring) = body.docstring {
            self.unit_mut().has_docstring = true;
            let text = self.clean_docstring(docstring);
            self.add_const(Constant::Str(text));
        }
        self.begin_function(function, location);
        let entry = self.table.scope(scope);
        if entry.coroutine || entry.generator {
            let start = self.new_label();
            self.use_label(start);
            self.push_block(FrameBlockKind::StopIteration, start, None, Location::NONE, function.range);
            self.build_function_statements(function, &body, location);
            self.wrap_in_stop_iteration_handler();
            self.pop_block();
        } else {
            self.build_function_statements(function, &body, location);
        }
        self.leave_function(function, location)
    }

    /// `lambda`
    pub(super) fn build_lambda(&mut self, lambda: &'a ExprLambda, location: Location) {
        let parameters: Option<&'a Parameters> = lambda.parameters.as_deref();
        let flags = parameters
            .map_or_else(FunctionFlags::default, |parameters| self.visit_default_arguments(parameters, location));
        let scope = self.table.scope_of(node_index(lambda), ScopeRole::Body);
        let name = self.names.intern("<lambda>");
        let private = self.unit().private;
        let arguments = parameters.map_or_else(ArgumentCounts::default, argument_counts);
        self.enter_unit(UnitKind::Lambda, scope, name, location.line, private, arguments);
        self.begin_unchecked_function(node_index(lambda));
        self.visit_expr(&lambda.body);
        let code = if self.table.scope(scope).generator {
            self.leave_unit(false)
        } else {
            let body = self.expr_location(&lambda.body);
            self.emit(Opcode::ReturnValue, body);
            self.leave_unit(true)
        };
        self.make_closure(location, code, flags);
    }

    /// Evaluates decorators, the first one first.
    pub(super) fn visit_decorators(&mut self, decorators: &'a [Decorator]) {
        for decorator in decorators {
            self.visit_expr(&decorator.expression);
        }
    }

    /// Calls decorators, the innermost first.
    pub(super) fn apply_decorators(&mut self, decorators: &'a [Decorator]) {
        for decorator in decorators.iter().rev() {
            let location = self.expr_location(&decorator.expression);
            self.emit_arg(Opcode::Call, 0, location);
        }
    }

    /// `co_firstlineno`: the line of the first decorator, or of the statement.
    pub(super) fn first_line(&self, decorators: &[Decorator], location: Location) -> i32 {
        decorators.first().map_or(location.line, |decorator| self.expr_location(&decorator.expression).line)
    }

    /// Enters the scope of the type parameters of `name`.
    pub(super) fn enter_type_parameters(
        &mut self,
        node: u32,
        name: &str,
        first_line: i32,
        private: Option<pyclast_syntax::NameId>,
        arguments: ArgumentCounts,
    ) {
        let scope = self.table.scope_of(node, ScopeRole::TypeParameters);
        let name = self.names.intern(&format!("<generic parameters of {name}>"));
        self.enter_unit(UnitKind::Annotations, scope, name, first_line, private, arguments);
    }

    /// Leaves a unit of one parameter `.format`, which its signature shows as `format`
    /// (`codegen_leave_annotations_scope`).
    pub(super) fn leave_annotate_unit(&mut self) -> Arc<CodeObject> {
        let shown = self.names.intern("format");
        let mut code = self.leave_unit(true);
        let names = &mut Arc::make_mut(&mut code).local_names;
        if let Some(format) = Arc::make_mut(names).first_mut() {
            *format = self.names.get(shown).clone();
        }
        code
    }
}
