//! `complex` with `complex` or with a real number → constant (`complexobject.c`).
//!
//! ```text
//! 1 + 2j  →  (1+2j)      2j * 2j  →  (-4+0j)      1 / 0j  →  not folded      1j ** 2  →  (-1+0j)
//! ```
//!
//! A real operand is not converted to a complex (C11, Annex G), so that `1.0 - 0j` keeps the sign of the
//! imaginary zero; only in powers it is.
//!
//! Invariant: the same operations in the same order as in C, so that each bit is CPython's.
#![expect(clippy::float_cmp, reason = "the C code compares exactly too")]

use super::Binary;
use crate::Constant;

#[derive(Clone, Copy, Debug)]
pub(super) struct Complex {
    pub(super) real: f64,
    pub(super) imaginary: f64,
}

impl From<Complex> for Constant {
    fn from(value: Complex) -> Self {
        Self::Complex(value.real, value.imaginary)
    }
}

impl Complex {
    const ONE: Self = Self::new(1.0, 0.0);

    pub(super) const fn new(real: f64, imaginary: f64) -> Self {
        Self { real, imaginary }
    }

    /// Each part by itself.
    fn map(self, function: impl Fn(f64) -> f64) -> Self {
        Self::new(function(self.real), function(self.imaginary))
    }

    fn is_zero(self) -> bool {
        self.real == 0.0 && self.imaginary == 0.0
    }

    const fn is_undefined(self) -> bool {
        self.real.is_nan() && self.imaginary.is_nan()
    }

    const fn is_infinite(self) -> bool {
        self.real.is_infinite() || self.imaginary.is_infinite()
    }

    const fn is_finite(self) -> bool {
        self.real.is_finite() && self.imaginary.is_finite()
    }

    /// The infinite parts as ±1, the others as ±0.
    fn boxed(self) -> Self {
        self.map(|part| if part.is_infinite() { 1.0_f64 } else { 0.0 }.copysign(part))
    }

    /// NaN parts as ±0.
    fn without_nan(self) -> Self {
        self.map(|part| if part.is_nan() { 0.0_f64.copysign(part) } else { part })
    }
}

/// A complex with a complex.
pub(super) fn binary(operator: Binary, left: Complex, right: Complex) -> Option<Constant> {
    let value = match operator {
        Binary::Add => Complex::new(left.real + right.real, left.imaginary + right.imaginary),
        Binary::Subtract => Complex::new(left.real - right.real, left.imaginary - right.imaginary),
        Binary::Multiply => product(left, right),
        Binary::TrueDivide => quotient(left, right)?,
        Binary::Power => power(left, right)?,
        _ => return None,
    };
    Some(value.into())
}

/// A complex with a real number at its right.
pub(super) fn binary_with_real(operator: Binary, left: Complex, right: f64) -> Option<Constant> {
    let value = match operator {
        Binary::Add => Complex::new(left.real + right, left.imaginary),
        Binary::Subtract => Complex::new(left.real - right, left.imaginary),
        Binary::Multiply => left.map(|part| part * right),
        Binary::TrueDivide if right != 0.0 => left.map(|part| part / right),
        Binary::Power => power(left, Complex::new(right, 0.0))?,
        _ => return None,
    };
    Some(value.into())
}

/// A complex with a real number at its left.
pub(super) fn binary_of_real(operator: Binary, left: f64, right: Complex) -> Option<Constant> {
    let value = match operator {
        Binary::Add => Complex::new(right.real + left, right.imaginary),
        Binary::Subtract => Complex::new(left - right.real, -right.imaginary),
        Binary::Multiply => right.map(|part| part * left),
        Binary::TrueDivide => quotient_of_real(left, right)?,
        Binary::Power => power(Complex::new(left, 0.0), right)?,
        _ => return None,
    };
    Some(value.into())
}

/// `complexobject.c: _Py_c_prod`.
fn product(left: Complex, right: Complex) -> Complex {
    let Complex { real: a, imaginary: b } = left;
    let Complex { real: c, imaginary: d } = right;
    let products = [a * c, b * d, a * d, b * c];
    let [ac, bd, ad, bc] = products;
    let value = Complex::new(ac - bd, ad + bc);
    if value.is_undefined() { infinite_product(left, right, products).unwrap_or(value) } else { value }
}

/// The infinity that was computed as NaN, if it is one (C11, Annex G.5.1).
fn infinite_product(mut left: Complex, mut right: Complex, products: [f64; 4]) -> Option<Complex> {
    let mut found = false;
    if left.is_infinite() {
        left = left.boxed();
        right = right.without_nan();
        found = true;
    }
    if right.is_infinite() {
        right = right.boxed();
        left = left.without_nan();
        found = true;
    }
    if !found && products.iter().any(|product| product.is_infinite()) {
        left = left.without_nan();
        right = right.without_nan();
        found = true;
    }
    let Complex { real: a, imaginary: b } = left;
    let Complex { real: c, imaginary: d } = right;
    found.then(|| Complex::new(a * c - b * d, a * d + b * c).map(|part| f64::INFINITY * part))
}

