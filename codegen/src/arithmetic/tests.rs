//! Every row of a table that CPython made: operation, operands, and what it folded them to.

use super::{Unary, binary, unary};
use crate::{Constant, marshal};

/// Rows `operator left [right] result`; values as marshal in hexadecimal digits, `-` if not folded.
/// Written by `tests/oracle/arithmetic_table.py`.
const TABLE: &str = include_str!("table.txt");

fn value(digits: &str) -> Constant {
    let bytes = (0..digits.len() / 2).map(|at| u8::from_str_radix(&digits[2 * at..2 * at + 2], 16));
    marshal::read(&bytes.collect::<Result<Vec<_>, _>>().expect("digits")).expect("marshal")
}

fn folded(operator: &str, operands: &[Constant]) -> Option<Constant> {
    let named = match operator {
        "neg" => Unary::Negative,
        "invert" => Unary::Invert,
        "pos" => Unary::Positive,
        "not" => Unary::Not,
        number => return binary(number.parse().expect("a number"), &operands[0], &operands[1]),
    };
    unary(named, &operands[0])
}

fn same_float(left: f64, right: f64) -> bool {
    left.to_bits() == right.to_bits() || (left.is_nan() && right.is_nan())
}

/// Equal types and bits; one NaN is as good as another.
fn same(left: &Constant, right: &Constant) -> bool {
    match (left, right) {
        (Constant::Float(left), Constant::Float(right)) => same_float(*left, *right),
        (Constant::Complex(a, b), Constant::Complex(c, d)) => same_float(*a, *c) && same_float(*b, *d),
        (Constant::Tuple(left), Constant::Tuple(right)) => {
            left.len() == right.len() && left.iter().zip(right.iter()).all(|(left, right)| same(left, right))
        }
        _ => left == right,
    }
}

#[test]
fn folds_as_cpython_does() {
    let mut rows = 0;
    let mut wrong = Vec::new();
    for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
        let fields = line.split(' ').collect::<Vec<_>>();
        let [operator, operands @ .., expected] = &fields[..] else { panic!("a short row: {line}") };
        let operands = operands.iter().map(|digits| value(digits)).collect::<Vec<_>>();
        let expected = (*expected != "-").then(|| value(expected));
        let actual = folded(operator, &operands);
        rows += 1;
        let is_right = match (&actual, &expected) {
            (Some(actual), Some(expected)) => same(actual, expected),
            (actual, expected) => actual.is_none() && expected.is_none(),
        };
        if !is_right {
            wrong.push(format!("{operator} {operands:?}\n  expected {expected:?}\n  got      {actual:?}"));
        }
    }
    assert!(rows > 1000, "{rows} rows");
    assert!(wrong.is_empty(), "{} of {rows} differ:\n{}", wrong.len(), wrong[..wrong.len().min(40)].join("\n"));
}
