//! What is known without a test: assertions that `-O` leaves out, and names that patterns bind.
//!
//! ```text
//! assert isinstance(x, C)    at -O      LOAD_FAST x · CAST ("m", "C") · POP_TOP
//! x: C; match y: case x: …              … CAST ("m", "C") · STORE_FAST x
//! ```
//!
//! Invariant: what follows may rely on the narrowed types whether assertions are checked or not.

use super::super::Builder;
use crate::{Opcode, Optimize};
use pyclast_syntax::type_facts::TypeFacts;
use pyclast_syntax::{Location, NameId, node_index};
use ruff_python_ast::visitor::source_order::{SourceOrderVisitor, walk_expr, walk_pattern};
use ruff_python_ast::{Expr, ExprContext, Identifier, Pattern, StmtAssert};

impl<'a> Builder<'a> {
    /// An assertion that is left out: what it tells is made sure; whether it was one.
    pub(super) fn build_typed_assert(&mut self, assert: &'a StmtAssert, location: Location) -> bool {
        if self.options.optimize == Optimize::None {
            return false;
        }
        let Some(facts) = self.typed_facts() else { return false };
        let Some(narrowed) = facts.asserted.get(&node_index(assert)) else { return false };
        for (node, class) in narrowed {
            if let Some(place) = find_loaded(&assert.test, *node) {
                self.visit_expr(place);
                self.emit_with_type(Opcode::Cast, class, location);
                self.emit(Opcode::PopTop, location);
            }
        }
        true
    }

    /// The value of a capture is on the stack: it becomes what its name is declared as (`storePatternName`).
    pub(in crate::build) fn convert_captured(&mut self, pattern: &'a Pattern, name: NameId, location: Location) {
        let Some(facts) = self.typed_facts() else { return };
        let Some(text) = self.names.get(name).as_str() else { return };
        let mut captures = Captures { facts, name: text, found: None };
        captures.visit_pattern(pattern);
        if let Some(class) = captures.found {
            self.emit_conversion(class, None, location);
        }
    }
}

/// Looks for what a capture is declared as.
struct Captures<'n> {
    facts: &'n TypeFacts,
    name: &'n str,
    found: Option<pyclast_syntax::type_facts::TypeId>,
}

impl<'a> SourceOrderVisitor<'a> for Captures<'_> {
    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        let captured: Option<&Identifier> = match pattern {
            Pattern::MatchAs(pattern) => pattern.name.as_ref(),
            Pattern::MatchStar(pattern) => pattern.name.as_ref(),
            Pattern::MatchMapping(pattern) => pattern.rest.as_ref(),
            _ => None,
        };
        if captured.is_some_and(|captured| captured.as_str() == self.name) {
            self.found = self.facts.node(node_index(pattern)).or(self.found);
        }
        walk_pattern(self, pattern);
    }

    fn visit_expr(&mut self, _: &'a Expr) {}
}

/// The name or attribute of that node in an expression, if it is loaded there.
fn find_loaded(expr: &Expr, node: u32) -> Option<&Expr> {
    let mut finder = Finder { node, found: None };
    finder.visit_expr(expr);
    finder.found.filter(|found| match found {
        Expr::Name(name) => name.ctx == ExprContext::Load,
        Expr::Attribute(attribute) => attribute.ctx == ExprContext::Load,
        _ => false,
    })
}

struct Finder<'a> {
    node: u32,
    found: Option<&'a Expr>,
}

impl<'a> SourceOrderVisitor<'a> for Finder<'a> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        if node_index(expr) == self.node {
            self.found = Some(expr);
        } else if self.found.is_none() {
            walk_expr(self, expr);
        }
    }
}
