//! Leaving blocks early: what `break`, `continue` and `return` run on their way out.
//!
//! ```text
//! for x in y:
//!     try: return x         ⟨x⟩ · POP_BLOCK · ⟨f()⟩ · SWAP 2 · POP_TOP · RETURN_VALUE
//!     finally: f()
//! ```
//!
//! Invariant: after unwinding, the stack of blocks is what it was before.

use super::Builder;
use super::frame_block::{FrameBlock, FrameBlockKind};
use crate::{Constant, Opcode};
use pyclast_syntax::{Location, NameId, Span};
use ruff_python_ast::{ExprContext, StmtBreak, StmtContinue};
use ruff_text_size::Ranged;

/// Where unwinding instructions are said to come from; unwinding moves it.
#[derive(Clone, Copy, Debug)]
pub(super) struct UnwindPlace {
    /// The location of the next instruction.
    pub(super) location: Location,
    /// Where an error goes.
    pub(super) span: Span,
}

/// What the search through the blocks found.
#[derive(Clone, Copy, Debug)]
pub(super) enum Unwound<'a> {
    /// No loop: every block was left.
    All,
    /// The innermost loop; it is not left yet.
    Loop(FrameBlock<'a>),
    /// An `except*` block cannot be left; the error is recorded.
    Refused,
}

/// Which blocks a statement leaves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum UnwindTo {
    /// The innermost loop (`break`, `continue`).
    Loop,
    /// The function (`return`).
    Function,
}

impl<'a> Builder<'a> {
    /// `break` (`codegen_break`).
    pub(super) fn build_break(&mut self, statement: &'a StmtBreak, location: Location) {
        let mut place = UnwindPlace { location, span: statement.range().into() };
        let Some(block) = self.unwind_to_loop(&mut place, "'break' outside loop") else { return };
        self.unwind_block(&mut place, block, false);
        let exit = block.exit.expect("loops have an exit");
        self.emit_jump(Opcode::Jump, exit, place.location);
    }

    /// `continue` (`codegen_continue`).
    pub(super) fn build_continue(&mut self, statement: &'a StmtContinue, location: Location) {
        let mut place = UnwindPlace { location, span: statement.range().into() };
        let Some(block) = self.unwind_to_loop(&mut place, "'continue' not properly in loop") else { return };
        self.emit_jump(Opcode::Jump, block.start, place.location);
    }

