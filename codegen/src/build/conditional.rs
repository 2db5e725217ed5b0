//! `if`, `elif`, `else` (`codegen_if`).
//!
//! ```text
//! if a: b            jump to next if not a · b · JUMP_NO_INTERRUPT end · next: jump to last if not c · d · JUMP_NO_INTERRUPT end
//! elif c: d          last: e · end:
//! else: e
//! ```
//!
//! CPython nests an `If` in the `else` for each `elif`; the chain here gives the same instructions
//! without recursion.

use super::Builder;
use crate::{Label, Opcode};
use pyclast_syntax::Location;
use ruff_python_ast::{Expr, Stmt, StmtIf};

impl<'a> Builder<'a> {
    /// Builds a whole chain.
    pub(super) fn build_if(&mut self, statement: &'a StmtIf, location: Location) {
        let end = self.new_label();
        let clauses = &statement.elif_else_clauses[..];
        let mut is_settled = self.build_branch(&statement.test, &statement.body, location, end, clauses.is_empty());
        for (index, clause) in clauses.iter().enumerate() {
            if is_settled {
                // The checker did not look at what is never reached.
                break;
            }
            match &clause.test {
                Some(test) => {
                    let location = self.module.elif_location(statement, clause);
                    is_settled = self.build_branch(test, &clause.body, location, end, index + 1 == clauses.len());
                }
                None => self.visit_statements(&clause.body),
            }
        }
        self.use_label(end);
    }

    /// A tested branch; after it stands what comes if the test fails. Whether it is known to hold.
    fn build_branch(&mut self, test: &'a Expr, body: &'a [Stmt], location: Location, end: Label, last: bool) -> bool {
        let known = self.known_test(test);
        let next = if last { end } else { self.new_label() };
        self.jump_if(location, test, next, false);
        if known != Some(false) {
            self.visit_statements(body);
        }
        if !last {
            self.emit_jump(Opcode::JumpNoInterrupt, end, Location::NONE);
            self.use_label(next);
        }
        known == Some(true)
    }
}
