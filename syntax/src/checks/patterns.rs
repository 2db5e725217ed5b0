//! Patterns of `match` statements that only ruff's parser takes.
//!
//! ```text
//! case -1(x):   case 1+(2j):   case _.b:   case (*a):   case [(a,) b]:
//! ```
//!
//! Invariant: expressions outside of patterns are not walked.

use ruff_python_ast::visitor::{Visitor, walk_pattern};
use ruff_python_ast::{Expr, ModModule, Operator, Pattern, Stmt, UnaryOp};
use ruff_text_size::{Ranged, TextSize};

/// Whether some pattern is not of a form that CPython surely takes.
pub(super) fn has_suspicious_pattern(module: &ModModule, text: &str) -> bool {
    let mut patterns = Patterns { text, is_suspicious: false };
    patterns.visit_body(&module.body);
    patterns.is_suspicious
}

struct Patterns<'a> {
    text: &'a str,
    is_suspicious: bool,
}

impl<'a> Visitor<'a> for Patterns<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        if !self.is_suspicious {
            ruff_python_ast::visitor::walk_stmt(self, statement);
        }
    }

    fn visit_expr(&mut self, _: &'a Expr) {}

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        self.is_suspicious |= match pattern {
            Pattern::MatchValue(pattern) => !self.is_value(&pattern.value),
            Pattern::MatchMapping(pattern) => !pattern.keys.iter().all(|key| self.is_value(key)),
            Pattern::MatchClass(class) => {
                // `(A)(x)`, `A((x)=y)`
                let keywords = &class.arguments.keywords;
                class.start() != class.cls.start()
                    || !self.is_name(&class.cls)
                    || keywords.iter().any(|keyword| keyword.range.start() != keyword.attr.start())
            }
            Pattern::MatchSequence(pattern) => !self.has_commas(pattern.range, &pattern.patterns),
            Pattern::MatchStar(pattern) => self.is_parenthesized(pattern.start(), pattern.end()),
            _ => false,
        };
        walk_pattern(self, pattern);
    }
}

impl Patterns<'_> {
    /// A literal or an attribute of a name, without parentheses.
    fn is_value(&self, value: &Expr) -> bool {
        match value {
            Expr::StringLiteral(_)
            | Expr::BytesLiteral(_)
            | Expr::FString(_)
            | Expr::TString(_)
            | Expr::NoneLiteral(_)
            | Expr::BooleanLiteral(_) => true,
            Expr::Attribute(_) => self.is_name(value),
            Expr::BinOp(sum) => {
                let is_complex = matches!(&*sum.right, Expr::NumberLiteral(imaginary) if imaginary.value.is_complex());
                matches!(sum.op, Operator::Add | Operator::Sub)
                    && is_complex
                    && is_signed_number(&sum.left)
                    && !self.has_bracket(value)
            }
            _ => is_signed_number(value) && !self.has_bracket(value),
        }
    }

    /// A name with attributes, without parentheses; `_` is never one.
    fn is_name(&self, value: &Expr) -> bool {
        let mut base = value;
        while let Expr::Attribute(attribute) = base {
            base = &attribute.value;
        }
        matches!(base, Expr::Name(name) if name.id != "_") && !self.has_bracket(value)
    }

    fn is_parenthesized(&self, start: TextSize, end: TextSize) -> bool {
        let before = self.source(TextSize::new(0), start).trim_end();
        let after = self.source(end, TextSize::of(self.text)).trim_start();
        before.ends_with('(') && after.starts_with(')')
    }

    fn has_bracket(&self, value: &Expr) -> bool {
        self.source(value.start(), value.end()).contains(['(', ')'])
    }

    /// Whether commas stand between the elements, and one after the only element in parentheses.
    fn has_commas(&self, range: ruff_text_size::TextRange, elements: &[Pattern]) -> bool {
        let separated = elements.windows(2).all(|pair| self.has_comma(pair[0].end(), pair[1].start()));
        let brackets = self.source(range.start(), range.end()).starts_with('[');
        match elements {
            [only] if !brackets => self.has_comma(only.end(), range.end()),
            _ => separated,
        }
    }

    fn has_comma(&self, start: TextSize, end: TextSize) -> bool {
        let gap = self.source(start, end);
        gap.lines().any(|line| line.split('#').next().is_some_and(|code| code.contains(',')))
    }

    fn source(&self, start: TextSize, end: TextSize) -> &str {
        self.text.get(start.to_usize()..end.to_usize()).unwrap_or_default()
    }
}

fn is_signed_number(value: &Expr) -> bool {
    match value {
        Expr::NumberLiteral(_) => true,
        Expr::UnaryOp(unary) => unary.op == UnaryOp::USub && matches!(&*unary.operand, Expr::NumberLiteral(_)),
        _ => false,
    }
}
