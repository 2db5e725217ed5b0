//! `float` with `float` → constant (`floatobject.c`).
//!
//! ```text
//! -7.0 // 2.0  →  -4.0      -7.0 % 2.0  →  1.0      2.0 ** 0.5  →  1.414…      (-1.0) ** 0.5  →  a complex
//! ```
//!
//! Invariant: the same operations in the same order as in C, so that each bit is CPython's, the signs of
//! zeros included.
#![expect(clippy::float_cmp, reason = "the C code compares exactly too")]

use super::Binary;
use super::complex::{self, Complex};
use crate::Constant;

pub(super) fn binary(operator: Binary, left: f64, right: f64) -> Option<Constant> {
    Some(Constant::Float(match operator {
        Binary::Add => left + right,
        Binary::Subtract => left - right,
        Binary::Multiply => left * right,
        Binary::TrueDivide if right != 0.0 => left / right,
        Binary::FloorDivide if right != 0.0 => floor_divide(left, right),
        Binary::Remainder if right != 0.0 => remainder(left, right),
        Binary::Power => return power(left, right),
        _ => return None,
    }))
}

/// `floatobject.c: float_rem`: the result has the divisor's sign.
fn remainder(left: f64, right: f64) -> f64 {
    let rest = left % right;
    if rest == 0.0 {
        0.0_f64.copysign(right)
    } else if (right < 0.0) != (rest < 0.0) {
        rest + right
    } else {
        rest
    }
}

/// `floatobject.c: _float_div_mod`.
fn floor_divide(left: f64, right: f64) -> f64 {
    let rest = left % right;
    let mut quotient = (left - rest) / right;
    if rest != 0.0 && (right < 0.0) != (rest < 0.0) {
        quotient -= 1.0;
    }
    if quotient == 0.0 {
        return 0.0_f64.copysign(left / right);
    }
    let floor = quotient.floor();
    if quotient - floor > 0.5 { floor + 1.0 } else { floor }
}

fn is_odd_integer(value: f64) -> bool {
    (value.abs() % 2.0) == 1.0
}

/// `floatobject.c: float_pow`: the special cases do not depend on the C library.
fn power(base: f64, exponent: f64) -> Option<Constant> {
    let value = if exponent == 0.0 || base == 1.0 {
        1.0
    } else if base.is_nan() {
        base
    } else if exponent.is_nan() {
        exponent
    } else if exponent.is_infinite() {
        power_to_infinity(base.abs(), exponent)
    } else if base.is_infinite() {
        power_of_infinity(base, exponent)
    } else if base == 0.0 {
        match exponent < 0.0 {
            true => return None,
            false if is_odd_integer(exponent) => base,
            false => 0.0,
        }
    } else if base < 0.0 && exponent != exponent.floor() {
        return complex::power(Complex::new(base, 0.0), Complex::new(exponent, 0.0)).map(Constant::from);
    } else {
        let magnitude = if base == -1.0 { 1.0 } else { base.abs().powf(exponent) };
        if magnitude.is_infinite() {
            return None;
        }
        if base < 0.0 && is_odd_integer(exponent) { -magnitude } else { magnitude }
    };
    Some(Constant::Float(value))
}

fn power_to_infinity(base: f64, exponent: f64) -> f64 {
    if base == 1.0 {
        1.0
    } else if (exponent > 0.0) == (base > 1.0) {
        f64::INFINITY
    } else {
        0.0
    }
}

fn power_of_infinity(base: f64, exponent: f64) -> f64 {
    match (exponent > 0.0, is_odd_integer(exponent)) {
        (true, true) => base,
        (true, false) => f64::INFINITY,
        (false, true) => 0.0_f64.copysign(base),
        (false, false) => 0.0,
    }
}
