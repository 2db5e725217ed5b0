//! Integers of any size (`longobject.c`).
//!
//! `-7 // 2` is `-4`, `-7 % 2` is `1`; `1 / 3` is the float nearest to a third.
//!
//! Invariant: results are canonical ([`PyInt::Big`] only beyond 64 bits).

use num_bigint::{BigInt, BigUint, Sign};
use num_integer::Integer;
use num_traits::{Signed, ToPrimitive, Zero};
use pyclast_syntax::PyInt;
use std::borrow::Cow;

fn big(value: &PyInt) -> Cow<'_, BigInt> {
    match value {
        PyInt::Small(value) => Cow::Owned(BigInt::from(*value)),
        PyInt::Big(value) => Cow::Borrowed(value),
    }
}

/// Whether the value is below zero.
pub(super) fn is_negative(value: &PyInt) -> bool {
    match value {
        PyInt::Small(value) => *value < 0,
        PyInt::Big(value) => value.is_negative(),
    }
}

/// Whether the value is zero.
pub(super) fn is_zero(value: &PyInt) -> bool {
    *value == PyInt::Small(0)
}

/// Number of bits of the magnitude (`_PyLong_NumBits`).
pub(super) fn bit_length(value: &PyInt) -> u64 {
    match value {
        PyInt::Small(value) => u64::from(u64::BITS - value.unsigned_abs().leading_zeros()),
        PyInt::Big(value) => value.bits(),
    }
}

/// The value as a size; `None` if it is negative or too large (`PyLong_AsSize_t`).
pub(super) fn to_size(value: &PyInt) -> Option<u64> {
    match value {
        PyInt::Small(value) => u64::try_from(*value).ok(),
        PyInt::Big(value) => value.to_u64(),
    }
}

/// The nearest float; `None` if it would be infinite (`PyLong_AsDouble`).
pub(super) fn to_float(value: &PyInt) -> Option<f64> {
    match value {
        #[expect(clippy::cast_precision_loss, reason = "rounds to nearest, as CPython does")]
        PyInt::Small(value) => Some(*value as f64),
        PyInt::Big(value) => value.to_f64().filter(|float| float.is_finite()),
    }
}

/// Applies `small` if both values and the result fit 64 bits, else `large`.
fn combine(
    left: &PyInt,
    right: &PyInt,
    small: impl Fn(i64, i64) -> Option<i64>,
    large: impl Fn(&BigInt, &BigInt) -> BigInt,
) -> PyInt {
    if let (PyInt::Small(left), PyInt::Small(right)) = (left, right)
        && let Some(result) = small(*left, *right)
    {
        return PyInt::Small(result);
    }
    large(&big(left), &big(right)).into()
}

/// `left + right`
pub(super) fn add(left: &PyInt, right: &PyInt) -> PyInt {
    combine(left, right, i64::checked_add, |left, right| left + right)
}

/// `left - right`
pub(super) fn subtract(left: &PyInt, right: &PyInt) -> PyInt {
    combine(left, right, i64::checked_sub, |left, right| left - right)
}

/// `left * right`
pub(super) fn multiply(left: &PyInt, right: &PyInt) -> PyInt {
    combine(left, right, i64::checked_mul, |left, right| left * right)
}

/// `left // right`; `None` for division by zero.
pub(super) fn floor_divide(left: &PyInt, right: &PyInt) -> Option<PyInt> {
    (!is_zero(right)).then(|| big(left).div_floor(&big(right)).into())
}

/// `left % right`; `None` for division by zero.
pub(super) fn remainder(left: &PyInt, right: &PyInt) -> Option<PyInt> {
    (!is_zero(right)).then(|| big(left).mod_floor(&big(right)).into())
}

/// `left & right`
pub(super) fn and(left: &PyInt, right: &PyInt) -> PyInt {
    combine(left, right, |left, right| Some(left & right), |left, right| left & right)
}

/// `left | right`
pub(super) fn or(left: &PyInt, right: &PyInt) -> PyInt {
    combine(left, right, |left, right| Some(left | right), |left, right| left | right)
}

/// `left ^ right`
pub(super) fn xor(left: &PyInt, right: &PyInt) -> PyInt {
    combine(left, right, |left, right| Some(left ^ right), |left, right| left ^ right)
}

/// `~value`
pub(super) fn invert(value: &PyInt) -> PyInt {
    subtract(&PyInt::Small(-1), value)
}

/// `-value`
pub(super) fn negate(value: &PyInt) -> PyInt {
    subtract(&PyInt::Small(0), value)
}

