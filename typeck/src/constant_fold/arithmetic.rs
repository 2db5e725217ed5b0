//! Operators on constants, within the limits of CinderX's `optimizer.py`.
//!
//! ```text
//! 7 // -2 → -4       "ab" * 2 → "abab"       (1, 2)[0] → 1       1 << 500, 1 / 0, "%d" % 1 → not folded
//! ```
//!
//! Of floats and complex numbers the checker wants the type and the value as a double has it; it makes no code of them.
//!
//! Invariant: integers have at most 128 bits more than their operands, strings at most 4096 characters or those of both operands.

use crate::constants::Constant;
use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{Signed, ToPrimitive, Zero};
use pyclast_syntax::{PyString, safe_int};
use ruff_python_ast::UnaryOp;

/// `optimizer.py: PyLimits`
const MAX_COLLECTION_SIZE: usize = 256;
const MAX_STR_SIZE: usize = 4096;
const MAX_TOTAL_ITEMS: usize = 1024;

/// An operator that constants have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Binary {
    Add,
    Subtract,
    Multiply,
    TrueDivide,
    FloorDivide,
    Remainder,
    Power,
    LeftShift,
    RightShift,
    Or,
    Xor,
    And,
}

/// A number, in Python's tower.
enum Number {
    Int(BigInt),
    Float(f64),
    Complex([f64; 2]),
}

impl Number {
    fn of(constant: &Constant) -> Option<Self> {
        Some(match constant {
            Constant::Bool(_) | Constant::Int(_) => Self::Int(as_int(constant)?),
            Constant::Float(value) => Self::Float(*value),
            Constant::Complex(real, imaginary) => Self::Complex([*real, *imaginary]),
            _ => return None,
        })
    }

    /// None for an `int` too large (`OverflowError`) and for a complex number.
    fn to_float(&self) -> Option<f64> {
        match self {
            Self::Int(value) => value.to_f64().filter(|value| value.is_finite()),
            Self::Float(value) => Some(*value),
            Self::Complex(_) => None,
        }
    }

    fn to_complex(&self) -> Option<[f64; 2]> {
        match self {
            Self::Complex(parts) => Some(*parts),
            _ => self.to_float().map(|value| [value, 0.0]),
        }
    }
}

const fn int(value: BigInt) -> Constant {
    Constant::Int(value)
}

/// The value of an `int` or `bool`, which is one.
fn as_int(constant: &Constant) -> Option<BigInt> {
    match constant {
        Constant::Bool(value) => Some(BigInt::from(*value)),
        Constant::Int(value) => Some(value.clone()),
        _ => None,
    }
}

/// `bool(value)`.
fn is_truthy(constant: &Constant) -> bool {
    match constant {
        Constant::None => false,
        Constant::Ellipsis => true,
        Constant::Bool(value) => *value,
        Constant::Int(value) => !value.is_zero(),
        Constant::Float(value) => *value != 0.0,
        Constant::Complex(real, imaginary) => *real != 0.0 || *imaginary != 0.0,
        Constant::Str(value) => !value.is_empty(),
        Constant::Bytes(value) => !value.is_empty(),
        Constant::Tuple(items) | Constant::FrozenSet(items) => !items.is_empty(),
    }
}

/// `operator operand`.
pub(super) fn unary(operator: UnaryOp, operand: &Constant) -> Option<Constant> {
    if operator == UnaryOp::Not {
        return Some(Constant::Bool(!is_truthy(operand)));
    }
    Some(match (operator, Number::of(operand)?) {
        (UnaryOp::USub, Number::Int(value)) => int(-value),
        (UnaryOp::USub, Number::Float(value)) => Constant::Float(-value),
        (UnaryOp::USub, Number::Complex([real, imaginary])) => Constant::Complex(-real, -imaginary),
        (UnaryOp::UAdd, Number::Int(value)) => int(value),
        (UnaryOp::UAdd, _) => operand.clone(),
        (UnaryOp::Invert, Number::Int(value)) => int(!value),
        _ => return None,
    })
}

