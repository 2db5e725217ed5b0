//! What building a pattern keeps track of: captures, and where failure goes (`pattern_context`).
//!
//! ```text
//! case [a, 0]:      stack while 0 is tried:   a · (element)      failing pops a, then the subject
//! ```
//!
//! Captures stay on the stack until the whole pattern has matched. Failing with n items to pop jumps
//! to the n-th failure block; each block pops one item and falls into the one before it.
//!
//! Invariant: a pattern consumes the top of the stack and leaves its captures below everything that
//! `on_top` counts.

use super::Builder;
use crate::{Label, Opcode};
use pyclast_syntax::{Location, NameId, Span};
use ruff_python_ast::{Identifier, Pattern};

/// The pattern cannot be built; the error is recorded.
#[derive(Clone, Copy, Debug)]
pub(super) struct PatternError;

/// The outcome of building a pattern.
pub(super) type PatternResult = Result<(), PatternError>;

/// The state of one pattern while it is built.
#[derive(Clone, Debug)]
pub(super) struct PatternContext {
    /// Captured names, in the order of their values on the stack, the top first.
    pub(super) stores: Vec<NameId>,
    /// A pattern that always matches hides nothing here.
    pub(super) allow_irrefutable: bool,
    /// Failure blocks; the n-th pops n items.
    fail_pop: Vec<Label>,
    /// Items above the captures that are still needed.
    pub(super) on_top: usize,
}

impl PatternContext {
    /// The state before a pattern.
    pub(super) fn new(allow_irrefutable: bool) -> Self {
        Self { stores: Vec::new(), allow_irrefutable, fail_pop: Vec::new(), on_top: 0 }
    }
}

/// Whether the pattern is `_` (`WILDCARD_CHECK`).
pub(super) fn is_wildcard(pattern: &Pattern) -> bool {
    matches!(pattern, Pattern::MatchAs(pattern) if pattern.name.is_none())
}

impl<'a> Builder<'a> {
    /// Builds a pattern for the subject on top of the stack (`codegen_pattern`).
    pub(super) fn build_pattern(&mut self, pattern: &'a Pattern, context: &mut PatternContext) -> PatternResult {
        match pattern {
            Pattern::MatchValue(pattern) => self.build_value_pattern(pattern, context),
            Pattern::MatchSingleton(pattern) => {
                self.build_singleton_pattern(pattern, context);
                Ok(())
            }
            Pattern::MatchSequence(pattern) => self.build_sequence_pattern(pattern, context),
            Pattern::MatchMapping(pattern) => self.build_mapping_pattern(pattern, context),
            Pattern::MatchClass(pattern) => self.build_class_pattern(pattern, context),
            Pattern::MatchStar(pattern) => self.build_star_pattern(pattern, context),
            Pattern::MatchAs(pattern) => self.build_as_pattern(pattern, context),
            Pattern::MatchOr(pattern) => self.build_or_pattern(pattern, context),
        }
    }

    /// Builds a pattern inside another, where it may always match (`codegen_pattern_subpattern`).
    pub(super) fn build_subpattern(&mut self, pattern: &'a Pattern, context: &mut PatternContext) -> PatternResult {
        let allowed = std::mem::replace(&mut context.allow_irrefutable, true);
        let result = self.build_pattern(pattern, context);
        context.allow_irrefutable = allowed;
        result
    }

    /// The failure block that pops `pops` items (`ensure_fail_pop`).
    pub(super) fn fail_label(&mut self, context: &mut PatternContext, pops: usize) -> Label {
        while context.fail_pop.len() <= pops {
            let label = self.new_label();
            context.fail_pop.push(label);
        }
        context.fail_pop[pops]
    }

    /// Jumps to where the captures and what is above them are popped (`jump_to_fail_pop`).
    pub(super) fn emit_failure_jump(&mut self, opcode: Opcode, context: &mut PatternContext, location: Location) {
        let pops = context.on_top + context.stores.len();
        let label = self.fail_label(context, pops);
        self.emit_jump(opcode, label, location);
    }

    /// Places the failure blocks (`emit_and_reset_fail_pop`).
    pub(super) fn emit_failure_blocks(&mut self, context: &mut PatternContext, location: Location) {
        for (pops, label) in context.fail_pop.drain(..).enumerate().rev() {
            self.use_label(label);
            if pops > 0 {
                self.emit(Opcode::PopTop, location);
            }
        }
    }

    /// Captures the top of the stack, or drops it without a name
    /// (`codegen_pattern_helper_store_name`).
    pub(super) fn emit_capture(
        &mut self,
        name: Option<&Identifier>,
        context: &mut PatternContext,
        location: Location,
        span: impl Into<Span>,
    ) -> PatternResult {
        let Some(name) = name else {
            self.emit(Opcode::PopTop, location);
            return Ok(());
        };
        let name = self.names.intern(name.as_str());
        self.check_captured_once(name, context, span)?;
        let count = context.on_top + context.stores.len() + 1;
        self.emit_rotation(count, location);
        context.stores.push(name);
        Ok(())
    }

    /// A pattern binds a name at most once (`codegen_error_duplicate_store`).
    pub(super) fn check_captured_once(
        &mut self,
        name: NameId,
        context: &PatternContext,
        span: impl Into<Span>,
    ) -> PatternResult {
        if !context.stores.contains(&name) {
            return Ok(());
        }
        let message = format!("multiple assignments to name '{}' in pattern", self.names.text(name));
        self.pattern_error(span, message)
    }

    /// Moves the top of the stack below `count - 1` items (`codegen_pattern_helper_rotate`).
    pub(super) fn emit_rotation(&mut self, count: usize, location: Location) {
        for depth in (2..=count).rev() {
            self.emit_arg(Opcode::Swap, depth, location);
        }
    }

    /// Records an error of a pattern.
    pub(super) fn pattern_error(&mut self, span: impl Into<Span>, message: impl Into<String>) -> PatternResult {
        self.error(span, message);
        Err(PatternError)
    }
}
