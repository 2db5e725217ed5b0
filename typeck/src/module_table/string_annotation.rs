//! String annotations → expressions, and where they are.
//!
//! ```text
//! x: "List[int]"      List[int], each node with its place in the module, and the reference's: line and column in the string
//! ```
//!
//! Invariant: what is shown to people is a place in the module.

use crate::errors::{CheckError, ErrorClass, ForeignPlace};
use crate::program::Checker;
use crate::types::ModuleId;
use pyclast_syntax::{SourceText, Span, node_index};
use ruff_python_ast::Expr;
use ruff_python_ast::visitor::source_order::{SourceOrderVisitor, walk_expr};
use ruff_text_size::{Ranged, TextRange, TextSize};

impl<'a> Checker<'a> {
    /// The expression in a string annotation.
    pub(super) fn parse_annotation(&mut self, module: ModuleId, node: &Expr, text: Option<&str>) -> Option<&'a Expr> {
        let key = (module, node_index(node));
        if let Some(&parsed) = self.parsed_annotations.get(&key) {
            return parsed;
        }
        let text = text?;
        let parsed = match ruff_python_parser::parse_expression(text) {
            Ok(parsed) => Some(*parsed.into_syntax().body),
            Err(_) => {
                self.refuse_annotation(module, self.annotation_string(module, node, text));
                None
            }
        };
        let parsed = parsed.map(|parsed| {
            let parsed = self.adopt(module, parsed, text);
            let mut places = ForeignPlaces { string: self.annotation_string(module, node, text), found: Vec::new() };
            places.visit_expr(parsed);
            self.foreign_places.extend(places.found.into_iter().map(|(index, place)| ((module, index), place)));
            parsed
        });
        self.parsed_annotations.insert(key, parsed);
        parsed
    }

    /// Where a string annotation is, and what it says.
    fn annotation_string<'t>(&self, module: ModuleId, node: &Expr, text: &'t str) -> AnnotationString<'t> {
        let whole = self.expr_span(module, node);
        let written =
            self.source(module).and_then(|source| source.parsed.text().get(whole.start as usize..whole.end as usize));
        // Quotes of one kind on both sides: no prefix, no escapes, one part.
        let quotes =
            written.and_then(|written| written.len().checked_sub(text.len()).filter(|quotes| matches!(quotes, 2 | 6)));
        let start = quotes.zip(written).and_then(|(quotes, written)| {
            let start = quotes / 2;
            (written.get(start..start + text.len()) == Some(text))
                .then(|| whole.start + u32::try_from(start).unwrap_or(0))
        });
        AnnotationString { text, whole, start }
    }

    /// Reports what CPython's parser says of a string annotation that is no expression.
    fn refuse_annotation(&mut self, module: ModuleId, string: AnnotationString<'_>) {
        let source = SourceText::decode(string.text.as_bytes());
        let first = source
            .ok()
            .and_then(|source| pyclast_syntax::parse(source).err())
            .and_then(|errors| errors.into_iter().next());
        let (message, start) =
            first.map_or_else(|| ("invalid syntax".to_owned(), 0), |error| (error.message, error.span.start));
        let (line, _) = string.stated(start);
        let before = string.text.get(..start as usize).unwrap_or_default();
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count();
        let foreign = Some((line, u32::try_from(column).unwrap_or(u32::MAX)));
        let class = ErrorClass::Other("SyntaxError");
        self.errors.report(CheckError { module, span: string.whole, foreign, message, class });
    }
}

/// A string annotation.
#[derive(Clone, Copy)]
struct AnnotationString<'t> {
    /// What it says.
    text: &'t str,
    /// Where it stands, quotes included.
    whole: Span,
    /// Where its text begins, if it stands there as it is.
    start: Option<u32>,
}

impl AnnotationString<'_> {
    /// A part of the text, in the module.
    fn span(&self, part: TextRange) -> Span {
        let moved = |offset: TextSize| self.start.map(|start| start + offset.to_u32());
        match (moved(part.start()), moved(part.end())) {
            (Some(start), Some(end)) => Span::new(start, end),
            _ => self.whole,
        }
    }

    /// Line (from 1) and column (from 0, in bytes) in the text.
    fn stated(&self, offset: u32) -> (u32, u32) {
        let before = self.text.get(..offset as usize).unwrap_or_default();
        let number = |count| u32::try_from(count).unwrap_or(u32::MAX);
        (number(before.matches('\n').count() + 1), number(before.rsplit('\n').next().unwrap_or_default().len()))
    }
}

/// Finds out where the nodes of a string annotation are.
struct ForeignPlaces<'t> {
    string: AnnotationString<'t>,
    found: Vec<(u32, ForeignPlace)>,
}

impl<'n> SourceOrderVisitor<'n> for ForeignPlaces<'_> {
    fn visit_expr(&mut self, expression: &'n Expr) {
        let range = expression.range();
        let place = ForeignPlace { span: self.string.span(range), stated: self.string.stated(range.start().to_u32()) };
        self.found.push((node_index(expression), place));
        walk_expr(self, expression);
    }
}
