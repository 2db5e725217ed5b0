//! Loops.
//!
//! ```text
//! while x is not None: x = x.next        the body is bound until the types at its start stay the same
//! ```
//!
//! Invariant: errors are reported in the last pass only, which is left out where there are none.

use super::scope::TerminalKind;
use super::{Binder, Effect};
use crate::errors::Check;
use crate::types::Value;
use pyclast_syntax::node_index;
use ruff_python_ast::{Expr, Stmt, StmtFor, StmtWhile};
use std::rc::Rc;

/// The reference gives up after so many passes.
const PASSES: u32 = 50;

impl<'a> Binder<'_, 'a> {
    /// `iterate_to_fixed_point`: none if the body is to be bound once more from there, as the reference does it.
    ///
    /// The last trial pass stands for the one that would follow if that could say nothing new: it started from the same
    /// types, and had nothing to say; or it is deep inside trial passes of other loops, where nobody hears anything. (The
    /// reference makes 2^depth passes over the innermost of nested loops.)
    fn iterate_to_fixed_point(
        &mut self,
        body: &'a [Stmt],
        test: Option<&'a Expr>,
    ) -> Check<Option<(Effect, TerminalKind)>> {
        /// So many loops inside each other are bound exactly as the reference binds them, if they have something to say.
        const EXACT_DEPTH: u32 = 3;
        let is_deep = self.errors.muted_depth() >= EXACT_DEPTH;
        let entry = Rc::clone(&self.scope().declarations);
        let mut last = (Effect::NONE, TerminalKind::NonTerminal);
        for _ in 0..PASSES {
            let branch = self.scope().branch();
            let silenced = self.errors.silenced();
            self.errors.mute();
            if let Some(test) = test {
                let effect = self.visit_test(test);
                effect.apply(self.state());
                self.clear_after_test(test);
                last.0 = effect;
            }
            last.1 = self.visit_check_terminal(body);
            let is_silent = self.errors.silenced() == silenced && branch.entry.refined.is_empty();
            let end =
                (is_deep || is_silent).then(|| (self.scope().state.clone(), Rc::clone(&self.scope().declarations)));
            // Declarations of the body come again.
            self.scope_mut().declarations = Rc::clone(&entry);
            self.errors.unmute();
            self.merge(&branch, None)?;
            if !branch.changed(&self.scope().state) {
                let Some((state, declarations)) = end else { break };
                let scope = self.scope_mut();
                scope.state = state;
                scope.declarations = declarations;
                return Ok(Some(last));
            }
        }
        Ok(None)
    }

    /// Does a step inside a loop, which iterates over an expression or tests one.
    fn in_loop<T>(
        &mut self,
        index: u32,
        iterable: Option<&Expr>,
        step: impl FnOnce(&mut Self) -> Check<T>,
    ) -> Check<T> {
        let previous = self.current_loop.replace(index);
        let previous_iterable = std::mem::replace(&mut self.current_iterable, iterable.map(node_index));
        let result = step(self);
        self.current_loop = previous;
        self.current_iterable = previous_iterable;
        result
    }

    pub(super) fn bind_while(&mut self, node: &'a StmtWhile) -> Check<()> {
        let index = node_index(node);
        let mut branch = self.scope().branch();
        let (effect, is_endless, terminal) = self.in_loop(index, None, |this| {
            let done = this.iterate_to_fixed_point(&node.body, Some(&node.test))?;
            let effect = if let Some((effect, _)) = &done { effect.clone() } else { this.visit_test(&node.test) };
            let test = this.get_type(&*node.test);
            let is_endless = this.types.is_truthy_literal(test);
            let terminal = match done {
                Some((_, terminal)) => terminal,
                None => {
                    effect.apply(this.state());
                    this.visit_check_terminal(&node.body)
                }
            };
            Ok((effect, is_endless, terminal))
        })?;
        self.clear_after_test(&node.test);
        let never_breaks = !self.loop_may_break.contains(&index);
        if terminal == TerminalKind::RaiseOrReturn && never_breaks {
            self.restore(branch.entry.clone());
            effect.reverse(self.state());
        } else {
            effect.reverse(&mut branch.entry);
            self.merge(&branch, None)?;
        }
        if is_endless && never_breaks {
            self.set_terminal(index, terminal);
        }
        if !node.orelse.is_empty() {
            // It comes after the body or without it, but only once the test fails.
            effect.reverse(self.state());
            self.visit_body(&node.orelse);
            self.merge(&branch, None)?;
        }
        Ok(())
    }

    pub(super) fn bind_for(&mut self, node: &'a StmtFor) -> Check<()> {
        let index = node_index(node);
        if node.is_async {
            self.visit_expected(&node.iter, Value::DYNAMIC, "cannot await a primitive value");
            self.in_target(|this| this.visit_expr(&node.target, None));
            self.assign_value(&node.target, Value::DYNAMIC, None, None)?;
        } else {
            self.in_loop(index, Some(&node.iter), |this| {
                this.visit_expr(&node.iter, None);
                Ok(())
            })?;
            let container = self.get_type(&*node.iter);
            let element = self.iter_type(container, &node.iter);
            self.in_target(|this| this.bind_loop_target(container, &node.target));
            self.assign_value(&node.target, element, None, None)?;
        }
        let branch = self.scope().branch();
        self.in_loop(index, Some(&node.iter), |this| {
            if this.iterate_to_fixed_point(&node.body, None)?.is_none() {
                this.visit_body(&node.body);
            }
            Ok(())
        })?;
        self.visit_body(&node.orelse);
        self.merge(&branch, None)
    }
}
