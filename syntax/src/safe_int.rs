//! Operations on `int` constants that may get large → the result, within the limits of constant folding.
//!
//! ```text
//! 2 ** 100 → its value       2 ** 1000, 1 << 200 → none: left to the run
//! ```
//!
//! CPython (`flowgraph.c: const_folding_safe_*`) and CinderX (`optimizer.py: safe_*`) have the same limits.
//!
//! Invariant: products, powers and left shifts have at most [`MAX_INT_BITS`] bits.

use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive, Zero};

/// `flowgraph.c: MAX_INT_SIZE`.
const MAX_INT_BITS: u64 = 128;

/// `left * right` (`const_folding_safe_multiply`).
pub fn multiply(left: &BigInt, right: &BigInt) -> Option<BigInt> {
    let fits = left.is_zero() || right.is_zero() || left.bits() + right.bits() <= MAX_INT_BITS;
    fits.then(|| left * right)
}

/// `base ** exponent` (`const_folding_safe_power`); the exponent is not negative.
pub fn power(base: &BigInt, exponent: &BigInt) -> Option<BigInt> {
    if exponent.is_zero() {
        return Some(BigInt::from(1));
    }
    if base.is_zero() {
        return Some(BigInt::ZERO);
    }
    let exponent = exponent.to_u32()?; // Above the limit for every base.
    (base.bits() <= MAX_INT_BITS / u64::from(exponent)).then(|| base.pow(exponent))
}

/// `value << count` (`const_folding_safe_lshift`).
pub fn shift_left(value: &BigInt, count: &BigInt) -> Option<BigInt> {
    if count.is_negative() {
        return None;
    }
    if value.is_zero() || count.is_zero() {
        return Some(value.clone());
    }
    let count = count.to_u64()?;
    (value.bits() <= MAX_INT_BITS.checked_sub(count)?).then(|| value << count)
}

/// `value >> count` (`longobject.c: long_rshift`): towards minus infinity, by any count.
pub fn shift_right(value: &BigInt, count: &BigInt) -> Option<BigInt> {
    if count.is_negative() {
        return None;
    }
    Some(match count.to_u64() {
        Some(count) => value >> count,
        None if value.is_negative() => BigInt::from(-1),
        None => BigInt::ZERO,
    })
}
