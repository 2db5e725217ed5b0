//! Comparisons.
//!
//! Invariant: the operands are bound already.

use crate::bind::Binder;
use crate::errors::Check;
use crate::types::Value;
use ruff_python_ast::{CmpOp, Expr, ExprCompare};

/// One comparison of a chain.
#[derive(Clone, Copy, Debug)]
pub struct Comparison<'a> {
    /// The chain.
    pub node: &'a ExprCompare,
    /// The left operand.
    pub left: &'a Expr,
    /// The operator.
    pub operator: CmpOp,
    /// Its position in the chain.
    pub position: u32,
    /// The right operand.
    pub right: &'a Expr,
}

impl<'a> Binder<'_, 'a> {
    /// `value.bind_compare(…)`: whether it knows the result.
    pub fn bind_compare(&mut self, _value: Value, comparison: Comparison<'a>, _context: Option<Value>) -> Check<bool> {
        self.set_type(comparison.node, Value::DYNAMIC);
        Ok(false)
    }

    /// `value.bind_reverse_compare(…)`
    pub fn bind_reverse_compare(&mut self, _value: Value, comparison: Comparison<'a>, _context: Option<Value>) -> Check<bool> {
        self.set_type(comparison.node, Value::DYNAMIC);
        Ok(false)
    }
}
