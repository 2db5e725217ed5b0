//! The module unit, and bodies that may start with a docstring (`_PyCodegen_Module`, `codegen_body`).
//!
//! ```text
//! "doc"          RESUME · LOAD_CONST "doc" · STORE_NAME __doc__ · LOAD_CONST 1 · STORE_NAME x
//! x = 1
//! ```

use super::Builder;
use super::docstring::Body;
use super::unit::{ArgumentCounts, UnitKind};
use crate::{CodeObject, Constant, Opcode};
use pyclast_syntax::Location;
use ruff_python_ast::{ExprContext, Stmt};
use std::sync::Arc;

impl<'a> Builder<'a> {
    /// Builds the module and everything in it.
    pub(super) fn build_module(&mut self) -> Arc<CodeObject> {
        let module = self.module;
        let name = self.names.intern("<module>");
        let scope = self.table.module_scope();
        self.enter_unit(UnitKind::Module, scope, name, 1, None, ArgumentCounts::default());
        let body = self.body(&module.module().body);
        let location = self.body_start(&body).unwrap_or(Location::new(1, 1, 0, 0));
        if self.table.scope(scope).has_conditional_annotations {
            self.emit_arg(Opcode::BuildSet, 0, location);
            let set = self.known.conditional_annotations;
            let index = self.unit_mut().names.insert_full(set).0;
            self.emit_arg(Opcode::StoreName, index, location);
        }
        self.begin_module(location);
        self.build_body(location, body);
        self.leave_unit(true)
    }

    /// The body of a module or class: annotations set up, docstring stored, statements, the
    /// `__annotate__` function (`codegen_body`).
    pub(super) fn build_body(&mut self, location: Location, body: Body<'a>) {
        let future_annotations = self.table.future.annotations;
        if future_annotations && self.table.scope(self.unit().scope).annotations_used {
            self.emit(Opcode::SetupAnnotations, location);
        }
        if let Some(docstring) = body.docstring {
            let text = self.clean_docstring(docstring);
            let location = self.expr_location(docstring);
            self.emit_const(Constant::Str(text), location);
            self.emit_text_access("__doc__", ExprContext::Store, Location::NONE);
        }
        let module = self.module;
        let is_module = self.unit().kind == UnitKind::Module;
        if is_module {
            self.begin_strict_module(&module.module().body, location);
        }
        self.build_statements_of(&body);
        if is_module {
            self.end_module();
            self.end_strict_module();
        }
        if !future_annotations {
            self.build_deferred_annotations(location);
        }
    }

    /// The location of a body's first statement, its docstring included (`start_location`).
    fn body_start(&self, body: &Body<'a>) -> Option<Location> {
        match (body.docstring, body.removed, body.statements) {
            (Some(_), _, _) => body.first.map(|statement| self.stmt_location(statement)),
            (None, Some(removed), []) => Some(self.pass_location(removed)),
            (None, _, statements) => statements.first().map(|statement| self.stmt_location(statement)),
        }
    }

    /// Statements, one after the other.
    pub(super) fn visit_statements(&mut self, statements: &'a [Stmt]) {
        for statement in statements {
            self.visit_statement(statement);
        }
    }
}
