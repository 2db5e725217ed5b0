//! f-strings and t-strings → text.
//!
//! ```text
//! f'{x=}{ {1:2} }' "'"     →   f"x={x!r}{ {1: 2}}'"
//! ```
//!
//! The body is written first, then quoted as a whole, as `repr` quotes a string.
//!
//! Invariant: all parts of an implicit concatenation are one string.

use super::{Precedence, Unparser, unparse};
use crate::repr::str_repr;
use pyclast_syntax::PyString;
use pyclast_syntax::literal::{
    InterpolatedPiece, format_spec_pieces, fstring_pieces, interpolation_text, template_pieces,
};
use ruff_python_ast::{ExprFString, ExprTString, InterpolatedElement};

impl Unparser<'_> {
    pub(super) fn fstring(&mut self, node: &ExprFString) {
        let body = self.body(fstring_pieces(node, self.source), |element, source| {
            // One level above what the grammar asks, so that a lambda is in parentheses.
            unparse(&element.expression, Precedence::Or, source)
        });
        self.text("f");
        self.text(&str_repr(&PyString::from_surrogatepass(&body)));
    }

    pub(super) fn template(&mut self, node: &ExprTString) {
        let body = self.body(template_pieces(node, self.source), |element, source| {
            interpolation_text(element, source).into_owned().into_bytes()
        });
        self.text("t");
        self.text(&str_repr(&PyString::from_surrogatepass(&body)));
    }

    /// The text between the quotes, before it is escaped (`build_ftstring_body`).
    fn body(
        &self,
        pieces: Vec<InterpolatedPiece<'_>>,
        value: impl Fn(&InterpolatedElement, &str) -> Vec<u8>,
    ) -> Vec<u8> {
        let mut body = Unparser { source: self.source, output: Vec::new() };
        for piece in pieces {
            match piece {
                InterpolatedPiece::Constant { value, .. } => body.literal(value.as_bytes()),
                InterpolatedPiece::Value(element) => {
                    let value = value(element, self.source);
                    body.field(element, &value);
                }
            }
        }
        body.output
    }

    /// Text with its braces doubled.
    fn literal(&mut self, text: &[u8]) {
        for &byte in text {
            self.output.push(byte);
            if matches!(byte, b'{' | b'}') {
                self.output.push(byte);
            }
        }
    }

    fn field(&mut self, element: &InterpolatedElement, value: &[u8]) {
        // A brace that starts the expression must not look like a doubled one.
        self.text(if value.starts_with(b"{") { "{ " } else { "{" });
        self.output.extend_from_slice(value);
        if let Some(conversion) = InterpolatedPiece::conversion(element) {
            self.text("!");
            self.text(conversion.encode_utf8(&mut [0; 4]));
        }
        if let Some(spec) = &element.format_spec {
            let spec = self.body(format_spec_pieces(spec, self.source), |element, source| {
                unparse(&element.expression, Precedence::Or, source)
            });
            self.text(":");
            self.output.extend_from_slice(&spec);
        }
        self.text("}");
    }
}
