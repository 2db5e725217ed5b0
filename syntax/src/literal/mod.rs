//! Literals of the tree → the values they have in Python.
//!
//! ```text
//! '\ud800' "a"        →   PyString of U+D800, "a"
//! 0xffff_ffff_ffff    →   PyInt::Small(281474976710655)
//! f"a{{b" "c{x = }"   →   [Constant("a{bcx = "), Value(x!r)]
//! ```
//!
//! The parser's own values are used where they are exact. They are not for surrogate escapes (it
//! puts U+FFFD) and for large integers (it keeps the token); those are read again from the source.
//!
//! Invariant: values are CPython's, for trees that `parse` let through. Nothing here fails.

mod escapes;
mod interpolated;
mod number;
mod string;

pub(crate) use escapes::{EscapeRules, invalid_escape};
pub use interpolated::{
    InterpolatedPiece, debug_text, format_spec_pieces, fstring_pieces, interpolation_text, template_pieces,
};
pub use number::{NumberValue, PyInt, number_value};
pub use string::{bytes_value, has_u_prefix, string_literal_value, string_value};

#[cfg(test)]
mod tests;
