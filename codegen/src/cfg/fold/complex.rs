//! Complex numbers (`complexobject.c`), with C's rules for infinities and signed zeros.
//!
//! `1 - 0j` is `(1-0j)`, `2j ** 2` is `(-4+0j)`.
//!
//! Invariant: the same operations in the same order as CPython's, so that rounding agrees.

/// A complex number.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Complex {
    pub(super) real: f64,
    pub(super) imag: f64,
}

/// Exponents up to this, without fraction, are multiplied out.
const MULTIPLIED_EXPONENT: f64 = 100.0;

impl Complex {
    const ONE: Self = Self { real: 1.0, imag: 0.0 };
    const NAN: Self = Self { real: f64::NAN, imag: f64::NAN };

    /// `_Py_c_sum`
    pub(super) fn add(self, other: Self) -> Self {
        Self { real: self.real + other.real, imag: self.imag + other.imag }
    }

    /// `_Py_cr_sum`
    pub(super) fn add_real(self, other: f64) -> Self {
        Self { real: self.real + other, ..self }
    }

    /// `_Py_c_diff`
    pub(super) fn subtract(self, other: Self) -> Self {
        Self { real: self.real - other.real, imag: self.imag - other.imag }
    }

    /// `real - self` (`_Py_rc_diff`)
    pub(super) fn subtract_from_real(self, real: f64) -> Self {
        Self { real: real - self.real, imag: -self.imag }
    }

    /// `_Py_cr_prod`
    pub(super) fn multiply_real(self, other: f64) -> Self {
        Self { real: self.real * other, imag: self.imag * other }
    }

    /// `_Py_c_prod`: infinities that came out as NaN are recovered (C11, Annex G.5.1).
    pub(super) fn multiply(self, other: Self) -> Self {
        let (a, b, c, d) = (self.real, self.imag, other.real, other.imag);
        let (ac, bd, ad, bc) = (a * c, b * d, a * d, b * c);
        let product = Self { real: ac - bd, imag: ad + bc };
        if !product.is_nan() {
            return product;
        }
        let (mut left, mut right) = (self, other);
        let mut recovers = false;
        if left.is_infinite() {
            left = left.boxed();
            right = right.without_nan();
            recovers = true;
        }
        if right.is_infinite() {
            right = right.boxed();
            left = left.without_nan();
            recovers = true;
        }
        if !recovers && [ac, bd, ad, bc].iter().any(|part| part.is_infinite()) {
            left = left.without_nan();
            right = right.without_nan();
            recovers = true;
        }
        if !recovers {
            return product;
        }
        Self {
            real: f64::INFINITY * (left.real * right.real - left.imag * right.imag),
            imag: f64::INFINITY * (left.real * right.imag + left.imag * right.real),
        }
    }

    /// `_Py_c_quot`; `None` for division by zero.
    pub(super) fn divide(self, other: Self) -> Option<Self> {
        let (a, b) = (self, other);
        let quotient = if b.real.abs() >= b.imag.abs() {
            if b.real == 0.0 {
                return None;
            }
            let ratio = b.imag / b.real;
            let denominator = b.real + b.imag * ratio;
            Self {
                real: (a.real + a.imag * ratio) / denominator,
                imag: (a.imag - a.real * ratio) / denominator,
            }
        } else if b.imag.abs() >= b.real.abs() {
            let ratio = b.real / b.imag;
            let denominator = b.real * ratio + b.imag;
            Self {
                real: (a.real * ratio + a.imag) / denominator,
                imag: (a.imag * ratio - a.real) / denominator,
            }
        } else {
            Self::NAN
        };
        if !quotient.is_nan() {
            return Some(quotient);
        }
        // C11, Annex G.5.2.
        Some(if a.is_infinite() && b.is_finite() {
            let Self { real: x, imag: y } = a.boxed();
            Self {
                real: f64::INFINITY * (x * b.real + y * b.imag),
                imag: f64::INFINITY * (y * b.real - x * b.imag),
            }
        } else if b.is_infinite() && a.is_finite() {
            let Self { real: x, imag: y } = b.boxed();
            Self { real: 0.0 * (a.real * x + a.imag * y), imag: 0.0 * (a.imag * x - a.real * y) }
        } else {
            quotient
        })
    }

