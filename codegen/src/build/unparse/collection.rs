//! Displays and comprehensions → text.
//!
//! `{**a,b:c}` → `{**a, b: c}`, `[x for x,y in z if x]` → `[x for x, y in z if x]`.
//!
//! Invariant: a tuple of one element keeps its comma.

use super::{Precedence, Unparser};
use ruff_python_ast::{Comprehension, Expr, ExprDict, ExprTuple};

impl Unparser<'_> {
    pub(super) fn enclosed(&mut self, open: &str, elements: &[Expr], close: &str) {
        self.text(open);
        self.list(elements);
        self.text(close);
    }

    pub(super) fn tuple(&mut self, node: &ExprTuple, level: Precedence) {
        if node.elts.is_empty() {
            return self.text("()");
        }
        self.grouped(level, Precedence::Tuple, |it| {
            it.list(&node.elts);
            if node.elts.len() == 1 {
                it.text(",");
            }
        });
    }

    pub(super) fn dict(&mut self, node: &ExprDict) {
        self.text("{");
        for (index, item) in node.items.iter().enumerate() {
            if index > 0 {
                self.text(", ");
            }
            match &item.key {
                Some(key) => {
                    self.expr(key, Precedence::Test);
                    self.text(": ");
                    self.expr(&item.value, Precedence::Test);
                }
                None => {
                    self.text("**");
                    self.expr(&item.value, Precedence::BitOr);
                }
            }
        }
        self.text("}");
    }

    /// A comprehension; `value` is that of a dict comprehension.
    pub(super) fn comprehension(
        &mut self,
        open: &str,
        element: &Expr,
        value: Option<&Expr>,
        generators: &[Comprehension],
        close: &str,
    ) {
        self.text(open);
        self.expr(element, Precedence::Test);
        if let Some(value) = value {
            self.text(": ");
            self.expr(value, Precedence::Test);
        }
        for generator in generators {
            self.text(if generator.is_async { " async for " } else { " for " });
            self.expr(&generator.target, Precedence::Tuple);
            self.text(" in ");
            self.expr(&generator.iter, Precedence::Or);
            for condition in &generator.ifs {
                self.text(" if ");
                self.expr(condition, Precedence::Or);
            }
        }
        self.text(close);
    }
}
