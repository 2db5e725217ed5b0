//! Constant operands → the constant CPython folds them to, if it folds them.
//!
//! ```text
//! 2 ** 10     →  1024            7 // -2   →  -4            "ab"[::-1]  →  "ba"
//! 1 << 4000   →  not folded      1 / 0     →  not folded    "%d" % 1    →  not folded
//! ```
//!
//! [`unary`] is `flowgraph.c: eval_const_unaryop`, [`binary`] is `eval_const_binop` with the limits of
//! `const_folding_safe_multiply`, `_power`, `_lshift` and `_mod`.
//!
//! Invariant: a result equals CPython's by type and bits; `None` stands for every exception and every
//! refusal, and the size of a result is bounded by its operands' sizes and the limits.

mod complex;
mod float;
mod int;
mod sequence;
#[cfg(test)]
mod tests;

use crate::Constant;
use complex::Complex;
use num_bigint::BigInt;

/// An operator with one operand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Unary {
    /// `-x`
    Negative,
    /// `~x`
    Invert,
    /// `+x`
    Positive,
    /// `not x`
    Not,
}

/// An operator with two operands that constants have (`@` is not among them).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Binary {
    Add,
    And,
    FloorDivide,
    LeftShift,
    Multiply,
    Remainder,
    Or,
    Power,
    RightShift,
    Subtract,
    TrueDivide,
    Xor,
    Subscript,
}

impl Binary {
    /// By the argument of `BINARY_OP` (`opcode.h: NB_*`); none for `@`, augmented and unknown ones.
    const fn from_argument(argument: i32) -> Option<Self> {
        Some(match argument {
            0 => Self::Add,
            1 => Self::And,
            2 => Self::FloorDivide,
            3 => Self::LeftShift,
            5 => Self::Multiply,
            6 => Self::Remainder,
            7 => Self::Or,
            8 => Self::Power,
            9 => Self::RightShift,
            10 => Self::Subtract,
            11 => Self::TrueDivide,
            12 => Self::Xor,
            26 => Self::Subscript,
            _ => return None,
        })
    }
}

/// A number, in CPython's tower: the wider type of two operands decides the operation.
enum Number {
    Int(BigInt),
    Float(f64),
    Complex(Complex),
}

impl Number {
    fn of(constant: &Constant) -> Option<Self> {
        Some(match constant {
            Constant::Bool(value) => Self::Int(BigInt::from(*value)),
            Constant::Int(value) => Self::Int(value.to_big()),
            Constant::Float(value) => Self::Float(*value),
            Constant::Complex(real, imaginary) => Self::Complex(Complex::new(*real, *imaginary)),
            _ => return None,
        })
    }

    /// The value as a `float`; none for a complex, and for an `int` too large (`OverflowError`).
    fn to_float(&self) -> Option<f64> {
        match self {
            Self::Int(value) => int::to_float(value),
            Self::Float(value) => Some(*value),
            Self::Complex(_) => None,
        }
    }
}

/// What `operator operand` is folded to.
pub(crate) fn unary(operator: Unary, operand: &Constant) -> Option<Constant> {
    if operator == Unary::Not {
        return Some(Constant::Bool(!operand.is_truthy()));
    }
    if operator == Unary::Invert && matches!(operand, Constant::Bool(_)) {
        return None; // Deprecated: the warning belongs to the run.
    }
    match (operator, Number::of(operand)?) {
        (Unary::Negative, Number::Int(value)) => Some(Constant::big_int(-value)),
        (Unary::Negative, Number::Float(value)) => Some(Constant::Float(-value)),
        (Unary::Negative, Number::Complex(value)) => Some(Constant::Complex(-value.real, -value.imaginary)),
        (Unary::Invert, Number::Int(value)) => Some(Constant::big_int(!value)),
        (Unary::Positive, Number::Int(value)) => Some(Constant::big_int(value)),
        (Unary::Positive, _) => Some(operand.clone()),
        _ => None,
    }
}

/// What `left operator right` is folded to; `operator` is the argument of `BINARY_OP`.
pub(crate) fn binary(operator: i32, left: &Constant, right: &Constant) -> Option<Constant> {
    let operator = Binary::from_argument(operator)?;
    if let (Constant::Bool(left), Constant::Bool(right)) = (left, right) {
        match operator {
            Binary::And => return Some(Constant::Bool(left & right)),
            Binary::Or => return Some(Constant::Bool(left | right)),
            Binary::Xor => return Some(Constant::Bool(left ^ right)),
            _ => {}
        }
    }
    match (Number::of(left), Number::of(right)) {
        (Some(left), Some(right)) => numbers(operator, &left, &right),
        (Some(Number::Int(count)), None) if operator == Binary::Multiply => sequence::repeat(right, &count),
        (None, Some(Number::Int(count))) if operator == Binary::Multiply => sequence::repeat(left, &count),
        (None, Some(Number::Int(index))) if operator == Binary::Subscript => sequence::item(left, &index),
        (None, None) => match (operator, right) {
            (Binary::Add, _) => sequence::concatenate(left, right),
            (Binary::Subscript, Constant::Slice(parts)) => sequence::slice(left, parts),
            _ => None,
        },
        _ => None,
    }
}

fn numbers(operator: Binary, left: &Number, right: &Number) -> Option<Constant> {
    match (left, right) {
        (Number::Int(left), Number::Int(right)) => int::binary(operator, left, right),
        (Number::Complex(left), Number::Complex(right)) => complex::binary(operator, *left, *right),
        (Number::Complex(left), right) => complex::binary_with_real(operator, *left, right.to_float()?),
        (left, Number::Complex(right)) => complex::binary_of_real(operator, left.to_float()?, *right),
        (left, right) => float::binary(operator, left.to_float()?, right.to_float()?),
    }
}
