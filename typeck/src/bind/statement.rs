//! Statements.
//!
//! Invariant: what a statement raises is reported at it.

use super::Binder;
use ruff_python_ast::Stmt;

impl<'a> Binder<'_, 'a> {
    /// Binds the module (`visitModule`).
    pub fn bind_module(&mut self) {}

    /// Binds a statement.
    pub fn visit_stmt(&mut self, _statement: &'a Stmt) {}
}
