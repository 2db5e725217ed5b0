//! `assert` (`codegen_assert`).
//!
//! ```text
//! assert a, b        jump to end if a · LOAD_COMMON_CONSTANT AssertionError · b · CALL 0 · RAISE_VARARGS 1 · end:
//! ```

use super::Builder;
use crate::{Opcode, Optimize};
use pyclast_syntax::Location;
use ruff_python_ast::{Expr, StmtAssert};

/// `CONSTANT_ASSERTIONERROR`
const ASSERTION_ERROR: usize = 0;

impl<'a> Builder<'a> {
    /// Builds an assertion; nothing at `-O`.
    pub(super) fn build_assert(&mut self, assert: &'a StmtAssert, location: Location) {
        if let Expr::Tuple(tuple) = &*assert.test
            && !tuple.elts.is_empty()
        {
            self.warn(assert.range, "assertion is always true, perhaps remove parentheses?");
        }
        if self.options.optimize > Optimize::None {
            return;
        }
        let end = self.new_label();
        self.jump_if(location, &assert.test, end, true);
        self.emit_arg(Opcode::LoadCommonConstant, ASSERTION_ERROR, location);
        if let Some(message) = &assert.msg {
            self.visit_expr(message);
            self.emit_arg(Opcode::Call, 0, location);
        }
        let location = self.expr_location(&assert.test);
        self.emit_arg(Opcode::RaiseVarargs, 1, location);
        self.use_label(end);
    }
}
