//! `"…" % (…)` → an f-string (`ast_preprocess.c: optimize_format`).
//!
//! ```text
//! "%s: %-5r" % (a, b)      f"{a!s}: {b!r:5}"
//! "%d" % (a,)              not changed: only %s, %r and %a
//! ```
//!
//! Invariant: as many fields as the tuple has elements, or nothing is changed.

use super::Builder;
use super::fstring::{FormatSpec, FormattedValue, JoinedValue};
use pyclast_syntax::literal::string_value;
use pyclast_syntax::{Location, PyString};
use ruff_python_ast::{Expr, ExprBinOp, ExprStringLiteral, Operator};
use std::fmt::Write;

/// A width or precision has fewer digits than this.
const MAX_DIGITS: usize = 3;

impl<'a> Builder<'a> {
    /// The values of the f-string that the operation is; `None` if it stays an operation.
    pub(super) fn percent_format(&self, operation: &'a ExprBinOp) -> Option<Vec<JoinedValue<'a>>> {
        let (format, operands) = percent_operands(operation)?;
        let format = string_value(format, self.module.text());
        let mut rest = format.as_bytes();
        let mut operands = operands.iter();
        let mut values = Vec::new();
        loop {
            let text = take_text(&mut rest);
            if !text.is_empty() {
                let text = PyString::from_surrogatepass(&text);
                values.push(JoinedValue::Text(text, Location::NONE));
            }
            if rest.is_empty() {
                return operands.next().is_none().then_some(values);
            }
            let value = operands.next()?;
            rest = &rest[1..];
            let (conversion, spec) = take_specifier(&mut rest)?;
            values.push(JoinedValue::Field(FormattedValue {
                value,
                conversion: Some(conversion),
                spec: (!spec.is_empty()).then(|| FormatSpec::Made(PyString::new(&spec))),
                location: self.expr_location(value),
            }));
        }
    }

    /// Whether the operation becomes an f-string.
    pub(super) fn is_percent_format(&self, operation: &'a ExprBinOp) -> bool {
        self.percent_format(operation).is_some()
    }
}

/// The literal and the elements of the tuple.
fn percent_operands(operation: &ExprBinOp) -> Option<(&ExprStringLiteral, &[Expr])> {
    let (Operator::Mod, Expr::StringLiteral(format), Expr::Tuple(tuple)) =
        (operation.op, &*operation.left, &*operation.right)
    else {
        return None;
    };
    (!tuple.elts.iter().any(Expr::is_starred_expr)).then_some((format, &tuple.elts[..]))
}

/// The text before the next `%` that is not doubled (`parse_literal`).
fn take_text(rest: &mut &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    loop {
        match **rest {
            [b'%', b'%', ..] => {
                text.push(b'%');
                *rest = &rest[2..];
            }
            [b'%', ..] | [] => return text,
            [byte, ..] => {
                text.push(byte);
                *rest = &rest[1..];
            }
        }
    }
}

/// What follows a `%`, as a conversion and a format specification (`parse_format`); `None` if
/// f-strings have no equal.
fn take_specifier(rest: &mut &[u8]) -> Option<(char, String)> {
    let mut left_justified = false;
    let mut next = || {
        let (&first, after) = rest.split_first()?;
        *rest = after;
        Some(first)
    };
    let mut byte = next()?;
    while let b'-' | b'+' | b' ' | b'#' | b'0' = byte {
        left_justified |= byte == b'-';
        byte = next()?;
    }
    let width = take_number(&mut byte, &mut next).ok()?;
    let mut precision = None;
    if byte == b'.' {
        byte = next()?;
        precision = Some(take_number(&mut byte, &mut next).ok()?.unwrap_or(0));
    }
    let conversion = matches!(byte, b's' | b'r' | b'a').then_some(char::from(byte))?;
    let mut spec = String::new();
    if let Some(width) = width {
        if !left_justified && width > 0 {
            spec.push('>');
        }
        // Writing to a string does not fail.
        let _ = write!(spec, "{width}");
    }
    if let Some(precision) = precision {
        let _ = write!(spec, ".{precision}");
    }
    Some((conversion, spec))
}

/// A number is too long, or the format ends in it.
struct BadNumber;

/// A number that starts with `byte`, if there is one; `byte` is then what follows.
fn take_number(byte: &mut u8, next: &mut impl FnMut() -> Option<u8>) -> Result<Option<u32>, BadNumber> {
    let mut number = None;
    let mut digits = 0;
    while byte.is_ascii_digit() {
        number = Some(number.unwrap_or(0) * 10 + u32::from(*byte - b'0'));
        *byte = next().ok_or(BadNumber)?;
        digits += 1;
        if digits >= MAX_DIGITS {
            return Err(BadNumber);
        }
    }
    Ok(number)
}
