//! Subscripts and slices.
//!
//! ```text
//! a[b]       LOAD a · LOAD b · BINARY_OP []
//! a[1:2]     LOAD a · LOAD_CONST slice(1, 2, None) · BINARY_OP []
//! a[b:c]     LOAD a · LOAD b · LOAD c · BINARY_SLICE
//! ```
//!
//! Invariant: a slice is a constant exactly if each of its parts is a `Constant` node or absent.

use super::Builder;
use super::literal::is_constant;
use crate::{Constant, Opcode};
use pyclast_syntax::Location;
use ruff_python_ast::{Expr, ExprContext, ExprSlice, ExprSubscript};
use std::sync::Arc;

/// `NB_SUBSCR`
const NB_SUBSCR: usize = 26;

impl<'a> Builder<'a> {
    /// `value[slice]` (`codegen_subscript`).
    pub(super) fn visit_subscript(&mut self, expr: &'a Expr, subscript: &'a ExprSubscript) {
        if subscript.ctx == ExprContext::Load {
            self.check_subscriptable(&subscript.value);
            self.check_index(&subscript.value, &subscript.slice);
        }
        self.visit_expr(&subscript.value);
        let location = self.expr_location(expr);
        if let Some(slice) = two_part_slice(&subscript.slice)
            && subscript.ctx != ExprContext::Del
        {
            self.visit_slice_bounds(slice, self.expr_location(&subscript.slice));
            let store = subscript.ctx == ExprContext::Store;
            return self.emit(if store { Opcode::StoreSlice } else { Opcode::BinarySlice }, location);
        }
        self.visit_expr(&subscript.slice);
        self.emit_subscript(subscript.ctx, location);
    }

    /// Loads, stores or deletes an item; object and index are on the stack.
    pub(super) fn emit_subscript(&mut self, context: ExprContext, location: Location) {
        match context {
            ExprContext::Load | ExprContext::Invalid => {
                self.emit_arg(Opcode::BinaryOp, NB_SUBSCR, location);
            }
            ExprContext::Store => self.emit(Opcode::StoreSubscr, location),
            ExprContext::Del => self.emit(Opcode::DeleteSubscr, location),
        }
    }

    /// A slice as a value (`codegen_slice`).
    pub(super) fn visit_slice(&mut self, expr: &'a Expr, slice: &'a ExprSlice) {
        let location = self.expr_location(expr);
        if is_constant_slice(slice) {
            let part = |part: Option<&Expr>| part.and_then(|part| self.constant_of(part));
            let [lower, upper, step] = parts(slice).map(|it| part(it).unwrap_or(Constant::None));
            return self.emit_const(Constant::Slice(Arc::new([lower, upper, step])), location);
        }
        self.visit_slice_bounds(slice, location);
        match &slice.step {
            Some(step) => {
                self.visit_expr(step);
                self.emit_arg(Opcode::BuildSlice, 3, location);
            }
            None => self.emit_arg(Opcode::BuildSlice, 2, location),
        }
    }

    /// Start and stop; `location` is the slice's (`codegen_slice_two_parts`).
    pub(super) fn visit_slice_bounds(&mut self, slice: &'a ExprSlice, location: Location) {
        self.visit_or_none(slice.lower.as_deref(), location);
        self.visit_or_none(slice.upper.as_deref(), location);
    }
}

/// The slice, if `BINARY_SLICE` and `STORE_SLICE` are for it
/// (`should_apply_two_element_slice_optimization`).
pub(super) fn two_part_slice(index: &Expr) -> Option<&ExprSlice> {
    match index {
        Expr::Slice(slice) if slice.step.is_none() && !is_constant_slice(slice) => Some(slice),
        _ => None,
    }
}

fn is_constant_slice(slice: &ExprSlice) -> bool {
    parts(slice).into_iter().flatten().all(is_constant)
}

fn parts(slice: &ExprSlice) -> [Option<&Expr>; 3] {
    [slice.lower.as_deref(), slice.upper.as_deref(), slice.step.as_deref()]
}
