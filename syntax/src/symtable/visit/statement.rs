//! Statements other than definitions (`symtable_visit_stmt`).
//!
//! ```text
//! for x in y: z      x: LOCAL, y: USE, z: USE
//! ```
//!
//! Invariant: targets come before values, except under `with` and in assignment expressions.

use crate::symtable::builder::Builder;
use crate::symtable::errors::{self, Declaration};
use crate::symtable::{ScopeKind, SymbolFlags, future};
use ruff_python_ast::{
    Alias, ExceptHandler, Expr, Identifier, Stmt, StmtAnnAssign, StmtFor, StmtIf, StmtImportFrom, StmtMatch, StmtRaise,
    StmtReturn, StmtTry, StmtWith,
};
use ruff_text_size::TextRange;

impl Builder<'_> {
    pub(in crate::symtable) fn visit_body(&mut self, body: &[Stmt]) {
        for statement in body {
            self.visit_statement(statement);
        }
    }

    fn visit_statement(&mut self, statement: &Stmt) {
        match statement {
            Stmt::FunctionDef(definition) => {
                self.visit_function(definition, self.module.stmt_span(statement));
            }
            Stmt::ClassDef(definition) => {
                self.visit_class(definition, self.module.stmt_span(statement));
            }
            Stmt::TypeAlias(alias) => self.visit_type_alias(alias),
            Stmt::Return(statement) => self.visit_return(statement),
            Stmt::Delete(statement) => self.visit_expressions(&statement.targets),
            Stmt::Assign(statement) => {
                self.visit_expressions(&statement.targets);
                self.visit_expression(&statement.value);
            }
            Stmt::AugAssign(statement) => {
                self.visit_expression(&statement.target);
                self.visit_expression(&statement.value);
            }
            Stmt::AnnAssign(statement) => self.visit_annotated_assignment(statement),
            Stmt::For(node) => {
                if node.is_async {
                    self.require_coroutine(statement, errors::ASYNC_FOR_OUTSIDE_ASYNC_FUNCTION);
                }
                self.visit_for(node);
            }
            Stmt::While(statement) => {
                self.visit_expression(&statement.test);
                self.conditionally(|builder| {
                    builder.visit_body(&statement.body);
                    builder.visit_body(&statement.orelse);
                });
            }
            Stmt::If(statement) => self.visit_if(statement),
            Stmt::With(node) => {
                if node.is_async {
                    self.require_coroutine(statement, errors::ASYNC_WITH_OUTSIDE_ASYNC_FUNCTION);
                }
                self.visit_with(node);
            }
            Stmt::Match(statement) => self.visit_match(statement),
            Stmt::Raise(statement) => self.visit_raise(statement),
            Stmt::Try(statement) => self.visit_try(statement),
            Stmt::Assert(statement) => {
                self.visit_expression(&statement.test);
                self.visit_optional(statement.msg.as_deref());
            }
            Stmt::Import(statement) => self.visit_aliases(&statement.names),
            Stmt::ImportFrom(statement) => self.visit_import_from(statement),
            Stmt::Global(statement) => {
                self.declare(Declaration::Global, &statement.names, statement.range);
            }
            Stmt::Nonlocal(statement) => {
                self.declare(Declaration::Nonlocal, &statement.names, statement.range);
            }
            Stmt::Expr(statement) => self.visit_expression(&statement.value),
            Stmt::Pass(_) | Stmt::Break(_) | Stmt::Continue(_) | Stmt::IpyEscapeCommand(_) => {}
        }
    }

    /// Visits what may not be executed (`ENTER_CONDITIONAL_BLOCK`).
    fn conditionally(&mut self, visit: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.current.conditional, true);
        visit(self);
        self.current.conditional = before;
    }

    fn visit_return(&mut self, statement: &StmtReturn) {
        if let Some(value) = &statement.value {
            self.visit_expression(value);
            self.scope().returns_value = true;
        }
    }

    fn visit_annotated_assignment(&mut self, statement: &StmtAnnAssign) {
        self.scope().annotations_used = true;
        if let Expr::Name(target) = &*statement.target {
            let name = target.id.as_str();
            let known = self.flags_in(self.current, name);
            if statement.simple && self.kind() != ScopeKind::Module {
                if known.intersects(SymbolFlags::GLOBAL) {
                    self.report(statement.range.into(), Declaration::Global.of_annotated(name));
                } else if known.intersects(SymbolFlags::NONLOCAL) {
                    self.report(statement.range.into(), Declaration::Nonlocal.of_annotated(name));
                }
            }
            let span = target.range.into();
            if statement.simple {
                self.add_of(target, name, SymbolFlags::ANNOT.union(SymbolFlags::LOCAL), span);
            } else if statement.value.is_some() {
                self.add_of(target, name, SymbolFlags::LOCAL, span);
            }
        } else {
            self.visit_expression(&statement.target);
        }
        self.visit_annotation(&statement.annotation);
        self.visit_optional(statement.value.as_deref());
    }

    fn visit_for(&mut self, statement: &StmtFor) {
        self.visit_expression(&statement.target);
        self.visit_expression(&statement.iter);
        self.conditionally(|builder| {
            builder.visit_body(&statement.body);
            builder.visit_body(&statement.orelse);
        });
    }

    /// The clauses are flat here and nested in CPython's tree; the order of visit is the same.
    fn visit_if(&mut self, statement: &StmtIf) {
        self.visit_expression(&statement.test);
        self.conditionally(|builder| {
            builder.visit_body(&statement.body);
            for clause in &statement.elif_else_clauses {
                builder.visit_optional(clause.test.as_ref());
                builder.visit_body(&clause.body);
            }
        });
    }

    fn visit_with(&mut self, statement: &StmtWith) {
        self.conditionally(|builder| {
            for item in &statement.items {
                builder.visit_expression(&item.context_expr);
                builder.visit_optional(item.optional_vars.as_deref());
            }
            builder.visit_body(&statement.body);
        });
    }

    /// `symtable_raise_if_not_coroutine`.
    fn require_coroutine(&mut self, statement: &Stmt, message: &'static str) {
        if !self.scope().coroutine {
            self.report(self.module.stmt_span(statement), message);
        }
    }

    fn visit_match(&mut self, statement: &StmtMatch) {
        self.visit_expression(&statement.subject);
        self.conditionally(|builder| {
            for case in &statement.cases {
                builder.visit_pattern(&case.pattern);
                builder.visit_optional(case.guard.as_deref());
                builder.visit_body(&case.body);
            }
        });
    }

    fn visit_raise(&mut self, statement: &StmtRaise) {
        self.visit_optional(statement.exc.as_deref());
        self.visit_optional(statement.cause.as_deref());
    }

    fn visit_try(&mut self, statement: &StmtTry) {
        self.conditionally(|builder| {
            builder.visit_body(&statement.body);
            for handler in &statement.handlers {
                builder.visit_except_handler(handler);
            }
            builder.visit_body(&statement.orelse);
            builder.visit_body(&statement.finalbody);
        });
    }

    fn visit_except_handler(&mut self, handler: &ExceptHandler) {
        let ExceptHandler::ExceptHandler(clause) = handler;
        self.visit_optional(clause.type_.as_deref());
        if let Some(name) = &clause.name {
            self.add(name, SymbolFlags::LOCAL, self.module.except_handler_span(handler));
        }
        self.visit_body(&clause.body);
    }

    fn visit_import_from(&mut self, statement: &StmtImportFrom) {
        self.visit_aliases(&statement.names);
        if future::is_late(self.module, statement, &self.future) {
            self.report(statement.range.into(), errors::LATE_FUTURE);
        }
    }

    /// `symtable_visit_alias`: `import a.b` binds `a`.
    fn visit_aliases(&mut self, aliases: &[Alias]) {
        for alias in aliases {
            let name = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
            if name != "*" {
                let bound = name.split_once('.').map_or(name, |(package, _)| package);
                self.add(bound, SymbolFlags::IMPORT, alias.range.into());
            } else if self.kind() != ScopeKind::Module {
                self.report(alias.range.into(), errors::NESTED_IMPORT_STAR);
            }
        }
    }

    fn declare(&mut self, declaration: Declaration, names: &[Identifier], range: TextRange) {
        let flag = match declaration {
            Declaration::Global => SymbolFlags::GLOBAL,
            Declaration::Nonlocal => SymbolFlags::NONLOCAL,
        };
        let span = range.into();
        for name in names {
            let known = self.flags_in(self.current, name);
            let message = if known.intersects(SymbolFlags::PARAM) {
                Some(declaration.of_parameter(name))
            } else if known.intersects(SymbolFlags::USE) {
                Some(declaration.after_use(name))
            } else if known.intersects(SymbolFlags::ANNOT) {
                Some(declaration.of_annotated(name))
            } else if known.intersects(SymbolFlags::LOCAL) {
                Some(declaration.after_assignment(name))
            } else {
                None
            };
            if let Some(message) = message {
                self.report(span, message);
            } else {
                self.add(name, flag, span);
                self.record_directive(name, span);
            }
        }
    }

    pub(super) fn visit_optional(&mut self, expression: Option<&Expr>) {
        if let Some(expression) = expression {
            self.visit_expression(expression);
        }
    }

    pub(super) fn visit_expressions(&mut self, expressions: &[Expr]) {
        for expression in expressions {
            self.visit_expression(expression);
        }
    }
}
