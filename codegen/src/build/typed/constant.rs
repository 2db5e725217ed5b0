//! Constants that are primitives, or stand where no literal does.
//!
//! ```text
//! x: int8 = -128        PRIMITIVE_LOAD_CONST (-128, 1)
//! d: double = 1         PRIMITIVE_LOAD_CONST (1.0, 9)
//! ```

use super::super::Builder;
use crate::Constant;
use pyclast_syntax::type_facts::{ConstantFact, TypeCode};
use pyclast_syntax::{Location, PyInt, node_index};
use ruff_python_ast::Expr;

impl<'a> Builder<'a> {
    /// Builds a constant.
    pub(super) fn visit_typed_constant(&mut self, expr: &'a Expr) -> bool {
        let code = self.primitive_of(expr);
        let constant = match self.typed_constant(expr) {
            Some(constant) => constant,
            None if code.is_none() => return false,
            None => match self.constant_of(expr) {
                Some(constant) => constant,
                None => return false,
            },
        };
        let location = self.expr_location(expr);
        match code {
            Some(TypeCode::Double) => match as_double(&constant) {
                Some(value) => self.emit_primitive_const(Constant::Float(value), TypeCode::Double, location),
                None => {
                    self.emit_const(constant, location);
                    self.emit_unbox(TypeCode::Double, None, location);
                }
            },
            Some(code) => self.emit_as_primitive(constant, code, location),
            None => self.emit_const(constant, location),
        }
        true
    }

    /// The constant that an expression is for the checker, and not for CPython's parser.
    fn typed_constant(&self, expr: &Expr) -> Option<Constant> {
        if !matches!(
            expr,
            Expr::Name(_) | Expr::UnaryOp(_) | Expr::BinOp(_) | Expr::Subscript(_) | Expr::List(_) | Expr::Set(_)
        ) {
            return None;
        }
        self.typed_facts()?.constants.get(&node_index(expr)).map(constant)
    }

    /// The constant an expression is, literal or not.
    pub(super) fn known_constant(&self, expr: &Expr) -> Option<Constant> {
        self.typed_constant(expr).or_else(|| self.constant_of(expr))
    }

    /// `PRIMITIVE_LOAD_CONST`, of a constant that a primitive can be.
    pub(super) fn emit_as_primitive(&mut self, constant: Constant, code: TypeCode, location: Location) {
        let constant = match (code, constant) {
            (TypeCode::Bool, constant) => Constant::Bool(constant.is_truthy()),
            (TypeCode::Double, constant) => as_double(&constant).map_or(constant, Constant::Float),
            (_, Constant::Bool(value)) => Constant::int(i64::from(value)),
            (_, constant) => constant,
        };
        self.emit_primitive_const(constant, code, location);
    }
}

/// What `float()` makes of a constant.
fn as_double(constant: &Constant) -> Option<f64> {
    match constant {
        Constant::Float(value) => Some(*value),
        Constant::Bool(value) => Some(f64::from(u8::from(*value))),
        #[expect(clippy::cast_precision_loss, reason = "rounds as Python does")]
        Constant::Int(PyInt::Small(value)) => Some(*value as f64),
        Constant::Str(text) => text.as_str()?.trim().parse().ok(),
        _ => None,
    }
}

/// The constant of a fact.
pub(super) fn constant(fact: &ConstantFact) -> Constant {
    match fact {
        ConstantFact::None => Constant::None,
        ConstantFact::Ellipsis => Constant::Ellipsis,
        ConstantFact::Bool(value) => Constant::Bool(*value),
        ConstantFact::Int(value) => Constant::Int(value.clone()),
        ConstantFact::Float(value) => Constant::Float(*value),
        ConstantFact::Complex(real, imaginary) => Constant::Complex(*real, *imaginary),
        ConstantFact::Str(value) => Constant::Str(value.clone()),
        ConstantFact::Bytes(value) => Constant::Bytes(value.clone().into()),
        ConstantFact::Tuple(items) => Constant::Tuple(items.iter().map(constant).collect()),
        ConstantFact::FrozenSet(items) => Constant::FrozenSet(items.iter().map(constant).collect()),
    }
}
