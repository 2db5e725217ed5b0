//! `return`.
//!
//! ```text
//! return x      ⟨x⟩ · (leave the blocks around) · RETURN_VALUE
//! return 1      NOP · (leave the blocks around) · LOAD_CONST 1 · RETURN_VALUE
//! ```
//!
//! Invariant: a constant is loaded after the blocks are left, any other value before.

use super::Builder;
use super::unwind::{UnwindPlace, UnwindTo, Unwound};
use crate::{Constant, Opcode};
use pyclast_syntax::Location;
use ruff_python_ast::StmtReturn;
use ruff_text_size::Ranged;

impl<'a> Builder<'a> {
    /// `return` (`codegen_return`).
    pub(super) fn build_return(&mut self, statement: &'a StmtReturn, location: Location) {
        let table = self.table;
        let scope = table.scope(self.unit().scope);
        if !scope.is_function_like() {
            self.error(statement.range(), "'return' outside function");
            return;
        }
        if statement.value.is_some() && scope.coroutine && scope.generator {
            self.error(statement.range(), "'return' with value in async generator");
            return;
        }
        let mut place = UnwindPlace { location, span: statement.range().into() };
        let constant = match statement.value.as_deref() {
            None => Some(Constant::None),
            Some(value) => {
                let constant = self.constant_of(value);
                if constant.is_none() {
                    self.visit_expr(value);
                    self.convert_returned(value);
                } else {
                    place = UnwindPlace { location: self.expr_location(value), span: value.range().into() };
                    // Something must have the value's line.
                    self.emit(Opcode::Nop, place.location);
                }
                constant
            }
        };
        let value_line = statement.value.as_deref().map(|value| self.expr_location(value).line);
        if value_line != Some(location.line) {
            place = UnwindPlace { location, span: statement.range().into() };
            self.emit(Opcode::Nop, location);
        }
        let kept = self.returned_kept().filter(|_| constant.is_none());
        if let Some(code) = kept {
            self.emit_held(code, place.location);
        }
        let unwound = self.unwind_block_stack(&mut place, constant.is_none(), UnwindTo::Function);
        if matches!(unwound, Unwound::Refused) {
            return;
        }
        match (constant, statement.value.as_deref()) {
            (Some(_), Some(value)) if self.returns_typed() => {
                self.visit_expr(value);
                self.convert_returned(value);
            }
            (Some(constant), _) => {
                self.emit_const(constant, place.location);
                self.convert_returned_none(place.location);
            }
            (None, _) => {
                if let Some(code) = kept {
                    self.settle_below(1, code, place.location);
                }
            }
        }
        self.emit_return(place.location);
    }
}
