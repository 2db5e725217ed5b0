//! One statement (`codegen_visit_stmt`).

use super::Builder;
use crate::Opcode;
use pyclast_syntax::Location;
use ruff_python_ast::{Stmt, StmtRaise};

impl<'a> Builder<'a> {
    /// Builds a statement.
    pub(super) fn visit_statement(&mut self, statement: &'a Stmt) {
        if self.facts.is_some() && self.visit_typed_statement(statement) {
            return;
        }
        let location = self.stmt_location(statement);
        match statement {
            Stmt::FunctionDef(function) => self.build_function(function, location),
            Stmt::ClassDef(class) => self.build_class(class, location),
            Stmt::TypeAlias(alias) => self.build_type_alias(alias, location),
            Stmt::Return(return_) => self.build_return(return_, location),
            Stmt::Delete(delete) => delete.targets.iter().for_each(|target| self.visit_expr(target)),
            Stmt::Assign(assign) => self.build_assign(assign, location),
            Stmt::AugAssign(assign) => self.build_aug_assign(assign, location),
            Stmt::AnnAssign(assign) => self.build_ann_assign(assign, location),
            Stmt::Raise(raise) => self.build_raise(raise, location),
            Stmt::Assert(assert) => self.build_assert(assert, location),
            Stmt::Import(import) => self.build_import(import, location),
            Stmt::ImportFrom(import) => self.build_import_from(import, location),
            Stmt::Expr(expr) if self.constant_of(&expr.value).is_some() => self.emit(Opcode::Nop, location),
            Stmt::Expr(expr) => {
                self.visit_expr(&expr.value);
                self.emit(Opcode::PopTop, Location::NONE);
            }
            Stmt::Pass(_) => self.emit(Opcode::Nop, location),
            Stmt::Break(break_) => self.build_break(break_, location),
            Stmt::Continue(continue_) => self.build_continue(continue_, location),
            Stmt::For(_) | Stmt::While(_) | Stmt::If(_) | Stmt::With(_) | Stmt::Match(_) | Stmt::Try(_) => {
                // Annotations in here are conditional.
                self.unit_mut().in_conditional_block += 1;
                self.visit_compound(statement, location);
                self.unit_mut().in_conditional_block -= 1;
            }
            // Declarations are the symbol table's; notebook commands do not parse in module mode.
            Stmt::Global(_) | Stmt::Nonlocal(_) | Stmt::IpyEscapeCommand(_) => {}
        }
    }

    fn visit_compound(&mut self, statement: &'a Stmt, location: Location) {
        match statement {
            Stmt::For(for_) => self.build_for(for_, location),
            Stmt::While(while_) => self.build_while(while_, location),
            Stmt::If(if_) => self.build_if(if_, location),
            Stmt::With(with) => self.build_with(with, location),
            Stmt::Match(match_) => self.build_match(match_, location),
            Stmt::Try(try_) => self.build_try(try_, location),
            _ => {}
        }
    }

    fn build_raise(&mut self, raise: &'a StmtRaise, location: Location) {
        let values = [&raise.exc, &raise.cause];
        let mut count = 0;
        for value in values.into_iter().flatten() {
            self.visit_element(value);
            count += 1;
        }
        self.emit_arg(Opcode::RaiseVarargs, count, location);
    }
}
