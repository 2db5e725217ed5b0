//! Stand-ins for the statement half.

use super::Builder;
use crate::{CodeObject, Constant, Opcode};
use pyclast_syntax::Location;
use ruff_python_ast::{ExprLambda, Stmt};
use std::sync::Arc;

impl<'a> Builder<'a> {
    pub(super) fn visit_statements(&mut self, body: &'a [Stmt]) {
        for statement in body {
            if let Stmt::Expr(expression) = statement {
                self.visit_expr(&expression.value);
                self.emit(Opcode::PopTop, Location::NONE);
            }
        }
    }

    pub(super) fn make_closure(&mut self, location: Location, code: Arc<CodeObject>, flags: usize) {
        let _ = flags;
        self.emit_const(Constant::Code(code), location);
        self.emit(Opcode::MakeFunction, location);
    }

    pub(super) fn build_lambda(&mut self, lambda: &'a ExprLambda) {
        self.visit_expr(&lambda.body);
    }
}
