//! Operations on values: one file a question, for all kinds of values.
//!
//! | file | question |
//! |---|---|
//! | `attribute` | what is `v.x`? |
//! | `call` `arguments` `constructor` `special` | what does `v(…)` give? |
//! | `binary` `compare` `unary` | arithmetic and comparisons |
//! | `subscript` `iterate` | `v[i]`, `for x in v` |
//!
//! Invariant: they take the value of an operand that is bound already, and set the type of the node.

mod arguments;
mod attribute;
mod binary;
mod call;
mod compare;
mod constructor;
mod dataclass;
mod enumeration;
pub(crate) mod inline;
mod iterate;
mod property;
mod special;
mod subscript;
mod unary;
mod union;

pub(crate) use binary::primitive_verb;
pub(crate) use compare::Comparison;

pub(crate) use inline::TEMPORARY;
