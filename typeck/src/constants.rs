//! What expressions fold to, as the reference's `AstOptimizer` folds them before anything else.
//!
//! ```text
//! -1  →  Int(-1)        "a" "b"  →  Str("ab")        (1, None)  →  Tuple([Int(1), None])        __debug__  →  Bool
//! ```
//!
//! Invariant: an expression the optimizer replaces by a constant is a constant everywhere in the checker.

use num_bigint::BigInt;
use pyclast_syntax::PyString;
use rustc_hash::{FxHashMap, FxHashSet};

/// A constant (`ast.Constant.value`).
#[derive(Clone, PartialEq, Debug)]
pub enum Constant {
    /// `None`
    None,
    /// `...`
    Ellipsis,
    /// `True`, `False`
    Bool(bool),
    /// An int.
    Int(BigInt),
    /// A float.
    Float(f64),
    /// A complex number.
    Complex(f64, f64),
    /// A string.
    Str(PyString),
    /// Bytes.
    Bytes(Box<[u8]>),
    /// A tuple.
    Tuple(Vec<Self>),
    /// A frozen set.
    FrozenSet(Vec<Self>),
}

/// What the optimizer makes of a module.
#[derive(Clone, Debug, Default)]
pub struct Folds {
    /// Expressions that become constants, by node index. Literals need not be here.
    pub constants: FxHashMap<u32, Constant>,
    /// List displays that become tuple displays (`for x in [a, b]`, `x in [a, b]`).
    pub tuples: FxHashSet<u32>,
    /// `not a is b` and its kin: the `UnaryOp` stands for its operand with the opposite operator.
    pub inverted_comparisons: FxHashSet<u32>,
}
