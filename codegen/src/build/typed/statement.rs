//! Statements of static code: which file builds which.

use super::super::Builder;
use ruff_python_ast::Stmt;

impl<'a> Builder<'a> {
    /// Builds a statement that the checker knows more of; whether it did.
    pub(in crate::build) fn visit_typed_statement(&mut self, statement: &'a Stmt) -> bool {
        let Some(_facts) = self.typed_facts() else { return false };
        let _ = statement;
        false
    }
}
