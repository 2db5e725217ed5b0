//! Literals → constants, as CPython's tree has them after its pre-processing.
//!
//! ```text
//! 0x10   →   16        "a" "b"   →   'ab'        __debug__   →   True        -1, f""   →   no constant
//! ```
//!
//! Invariant: an expression has a constant here exactly if CPython's node is a `Constant` when code
//! is generated.

use super::Builder;
use crate::{Constant, Optimize};
use pyclast_syntax::NumberValue;
use pyclast_syntax::literal::{bytes_value, number_value, string_value};
use ruff_python_ast::{Expr, ExprContext, ExprName, Number};

impl Builder<'_> {
    /// The value of a `Constant` node; `None` for every other node.
    pub(super) fn constant_of(&self, expr: &Expr) -> Option<Constant> {
        let text = self.module.text();
        match expr {
            Expr::NumberLiteral(literal) => Some(number_constant(&literal.value)),
            Expr::StringLiteral(literal) => Some(Constant::Str(string_value(literal, text))),
            Expr::BytesLiteral(literal) => Some(Constant::Bytes(bytes_value(literal).into())),
            Expr::BooleanLiteral(literal) => Some(Constant::Bool(literal.value)),
            Expr::NoneLiteral(_) => Some(Constant::None),
            Expr::EllipsisLiteral(_) => Some(Constant::Ellipsis),
            Expr::Name(name) if is_debug(name) => Some(Constant::Bool(self.options.optimize == Optimize::None)),
            _ => None,
        }
    }
}

/// Whether the node is a `Constant` (without making its value).
pub(super) fn is_constant(expr: &Expr) -> bool {
    match expr {
        Expr::Name(name) => is_debug(name),
        _ => expr.is_literal_expr(),
    }
}

/// `__debug__`, read (`ast_preprocess.c`).
fn is_debug(name: &ExprName) -> bool {
    name.ctx == ExprContext::Load && name.id == "__debug__"
}

fn number_constant(number: &Number) -> Constant {
    match number_value(number) {
        NumberValue::Int(value) => Constant::Int(value),
        NumberValue::Float(value) => Constant::Float(value),
        NumberValue::Imaginary(value) => Constant::Complex(0.0, value),
    }
}