/// `left << right`; `None` for a negative count. The caller has limited the count.
pub(super) fn shift_left(left: &PyInt, right: &PyInt) -> Option<PyInt> {
    if is_negative(right) {
        return None;
    }
    if is_zero(left) {
        return Some(PyInt::Small(0));
    }
    Some((big(left).into_owned() << to_size(right)?).into())
}

/// `left >> right`; `None` for a negative count.
pub(super) fn shift_right(left: &PyInt, right: &PyInt) -> Option<PyInt> {
    if is_negative(right) {
        return None;
    }
    // A larger count than the value has bits gives the same as that many.
    let count = to_size(right).unwrap_or(u64::MAX).min(bit_length(left) + 1);
    Some((big(left).into_owned() >> count).into())
}

/// `left ** right` for a `right` that is not negative. The caller has limited the result.
pub(super) fn power(left: &PyInt, right: &PyInt) -> Option<PyInt> {
    if is_zero(left) {
        return Some(PyInt::Small(i64::from(is_zero(right))));
    }
    let exponent = u32::try_from(to_size(right)?).ok()?;
    Some(big(left).pow(exponent).into())
}

/// `left / right`, correctly rounded; `None` for division by zero or overflow (`long_true_divide`).
pub(super) fn true_divide(left: &PyInt, right: &PyInt) -> Option<f64> {
    if is_zero(right) {
        return None;
    }
    let sign = if is_negative(left) == is_negative(right) { 1.0 } else { -1.0 };
    let (left, right) = (big(left), big(right));
    divide_magnitudes(left.magnitude(), right.magnitude()).map(|quotient| sign * quotient)
}

/// The float nearest to `left / right`, ties to even; `None` if it would be infinite.
fn divide_magnitudes(left: &BigUint, right: &BigUint) -> Option<f64> {
    const MANTISSA_BITS: i64 = 53;
    const MIN_EXPONENT: i64 = -1074;
    if left.is_zero() {
        return Some(0.0);
    }
    // Scaled so that the quotient has at least two bits more than the mantissa keeps, or is a multiple
    // of a quarter of the least float.
    let magnitude = bits(left) - bits(right);
    let exponent = (magnitude - MANTISSA_BITS - 2).max(MIN_EXPONENT - 2);
    let (left, right) = match u64::try_from(exponent) {
        Ok(up) => (left.clone(), right << up),
        Err(_) => (left << exponent.unsigned_abs(), right.clone()),
    };
    let (quotient, rest) = left.div_rem(&right);
    // The lowest bit stands for everything that was cut off.
    let mut quotient = quotient.to_u64().expect("the quotient has at most 56 bits");
    quotient |= u64::from(!rest.is_zero());
    let length = i64::from(u64::BITS - quotient.leading_zeros());
    let dropped = (length - MANTISSA_BITS).max(MIN_EXPONENT - exponent).max(0);
    let unit = 1_u64 << dropped;
    let (kept, rest) = (quotient >> dropped, quotient & (unit - 1));
    let rounds_up = rest > unit / 2 || (rest == unit / 2 && kept & 1 == 1);
    let mantissa = kept + u64::from(rounds_up);
    #[expect(clippy::cast_precision_loss, reason = "at most 2**53")]
    let result = scale(mantissa as f64, exponent + dropped);
    result.is_finite().then_some(result)
}

fn bits(value: &BigUint) -> i64 {
    i64::try_from(value.bits()).expect("numbers have fewer than 2**63 bits")
}

/// `mantissa * 2**exponent`, exact unless it overflows (`ldexp`).
fn scale(mantissa: f64, exponent: i64) -> f64 {
    // In two steps, each a power that a float can be: 2**-1074 is the least.
    let exponent = i32::try_from(exponent.clamp(-4000, 4000)).expect("clamped");
    let half = exponent / 2;
    mantissa * 2.0_f64.powi(half) * 2.0_f64.powi(exponent - half)
}

/// The value of a float without fraction.
pub(super) fn from_integral_float(value: f64) -> Option<PyInt> {
    use num_traits::FromPrimitive;
    (value.is_finite() && value.fract() == 0.0).then(|| BigInt::from_f64(value)).flatten().map(PyInt::from)
}

/// The value clipped to 64 bits (`_PyEval_SliceIndex`).
pub(super) fn clip(value: &PyInt) -> i64 {
    match value {
        PyInt::Small(value) => *value,
        PyInt::Big(value) if value.sign() == Sign::Minus => i64::MIN,
        PyInt::Big(_) => i64::MAX,
    }
}
