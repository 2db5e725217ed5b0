//! `while`, `for` and `async for`.
//!
//! ```text
//! for x in y: z      ⟨y⟩ · GET_ITER · start: FOR_ITER cleanup · ⟨store x⟩ · ⟨z⟩ · JUMP start
//!                    cleanup: END_FOR · POP_ITER · ⟨else⟩ · end:
//! ```
//!
//! Invariant: while the body is built, the loop is the innermost loop block; the `else` body is
//! outside of it.

use super::Builder;
use super::frame_block::FrameBlockKind;
use crate::{Constant, Opcode};
use pyclast_syntax::Location;
use ruff_python_ast::{StmtFor, StmtWhile};
use ruff_text_size::Ranged;

impl<'a> Builder<'a> {
    /// `while` (`codegen_while`).
    pub(super) fn build_while(&mut self, statement: &'a StmtWhile, location: Location) {
        let start = self.new_label();
        let end = self.new_label();
        let orelse = self.new_label();
        self.use_label(start);
        self.push_block(FrameBlockKind::WhileLoop, start, Some(end), location, statement.range());
        self.jump_if(location, &statement.test, orelse, false);
        self.visit_statements(&statement.body);
        self.emit_jump(Opcode::Jump, start, Location::NONE);
        self.pop_block();
        self.use_label(orelse);
        self.visit_statements(&statement.orelse);
        self.use_label(end);
    }

    /// `for` and `async for`.
    pub(super) fn build_for(&mut self, statement: &'a StmtFor, location: Location) {
        if self.facts.is_some() && !statement.is_async && self.build_typed_for(statement, location) {
            return;
        }
        if statement.is_async {
            self.build_async_for(statement, location);
        } else {
            self.build_plain_for(statement, location);
        }
    }

    /// `for` (`codegen_for`).
    fn build_plain_for(&mut self, statement: &'a StmtFor, location: Location) {
        let start = self.new_label();
        let cleanup = self.new_label();
        let end = self.new_label();
        self.push_block(FrameBlockKind::ForLoop, start, Some(end), location, statement.range());
        self.visit_element(&statement.iter);
        let iter_location = self.expr_location(&statement.iter);
        self.emit(Opcode::GetIter, iter_location);
        self.use_label(start);
        self.emit_jump(Opcode::ForIter, cleanup, iter_location);
        // Tracing shows the target's line when `for` spans lines.
        self.emit(Opcode::Nop, self.expr_location(&statement.target));
        self.use_item(statement);
        self.store_target(&statement.target);
        self.visit_statements(&statement.body);
        self.emit_jump(Opcode::Jump, start, Location::NONE);
        self.use_label(cleanup);
        // A generator jumps to END_FOR, other iterators behind it.
        self.emit(Opcode::EndFor, Location::NONE);
        self.emit(Opcode::PopIter, Location::NONE);
        self.pop_block();
        self.visit_statements(&statement.orelse);
        self.use_label(end);
    }

    /// `async for` (`codegen_async_for`).
    fn build_async_for(&mut self, statement: &'a StmtFor, location: Location) {
        let start = self.new_label();
        let send = self.new_label();
        let except = self.new_label();
        let end = self.new_label();
        self.visit_element(&statement.iter);
        let iter_location = self.expr_location(&statement.iter);
        self.emit(Opcode::GetAiter, iter_location);
        self.use_label(start);
        self.push_block(FrameBlockKind::ForLoop, start, Some(end), location, statement.range());
        // Guards the call of `__anext__` only.
        self.emit_jump(Opcode::SetupFinally, except, location);
        self.emit(Opcode::GetAnext, location);
        self.emit_const(Constant::None, location);
        self.use_label(send);
        self.emit_yield_from(location, true);
        self.emit(Opcode::PopBlock, location);
        self.emit(Opcode::NotTaken, location);
        self.store_target(&statement.target);
        self.visit_statements(&statement.body);
        self.emit_jump(Opcode::Jump, start, Location::NONE);
        self.pop_block();
        // The end of the loop belongs to the `for`, not to the body.
        self.use_label(except);
        self.emit_jump(Opcode::EndAsyncFor, send, iter_location);
        self.visit_statements(&statement.orelse);
        self.use_label(end);
    }
}
