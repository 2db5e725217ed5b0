//! `int` with `int` → constant (`longobject.c`), within the limits of constant folding.
//!
//! ```text
//! -7 // 2  →  -4        -7 % 2  →  1        1 / 3  →  0.333…        2 ** -1  →  0.5
//! ```
//!
//! Invariant: products, powers and left shifts stay within the limits of [`safe_int`].

use super::{Binary, float};
use crate::Constant;
use num_bigint::{BigInt, BigUint};
use num_integer::Integer;
use num_traits::{Signed, ToPrimitive, Zero};
use pyclast_syntax::safe_int;

pub(super) fn binary(operator: Binary, left: &BigInt, right: &BigInt) -> Option<Constant> {
    Some(Constant::big_int(match operator {
        Binary::Add => left + right,
        Binary::Subtract => left - right,
        Binary::Multiply => safe_int::multiply(left, right)?,
        Binary::And => left & right,
        Binary::Or => left | right,
        Binary::Xor => left ^ right,
        Binary::FloorDivide if !right.is_zero() => left.div_floor(right),
        Binary::Remainder if !right.is_zero() => left.mod_floor(right),
        Binary::LeftShift => safe_int::shift_left(left, right)?,
        Binary::RightShift => safe_int::shift_right(left, right)?,
        Binary::Power if right.is_negative() => {
            return float::binary(Binary::Power, to_float(left)?, to_float(right)?);
        }
        Binary::Power => safe_int::power(left, right)?,
        Binary::TrueDivide => return true_divide(left, right).map(Constant::Float),
        Binary::FloorDivide | Binary::Remainder | Binary::Subscript => return None,
    }))
}

/// The nearest `float`, ties to even; none if out of range (`PyLong_AsDouble`).
pub(super) fn to_float(value: &BigInt) -> Option<f64> {
    value.to_f64().filter(|value| value.is_finite())
}

/// `longobject.c: long_true_divide`: the nearest `float` to the exact quotient, ties to even; none
/// if that is out of range.
fn true_divide(left: &BigInt, right: &BigInt) -> Option<f64> {
    if right.is_zero() {
        return None;
    }
    let negative = left.is_negative() != right.is_negative();
    let magnitude = if left.is_zero() { 0.0 } else { quotient(left.magnitude(), right.magnitude())? };
    Some(if negative { -magnitude } else { magnitude })
}

/// Binary exponents of the smallest subnormal and of the largest power of two.
const MIN_EXPONENT: i64 = -1074;
const MAX_EXPONENT: i64 = 1023;

/// The quotient of two positive numbers.
fn quotient(left: &BigUint, right: &BigUint) -> Option<f64> {
    let bits = |value: &BigUint| i64::try_from(value.bits()).ok();
    // The quotient lies between 2 ** (magnitude - 1) and 2 ** (magnitude + 1).
    let magnitude = bits(left)? - bits(right)?;
    if magnitude > MAX_EXPONENT + 1 {
        return None;
    }
    if magnitude < MIN_EXPONENT - 2 {
        return Some(0.0);
    }
    // In units of 2 ** exponent the quotient has 55 or 56 bits, fewer if it is subnormal: at least two
    // more than the result. The last one also tells whether anything was cut off.
    let exponent = (magnitude - 55).max(MIN_EXPONENT - 2);
    let shift = exponent.unsigned_abs();
    let (units, rest) = if exponent < 0 { (left << shift).div_rem(right) } else { left.div_rem(&(right << shift)) };
    let units = units.to_u64()? | u64::from(!rest.is_zero());
    let dropped = (u64::BITS - units.leading_zeros()).saturating_sub(f64::MANTISSA_DIGITS).max(2);
    let value = round_off(units, dropped) * power_of_two(exponent + i64::from(dropped));
    value.is_finite().then_some(value)
}

/// `units` without its last `dropped` bits, rounded to the nearest, ties to even.
#[expect(clippy::cast_precision_loss, reason = "at most 53 bits are left, or 2 ** 53")]
fn round_off(units: u64, dropped: u32) -> f64 {
    let (kept, half) = (units >> dropped, 1 << (dropped - 1));
    let rest = units & ((1 << dropped) - 1);
    let up = rest > half || (rest == half && kept & 1 == 1);
    (kept + u64::from(up)) as f64
}

/// `2 ** exponent`, from the smallest subnormal upwards.
fn power_of_two(exponent: i64) -> f64 {
    let bits = if exponent < 1 - MAX_EXPONENT {
        1 << (exponent - MIN_EXPONENT)
    } else {
        (exponent + MAX_EXPONENT).unsigned_abs() << (f64::MANTISSA_DIGITS - 1)
    };
    f64::from_bits(bits)
}
