//! `match`
//!
//! ```text
//! case [x, *rest]: …        x and rest are dynamic
//! ```
//!
//! Invariant: what a pattern binds is dynamic; classes in patterns do not narrow (as in the reference).

use super::Binder;
use super::scope::TerminalKind;
use crate::errors::Check;
use crate::types::Value;
use pyclast_syntax::{Span, node_index};
use ruff_python_ast::{Pattern, StmtMatch};
use ruff_text_size::Ranged;

impl<'a> Binder<'_, 'a> {
    pub(super) fn bind_match(&mut self, node: &'a StmtMatch) -> Check<()> {
        self.visit_expr(&node.subject, None);
        let branch = self.scope().branch();
        let mut continuing = Vec::new();
        for case in &node.cases {
            self.visit_pattern(&case.pattern);
            let mut after_guard = None;
            if let Some(guard) = &case.guard {
                self.visit_expr(guard, None);
                after_guard = Some(self.state().clone());
            }
            if self.visit_check_terminal(&case.body) != TerminalKind::RaiseOrReturn {
                continuing.push(self.state().clone());
            }
            self.restore(branch.entry.clone());
            if let Some(state) = after_guard {
                self.merge(&branch, Some(&state))?;
            }
        }
        for state in &continuing {
            self.merge(&branch, Some(state))?;
        }
        Ok(())
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        stacker::maybe_grow(super::statement::RED_ZONE, super::statement::STACK, || {
            let place = Span::from(pattern.range());
            self.context(place, |this| this.bind_pattern(pattern, place));
        });
        self.after_visit(node_index(pattern));
    }

    fn bind_pattern(&mut self, pattern: &'a Pattern, place: Span) -> Check<()> {
        match pattern {
            Pattern::MatchValue(node) => {
                self.visit_expr(&node.value, None);
            }
            Pattern::MatchSingleton(_) => {}
            Pattern::MatchSequence(node) => node.patterns.iter().for_each(|pattern| self.visit_pattern(pattern)),
            Pattern::MatchStar(node) => {
                if let Some(name) = &node.name {
                    let name = self.name_id(&name.id);
                    self.assign_name(node_index(node), place, name, Value::DYNAMIC)?;
                }
            }
            Pattern::MatchMapping(node) => {
                for key in &node.keys {
                    self.visit_expr(key, None);
                }
                node.patterns.iter().for_each(|pattern| self.visit_pattern(pattern));
                if let Some(rest) = &node.rest {
                    let rest = self.name_id(&rest.id);
                    self.assign_name(node_index(node), place, rest, Value::DYNAMIC)?;
                }
            }
            Pattern::MatchClass(node) => {
                self.visit_expr(&node.cls, None);
                node.arguments.patterns.iter().for_each(|pattern| self.visit_pattern(pattern));
                node.arguments.keywords.iter().for_each(|keyword| self.visit_pattern(&keyword.pattern));
            }
            Pattern::MatchAs(node) => {
                if let Some(name) = &node.name {
                    if let Some(pattern) = &node.pattern {
                        self.visit_pattern(pattern);
                    }
                    let name = self.name_id(&name.id);
                    self.assign_name(node_index(node), place, name, Value::DYNAMIC)?;
                }
            }
            Pattern::MatchOr(node) => node.patterns.iter().for_each(|pattern| self.visit_pattern(pattern)),
        }
        Ok(())
    }
}
