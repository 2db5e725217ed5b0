//! `await`, `yield`, `yield from`.
//!
//! ```text
//! yield x      LOAD x · YIELD_VALUE 0 · RESUME 1
//! await x      LOAD x · GET_AWAITABLE 0 · LOAD_CONST None · a SEND loop
//! ```
//!
//! Invariant: each leaves the value that was sent or returned.

use super::Builder;
use super::unit::UnitKind;
use crate::{Constant, Opcode};
use pyclast_syntax::Location;
use ruff_python_ast::{Expr, ExprAwait, ExprYield, ExprYieldFrom};

/// `INTRINSIC_STOPITERATION_ERROR`
const INTRINSIC_STOPITERATION_ERROR: usize = 3;
/// `INTRINSIC_ASYNC_GEN_WRAP`
const INTRINSIC_ASYNC_GEN_WRAP: usize = 4;
/// `RESUME_AFTER_YIELD`
const RESUME_AFTER_YIELD: usize = 1;
/// `RESUME_AFTER_YIELD_FROM`
const RESUME_AFTER_YIELD_FROM: usize = 2;
/// `RESUME_AFTER_AWAIT`
const RESUME_AFTER_AWAIT: usize = 3;

impl<'a> Builder<'a> {
    /// `await value`
    pub(super) fn visit_await(&mut self, expr: &'a Expr, awaited: &'a ExprAwait) {
        self.visit_element(&awaited.value);
        self.emit_await(self.expr_location(expr));
    }

    /// Awaits the value on the stack.
    pub(super) fn emit_await(&mut self, location: Location) {
        self.emit_arg(Opcode::GetAwaitable, 0, location);
        self.emit_const(Constant::None, location);
        self.emit_yield_from(location, true);
    }

    /// `yield value`
    pub(super) fn visit_yield(&mut self, expr: &'a Expr, yielded: &'a ExprYield) {
        if !self.in_function() {
            return self.error(self.expr_span(expr), "'yield' outside function");
        }
        let location = self.expr_location(expr);
        self.visit_or_none(yielded.value.as_deref(), location);
        self.emit_yield(location);
    }

    /// `yield from value`
    pub(super) fn visit_yield_from(&mut self, expr: &'a Expr, yielded: &'a ExprYieldFrom) {
        if !self.in_function() {
            return self.error(self.expr_span(expr), "'yield from' outside function");
        }
        if self.unit().kind == UnitKind::AsyncFunction {
            return self.error(self.expr_span(expr), "'yield from' inside async function");
        }
        let location = self.expr_location(expr);
        self.visit_element(&yielded.value);
        self.emit(Opcode::GetYieldFromIter, location);
        self.emit_const(Constant::None, location);
        self.emit_yield_from(location, false);
    }

    /// Yields the value on the stack (`codegen_addop_yield`).
    pub(super) fn emit_yield(&mut self, location: Location) {
        let scope = self.table.scope(self.unit().scope);
        if scope.generator && scope.coroutine {
            self.emit_arg(Opcode::CallIntrinsic1, INTRINSIC_ASYNC_GEN_WRAP, location);
        }
        self.emit_arg(Opcode::YieldValue, 0, location);
        self.emit_arg(Opcode::Resume, RESUME_AFTER_YIELD, location);
    }

    /// The loop that delegates to the iterator on the stack (`codegen_add_yield_from`).
    pub(super) fn emit_yield_from(&mut self, location: Location, is_await: bool) {
        let send = self.new_label();
        let fail = self.new_label();
        let exit = self.new_label();
        self.use_label(send);
        self.emit_jump(Opcode::Send, exit, location);
        // A `StopIteration` raised by `close` or `throw` ends the loop too.
        self.emit_jump(Opcode::SetupFinally, fail, location);
        self.emit_arg(Opcode::YieldValue, 1, location);
        self.emit(Opcode::PopBlock, Location::NONE);
        let place = if is_await { RESUME_AFTER_AWAIT } else { RESUME_AFTER_YIELD_FROM };
        self.emit_arg(Opcode::Resume, place, location);
        self.emit_jump(Opcode::JumpNoInterrupt, send, location);
        self.use_label(fail);
        self.emit(Opcode::CleanupThrow, location);
        self.use_label(exit);
        self.emit(Opcode::EndSend, location);
    }

    /// Turns a `StopIteration` that leaves a generator or coroutine into a `RuntimeError`
    /// (`codegen_wrap_in_stopiteration_handler`).
    pub(super) fn wrap_in_stop_iteration_handler(&mut self) {
        let handler = self.new_label();
        let sequence = &mut self.unit_mut().sequence;
        let resume = sequence.instructions().iter().position(|it| it.opcode == Opcode::Resume);
        let resume = resume.expect("every unit starts with RESUME");
        sequence.insert_jump(resume, Opcode::SetupCleanup, handler, Location::NONE);
        self.emit_const(Constant::None, Location::NONE);
        self.emit(Opcode::ReturnValue, Location::NONE);
        self.use_label(handler);
        self.emit_arg(Opcode::CallIntrinsic1, INTRINSIC_STOPITERATION_ERROR, Location::NONE);
        self.emit_arg(Opcode::Reraise, 1, Location::NONE);
    }

    fn in_function(&self) -> bool {
        self.table.scope(self.unit().scope).is_function_like()
    }
}
