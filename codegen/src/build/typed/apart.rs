//! Functions that the JIT must not put in place of their calls.
//!
//! ```text
//! def f(s: str) -> int | None:     BUILD_MAP 0 · … MAKE_FUNCTION · SET_FUNCTION_ATTRIBUTE 2
//!     try: return int(s)
//!     except ValueError: return None
//! ```
//!
//! Code that handles an exception, and code that compares integers which turn out to have more than 30 bits, leaves the
//! JIT, and with it leave all functions that it was put into. One of them that promises a primitive gives the address of an
//! object then. The JIT does not put functions with defaults of keywords into others, if only an empty dict of them.
//!
//! Invariant: what such a function does is the same, but that it is called.

use super::super::Builder;
use super::super::closure::FunctionFlags;
use crate::Opcode;
use pyclast_syntax::Location;
use pyclast_syntax::type_facts::{TypeFact, TypeKind};
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, ExprCompare, Stmt, StmtFunctionDef};

impl Builder<'_> {
    /// Gives a function defaults of keywords, none, if it must stay apart from its callers.
    pub(in crate::build) fn keep_apart(
        &mut self,
        function: &StmtFunctionDef,
        flags: &mut FunctionFlags,
        location: Location,
    ) {
        if !flags.contains(FunctionFlags::KEYWORD_DEFAULTS) && self.may_leave_callers(function) {
            self.emit_arg(Opcode::BuildMap, 0, location);
            flags.insert(FunctionFlags::KEYWORD_DEFAULTS);
        }
    }

    fn may_leave_callers(&self, function: &StmtFunctionDef) -> bool {
        let (Some(facts), Some(fact)) = (self.typed_facts(), self.function_fact(function)) else { return false };
        // The JIT does not get those that promise a primitive, or nothing makes them leave it.
        if matches!(facts.get(fact.result).kind, TypeKind::Primitive(_)) {
            return false;
        }
        let mut leaves = Leaves { builder: self, found: false };
        leaves.visit_body(&function.body);
        leaves.found
    }

    /// Whether the JIT may compare as machine integers: one operand is exactly an int, the other may be.
    fn compares_exact_integers(&self, comparison: &ExprCompare) -> bool {
        if self.compares_primitives(comparison) {
            return false;
        }
        let is_exact = |fact: Option<&TypeFact>| fact.is_some_and(|fact| fact.is_int && fact.is_exact);
        let may_be = |expr: &Expr| {
            let fact = self.type_of(expr);
            let is_called = matches!(expr, Expr::Call(_) | Expr::BinOp(_) | Expr::UnaryOp(_));
            is_exact(fact) || fact.is_none_or(|fact| matches!(fact.kind, TypeKind::Dynamic) || fact.is_int && is_called)
        };
        let operands: Vec<&Expr> = [&*comparison.left].into_iter().chain(&comparison.comparators).collect();
        operands.windows(2).any(|pair| {
            let exact = pair.iter().any(|operand| is_exact(self.type_of(*operand)) || operand.is_number_literal_expr());
            exact && pair.iter().all(|operand| may_be(operand) || operand.is_number_literal_expr())
        })
    }
}

/// Looks for what may leave the JIT and go on, in the function itself.
struct Leaves<'b, 'a> {
    builder: &'b Builder<'a>,
    found: bool,
}

impl<'s> Visitor<'s> for Leaves<'_, '_> {
    fn visit_stmt(&mut self, statement: &'s Stmt) {
        match statement {
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {}
            Stmt::With(_) => self.found = true,
            Stmt::Try(try_) if !try_.handlers.is_empty() => self.found = true,
            _ => walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, expr: &'s Expr) {
        match expr {
            Expr::Lambda(_) => return,
            Expr::Compare(comparison) => self.found |= self.builder.compares_exact_integers(comparison),
            _ => {}
        }
        walk_expr(self, expr);
    }
}
