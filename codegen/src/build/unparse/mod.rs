//! Expression → the text CPython makes of it for `from __future__ import annotations`
//! (`ast_unparse.c`).
//!
//! ```text
//! Dict[ 'k',(a or b)**-1 ]   →   Dict['k', (a or b) ** (-1)]
//! ```
//!
//! Invariant: the text depends on the tree only, never on how it was written; it is CPython's byte for
//! byte. The tree is the original one: nothing is folded, `__debug__` is a name.

mod collection;
mod lambda;
mod number;
mod operator;
mod string;
#[cfg(test)]
mod tests;

use super::Builder;
use crate::repr::{bytes_repr, str_repr};
use number::number;
use pyclast_syntax::PyString;
use pyclast_syntax::literal::{bytes_value, has_u_prefix, number_value, string_value};
use ruff_python_ast::{Expr, ExprAttribute, ExprCall, ExprIf, ExprNamed, ExprSlice, Number};

impl Builder<'_> {
    /// The text of an annotation (`_PyAST_ExprAsUnicode`).
    pub(super) fn unparse(&self, expr: &Expr) -> PyString {
        PyString::from_surrogatepass(&unparse(expr, Precedence::Test, self.module.text()))
    }
}

/// The text of an expression, in parentheses if it binds less than `level`.
fn unparse(expr: &Expr, level: Precedence, source: &str) -> Vec<u8> {
    let mut unparser = Unparser { source, output: Vec::new() };
    unparser.expr(expr, level);
    unparser.output
}

/// How strongly an expression binds (`PR_*`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Precedence {
    Tuple,
    /// `if … else`, `lambda`
    Test,
    Or,
    And,
    Not,
    Comparison,
    /// `|`; what may stand after a star
    BitOr,
    BitXor,
    BitAnd,
    Shift,
    Arithmetic,
    Term,
    /// Unary `+`, `-`, `~`
    Factor,
    Power,
    Await,
    Atom,
}

impl Precedence {
    /// The next stronger one.
    const fn stronger(self) -> Self {
        match self {
            Self::Tuple => Self::Test,
            Self::Test => Self::Or,
            Self::Or => Self::And,
            Self::And => Self::Not,
            Self::Not => Self::Comparison,
            Self::Comparison => Self::BitOr,
            Self::BitOr => Self::BitXor,
            Self::BitXor => Self::BitAnd,
            Self::BitAnd => Self::Shift,
            Self::Shift => Self::Arithmetic,
            Self::Arithmetic => Self::Term,
            Self::Term => Self::Factor,
            Self::Factor => Self::Power,
            Self::Power => Self::Await,
            Self::Await | Self::Atom => Self::Atom,
        }
    }
}

/// Writes expressions; strings in it may hold lone surrogates, so it writes generalised UTF-8.
struct Unparser<'source> {
    source: &'source str,
    output: Vec<u8>,
}

