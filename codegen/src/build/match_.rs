//! `match`: cases tried in order.
//!
//! ```text
//! match x:              ⟨x⟩
//!     case 1: a         COPY 1 · ⟨pattern 1, failing to f0⟩ · POP_TOP · ⟨a⟩ · JUMP end · f0:
//!     case y: b         ⟨pattern y⟩ · ⟨store y⟩ · ⟨b⟩ · JUMP end · end:
//! ```
//!
//! Invariant: before each case the subject is the top of the stack; the last case consumes it.

use super::Builder;
use super::pattern_context::{PatternContext, is_wildcard};
use crate::{Label, Opcode};
use pyclast_syntax::Location;
use ruff_python_ast::{Expr, ExprContext, MatchCase, StmtMatch};

/// Where a case stands among the cases of its `match`.
#[derive(Clone, Copy)]
struct CasePosition {
    /// The subject is needed after this case.
    keeps_subject: bool,
    /// Nothing follows that an irrefutable pattern could hide.
    is_last: bool,
}

impl<'a> Builder<'a> {
    /// `match` (`codegen_match_inner`).
    pub(super) fn build_match(&mut self, statement: &'a StmtMatch, _location: Location) {
        self.visit_element(&statement.subject);
        let end = self.new_label();
        // A trailing `case _` saves pushing and popping the subject.
        let (cases, default) = match statement.cases.split_last() {
            Some((last, rest)) if !rest.is_empty() && is_wildcard(&last.pattern) => (rest, Some(last)),
            _ => (&statement.cases[..], None),
        };
        for (index, case) in cases.iter().enumerate() {
            let position =
                CasePosition { keeps_subject: index + 1 < cases.len(), is_last: index + 1 == statement.cases.len() };
            self.build_case(&statement.subject, case, position, end);
        }
        if let Some(case) = default {
            self.build_default_case(case, end);
        }
        self.use_label(end);
    }

    fn build_case(&mut self, subject: &'a Expr, case: &'a MatchCase, position: CasePosition, end: Label) {
        let location = self.location(&case.pattern);
        if position.keeps_subject {
            self.emit_arg(Opcode::Copy, 1, location);
        }
        let mut context = PatternContext::new(case.guard.is_some() || position.is_last);
        // After an error the rest of the case is still searched for errors.
        let matched = self.build_pattern(&case.pattern, &mut context);
        debug_assert!(matched.is_err() || context.on_top == 0, "a pattern consumes its subject");
        for &name in &context.stores {
            self.convert_captured(&case.pattern, name, location);
            self.own_captured(subject, &case.pattern, name);
            self.emit_name_access(name, ExprContext::Store, location);
        }
        if let Some(guard) = case.guard.as_deref() {
            let fail = self.fail_label(&mut context, 0);
            self.jump_if(location, guard, fail, false);
        }
        if position.keeps_subject {
            // At the body's location, so that branch events are placed well.
            self.emit(Opcode::PopTop, Location::NEXT);
        }
        self.visit_statements(&case.body);
        self.emit_jump(Opcode::Jump, end, Location::NONE);
        // Failing belongs to the pattern's line, not to the last line of the body.
        self.emit_failure_blocks(&mut context, location);
    }

    /// `case _` after other cases.
    fn build_default_case(&mut self, case: &'a MatchCase, end: Label) {
        let location = self.location(&case.pattern);
        // Shows the line in coverage: the pattern itself makes no code.
        self.emit(Opcode::Nop, location);
        if let Some(guard) = case.guard.as_deref() {
            self.jump_if(location, guard, end, false);
        }
        self.visit_statements(&case.body);
    }
}
