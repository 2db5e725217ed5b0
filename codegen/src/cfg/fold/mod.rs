//! Arithmetic on constants, as CPython does it when it folds (`flowgraph.c: eval_const_binop`,
//! `eval_const_unaryop`).
//!
//! ```text
//! 7 // -2 → -4      "ab" * 2 → "abab"      2 ** -1 → 0.5      1 / 0 → nothing: raised at run time
//! ```
//!
//! Invariant: a result equals CPython's to the bit; where CPython raises or the result would be too
//! large to keep in the code, there is none.

mod complex;
mod equality;
mod float;
mod int;
mod limits;
mod sequence;
mod slice;

use crate::{Constant, Opcode};
use complex::Complex;
use pyclast_syntax::PyInt;

pub(super) use equality::distinct;

/// Operands of `BINARY_OP` (`NB_*`).
mod operator {
    pub(super) const ADD: i32 = 0;
    pub(super) const AND: i32 = 1;
    pub(super) const FLOOR_DIVIDE: i32 = 2;
    pub(super) const LSHIFT: i32 = 3;
    pub(super) const MULTIPLY: i32 = 5;
    pub(super) const REMAINDER: i32 = 6;
    pub(super) const OR: i32 = 7;
    pub(super) const POWER: i32 = 8;
    pub(super) const RSHIFT: i32 = 9;
    pub(super) const SUBTRACT: i32 = 10;
    pub(super) const TRUE_DIVIDE: i32 = 11;
    pub(super) const XOR: i32 = 12;
    pub(super) const SUBSCR: i32 = 26;
}

/// `left op right`, if it folds.
pub(super) fn binary(left: &Constant, op: i32, right: &Constant) -> Option<Constant> {
    match op {
        operator::ADD => sequence::concatenate(left, right).or_else(|| arithmetic(left, op, right)),
        operator::MULTIPLY => {
            if !limits::may_multiply(left, right) {
                return None;
            }
            sequence::repeat(left, right).or_else(|| arithmetic(left, op, right))
        }
        operator::REMAINDER if matches!(left, Constant::Str(_) | Constant::Bytes(_)) => None,
        operator::POWER if !limits::may_raise(left, right) => None,
        operator::LSHIFT if !limits::may_shift(left, right) => None,
        operator::SUBSCR => sequence::subscript(left, right),
        operator::AND | operator::OR | operator::XOR => bitwise(left, op, right),
        _ => arithmetic(left, op, right),
    }
}

/// `op operand`, if it folds. `CallIntrinsic1` stands for unary `+`.
pub(super) fn unary(opcode: Opcode, operand: &Constant) -> Option<Constant> {
    if opcode == Opcode::UnaryNot {
        return Some(Constant::Bool(!operand.is_truthy()));
    }
    match (opcode, Number::of(operand)?) {
        // `~bool` is deprecated: the warning must come at run time.
        (Opcode::UnaryInvert, Number::Int(value)) if !matches!(operand, Constant::Bool(_)) => {
            Some(Constant::Int(int::invert(&value)))
        }
        (Opcode::UnaryNegative, Number::Int(value)) => Some(Constant::Int(int::negate(&value))),
        (Opcode::UnaryNegative, Number::Float(value)) => Some(Constant::Float(-value)),
        (Opcode::UnaryNegative, Number::Complex(value)) => Some(Constant::Complex(-value.real, -value.imag)),
        (Opcode::CallIntrinsic1, Number::Int(value)) => Some(Constant::Int(value)),
        (Opcode::CallIntrinsic1, Number::Float(_) | Number::Complex(_)) => Some(operand.clone()),
        _ => None,
    }
}

/// A number; `bool` is an `int`.
#[derive(Clone, Debug)]
enum Number {
    Int(PyInt),
    Float(f64),
    Complex(Complex),
}

impl Number {
    fn of(constant: &Constant) -> Option<Self> {
        match constant {
            Constant::Bool(value) => Some(Self::Int(PyInt::Small(i64::from(*value)))),
            Constant::Int(value) => Some(Self::Int(value.clone())),
            Constant::Float(value) => Some(Self::Float(*value)),
            &Constant::Complex(real, imag) => Some(Self::Complex(Complex { real, imag })),
            _ => None,
        }
    }

    /// As a float; `None` if an `int` is too large.
    fn to_real(&self) -> Option<f64> {
        match self {
            Self::Int(value) => int::to_float(value),
            Self::Float(value) => Some(*value),
            Self::Complex(_) => None,
        }
    }
}