    /// Leaves the blocks inside the innermost loop; without a loop the error is `message`.
    fn unwind_to_loop(&mut self, place: &mut UnwindPlace, message: &str) -> Option<FrameBlock<'a>> {
        let origin = place.span;
        // Something must have the statement's line.
        self.emit(Opcode::Nop, place.location);
        match self.unwind_block_stack(place, false, UnwindTo::Loop) {
            Unwound::Loop(block) => Some(block),
            Unwound::Refused => None,
            Unwound::All => {
                self.error(origin, message);
                None
            }
        }
    }

    /// Leaves blocks from the innermost outwards (`codegen_unwind_fblock_stack`).
    ///
    /// `keep_value`: the top of the stack is a return value to keep.
    pub(super) fn unwind_block_stack(
        &mut self,
        place: &mut UnwindPlace,
        keep_value: bool,
        to: UnwindTo,
    ) -> Unwound<'a> {
        let mut left = Vec::new();
        let mut result = Unwound::All;
        while let Some(&block) = self.unit().blocks.last() {
            match block.kind {
                FrameBlockKind::ExceptionGroupHandler => {
                    self.error(place.span, "'break', 'continue' and 'return' cannot appear in an except* block");
                    result = Unwound::Refused;
                    break;
                }
                FrameBlockKind::WhileLoop | FrameBlockKind::ForLoop if to == UnwindTo::Loop => {
                    result = Unwound::Loop(block);
                    break;
                }
                _ => {}
            }
            // What a block runs on the way out runs outside of it.
            self.pop_block();
            left.push(block);
            self.unwind_block(place, block, keep_value);
        }
        self.unit_mut().blocks.extend(left.into_iter().rev());
        result
    }

    /// Leaves one block (`codegen_unwind_fblock`).
    fn unwind_block(&mut self, place: &mut UnwindPlace, block: FrameBlock<'a>, keep_value: bool) {
        let location = place.location;
        match block.kind {
            FrameBlockKind::WhileLoop
            | FrameBlockKind::ExceptionHandler
            | FrameBlockKind::ExceptionGroupHandler
            | FrameBlockKind::AsyncComprehensionGenerator
            | FrameBlockKind::InlinedComprehension
            | FrameBlockKind::StopIteration => {}
            FrameBlockKind::ForLoop => {
                self.emit_swap_under(keep_value, location);
                self.emit(Opcode::PopTop, location);
            }
            FrameBlockKind::TryExcept => self.emit(Opcode::PopBlock, location),
            FrameBlockKind::FinallyTry(finalbody) => {
                self.unwind_finally(place, block, finalbody, keep_value);
            }
            FrameBlockKind::FreezeClasses => {
                self.emit(Opcode::PopBlock, location);
                self.freeze_classes(location);
                place.location = Location::NONE;
            }
            FrameBlockKind::FinallyEnd => {
                self.emit_swap_under(keep_value, location);
                self.emit(Opcode::PopTop, location);
                self.emit_swap_under(keep_value, location);
                self.emit(Opcode::PopBlock, location);
                self.emit(Opcode::PopExcept, location);
            }
            FrameBlockKind::With | FrameBlockKind::AsyncWith => self.unwind_with(place, block, keep_value),
            FrameBlockKind::HandlerCleanup(name) => {
                if name.is_some() {
                    self.emit(Opcode::PopBlock, location);
                }
                self.emit_swap_under(keep_value, location);
                self.emit(Opcode::PopBlock, location);
                self.emit(Opcode::PopExcept, location);
                if let Some(name) = name {
                    self.emit_forget(name, location);
                }
            }
            FrameBlockKind::PopValue => {
                self.emit_swap_under(keep_value, location);
                self.emit(Opcode::PopTop, location);
            }
        }
    }

    /// Leaves the body of `try … finally`: a copy of `finally` runs here.
    fn unwind_finally(
        &mut self,
        place: &mut UnwindPlace,
        block: FrameBlock<'a>,
        finalbody: &'a [ruff_python_ast::Stmt],
        keep_value: bool,
    ) {
        self.emit(Opcode::PopBlock, place.location);
        if keep_value {
            self.push_block(FrameBlockKind::PopValue, block.start, None, place.location, place.span);
        }
        self.visit_copy(finalbody);
        if keep_value {
            self.pop_block();
        }
        // What follows happens after `finally`, not at the statement.
        place.location = Location::NONE;
    }

    /// Leaves a `with`: its `__exit__` is called with three `None`.
    fn unwind_with(&mut self, place: &mut UnwindPlace, block: FrameBlock<'a>, keep_value: bool) {
        let location = block.location;
        self.emit(Opcode::PopBlock, location);
        if keep_value {
            self.emit_arg(Opcode::Swap, 3, location);
            self.emit_arg(Opcode::Swap, 2, location);
        }
        self.emit_exit_call(location);
        if matches!(block.kind, FrameBlockKind::AsyncWith) {
            self.emit_await_exit(location);
        }
        self.emit(Opcode::PopTop, location);
        place.location = Location::NONE;
    }

    /// Statements that are built once more elsewhere: `finally` runs on several paths.
    ///
    /// Once there is an error the code is never used, and another copy would find nothing new; in
    /// nested `finally` bodies the number of copies would grow exponentially.
    pub(super) fn visit_copy(&mut self, statements: &'a [ruff_python_ast::Stmt]) {
        if self.errors.in_order.is_empty() {
            self.visit_statements(statements);
        }
    }

    /// `name = None; del name`: the end of `except E as name`.
    pub(super) fn emit_forget(&mut self, name: NameId, location: Location) {
        self.emit_const(Constant::None, location);
        self.emit_name_access(name, ExprContext::Store, location);
        self.emit_name_access(name, ExprContext::Del, location);
    }

    /// Brings what is under a kept value to the top.
    fn emit_swap_under(&mut self, keep_value: bool, location: Location) {
        if keep_value {
            self.emit_arg(Opcode::Swap, 2, location);
        }
    }
}