    /// `self / real` (`_Py_cr_quot`); `None` for division by zero.
    pub(super) fn divide_by_real(self, real: f64) -> Option<Self> {
        (real != 0.0).then(|| Self { real: self.real / real, imag: self.imag / real })
    }

    /// `real / self` (`_Py_rc_quot`); `None` for division by zero.
    pub(super) fn divide_real(self, real: f64) -> Option<Self> {
        let (a, b) = (real, self);
        let quotient = if b.real.abs() >= b.imag.abs() {
            if b.real == 0.0 {
                return None;
            }
            let ratio = b.imag / b.real;
            let denominator = b.real + b.imag * ratio;
            Self { real: a / denominator, imag: (-a * ratio) / denominator }
        } else if b.imag.abs() >= b.real.abs() {
            let ratio = b.real / b.imag;
            let denominator = b.real * ratio + b.imag;
            Self { real: (a * ratio) / denominator, imag: -a / denominator }
        } else {
            Self::NAN
        };
        if quotient.is_nan() && a.is_finite() && b.is_infinite() {
            let Self { real: x, imag: y } = b.boxed();
            return Some(Self { real: 0.0 * (a * x), imag: 0.0 * (-a * y) });
        }
        Some(quotient)
    }

    /// `self ** exponent`; `None` for zero to a negative or complex power, and for overflow
    /// (`complex_pow`).
    pub(super) fn power(self, exponent: Self) -> Option<Self> {
        let result = match exponent.as_small_integer() {
            Some(exponent) if exponent > 0 => self.power_of_unsigned(exponent.unsigned_abs()),
            Some(exponent) => Self::ONE.divide(self.power_of_unsigned(exponent.unsigned_abs()))?,
            None => self.power_of_complex(exponent)?,
        };
        (!result.is_infinite()).then_some(result)
    }

    /// `c_powu`
    fn power_of_unsigned(self, exponent: u32) -> Self {
        let mut result = Self::ONE;
        let mut square = self;
        let mut rest = exponent;
        while rest > 0 {
            if rest & 1 == 1 {
                result = result.multiply(square);
            }
            rest >>= 1;
            square = square.multiply(square);
        }
        result
    }

    /// `_Py_c_pow`
    fn power_of_complex(self, exponent: Self) -> Option<Self> {
        if exponent.real == 0.0 && exponent.imag == 0.0 {
            return Some(Self::ONE);
        }
        if self.real == 0.0 && self.imag == 0.0 {
            let is_defined = exponent.imag == 0.0 && exponent.real >= 0.0;
            return is_defined.then_some(Self { real: 0.0, imag: 0.0 });
        }
        let magnitude = self.real.hypot(self.imag);
        let angle = self.imag.atan2(self.real);
        let mut length = magnitude.powf(exponent.real);
        let mut phase = angle * exponent.real;
        if exponent.imag != 0.0 {
            length *= (-angle * exponent.imag).exp();
            phase += exponent.imag * magnitude.ln();
        }
        // The sine of an infinity is a domain error.
        (!phase.is_infinite()).then(|| Self { real: length * phase.cos(), imag: length * phase.sin() })
    }

    /// The exponent as an integer of at most [`MULTIPLIED_EXPONENT`].
    fn as_small_integer(self) -> Option<i32> {
        let is_small = self.imag == 0.0
            && self.real == self.real.floor()
            && self.real.abs() <= MULTIPLIED_EXPONENT;
        #[expect(clippy::cast_possible_truncation, reason = "an integer of at most 100")]
        is_small.then_some(self.real as i32)
    }

    fn is_nan(self) -> bool {
        self.real.is_nan() && self.imag.is_nan()
    }

    fn is_infinite(self) -> bool {
        self.real.is_infinite() || self.imag.is_infinite()
    }

    fn is_finite(self) -> bool {
        self.real.is_finite() && self.imag.is_finite()
    }

    /// The direction of an infinity: 1 for infinite parts, 0 for others.
    fn boxed(self) -> Self {
        let part = |value: f64| f64::from(u8::from(value.is_infinite())).copysign(value);
        Self { real: part(self.real), imag: part(self.imag) }
    }

    /// With zeros for NaNs.
    fn without_nan(self) -> Self {
        let part = |value: f64| if value.is_nan() { 0.0_f64.copysign(value) } else { value };
        Self { real: part(self.real), imag: part(self.imag) }
    }
}
