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
//! | statement with a body that ends in `;` | with the semicolon |
//! | generator that is the only argument | with the call's parentheses |
//! | `elif` | an `If` from `elif` to the end of the whole statement |
//! | `*args`, `**kwargs` | without the stars |
//! | format specification | from the colon |
//!
//! All other nodes are where the parser has them: [`ParsedModule::location`] of their range.
//!
//! Invariant: the nodes belong to the module they are asked of.

use crate::{Location, ParsedModule, Span};
use ruff_python_ast::{
    Decorator, ElifElseClause, ExceptHandler, Expr, InterpolatedStringFormatSpec, Parameter, Stmt, StmtClassDef,
    StmtFunctionDef, StmtIf,
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
            Stmt::FunctionDef(function) => &*function.decorator_list,
            Stmt::ClassDef(class) => &*class.decorator_list,
            Stmt::If(_) | Stmt::For(_) | Stmt::While(_) | Stmt::With(_) | Stmt::Match(_) | Stmt::Try(_) => &[],
            _ => return range,
        };
        let start = decorators.last().map_or(range.start, |last| self.after_decorators(last));
        Span::new(start, self.block_end(range.end))
    }

    /// The span of CPython's node for a `def`.
    pub fn function_span(&self, function: &StmtFunctionDef) -> Span {
        self.definition_span(function.range.into(), &function.decorator_list)
    }

    /// The span of CPython's node for a `class`.
    pub fn class_span(&self, class: &StmtClassDef) -> Span {
        self.definition_span(class.range.into(), &class.decorator_list)
    }

    fn definition_span(&self, range: Span, decorators: &[Decorator]) -> Span {
        let start = decorators.last().map_or(range.start, |last| self.after_decorators(last));
        Span::new(start, self.block_end(range.end))
    }

    /// The location of CPython's node for a statement.
    pub fn stmt_location(&self, statement: &Stmt) -> Location {
        self.location(self.stmt_span(statement))
    }

    /// The location of the `If` that CPython makes of an `elif` clause of `statement`.
    pub fn elif_location(&self, statement: &StmtIf, clause: &ElifElseClause) -> Location {
        let end = self.block_end(statement.range.end().to_u32());
        self.location(Span::new(clause.range.start().to_u32(), end))
    }

    /// The span of CPython's node for an `except` clause.
    pub fn except_handler_span(&self, handler: &ExceptHandler) -> Span {
        let range = Span::from(handler.range());
        Span::new(range.start, self.block_end(range.end))
    }

    /// The location of CPython's node for an `except` clause.
    pub fn except_handler_location(&self, handler: &ExceptHandler) -> Location {
        self.location(self.except_handler_span(handler))
    }

    /// The span of CPython's `arg` for a parameter: without the stars.
    pub fn parameter_span(&self, parameter: &Parameter) -> Span {
        Span::new(parameter.name.range.start().to_u32(), parameter.range.end().to_u32())
    }

    /// The location of CPython's `arg` for a parameter.
    pub fn parameter_location(&self, parameter: &Parameter) -> Location {
        self.location(self.parameter_span(parameter))
    }

    /// The span of the `JoinedStr` of a format specification: with its colon.
    pub fn format_spec_span(&self, spec: &InterpolatedStringFormatSpec) -> Span {
        Span::new(spec.range.start().to_u32() - 1, spec.range.end().to_u32())
    }

    /// The location of the `JoinedStr` of a format specification.
    pub fn format_spec_location(&self, spec: &InterpolatedStringFormatSpec) -> Location {
        self.location(self.format_spec_span(spec))
    }

    /// Where a statement with a body ends whose last simple statement ends at `end`: after the
    /// semicolon, if there is one.
    fn block_end(&self, end: u32) -> u32 {
        let rest = &self.text().as_bytes()[end as usize..];
        let mut distance = 0;
        loop {
            match &rest[distance..] {
                [b';', ..] => return end + u32::try_from(distance + 1).unwrap_or(0),
                [b' ' | b'\t' | b'\x0c', ..] => distance += 1,
                [b'\\', b'\n', ..] => distance += 2,
                _ => return end,
            }
        }
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