/// `complexobject.c: _Py_c_quot`; none for a zero divisor.
fn quotient(left: Complex, right: Complex) -> Option<Complex> {
    let Complex { real: a, imaginary: b } = left;
    let Complex { real: c, imaginary: d } = right;
    let value = if c.abs() >= d.abs() {
        if c == 0.0 {
            return None;
        }
        let ratio = d / c;
        let divisor = c + d * ratio;
        Complex::new((a + b * ratio) / divisor, (b - a * ratio) / divisor)
    } else if d.abs() >= c.abs() {
        let ratio = c / d;
        let divisor = c * ratio + d;
        Complex::new((a * ratio + b) / divisor, (b * ratio - a) / divisor)
    } else {
        Complex::new(f64::NAN, f64::NAN)
    };
    Some(if value.is_undefined() { recovered_quotient(left, right).unwrap_or(value) } else { value })
}

/// The infinity or zero that was computed as NaN, if it is one (C11, Annex G.5.2).
fn recovered_quotient(left: Complex, right: Complex) -> Option<Complex> {
    let scale = if left.is_infinite() && right.is_finite() {
        f64::INFINITY
    } else if right.is_infinite() && left.is_finite() {
        0.0
    } else {
        return None;
    };
    let (left, right) = if scale == 0.0 { (left, right.boxed()) } else { (left.boxed(), right) };
    let Complex { real: a, imaginary: b } = left;
    let Complex { real: c, imaginary: d } = right;
    Some(Complex::new(a * c + b * d, b * c - a * d).map(|part| scale * part))
}

/// `complexobject.c: _Py_rc_quot`; none for a zero divisor.
fn quotient_of_real(left: f64, right: Complex) -> Option<Complex> {
    let Complex { real: c, imaginary: d } = right;
    let value = if c.abs() >= d.abs() {
        if c == 0.0 {
            return None;
        }
        let ratio = d / c;
        let divisor = c + d * ratio;
        Complex::new(left / divisor, (-left * ratio) / divisor)
    } else if d.abs() >= c.abs() {
        let ratio = c / d;
        let divisor = c * ratio + d;
        Complex::new((left * ratio) / divisor, -left / divisor)
    } else {
        Complex::new(f64::NAN, f64::NAN)
    };
    if value.is_undefined() && left.is_finite() && right.is_infinite() {
        let Complex { real: x, imaginary: y } = right.boxed();
        return Some(Complex::new(left * x, -left * y).map(|part| 0.0 * part));
    }
    Some(value)
}

/// Exponents up to this are computed by multiplication.
const SMALL_EXPONENT: f64 = 100.0;

/// `complexobject.c: complex_pow`; none for a zero divisor and out of range.
pub(super) fn power(base: Complex, exponent: Complex) -> Option<Complex> {
    let times = exponent.real;
    let is_small = exponent.imaginary == 0.0 && times == times.floor() && times.abs() <= SMALL_EXPONENT;
    let value = if is_small { integer_power(base, times)? } else { general_power(base, exponent)? };
    (!value.is_infinite()).then_some(value)
}

/// `complexobject.c: c_powi`.
fn integer_power(base: Complex, times: f64) -> Option<Complex> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an integer up to 100")]
    let count = times.abs() as u32;
    if count == 0 {
        return Some(Complex::ONE);
    }
    let value = repeated_product(base, count);
    if times < 0.0 { quotient(Complex::ONE, value) } else { Some(value) }
}

/// `complexobject.c: c_powu`; `count` is not zero.
fn repeated_product(base: Complex, count: u32) -> Complex {
    let mut value = Complex::ONE;
    let mut square = base;
    let mut rest = count;
    while rest != 0 {
        if rest & 1 == 1 {
            value = product(value, square);
        }
        rest >>= 1;
        square = product(square, square);
    }
    value
}

/// `complexobject.c: _Py_c_pow`; none for a zero divisor and where the C library reports a domain error.
fn general_power(base: Complex, exponent: Complex) -> Option<Complex> {
    if exponent.is_zero() {
        return Some(Complex::ONE);
    }
    if base.is_zero() {
        let divides_by_zero = exponent.imaginary != 0.0 || exponent.real < 0.0;
        return (!divides_by_zero).then_some(Complex::new(0.0, 0.0));
    }
    let magnitude = base.real.hypot(base.imaginary);
    let angle = base.imaginary.atan2(base.real);
    let mut length = magnitude.powf(exponent.real);
    let mut phase = angle * exponent.real;
    if exponent.imaginary != 0.0 {
        length *= (-angle * exponent.imaginary).exp();
        phase += exponent.imaginary * magnitude.ln();
    }
    if phase.is_infinite() {
        return None; // The cosine of an infinity is a domain error.
    }
    Some(Complex::new(length * phase.cos(), length * phase.sin()))
}
