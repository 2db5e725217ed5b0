//! f-strings (and what `"%s" % (x,)` becomes).
//!
//! ```text
//! f"a{x!r:>{w}}"     LOAD 'a' · LOAD x · CONVERT_VALUE repr · LOAD '>' · LOAD w · FORMAT_SIMPLE
//!                    BUILD_STRING 2 · FORMAT_WITH_SPEC · BUILD_STRING 2
//! ```
//!
//! Invariant: one string is left, whatever the number of values.

use super::Builder;
use super::call_arguments::STACK_USE_GUIDELINE;
use crate::{Constant, Opcode};
use pyclast_syntax::literal::{InterpolatedPiece, format_spec_pieces, fstring_pieces};
use pyclast_syntax::{Location, PyString};
use ruff_python_ast::{Expr, ExprFString, InterpolatedStringFormatSpec};

/// One value of CPython's `JoinedStr`.
pub(super) enum JoinedValue<'a> {
    /// A `Constant`.
    Text(PyString, Location),
    /// A `FormattedValue`.
    Field(FormattedValue<'a>),
}

/// CPython's `FormattedValue`.
pub(super) struct FormattedValue<'a> {
    pub(super) value: &'a Expr,
    /// `s`, `r` or `a`.
    pub(super) conversion: Option<char>,
    pub(super) spec: Option<FormatSpec<'a>>,
    pub(super) location: Location,
}

/// What stands after the colon.
pub(super) enum FormatSpec<'a> {
    /// As written in the source.
    Source(&'a InterpolatedStringFormatSpec),
    /// Made from a `%` format; it has no location.
    Made(PyString),
}

impl<'a> Builder<'a> {
    /// `f"…"`, with the strings next to it.
    pub(super) fn visit_fstring(&mut self, expr: &'a Expr, string: &'a ExprFString) {
        let values = self.joined_values(fstring_pieces(string, self.module.text()));
        self.emit_joined_string(self.expr_location(expr), values);
    }

    /// Joins values to a string (`codegen_joined_str`).
    pub(super) fn emit_joined_string(&mut self, location: Location, values: Vec<JoinedValue<'a>>) {
        let count = values.len();
        if count > STACK_USE_GUIDELINE {
            self.emit_const(Constant::str(""), location);
            let join = self.names.intern("join");
            self.emit_name_bits(Opcode::LoadAttr, join, 1, 1, location);
            self.emit_arg(Opcode::BuildList, 0, location);
            for value in values {
                self.emit_joined_value(value);
                self.emit_arg(Opcode::ListAppend, 1, location);
            }
            return self.emit_arg(Opcode::Call, 1, location);
        }
        for value in values {
            self.emit_joined_value(value);
        }
        match count {
            0 => self.emit_const(Constant::str(""), location),
            1 => {}
            _ => self.emit_arg(Opcode::BuildString, count, location),
        }
    }

    /// The format specification of a field, as a string.
    pub(super) fn emit_format_spec(&mut self, spec: &'a InterpolatedStringFormatSpec) {
        let values = self.joined_values(format_spec_pieces(spec, self.module.text()));
        self.emit_joined_string(self.module.format_spec_location(spec), values);
    }

    fn emit_joined_value(&mut self, value: JoinedValue<'a>) {
        match value {
            JoinedValue::Text(text, location) => self.emit_const(Constant::Str(text), location),
            JoinedValue::Field(field) => self.emit_formatted_value(field),
        }
    }

    /// One field (`codegen_formatted_value`).
    fn emit_formatted_value(&mut self, field: FormattedValue<'a>) {
        self.visit_expr(field.value);
        if let Some(conversion) = field.conversion {
            self.emit_arg(Opcode::ConvertValue, conversion_operand(conversion), field.location);
        }
        match field.spec {
            None => return self.emit(Opcode::FormatSimple, field.location),
            Some(FormatSpec::Source(spec)) => self.emit_format_spec(spec),
            Some(FormatSpec::Made(text)) => self.emit_const(Constant::Str(text), Location::NONE),
        }
        self.emit(Opcode::FormatWithSpec, field.location);
    }

    fn joined_values(&self, pieces: Vec<InterpolatedPiece<'a>>) -> Vec<JoinedValue<'a>> {
        let value = |piece| match piece {
            InterpolatedPiece::Constant { value, span } => JoinedValue::Text(value, self.module.location(span)),
            InterpolatedPiece::Value(element) => JoinedValue::Field(FormattedValue {
                value: &element.expression,
                conversion: InterpolatedPiece::conversion(element),
                spec: element.format_spec.as_deref().map(FormatSpec::Source),
                location: self.location(element),
            }),
        };
        pieces.into_iter().map(value).collect()
    }
}

/// `FVC_STR`, `FVC_REPR`, `FVC_ASCII`
pub(super) const fn conversion_operand(conversion: char) -> usize {
    match conversion {
        's' => 1,
        'r' => 2,
        _ => 3,
    }
}
