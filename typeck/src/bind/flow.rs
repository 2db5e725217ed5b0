//! Statements that branch: `if`, `try`, `with`; and where statements leave their block.
//!
//! ```text
//! if x is None: return        after it, x is not None
//! ```
//!
//! Invariant: the state after a statement holds whichever way it was left.

use super::Binder;
use super::scope::{Branch, TerminalKind, TypeState};
use super::statement::{RED_ZONE, STACK};
use crate::errors::{Check, Raised};
use crate::types::{BoundKind, ClassId, Value};
use pyclast_syntax::symtable::Resolution;
use pyclast_syntax::{Span, node_index};
use ruff_python_ast::name::Name;
use ruff_python_ast::{
    AtomicNodeIndex, ElifElseClause, ExceptHandler, Expr, ExprAttribute, ExprContext, ExprNoneLiteral, Identifier,
    Stmt, StmtIf, StmtTry, StmtWith,
};
use ruff_text_size::{Ranged, TextRange};
use std::rc::Rc;

/// An `if` or `elif`, with what follows it.
#[derive(Clone, Copy)]
struct If<'a> {
    index: u32,
    place: Span,
    test: &'a Expr,
    body: &'a [Stmt],
    rest: &'a [ElifElseClause],
}

impl<'a> Binder<'_, 'a> {
    /// `set_terminal_kind`
    pub(super) fn set_terminal(&mut self, index: u32, kind: TerminalKind) {
        if self.terminal(index) < kind {
            self.leaves(index, kind);
        }
    }

    fn leaves(&mut self, index: u32, kind: TerminalKind) {
        if let Some(known) = self.terminals.get_mut(index as usize) {
            *known = kind;
        }
    }

    fn terminal(&self, index: u32) -> TerminalKind {
        self.terminals.get(index as usize).copied().unwrap_or_default()
    }

    /// `visit_check_terminal`: what follows a statement that leaves is bound, too.
    pub(crate) fn visit_check_terminal(&mut self, body: &'a [Stmt]) -> TerminalKind {
        let mut kind = TerminalKind::NonTerminal;
        for statement in body {
            self.visit_stmt(statement);
            if !kind.is_terminal() {
                kind = self.terminal(node_index(statement));
            }
        }
        kind
    }

    /// Merges a state (that at the start of the branch if none) into the current one.
    pub(super) fn merge(&mut self, branch: &Branch, other: Option<&TypeState>) -> Check<()> {
        self.state_changes();
        let scope = self.scopes.last_mut().expect("nodes are visited in a scope");
        branch.merge(&mut self.checker.types, &mut scope.state, other).map_err(Raised::new)
    }

    pub(super) fn restore(&mut self, state: TypeState) {
        *self.state() = state;
    }

    pub(super) fn bind_if(&mut self, node: &'a StmtIf) -> Check<()> {
        self.bind_branches(If {
            index: node_index(node),
            place: Span::new(node.range.start().to_u32(), node.range.end().to_u32()),
            test: &node.test,
            body: &node.body,
            rest: &node.elif_else_clauses,
        })
    }

    /// An `elif` is an `if` in the `else` of the one before.
    fn visit_rest(&mut self, node: If<'a>) -> TerminalKind {
        match node.rest {
            [clause, rest @ ..] => match &clause.test {
                Some(test) => {
                    let index = node_index(clause);
                    let place = Span::new(clause.range.start().to_u32(), node.place.end);
                    let nested = If { index, place, test, body: &clause.body, rest };
                    stacker::maybe_grow(RED_ZONE, STACK, || {
                        self.context(place, |this| this.bind_branches(nested));
                    });
                    self.terminal(index)
                }
                None => self.visit_check_terminal(&clause.body),
            },
            [] => TerminalKind::NonTerminal,
        }
    }

    fn bind_branches(&mut self, node: If<'a>) -> Check<()> {
        let effect = self.visit_test(node.test);
        let module = self.module;
        let known = self.facts(module).known_booleans.get(&node_index(node.test)).copied();
        self.clear_after_test(node.test);
        let mut branch = self.scope().branch();
        effect.apply(self.state());
        let before = self.scope().declarations.len();
        let terminates =
            if known == Some(false) { TerminalKind::NonTerminal } else { self.visit_check_terminal(node.body) };
        let declared =
            self.scope().declarations.iter().skip(before).map(|(name, &declared)| (name, declared)).collect();
        if known != Some(true) && !node.rest.is_empty() {
            let end = self.state().clone();
            self.restore(branch.entry.clone());
            effect.reverse(self.state());
            self.repeatable.push(declared);
            let else_terminates = self.visit_rest(node);
            self.repeatable.pop();
            if else_terminates.is_terminal() {
                if terminates.is_terminal() {
                    self.leaves(node.index, terminates.min(else_terminates));
                } else {
                    self.restore(end);
                }
            } else if !terminates.is_terminal() {
                self.merge(&branch, Some(&end))?;
            }
            return Ok(());
        }
        match terminates {
            TerminalKind::NonTerminal => {
                effect.reverse(&mut branch.entry);
                self.merge(&branch, None)?;
            }
            TerminalKind::BreakOrContinue => {
                self.merge(&branch, None)?;
                effect.reverse(self.state());
            }
            TerminalKind::RaiseOrReturn => {
                self.restore(branch.entry);
                effect.reverse(self.state());
            }
        }
        Ok(())
    }

    pub(super) fn bind_try(&mut self, node: &'a StmtTry) -> Check<()> {
        if node.is_star {
            // The reference does not know `except*`: it visits the parts one after the other.
            self.visit_body(&node.body);
            node.handlers.iter().for_each(|handler| self.visit_handler(handler));
            self.visit_body(&node.orelse);
            self.visit_body(&node.finalbody);
            return Ok(());
        }
        let branch = self.scope().branch();
        let body_terminal = self.visit_check_terminal(&node.body);
        let mut after_body = self.state().clone();
        self.merge(&branch, None)?;
        let maybe_executed = self.state().clone();
        let mut else_terminal = TerminalKind::NonTerminal;
        if !node.orelse.is_empty() {
            self.restore(after_body);
            else_terminal = self.visit_check_terminal(&node.orelse);
            after_body = self.state().clone();
        }
        let mut terminal = body_terminal.max(else_terminal);
        let mut merges = Vec::new();
        for handler in &node.handlers {
            self.restore(maybe_executed.clone());
            self.visit_handler(handler);
            let kind = self.terminal(node_index(handler));
            terminal = terminal.min(kind);
            if !kind.is_terminal() {
                merges.push(self.state().clone());
            }
        }
        self.restore(after_body);
        for state in &merges {
            self.merge(&branch, Some(state))?;
        }
        if !node.finalbody.is_empty() {
            let kind = self.visit_check_terminal(&node.finalbody);
            if kind.is_terminal() {
                terminal = kind;
            }
        }
        self.set_terminal(node_index(node), terminal);
        Ok(())
    }

    fn visit_handler(&mut self, handler: &'a ExceptHandler) {
        let place = self.source.parsed.except_handler_span(handler);
        self.context(place, |this| this.bind_handler(handler, place));
        self.after_visit(node_index(handler));
    }

    fn bind_handler(&mut self, handler: &'a ExceptHandler, place: Span) -> Check<()> {
        let ExceptHandler::ExceptHandler(node) = handler;
        let mut bound = None;
        if let Some(class) = &node.type_ {
            self.visit_expr(class, None);
            if let Some(name) = &node.name {
                let name = self.name_id(&name.id);
                bound = Some(name);
                let class = self.get_type(&**class).as_class().unwrap_or(ClassId::DYNAMIC);
                let class = self.types.inexact_type(class);
                if self.scope().declarations.get(name).is_some_and(|declaration| declaration.is_final) {
                    self.error_in(place, "Cannot assign to a Final variable");
                }
                let value = self.types.instance(class);
                let declared = self.scope().declarations.get(name).map(|declaration| declaration.value);
                self.scope_mut().caught.push((name, class, place));
                if let Some(primitive) = declared.filter(|declared| self.types.is_primitive(*declared)) {
                    self.check_not_caught(name, primitive);
                }
                self.declare(name, value, false, false)?;
            }
        }
        let terminal = self.visit_check_terminal(&node.body);
        self.set_terminal(node_index(handler), terminal);
        if let Some(name) = bound {
            let scope = self.scope_mut();
            Rc::make_mut(&mut scope.declarations).shift_remove(name);
            scope.state.remove_local(name);
        }
        Ok(())
    }

    pub(super) fn bind_with(&mut self, node: &'a StmtWith) -> Check<()> {
        for item in &node.items {
            let place = self.place(&item.context_expr);
            self.context(place, |this| {
                this.visit_expr(&item.context_expr, None);
                if let Some(target) = &item.optional_vars {
                    this.in_target(|this| this.visit_expr(target, None));
                    this.assign_value(target, Value::DYNAMIC, None, None)?;
                }
                Ok(())
            });
            self.after_visit(node_index(item));
        }
        if node.is_async {
            self.visit_body(&node.body);
            return Ok(());
        }
        let mut may_suppress = false;
        for item in &node.items {
            let value = self.get_type(&item.context_expr);
            may_suppress |= !self.is_open_call(&item.context_expr) && !self.never_suppresses(value)?;
        }
        let terminal = self.visit_check_terminal(&node.body);
        if !may_suppress {
            self.set_terminal(node_index(node), terminal);
        }
        Ok(())
    }

    /// Whether it is a call of the builtin `open`, whose result suppresses nothing. (The reference does not know: §8.1 j.)
    fn is_open_call(&mut self, node: &Expr) -> bool {
        let Expr::Call(call) = node else { return false };
        let Expr::Name(name) = &*call.func else { return false };
        let module = self.module;
        let id = self.id_of(name);
        name.id == "open"
            && self.var_scope(id) == Resolution::GlobalImplicit
            && matches!(self.resolve_name(module, "open"), Ok(Some((_, false))))
    }

    /// Whether `__exit__` of a value returns nothing that is true. (To the reference, `None` may be: §8.1 j.)
    fn never_suppresses(&mut self, value: Value) -> Check<bool> {
        let returns = self.exit_returns(value)?;
        Ok(returns.is_some_and(|class| class == ClassId::NONE || self.types.literal_bool(class) == Some(false)))
    }

    /// Whether `__exit__` of a value returns `Literal[False]`.
    pub(super) fn exit_returns_false(&mut self, value: Value) -> Check<bool> {
        let returns = self.exit_returns(value)?;
        Ok(returns.is_some_and(|class| self.types.literal_bool(class) == Some(false)))
    }

    /// What `__exit__` of a value returns, if it is known.
    fn exit_returns(&mut self, value: Value) -> Check<Option<ClassId>> {
        if !matches!(value, Value::Instance(_)) || self.types.is_primitive(value) {
            return Ok(None);
        }
        let exit = self.exit_attribute();
        let module = self.module;
        let returns = match self.resolve_attr(module, value, exit)? {
            Some(Value::Function(function)) => self.returns(function),
            Some(Value::Bound(bound)) => {
                let data = self.types.bound(bound).clone();
                match data.kind {
                    BoundKind::Method | BoundKind::Super(_) => self.returns(data.function),
                    BoundKind::Builtin(returns) => self.resolve(&returns),
                    _ => return Ok(None),
                }
            }
            _ => return Ok(None),
        };
        Ok(Some(returns))
    }

    /// `_.__exit__`
    fn exit_attribute(&mut self) -> &'a ExprAttribute {
        if let Some(exit) = self.exit {
            return exit;
        }
        let range = TextRange::default();
        let made = Expr::Attribute(ExprAttribute {
            node_index: AtomicNodeIndex::NONE,
            range,
            value: Box::new(Expr::NoneLiteral(ExprNoneLiteral { node_index: AtomicNodeIndex::NONE, range })),
            attr: Identifier::new(Name::new_static("__exit__"), range),
            ctx: ExprContext::Load,
        });
        let module = self.module;
        let Expr::Attribute(exit) = self.adopt(module, made, "") else { unreachable!("an attribute was made") };
        debug_assert_eq!(exit.range(), range);
        self.exit = Some(exit);
        exit
    }
}
