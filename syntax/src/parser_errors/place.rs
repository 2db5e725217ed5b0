//! Lines and columns as CPython's parser keeps them, and the errors that carry them.
//!
//! Invariant: lines count from 1, columns from 0 in bytes; −1 is "none".

use crate::Exception;

/// From where to where a token or an expression goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Place {
    /// First line.
    pub(super) line: i32,
    /// First column.
    pub(super) column: i32,
    /// Last line.
    pub(super) end_line: i32,
    /// One past the last column.
    pub(super) end_column: i32,
}

impl Place {
    /// Where nothing better is known (CPython's dummy name).
    pub(super) const START: Self = Self { line: 1, column: 0, end_line: 1, end_column: 0 };

    /// From the start of `self` to the end of `last`.
    pub(super) const fn to(self, last: Self) -> Self {
        Self { end_line: last.end_line, end_column: last.end_column, ..self }
    }
}

/// An error before it becomes a diagnostic.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Fault {
    /// CPython's exception.
    pub(super) exception: Exception,
    /// CPython's text.
    pub(super) message: String,
    /// Where; the end may be missing.
    pub(super) place: Place,
}

impl Fault {
    /// A `SyntaxError`.
    pub(super) fn syntax(place: Place, message: impl Into<String>) -> Self {
        Self { exception: Exception::SyntaxError, message: message.into(), place }
    }
}
