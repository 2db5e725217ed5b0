//! `with` and `async with`.
//!
//! ```text
//! with a as b: c      ⟨a⟩ · COPY 1 · LOAD_SPECIAL __exit__ · SWAP 2 · SWAP 3 ·
//!                     LOAD_SPECIAL __enter__ · CALL 0 · SETUP_WITH final · ⟨store b⟩ · ⟨c⟩ ·
//!                     POP_BLOCK · (call __exit__ with three None) · POP_TOP · JUMP exit
//!                     final: … WITH_EXCEPT_START … · exit:
//! ```
//!
//! Invariant: `with a, b:` is `with a:` around `with b:`; everything of an item is at the location
//! of its context expression.

use super::Builder;
use super::frame_block::FrameBlockKind;
use crate::{Constant, Label, Opcode};
use pyclast_syntax::Location;
use ruff_python_ast::{Expr, StmtWith, WithItem};
use ruff_text_size::Ranged;

/// Operands of `LOAD_SPECIAL` (`SPECIAL___ENTER__`, …).
const ENTER: usize = 0;
const EXIT: usize = 1;
const AENTER: usize = 2;
const AEXIT: usize = 3;

/// Operands of `GET_AWAITABLE`: which call gave the awaitable.
const AWAIT_ENTER: usize = 1;
const AWAIT_EXIT: usize = 2;

/// An item that was entered and not yet left.
#[derive(Clone, Copy)]
pub(super) struct EnteredItem {
    location: Location,
    /// Where an exception goes.
    handler: Label,
}

impl<'a> Builder<'a> {
    /// `with` and `async with` (`codegen_with_inner`, `codegen_async_with_inner`).
    pub(super) fn build_with(&mut self, statement: &'a StmtWith, _location: Location) {
        let is_async = statement.is_async;
        let mut entered = Vec::with_capacity(statement.items.len());
        for item in &statement.items {
            entered.push(self.enter_with_item(item, is_async));
        }
        self.visit_statements(&statement.body);
        for item in entered.into_iter().rev() {
            self.leave_with_item(item, is_async);
        }
    }

    fn enter_with_item(&mut self, item: &'a WithItem, is_async: bool) -> EnteredItem {
        self.enter_manager(&item.context_expr, item.optional_vars.as_deref(), is_async)
    }

    /// Enters a context manager; what it gives goes to `target`.
    pub(super) fn enter_manager(&mut self, manager: &'a Expr, target: Option<&'a Expr>, is_async: bool) -> EnteredItem {
        let handler = self.new_label();
        self.visit_element(manager);
        let location = self.expr_location(manager);
        let (enter, exit) = if is_async { (AENTER, AEXIT) } else { (ENTER, EXIT) };
        self.emit_arg(Opcode::Copy, 1, location);
        self.emit_arg(Opcode::LoadSpecial, exit, location);
        self.emit_arg(Opcode::Swap, 2, location);
        self.emit_arg(Opcode::Swap, 3, location);
        self.emit_arg(Opcode::LoadSpecial, enter, location);
        self.emit_arg(Opcode::Call, 0, location);
        if is_async {
            self.emit_special_await(AWAIT_ENTER, location);
        }
        self.emit_jump(Opcode::SetupWith, handler, location);
        let kind = if is_async { FrameBlockKind::AsyncWith } else { FrameBlockKind::With };
        self.push_block(kind, handler, Some(handler), location, manager.range());
        match target {
            Some(target) => self.store_target(target),
            None => self.emit(Opcode::PopTop, location),
        }
        EnteredItem { location, handler }
    }

    pub(super) fn leave_with_item(&mut self, item: EnteredItem, is_async: bool) {
        let EnteredItem { location, handler } = item;
        let exit = self.new_label();
        let cleanup = self.new_label();
        self.emit(Opcode::PopBlock, if is_async { location } else { Location::NONE });
        self.pop_block();
        self.emit_exit_call(location);
        if is_async {
            self.emit_await_exit(location);
        }
        self.emit(Opcode::PopTop, location);
        self.emit_jump(Opcode::Jump, exit, location);

        self.use_label(handler);
        self.emit_jump(Opcode::SetupCleanup, cleanup, location);
        self.emit(Opcode::PushExcInfo, location);
        self.emit(Opcode::WithExceptStart, location);
        if is_async {
            self.emit_await_exit(location);
        }
        self.finish_with_handler(cleanup, exit);
        self.use_label(exit);
    }

    /// Swallows the exception if `__exit__` says so (`codegen_with_except_finish`).
    fn finish_with_handler(&mut self, cleanup: Label, exit: Label) {
        let suppress = self.new_label();
        self.emit(Opcode::ToBool, Location::NONE);
        self.emit_jump(Opcode::PopJumpIfTrue, suppress, Location::NONE);
        self.emit_arg(Opcode::Reraise, 2, Location::NONE);
        self.use_label(suppress);
        self.emit(Opcode::PopTop, Location::NONE);
        self.emit(Opcode::PopBlock, Location::NONE);
        self.emit(Opcode::PopExcept, Location::NONE);
        for _ in 0..3 {
            self.emit(Opcode::PopTop, Location::NONE);
        }
        self.emit_jump(Opcode::JumpNoInterrupt, exit, Location::NONE);
        self.emit_cleanup(cleanup);
    }

    /// Calls `__exit__(None, None, None)` (`codegen_call_exit_with_nones`).
    pub(super) fn emit_exit_call(&mut self, location: Location) {
        for _ in 0..3 {
            self.emit_const(Constant::None, location);
        }
        self.emit_arg(Opcode::Call, 3, location);
    }

    /// Awaits what `__aexit__` gave.
    pub(super) fn emit_await_exit(&mut self, location: Location) {
        self.emit_special_await(AWAIT_EXIT, location);
    }

    fn emit_special_await(&mut self, origin: usize, location: Location) {
        self.emit_arg(Opcode::GetAwaitable, origin, location);
        self.emit_const(Constant::None, location);
        self.emit_yield_from(location, true);
    }
}
