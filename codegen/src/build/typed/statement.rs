//! Statements of static code: which file builds which.

use super::super::Builder;
use ruff_python_ast::Stmt;

impl<'a> Builder<'a> {
    /// Builds a statement that the checker knows more of; whether it did.
    pub(in crate::build) fn visit_typed_statement(&mut self, statement: &'a Stmt) -> bool {
        if let Stmt::ImportFrom(import) = statement {
            let location = self.stmt_location(statement);
            return self.build_fixed_import(import, location);
        }
        if self.typed_facts().is_none() {
            return false;
        }
        false
    }
}
