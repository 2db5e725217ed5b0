//! Nodes → the locations CPython's nodes have, where the parser's ranges differ.
//!
//! ```text
//! @d                       parser: 0..  from `@`
//! def f(): pass            CPython: from `def`
//! ```
//!
//! | node | CPython's location |
//! |---|---|
//! | decorated `def`, `class` | from `async`, `def` or `class` |
//! | generator that is the only argument | with the call's parentheses |
//! | `elif` | an `If` from `elif` to the end of the whole statement |
//! | format specification | from the colon |
//!
//! All other nodes are where the parser has them: [`ParsedModule::location`] of their range.
//!
//! Invariant: the nodes belong to the module they are asked of.

use crate::{Location, ParsedModule, Span};
use ruff_python_ast::{
    Decorator, ElifElseClause, Expr, InterpolatedStringFormatSpec, Stmt, StmtIf,
};
use ruff_text_size::Ranged;

impl ParsedModule {
    /// The span of CPython's node for an expression.
    pub fn expr_span(&self, expression: &Expr) -> Span {
        match expression {
            Expr::Generator(generator) if !generator.parenthesized => {
                let start = generator.range.start().to_u32();
                self.argument_span(start).unwrap_or_else(|| generator.range.into())
            }
            _ => expression.range().into(),
        }
    }

    /// The location of CPython's node for an expression.
    pub fn expr_location(&self, expression: &Expr) -> Location {
        self.location(self.expr_span(expression))
    }

    /// The span of CPython's node for a statement.
    pub fn stmt_span(&self, statement: &Stmt) -> Span {
        let range = Span::from(statement.range());
        let decorators = match statement {
            Stmt::FunctionDef(function) => &function.decorator_list,
            Stmt::ClassDef(class) => &class.decorator_list,
            _ => return range,
        };
        match decorators.last() {
            Some(last) => Span::new(self.after_decorators(last), range.end),
            None => range,
        }
    }

    /// The location of CPython's node for a statement.
    pub fn stmt_location(&self, statement: &Stmt) -> Location {
        self.location(self.stmt_span(statement))
    }

    /// The location of the `If` that CPython makes of an `elif` clause of `statement`.
    pub fn elif_location(&self, statement: &StmtIf, clause: &ElifElseClause) -> Location {
        self.location(Span::new(clause.range.start().to_u32(), statement.range.end().to_u32()))
    }

    /// The span of the `JoinedStr` of a format specification: with its colon.
    pub fn format_spec_span(&self, spec: &InterpolatedStringFormatSpec) -> Span {
        Span::new(spec.range.start().to_u32() - 1, spec.range.end().to_u32())
    }

    /// The location of the `JoinedStr` of a format specification.
    pub fn format_spec_location(&self, spec: &InterpolatedStringFormatSpec) -> Location {
        self.location(self.format_spec_span(spec))
    }

    /// Where the statement itself starts: after the newline, blank lines and comments that follow
    /// its last decorator.
    fn after_decorators(&self, last: &Decorator) -> u32 {
        let start = last.range.end().to_usize();
        let bytes = &self.text().as_bytes()[start..];
        let mut in_comment = false;
        let distance = bytes.iter().position(|byte| match byte {
            b'\n' => {
                in_comment = false;
                false
            }
            b'#' => {
                in_comment = true;
                false
            }
            // A lone backslash joins lines.
            _ => !in_comment && !matches!(byte, b' ' | b'\t' | b'\x0c' | b'\\'),
        });
        last.range.end().to_u32() + u32::try_from(distance.unwrap_or(0)).unwrap_or(0)
    }
}
