//! Programs that CPython takes and ruff's parser does not: its tree, put right.
//!
//! ```text
//! raise; x              ruff: Expected an expression
//! x; match.group()      ruff: Compound statements are not allowed on the same line
//! case A(_=x):          ruff: Expected an identifier for the keyword pattern
//! ```
//!
//! Invariant: only for programs that the recogniser of CPython's grammar accepts.

use ruff_python_ast::name::Name;
use ruff_python_ast::visitor::transformer::{Transformer, walk_pattern_keyword, walk_stmt};
use ruff_python_ast::{Expr, ExprContext, ModModule, PatternKeyword, Stmt};
use ruff_python_parser::{ParseError, ParseErrorType};
use ruff_text_size::{Ranged, TextRange, TextSize};

/// Puts the tree right; says whether every error is one that can be.
pub(super) fn repair(module: &mut ModModule, errors: &[ParseError], text: &str) -> bool {
    let can_be_repaired = errors.iter().all(|error| {
        let source = text.get(std::ops::Range::<usize>::from(error.range())).unwrap_or_default();
        match &error.error {
            ParseErrorType::ExpectedExpression => source == ";",
            ParseErrorType::SimpleAndCompoundStatementOnSameLine => source == "match",
            ParseErrorType::OtherError(message) => {
                source == "_" && message == "Expected an identifier for the keyword pattern"
            }
            _ => false,
        }
    });
    if can_be_repaired {
        Repair.visit_body(&mut module.body);
    }
    can_be_repaired
}

struct Repair;

impl Transformer for Repair {
    fn visit_stmt(&self, statement: &mut Stmt) {
        if let Stmt::Raise(raise) = statement
            && raise.exc.as_deref().is_some_and(is_missing)
        {
            raise.exc = None;
        }
        walk_stmt(self, statement);
    }

    fn visit_expr(&self, _: &mut Expr) {}

    fn visit_pattern_keyword(&self, keyword: &mut PatternKeyword) {
        if keyword.attr.id.is_empty() {
            keyword.attr.id = Name::new_static("_");
            keyword.attr.range = TextRange::at(keyword.range.start(), TextSize::new(1));
        }
        walk_pattern_keyword(self, keyword);
    }
}

fn is_missing(expression: &Expr) -> bool {
    matches!(expression, Expr::Name(name) if name.ctx == ExprContext::Invalid && name.range.is_empty())
}