/// `left operator right`.
pub(super) fn binary(operator: Binary, left: &Constant, right: &Constant) -> Option<Constant> {
    if let (Constant::Bool(left), Constant::Bool(right)) = (left, right) {
        match operator {
            Binary::And => return Some(Constant::Bool(left & right)),
            Binary::Or => return Some(Constant::Bool(left | right)),
            Binary::Xor => return Some(Constant::Bool(left ^ right)),
            _ => {}
        }
    }
    match (Number::of(left), Number::of(right)) {
        (Some(Number::Int(left)), Some(Number::Int(right))) => integers(operator, &left, &right),
        (Some(left), Some(right)) => match (left.to_float(), right.to_float()) {
            (Some(left), Some(right)) => floats(operator, left, right),
            _ => complexes(operator, left.to_complex()?, right.to_complex()?),
        },
        (Some(Number::Int(count)), None) if operator == Binary::Multiply => repeat(right, &count),
        (None, Some(Number::Int(count))) if operator == Binary::Multiply => repeat(left, &count),
        (None, None) if operator == Binary::Add => concatenate(left, right),
        _ => None,
    }
}

fn integers(operator: Binary, left: &BigInt, right: &BigInt) -> Option<Constant> {
    Some(int(match operator {
        Binary::Add => left + right,
        Binary::Subtract => left - right,
        Binary::And => left & right,
        Binary::Or => left | right,
        Binary::Xor => left ^ right,
        Binary::Multiply => safe_int::multiply(left, right)?,
        Binary::FloorDivide if !right.is_zero() => left.div_floor(right),
        Binary::Remainder if !right.is_zero() => left.mod_floor(right),
        Binary::TrueDivide if !right.is_zero() => {
            let quotient = Number::Int(left.clone()).to_float()? / Number::Int(right.clone()).to_float()?;
            return Some(Constant::Float(quotient));
        }
        Binary::LeftShift => safe_int::shift_left(left, right)?,
        Binary::RightShift => safe_int::shift_right(left, right)?,
        Binary::Power if right.is_negative() => {
            let (left, right) = (Number::Int(left.clone()).to_float()?, Number::Int(right.clone()).to_float()?);
            return floats(Binary::Power, left, right);
        }
        Binary::Power => safe_int::power(left, right)?,
        _ => return None,
    }))
}

fn floats(operator: Binary, left: f64, right: f64) -> Option<Constant> {
    let divisor = (right != 0.0).then_some(right);
    Some(Constant::Float(match operator {
        Binary::Add => left + right,
        Binary::Subtract => left - right,
        Binary::Multiply => left * right,
        Binary::TrueDivide => left / divisor?,
        Binary::FloorDivide => (left / divisor?).floor(),
        Binary::Remainder => {
            let rest = left % divisor?;
            if rest != 0.0 && (rest < 0.0) != (right < 0.0) { rest + right } else { rest }
        }
        Binary::Power if left < 0.0 && right.fract() != 0.0 => return complexes(operator, [left, 0.0], [right, 0.0]),
        Binary::Power if left == 0.0 && right < 0.0 => return None,
        Binary::Power => {
            let value = left.powf(right);
            (value.is_finite() || !left.is_finite() || !right.is_finite()).then_some(value)?
        }
        _ => return None,
    }))
}

fn complexes(operator: Binary, [a, b]: [f64; 2], [c, d]: [f64; 2]) -> Option<Constant> {
    let zero = |real: f64, imaginary: f64| real == 0.0 && imaginary == 0.0;
    let (real, imaginary) = match operator {
        Binary::Add => (a + c, b + d),
        Binary::Subtract => (a - c, b - d),
        Binary::Multiply => (a * c - b * d, a * d + b * c),
        Binary::TrueDivide if !zero(c, d) => {
            let norm = c * c + d * d;
            ((a * c + b * d) / norm, (b * c - a * d) / norm)
        }
        Binary::Power if zero(c, d) => (1.0, 0.0),
        Binary::Power if d == 0.0 && c.fract() == 0.0 && c.abs() <= 100.0 => {
            let [real, imaginary] = repeated_product([a, b], c.abs());
            if c < 0.0 {
                return complexes(Binary::TrueDivide, [1.0, 0.0], [real, imaginary]);
            }
            (real, imaginary)
        }
        Binary::Power if zero(a, b) && (d != 0.0 || c < 0.0) => return None,
        Binary::Power if zero(a, b) => (0.0, 0.0),
        Binary::Power => {
            let (length, angle) = (a.hypot(b), b.atan2(a));
            let (size, turn) = (length.powf(c) / (angle * d).exp(), angle * c + d * length.ln());
            (size * turn.cos(), size * turn.sin())
        }
        _ => return None,
    };
    Some(Constant::Complex(real, imaginary))
}

