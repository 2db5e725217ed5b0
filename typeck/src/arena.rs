//! Expressions that the checker makes, which live as long as the program: parsed string annotations,
//! bodies of inlined calls.
//!
//! Invariant: references stay valid; nothing is removed.

use ruff_python_ast::Expr;
use std::cell::{Cell, OnceCell};

/// Holds made expressions.
#[derive(Debug)]
pub struct Arena {
    /// Bucket `k` holds 2^k expressions.
    buckets: [OnceCell<Box<[OnceCell<Expr>]>>; 32],
    length: Cell<usize>,
}

impl Default for Arena {
    fn default() -> Self {
        Self { buckets: [const { OnceCell::new() }; 32], length: Cell::new(0) }
    }
}

impl Arena {
    /// Keeps an expression.
    pub fn alloc(&self, expression: Expr) -> &Expr {
        let position = self.length.get() + 1;
        self.length.set(position);
        let bucket = position.ilog2();
        let cells =
            self.buckets[bucket as usize].get_or_init(|| (0..1_usize << bucket).map(|_| OnceCell::new()).collect());
        cells[position - (1 << bucket)].get_or_init(|| expression)
    }
}
