//! Statements of static code: which file builds which.

use super::super::Builder;
use super::super::unit::UnitKind;
use crate::Opcode;
use pyclast_syntax::Location;
use pyclast_syntax::type_facts::{CallFact, KnownFunction};
use ruff_python_ast::{Expr, Stmt};

impl<'a> Builder<'a> {
    /// Builds a statement that the checker knows more of; whether it did.
    pub(in crate::build) fn visit_typed_statement(&mut self, statement: &'a Stmt) -> bool {
        let location = self.stmt_location(statement);
        if self.visit_definition_statement(statement, location) {
            return true;
        }
        if self.typed_facts().is_none() {
            return false;
        }
        match statement {
            Stmt::Assign(assign) => {
                self.build_typed_assign(assign, location);
                true
            }
            Stmt::AugAssign(assign) => self.build_typed_aug_assign(assign, location),
            Stmt::For(for_) => {
                self.own_before_loop(for_);
                false
            }
            Stmt::While(while_) => {
                self.own_before_loop(while_);
                false
            }
            Stmt::Expr(statement) => {
                let Expr::Call(call) = &*statement.value else { return false };
                if !matches!(self.call_fact(call), Some(CallFact::Known(KnownFunction::ListAppend))) {
                    return false;
                }
                // What is left is the list, of which nobody wants to know.
                self.emit_list_append(&statement.value, call);
                self.emit(Opcode::PopTop, Location::NONE);
                true
            }
            _ => false,
        }
    }

    /// Statements of modules and classes.
    fn visit_definition_statement(&mut self, statement: &'a Stmt, location: Location) -> bool {
        match statement {
            Stmt::ImportFrom(import) => self.build_fixed_import(import, location),
            Stmt::AnnAssign(assign) if self.unit().kind == UnitKind::Class => {
                self.build_field_assignment(assign, location)
            }
            Stmt::Assert(assert) => self.build_typed_assert(assert, location),
            _ => false,
        }
    }
}
