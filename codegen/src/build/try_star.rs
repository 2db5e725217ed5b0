//! `try` with `except*`.
//!
//! ```text
//! try: a                SETUP_FINALLY except · ⟨a⟩ · POP_BLOCK · JUMP_NO_INTERRUPT orelse
//! except* E: b          except: … · BUILD_LIST 0 · COPY 2 · ⟨E⟩ · CHECK_EG_MATCH · …
//! else: c               reraise_star: CALL_INTRINSIC_2 1 · … · orelse: ⟨c⟩ · end:
//! ```
//!
//! While handlers run, the stack holds the group, a list of what they raised, and what is left.
//!
//! Invariant: `else` is built after the handlers.

use super::Builder;
use super::frame_block::FrameBlockKind;
use crate::{Label, Opcode};
use pyclast_syntax::{Location, NameId};
use ruff_python_ast::{ExceptHandler, ExceptHandlerExceptHandler, ExprContext, StmtTry};
use ruff_text_size::Ranged;

/// `INTRINSIC_PREP_RERAISE_STAR`
const PREP_RERAISE_STAR: usize = 1;

impl<'a> Builder<'a> {
    /// `codegen_try_star_except`.
    pub(super) fn build_try_star_except(&mut self, statement: &'a StmtTry, location: Location) {
        let except = self.new_label();
        let orelse = self.new_label();
        let end = self.new_label();
        let cleanup = self.new_label();
        let reraise_star = self.new_label();
        self.build_try_body(statement, except, location);
        self.emit_jump(Opcode::JumpNoInterrupt, orelse, Location::NONE);

        self.use_label(except);
        self.emit_jump(Opcode::SetupCleanup, cleanup, Location::NONE);
        self.emit(Opcode::PushExcInfo, Location::NONE);
        self.push_block(FrameBlockKind::ExceptionGroupHandler, except, None, location, statement.range());
        for (index, ExceptHandler::ExceptHandler(handler)) in statement.handlers.iter().enumerate() {
            let handler_location = self.location(handler);
            if index == 0 {
                self.emit_arg(Opcode::BuildList, 0, handler_location);
                self.emit_arg(Opcode::Copy, 2, handler_location);
            }
            self.build_star_handler(handler, handler_location);
        }
        // What is left of the group is raised again with the rest.
        self.emit_arg(Opcode::ListAppend, 1, Location::NONE);
        self.emit_jump(Opcode::JumpNoInterrupt, reraise_star, Location::NONE);
        self.pop_block();

        self.use_label(reraise_star);
        self.emit_star_reraise(end);
        self.emit_cleanup(cleanup);
        self.use_label(orelse);
        self.visit_statements(&statement.orelse);
        self.use_label(end);
    }

    /// One `except*` clause; the next follows.
    fn build_star_handler(&mut self, handler: &'a ExceptHandlerExceptHandler, location: Location) {
        let next = self.new_label();
        let with_error = self.new_label();
        let no_match = self.new_label();
        let cleanup_end = self.new_label();
        if let Some(exception) = handler.type_.as_deref() {
            self.visit_expr(exception);
            self.emit(Opcode::CheckEgMatch, location);
            self.emit_arg(Opcode::Copy, 1, location);
            self.emit_jump(Opcode::PopJumpIfNone, no_match, location);
        }
        let name = handler.name.as_ref().map(|name| self.names.intern(name.as_str()));
        match name {
            Some(name) => self.emit_name_access(name, ExprContext::Store, location),
            None => self.emit(Opcode::PopTop, location),
        }
        self.emit_jump(Opcode::SetupCleanup, cleanup_end, location);
        let kind = FrameBlockKind::HandlerCleanup(name);
        self.push_block(kind, cleanup_end, None, location, handler.range());
        self.visit_statements(&handler.body);
        self.pop_block();
        self.emit(Opcode::PopBlock, Location::NONE);
        self.emit_forget_any(name);
        self.emit_jump(Opcode::JumpNoInterrupt, next, Location::NONE);

        // The body raised: the exception joins the list, the saved offset is dropped.
        self.use_label(cleanup_end);
        self.emit_forget_any(name);
        self.emit_arg(Opcode::ListAppend, 3, Location::NONE);
        self.emit(Opcode::PopTop, Location::NONE);
        self.emit_jump(Opcode::JumpNoInterrupt, with_error, Location::NONE);

        // The NOP holds the line that reaches it.
        self.use_label(next);
        self.emit(Opcode::Nop, Location::NONE);
        self.emit_jump(Opcode::JumpNoInterrupt, with_error, Location::NONE);
        self.use_label(no_match);
        self.emit(Opcode::PopTop, location);
        self.use_label(with_error);
    }

    /// Raises the exceptions collected, if any; else goes to `end`.
    fn emit_star_reraise(&mut self, end: Label) {
        let reraise = self.new_label();
        self.emit_arg(Opcode::CallIntrinsic2, PREP_RERAISE_STAR, Location::NONE);
        self.emit_arg(Opcode::Copy, 1, Location::NONE);
        self.emit_jump(Opcode::PopJumpIfNotNone, reraise, Location::NONE);
        self.emit(Opcode::PopTop, Location::NONE);
        self.emit(Opcode::PopBlock, Location::NONE);
        self.emit(Opcode::PopExcept, Location::NONE);
        self.emit_jump(Opcode::JumpNoInterrupt, end, Location::NONE);

        self.use_label(reraise);
        self.emit(Opcode::PopBlock, Location::NONE);
        self.emit_arg(Opcode::Swap, 2, Location::NONE);
        self.emit(Opcode::PopExcept, Location::NONE);
        self.emit_arg(Opcode::Reraise, 0, Location::NONE);
    }

    fn emit_forget_any(&mut self, name: Option<NameId>) {
        if let Some(name) = name {
            self.emit_forget(name, Location::NONE);
        }
    }
}
