//! `try` with `except`, `else` and `finally`.
//!
//! ```text
//! try: a                SETUP_FINALLY except · ⟨a⟩ · POP_BLOCK · ⟨c⟩ · JUMP_NO_INTERRUPT end
//! except E: b           except: SETUP_CLEANUP cleanup · PUSH_EXC_INFO · ⟨E⟩ · CHECK_EXC_MATCH · …
//! else: c               cleanup: COPY 3 · POP_EXCEPT · RERAISE 1 · end:
//! ```
//!
//! Invariant: `else` is built before the handlers; `finally` is built once for each way out.

use super::Builder;
use super::frame_block::FrameBlockKind;
use crate::{Label, Opcode};
use pyclast_syntax::Location;
use ruff_python_ast::{ExceptHandler, ExceptHandlerExceptHandler, ExprContext, StmtTry};
use ruff_text_size::Ranged;

impl<'a> Builder<'a> {
    /// `try` of any form (`codegen_try`, `codegen_try_star`).
    pub(super) fn build_try(&mut self, statement: &'a StmtTry, location: Location) {
        if statement.finalbody.is_empty() {
            self.build_try_handlers(statement, location);
        } else {
            self.build_try_finally(statement, location);
        }
    }

    fn build_try_handlers(&mut self, statement: &'a StmtTry, location: Location) {
        if statement.is_star {
            self.build_try_star_except(statement, location);
        } else {
            self.build_try_except(statement, location);
        }
    }

    /// `codegen_try_finally`, `codegen_try_star_finally`.
    fn build_try_finally(&mut self, statement: &'a StmtTry, location: Location) {
        let end = self.new_label();
        let exit = self.new_label();
        let cleanup = self.new_label();
        self.emit_jump(Opcode::SetupFinally, end, location);
        let kind = FrameBlockKind::FinallyTry(&statement.finalbody);
        self.push_block(kind, end, Some(end), location, statement.range());
        if statement.handlers.is_empty() {
            self.visit_statements(&statement.body);
        } else {
            self.build_try_handlers(statement, location);
        }
        self.emit(Opcode::PopBlock, Location::NONE);
        self.pop_block();
        self.visit_statements(&statement.finalbody);
        self.emit_jump(Opcode::JumpNoInterrupt, exit, Location::NONE);

        self.use_label(end);
        self.push_block(FrameBlockKind::FinallyEnd, end, None, location, statement.range());
        self.emit_jump(Opcode::SetupCleanup, cleanup, Location::NONE);
        self.emit(Opcode::PushExcInfo, Location::NONE);
        self.visit_copy(&statement.finalbody);
        self.emit_arg(Opcode::Reraise, 0, Location::NONE);
        self.pop_block();
        self.emit_cleanup(cleanup);
        self.use_label(exit);
    }

    /// `codegen_try_except`.
    fn build_try_except(&mut self, statement: &'a StmtTry, location: Location) {
        let except = self.new_label();
        let end = self.new_label();
        let cleanup = self.new_label();
        self.build_try_body(statement, except, location);
        self.visit_statements(&statement.orelse);
        self.emit_jump(Opcode::JumpNoInterrupt, end, Location::NONE);

        self.use_label(except);
        self.emit_jump(Opcode::SetupCleanup, cleanup, Location::NONE);
        self.emit(Opcode::PushExcInfo, Location::NONE);
        self.push_block(FrameBlockKind::ExceptionHandler, except, None, location, statement.range());
        let last = statement.handlers.len().saturating_sub(1);
        for (index, ExceptHandler::ExceptHandler(handler)) in statement.handlers.iter().enumerate() {
            if handler.type_.is_none() && index < last {
                self.error(handler.range(), "default 'except:' must be last");
            }
            self.build_handler(handler, end);
        }
        self.emit_arg(Opcode::Reraise, 0, Location::NONE);
        self.pop_block();
        self.emit_cleanup(cleanup);
        self.use_label(end);
    }

    /// The body of `try`, guarded by the handler at `except`.
    pub(super) fn build_try_body(&mut self, statement: &'a StmtTry, except: Label, location: Location) {
        self.emit_jump(Opcode::SetupFinally, except, location);
        self.push_block(FrameBlockKind::TryExcept, except, None, location, statement.range());
        self.visit_statements(&statement.body);
        self.pop_block();
        self.emit(Opcode::PopBlock, Location::NONE);
    }

    /// One `except` clause; after its body it goes to `end`.
    fn build_handler(&mut self, handler: &'a ExceptHandlerExceptHandler, end: Label) {
        let location = self.location(handler);
        let next = self.new_label();
        if let Some(exception) = handler.type_.as_deref() {
            self.visit_expr(exception);
            self.emit(Opcode::CheckExcMatch, location);
            self.emit_jump(Opcode::PopJumpIfFalse, next, location);
        }
        if handler.name.is_some() {
            self.build_named_handler_body(handler, end, location);
        } else {
            self.emit(Opcode::PopTop, location);
            self.push_block(FrameBlockKind::HandlerCleanup(None), next, None, location, handler.range());
            self.visit_statements(&handler.body);
            self.pop_block();
            self.emit(Opcode::PopBlock, Location::NONE);
            self.emit(Opcode::PopExcept, Location::NONE);
            self.emit_jump(Opcode::JumpNoInterrupt, end, Location::NONE);
        }
        self.use_label(next);
    }

    /// The body of `except E as name`: a `try … finally` that unbinds the name.
    fn build_named_handler_body(&mut self, handler: &'a ExceptHandlerExceptHandler, end: Label, location: Location) {
        let Some(name) = &handler.name else { return };
        let name = self.names.intern(name.as_str());
        let cleanup_end = self.new_label();
        self.emit_name_access(name, ExprContext::Store, location);
        self.emit_jump(Opcode::SetupCleanup, cleanup_end, location);
        let kind = FrameBlockKind::HandlerCleanup(Some(name));
        self.push_block(kind, cleanup_end, None, location, handler.range());
        self.visit_statements(&handler.body);
        self.pop_block();
        self.emit(Opcode::PopBlock, Location::NONE);
        self.emit(Opcode::PopBlock, Location::NONE);
        self.emit(Opcode::PopExcept, Location::NONE);
        self.emit_forget(name, Location::NONE);
        self.emit_jump(Opcode::JumpNoInterrupt, end, Location::NONE);

        self.use_label(cleanup_end);
        self.emit_forget(name, Location::NONE);
        self.emit_arg(Opcode::Reraise, 1, Location::NONE);
    }

    /// The handler of an exception raised in a handler (`POP_EXCEPT_AND_RERAISE`).
    pub(super) fn emit_cleanup(&mut self, cleanup: Label) {
        self.use_label(cleanup);
        self.emit_arg(Opcode::Copy, 3, Location::NONE);
        self.emit(Opcode::PopExcept, Location::NONE);
        self.emit_arg(Opcode::Reraise, 1, Location::NONE);
    }
}