impl Unparser<'_> {
    fn text(&mut self, text: &str) {
        self.output.extend_from_slice(text.as_bytes());
    }

    /// Writes what `write` writes, in parentheses if `level` is above `own`.
    fn grouped(&mut self, level: Precedence, own: Precedence, write: impl FnOnce(&mut Self)) {
        let parentheses = level > own;
        if parentheses {
            self.text("(");
        }
        write(self);
        if parentheses {
            self.text(")");
        }
    }

    /// `append_ast_expr`
    fn expr(&mut self, expr: &Expr, level: Precedence) {
        match expr {
            Expr::BoolOp(node) => self.bool_operation(node, level),
            Expr::BinOp(node) => self.binary_operation(node, level),
            Expr::UnaryOp(node) => self.unary_operation(node, level),
            Expr::Compare(node) => self.comparison(node, level),
            Expr::Lambda(node) => self.lambda(node, level),
            Expr::If(node) => self.conditional(node, level),
            Expr::Named(node) => self.named(node, level),
            Expr::Dict(node) => self.dict(node),
            Expr::Set(node) => self.enclosed("{", &node.elts, "}"),
            Expr::List(node) => self.enclosed("[", &node.elts, "]"),
            Expr::Tuple(node) => self.tuple(node, level),
            Expr::Generator(node) => self.comprehension("(", &node.elt, None, &node.generators, ")"),
            Expr::ListComp(node) => self.comprehension("[", &node.elt, None, &node.generators, "]"),
            Expr::SetComp(node) => self.comprehension("{", &node.elt, None, &node.generators, "}"),
            Expr::DictComp(node) => {
                let key = node.key.as_ref().unwrap_or(&node.value);
                self.comprehension("{", key, Some(&node.value), &node.generators, "}");
            }
            Expr::Yield(node) => self.yielded("(yield", node.value.as_deref()),
            Expr::YieldFrom(node) => self.yielded("(yield from", Some(&node.value)),
            Expr::Await(node) => self.grouped(level, Precedence::Await, |it| {
                it.text("await ");
                it.expr(&node.value, Precedence::Atom);
            }),
            Expr::Call(node) => self.call(node),
            Expr::Attribute(node) => self.attribute(node),
            Expr::Subscript(node) => {
                self.expr(&node.value, Precedence::Atom);
                self.text("[");
                self.expr(&node.slice, Precedence::Tuple);
                self.text("]");
            }
            Expr::Starred(node) => {
                self.text("*");
                self.expr(&node.value, Precedence::BitOr);
            }
            Expr::Slice(node) => self.slice(node),
            Expr::Name(node) => self.text(&node.id),
            Expr::FString(node) => self.fstring(node),
            Expr::TString(node) => self.template(node),
            _ => self.constant(expr),
        }
    }

    /// Expressions with commas between.
    fn list<'e>(&mut self, exprs: impl IntoIterator<Item = &'e Expr>) {
        for (index, expr) in exprs.into_iter().enumerate() {
            if index > 0 {
                self.text(", ");
            }
            self.expr(expr, Precedence::Test);
        }
    }

    fn constant(&mut self, expr: &Expr) {
        match expr {
            Expr::StringLiteral(node) => {
                if has_u_prefix(node) {
                    self.text("u");
                }
                self.text(&str_repr(&string_value(node, self.source)));
            }
            Expr::BytesLiteral(node) => self.text(&bytes_repr(&bytes_value(node))),
            Expr::NumberLiteral(node) => {
                self.text(&number(&number_value(&node.value)));
            }
            Expr::BooleanLiteral(node) => self.text(if node.value { "True" } else { "False" }),
            Expr::EllipsisLiteral(_) => self.text("..."),
            _ => self.text("None"),
        }
    }

    fn conditional(&mut self, node: &ExprIf, level: Precedence) {
        self.grouped(level, Precedence::Test, |it| {
            it.expr(&node.body, Precedence::Or);
            it.text(" if ");
            it.expr(&node.test, Precedence::Or);
            it.text(" else ");
            it.expr(&node.orelse, Precedence::Test);
        });
    }

    fn named(&mut self, node: &ExprNamed, level: Precedence) {
        self.grouped(level, Precedence::Tuple, |it| {
            it.expr(&node.target, Precedence::Atom);
            it.text(" := ");
            it.expr(&node.value, Precedence::Atom);
        });
    }

    fn yielded(&mut self, keyword: &str, value: Option<&Expr>) {
        self.text(keyword);
        if let Some(value) = value {
            self.text(" ");
            self.expr(value, Precedence::Test);
        }
        self.text(")");
    }

    fn call(&mut self, node: &ExprCall) {
        self.expr(&node.func, Precedence::Atom);
        if let ([generator @ Expr::Generator(_)], []) = (&*node.arguments.args, &*node.arguments.keywords) {
            // Its own parentheses are the call's.
            return self.expr(generator, Precedence::Tuple);
        }
        self.text("(");
        self.list(&node.arguments.args);
        for (index, keyword) in node.arguments.keywords.iter().enumerate() {
            if index > 0 || !node.arguments.args.is_empty() {
                self.text(", ");
            }
            match &keyword.arg {
                Some(name) => {
                    self.text(name);
                    self.text("=");
                }
                None => self.text("**"),
            }
            self.expr(&keyword.value, Precedence::Test);
        }
        self.text(")");
    }

    fn attribute(&mut self, node: &ExprAttribute) {
        self.expr(&node.value, Precedence::Atom);
        let is_int = matches!(&*node.value, Expr::NumberLiteral(number) if matches!(number.value, Number::Int(_)));
        self.text(if is_int { " ." } else { "." });
        self.text(&node.attr);
    }

    fn slice(&mut self, node: &ExprSlice) {
        if let Some(lower) = &node.lower {
            self.expr(lower, Precedence::Test);
        }
        self.text(":");
        if let Some(upper) = &node.upper {
            self.expr(upper, Precedence::Test);
        }
        if let Some(step) = &node.step {
            self.text(":");
            self.expr(step, Precedence::Test);
        }
    }
}