/// `left op right` on numbers, in the type of the wider operand.
fn arithmetic(left: &Constant, op: i32, right: &Constant) -> Option<Constant> {
    let (left, right) = (Number::of(left)?, Number::of(right)?);
    match (&left, &right) {
        (Number::Int(left), Number::Int(right)) => int_arithmetic(left, op, right),
        (Number::Complex(_), _) | (_, Number::Complex(_)) => {
            complex_arithmetic(&left, op, &right).map(|result| Constant::Complex(result.real, result.imag))
        }
        _ => float_arithmetic(left.to_real()?, op, right.to_real()?),
    }
}

fn int_arithmetic(left: &PyInt, op: i32, right: &PyInt) -> Option<Constant> {
    let result = match op {
        operator::ADD => int::add(left, right),
        operator::SUBTRACT => int::subtract(left, right),
        operator::MULTIPLY => int::multiply(left, right),
        operator::FLOOR_DIVIDE => int::floor_divide(left, right)?,
        operator::REMAINDER => int::remainder(left, right)?,
        operator::LSHIFT => int::shift_left(left, right)?,
        operator::RSHIFT => int::shift_right(left, right)?,
        operator::TRUE_DIVIDE => return int::true_divide(left, right).map(Constant::Float),
        operator::POWER if int::is_negative(right) => {
            return float_arithmetic(int::to_float(left)?, op, int::to_float(right)?);
        }
        operator::POWER => int::power(left, right)?,
        _ => return None,
    };
    Some(Constant::Int(result))
}

fn float_arithmetic(left: f64, op: i32, right: f64) -> Option<Constant> {
    let result = match op {
        operator::ADD => left + right,
        operator::SUBTRACT => left - right,
        operator::MULTIPLY => left * right,
        operator::TRUE_DIVIDE if right != 0.0 => left / right,
        operator::FLOOR_DIVIDE => float::floor_divide(left, right)?,
        operator::REMAINDER => float::remainder(left, right)?,
        operator::POWER => return float::power(left, right),
        _ => return None,
    };
    Some(Constant::Float(result))
}

/// Real operands stay real: `1 - 0j` is `1 - 0` and `-0j` (`complexobject.c`).
fn complex_arithmetic(left: &Number, op: i32, right: &Number) -> Option<Complex> {
    let real = |number: &Number| number.to_real();
    match (op, left, right) {
        (operator::ADD, Number::Complex(left), Number::Complex(right)) => Some(left.add(*right)),
        (operator::ADD, Number::Complex(complex), other) | (operator::ADD, other, Number::Complex(complex)) => {
            Some(complex.add_real(real(other)?))
        }
        (operator::SUBTRACT, Number::Complex(left), Number::Complex(right)) => Some(left.subtract(*right)),
        (operator::SUBTRACT, Number::Complex(left), right) => Some(left.add_real(-real(right)?)),
        (operator::SUBTRACT, left, Number::Complex(right)) => Some(right.subtract_from_real(real(left)?)),
        (operator::MULTIPLY, Number::Complex(left), Number::Complex(right)) => Some(left.multiply(*right)),
        (operator::MULTIPLY, Number::Complex(complex), other)
        | (operator::MULTIPLY, other, Number::Complex(complex)) => Some(complex.multiply_real(real(other)?)),
        (operator::TRUE_DIVIDE, Number::Complex(left), Number::Complex(right)) => left.divide(*right),
        (operator::TRUE_DIVIDE, Number::Complex(left), right) => left.divide_by_real(real(right)?),
        (operator::TRUE_DIVIDE, left, Number::Complex(right)) => right.divide_real(real(left)?),
        (operator::POWER, _, _) => to_complex(left)?.power(to_complex(right)?),
        _ => None,
    }
}

fn to_complex(number: &Number) -> Option<Complex> {
    match number {
        Number::Complex(value) => Some(*value),
        real => Some(Complex { real: real.to_real()?, imag: 0.0 }),
    }
}

/// `&`, `|`, `^`: of two `bool`s a `bool`, else an `int`.
fn bitwise(left: &Constant, op: i32, right: &Constant) -> Option<Constant> {
    if let (Constant::Bool(left), Constant::Bool(right)) = (left, right) {
        return Some(Constant::Bool(match op {
            operator::AND => left & right,
            operator::OR => left | right,
            _ => left ^ right,
        }));
    }
    let (Number::Int(left), Number::Int(right)) = (Number::of(left)?, Number::of(right)?) else {
        return None;
    };
    Some(Constant::Int(match op {
        operator::AND => int::and(&left, &right),
        operator::OR => int::or(&left, &right),
        _ => int::xor(&left, &right),
    }))
}
