//! Floats (`floatobject.c`).
//!
//! `-7.0 // 2` is `-4.0`; `-0.0 % 3.0` is `0.0`; `(-8) ** 0.5` is complex.

use super::complex::Complex;
use crate::Constant;

/// `left // right`; `None` for division by zero (`_float_div_mod`).
pub(super) fn floor_divide(left: f64, right: f64) -> Option<f64> {
    if right == 0.0 {
        return None;
    }
    let rest = left % right;
    let mut quotient = (left - rest) / right;
    if rest != 0.0 && (right < 0.0) != (rest < 0.0) {
        quotient -= 1.0;
    }
    if quotient == 0.0 {
        return Some(0.0_f64.copysign(left / right));
    }
    // The quotient is close to an integer; the nearest one is meant.
    let floor = quotient.floor();
    Some(if quotient - floor > 0.5 { floor + 1.0 } else { floor })
}

/// `left % right`, with the sign of `right`; `None` for division by zero (`float_rem`).
pub(super) fn remainder(left: f64, right: f64) -> Option<f64> {
    if right == 0.0 {
        return None;
    }
    let rest = left % right;
    Some(if rest == 0.0 {
        0.0_f64.copysign(right)
    } else if (right < 0.0) != (rest < 0.0) {
        rest + right
    } else {
        rest
    })
}

/// `base ** exponent`; `None` for zero to a negative power and for overflow (`float_pow`).
pub(super) fn power(base: f64, exponent: f64) -> Option<Constant> {
    if base < 0.0 && base.is_finite() && exponent.is_finite() && exponent != exponent.floor() {
        let [base, exponent] = [base, exponent].map(|real| Complex { real, imag: 0.0 });
        let result = base.power(exponent)?;
        return Some(Constant::Complex(result.real, result.imag));
    }
    if base == 0.0 && exponent < 0.0 && exponent.is_finite() {
        return None;
    }
    let result = real_power(base, exponent);
    let overflows = result.is_infinite() && base.is_finite() && exponent.is_finite();
    (!overflows).then_some(Constant::Float(result))
}

/// The special cases that CPython settles itself are the ones of C's `pow`; what is left is `pow` of a
/// positive base.
fn real_power(base: f64, exponent: f64) -> f64 {
    if exponent == 0.0 || base == 1.0 {
        return 1.0;
    }
    if base.is_nan() || exponent.is_nan() {
        return if base.is_nan() { base } else { exponent };
    }
    if exponent.is_infinite() {
        let base = base.abs();
        return if base == 1.0 {
            1.0
        } else if (exponent > 0.0) == (base > 1.0) {
            f64::INFINITY
        } else {
            0.0
        };
    }
    let is_odd = (exponent % 2.0).abs() == 1.0;
    let negates = base.is_sign_negative() && is_odd;
    let magnitude = base.abs().powf(exponent);
    if negates { -magnitude } else { magnitude }
}
