//! What surrounds the current place: loops, `try`, `with` (`fblockinfo`, codegen.c).
//!
//! `return` inside `for x in y: with z: return 1` leaves a `with`, then a loop, then the function.
//!
//! Invariant: pushed and popped in pairs; at most [`MAX_BLOCKS`] at a time in one unit.

use super::Builder;
use crate::Label;
use pyclast_syntax::{Location, NameId, Span};
use ruff_python_ast::Stmt;

/// `CO_MAXBLOCKS`
const MAX_BLOCKS: usize = 21;

/// The kind of a block, with what unwinding it needs (`COMPILE_FBLOCK_*`).
#[derive(Clone, Copy, Debug)]
pub(super) enum FrameBlockKind<'a> {
    /// `while`
    WhileLoop,
    /// `for`
    ForLoop,
    /// The body of `try … except`.
    TryExcept,
    /// The body of `try … finally`: the statements of `finally`.
    FinallyTry(&'a [Stmt]),
    /// The body of a function whose classes are frozen in the end.
    FreezeClasses,
    /// The exceptional copy of a `finally` body.
    FinallyEnd,
    /// `with`: the item's location is the block's.
    With,
    /// `async with`
    AsyncWith,
    /// `except E as name:`; the name, if any.
    HandlerCleanup(Option<NameId>),
    /// A value on the stack (a return value kept over a `finally` body).
    PopValue,
    /// `except`
    ExceptionHandler,
    /// `except*`
    ExceptionGroupHandler,
    /// An asynchronous generator of a comprehension.
    AsyncComprehensionGenerator,
    /// A comprehension compiled in place that has saved locals.
    InlinedComprehension,
    /// The implicit handler of generators.
    StopIteration,
}

/// A block around the current place.
#[derive(Clone, Copy, Debug)]
pub(super) struct FrameBlock<'a> {
    pub(super) kind: FrameBlockKind<'a>,
    /// Where `continue` goes, or the block's start.
    pub(super) start: Label,
    /// Where `break` goes, or the end.
    pub(super) exit: Option<Label>,
    /// The location of the statement that opened it.
    pub(super) location: Location,
}

impl<'a> Builder<'a> {
    /// Enters a block (`_PyCompile_PushFBlock`); `span` is where an error goes.
    pub(super) fn push_block(
        &mut self,
        kind: FrameBlockKind<'a>,
        start: Label,
        exit: Option<Label>,
        location: Location,
        span: impl Into<Span>,
    ) {
        if self.unit().blocks.len() >= MAX_BLOCKS {
            self.error(span, "too many statically nested blocks");
        }
        self.unit_mut().blocks.push(FrameBlock { kind, start, exit, location });
    }

    /// Leaves the innermost block (`_PyCompile_PopFBlock`).
    pub(super) fn pop_block(&mut self) {
        let block = self.unit_mut().blocks.pop();
        debug_assert!(block.is_some(), "blocks are pushed and popped in pairs");
    }
}
