//! t-strings (PEP 750).
//!
//! ```text
//! t"a{x}"     LOAD 'a' · LOAD '' · BUILD_TUPLE 2 · LOAD x · LOAD 'x' · BUILD_INTERPOLATION 2
//!             BUILD_TUPLE 1 · BUILD_TEMPLATE
//! ```
//!
//! Invariant: one string more than interpolations, empty ones where none is written.

use super::Builder;
use super::fstring::conversion_operand;
use crate::{Constant, Opcode};
use pyclast_syntax::Location;
use pyclast_syntax::literal::{InterpolatedPiece, interpolation_text, template_pieces};
use ruff_python_ast::{Expr, ExprTString, InterpolatedElement};

impl<'a> Builder<'a> {
    /// `t"…"` (`codegen_template_str`).
    pub(super) fn visit_template(&mut self, expr: &'a Expr, template: &'a ExprTString) {
        let location = self.expr_location(expr);
        let pieces = template_pieces(template, self.module.text());
        let strings = self.emit_template_strings(&pieces, location);
        self.emit_arg(Opcode::BuildTuple, strings, location);
        let mut interpolations = 0;
        for piece in pieces {
            if let InterpolatedPiece::Value(element) = piece {
                self.emit_interpolation(element);
                interpolations += 1;
            }
        }
        self.emit_arg(Opcode::BuildTuple, interpolations, location);
        self.emit(Opcode::BuildTemplate, location);
    }

    /// The strings around the interpolations; how many.
    fn emit_template_strings(&mut self, pieces: &[InterpolatedPiece<'a>], location: Location) -> usize {
        let mut count = 0;
        let mut text_due = true;
        for piece in pieces {
            match piece {
                InterpolatedPiece::Constant { value, span } => {
                    self.emit_const(Constant::Str(value.clone()), self.module.location(*span));
                    count += 1;
                    text_due = false;
                }
                InterpolatedPiece::Value(_) => {
                    if text_due {
                        self.emit_const(Constant::str(""), location);
                        count += 1;
                    }
                    text_due = true;
                }
            }
        }
        if text_due {
            self.emit_const(Constant::str(""), location);
            count += 1;
        }
        count
    }

    /// One interpolation (`codegen_interpolation`).
    fn emit_interpolation(&mut self, element: &'a InterpolatedElement) {
        let location = self.location(element);
        self.visit_expr(&element.expression);
        let text = interpolation_text(element, self.module.text());
        self.emit_const(Constant::str(&text), location);
        let mut oparg = 2;
        if let Some(spec) = &element.format_spec {
            oparg |= 1;
            self.emit_format_spec(spec);
        }
        if let Some(conversion) = InterpolatedPiece::conversion(element) {
            oparg |= conversion_operand(conversion) << 2;
        }
        self.emit_arg(Opcode::BuildInterpolation, oparg, location);
    }
}