/// `complexobject.c: c_powu`: small powers are products.
fn repeated_product(base: [f64; 2], mut count: f64) -> [f64; 2] {
    let product = |[a, b]: [f64; 2], [c, d]: [f64; 2]| [a * c - b * d, a * d + b * c];
    let (mut value, mut square) = ([1.0, 0.0], base);
    while count >= 1.0 {
        // Small whole numbers: the remainder is 0 or 1.
        if count % 2.0 > 0.5 {
            value = product(value, square);
        }
        count = (count / 2.0).floor();
        square = product(square, square);
    }
    value
}

/// `sequence * count` (`optimizer.py: safe_multiply`).
fn repeat(sequence: &Constant, count: &BigInt) -> Option<Constant> {
    let (size, limit) = match sequence {
        Constant::Str(value) => (value.char_count(), MAX_STR_SIZE),
        Constant::Bytes(value) => (value.len(), MAX_STR_SIZE),
        Constant::Tuple(items) => (items.len(), MAX_COLLECTION_SIZE),
        _ => return None,
    };
    if size == 0 {
        return count.to_i64().map(|_| sequence.clone());
    }
    let count = count.to_usize().filter(|&count| count <= limit / size)?;
    Some(match sequence {
        Constant::Str(value) => text(&value.as_bytes().repeat(count)),
        Constant::Bytes(value) => Constant::Bytes(value.repeat(count).into()),
        Constant::Tuple(items) => {
            if let Some(limit) = MAX_TOTAL_ITEMS.checked_div(count) {
                without_items(limit, sequence)?;
            }
            Constant::Tuple(std::iter::repeat_n(&items[..], count).flatten().cloned().collect())
        }
        _ => return None,
    })
}

/// What is left of `limit` after the items of nested tuples (`optimizer.py: check_complexity`).
fn without_items(limit: usize, constant: &Constant) -> Option<usize> {
    match constant {
        Constant::Tuple(items) => items.iter().try_fold(limit.checked_sub(items.len())?, without_items),
        _ => Some(limit),
    }
}

fn concatenate(left: &Constant, right: &Constant) -> Option<Constant> {
    Some(match (left, right) {
        (Constant::Str(left), Constant::Str(right)) => text(&[left.as_bytes(), right.as_bytes()].concat()),
        (Constant::Bytes(left), Constant::Bytes(right)) => Constant::Bytes([&left[..], &right[..]].concat().into()),
        (Constant::Tuple(left), Constant::Tuple(right)) => {
            Constant::Tuple(left.iter().chain(&right[..]).cloned().collect())
        }
        _ => return None,
    })
}

/// `sequence[index]`.
pub(super) fn item(sequence: &Constant, index: &Constant) -> Option<Constant> {
    let index = as_int(index)?.to_i64()?;
    let at = |length: usize| {
        let length = i64::try_from(length).ok()?;
        usize::try_from(if index < 0 { index + length } else { index }).ok()
    };
    match sequence {
        Constant::Str(value) => {
            let mut buffer = Vec::new();
            PyString::push_code_point(&mut buffer, value.code_points().nth(at(value.char_count())?)?);
            Some(text(&buffer))
        }
        Constant::Bytes(value) => value.get(at(value.len())?).map(|&byte| int(byte.into())),
        Constant::Tuple(items) => items.get(at(items.len())?).cloned(),
        _ => None,
    }
}

fn text(bytes: &[u8]) -> Constant {
    Constant::Str(PyString::from_surrogatepass(bytes))
}
