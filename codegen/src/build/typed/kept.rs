//! Primitives that wait on the stack.
//!
//! ```text
//! x // f(y)              (int8)      x · ⟨f(y)⟩ · SWAP 2 · STORE_LOCAL t · LOAD_LOCAL t · SWAP 2 · …
//! return x  in a finally (cbool)     x · CONVERT_PRIMITIVE cbool → int64 · ⟨finally⟩ · PRIMITIVE_LOAD_CONST 0 · PRIMITIVE_COMPARE_OP !=
//! ```
//!
//! Where a guard of the JIT fails the interpreter goes on with what registers held: a narrow integer that is not cut to
//! its width, an object for a truth value. The interpreter itself has negative numbers as unsigned ones until they are
//! stored.
//!
//! Invariant: what is above a primitive when it is used did not change it.

use super::super::Builder;
use super::BoxedParameters;
use crate::Opcode;
use pyclast_syntax::Location;
use pyclast_syntax::type_facts::{ArgumentFact, CallFact, TypeCode, TypeId};
use ruff_python_ast::{Expr, ExprCall};

impl<'a> Builder<'a> {
    /// Computes the right operand, converted; the left one below it, a primitive of type `code`, stays what it is.
    /// `is_known`: it is a constant or an object.
    pub(super) fn visit_right(
        &mut self,
        right: &'a Expr,
        wanted: TypeId,
        code: TypeCode,
        is_known: bool,
        location: Location,
    ) {
        let is_kept = !is_known && self.may_leave_jit(right);
        if is_kept {
            self.emit_held(code, location);
        }
        self.visit_expr(right);
        self.emit_conversion(wanted, self.type_id(right), location);
        if is_kept {
            self.settle_below(2, code, location);
        }
    }

    /// Makes what arithmetic left, or a field, an argument. The interpreter has negative ones as unsigned numbers until
    /// they are stored, and would pass them as such.
    pub(super) fn emit_settled(&mut self, value: &Expr, parameter: TypeId) {
        let Some(code) = self.primitive_type(parameter).filter(|code| code.is_signed()) else { return };
        let is_computed = matches!(
            value,
            Expr::BinOp(_) | Expr::UnaryOp(_) | Expr::BoolOp(_) | Expr::If(_) | Expr::Named(_) | Expr::Attribute(_)
        ) || self.primitive_of(value) != Some(code)
            || matches!(value, Expr::Call(call) if matches!(self.call_fact(call), Some(CallFact::Convert { .. } | CallFact::Inlined { .. })));
        if !is_computed || self.known_constant(value).is_some() {
            return;
        }
        self.emit_through_local(code, self.expr_location(value));
    }

    /// Stores a primitive and loads it again: as a number of its type.
    pub(super) fn emit_through_local(&mut self, code: TypeCode, location: Location) {
        let local = self.temporary(&format!(".settled#{}", code as u8));
        self.emit_primitive_local(Opcode::StoreLocal, local, code, location);
        self.emit_primitive_local(Opcode::LoadLocal, local, code, location);
    }

    /// Makes primitives what they were again that were on the stack when a later argument may have left the JIT: cuts
    /// narrow integers to their width.
    pub(super) fn settle_arguments(
        &mut self,
        call: &'a ExprCall,
        arguments: &'a [ArgumentFact],
        boxed: BoxedParameters,
        location: Location,
    ) {
        let mut depth = 0;
        for (position, argument) in arguments.iter().enumerate().rev() {
            depth += match argument {
                ArgumentFact::Spill { .. } => 0,
                ArgumentFact::Starred { parameters, .. } => parameters.len(),
                _ => 1,
            };
            let (ArgumentFact::Expression { parameter, .. } | ArgumentFact::Default { parameter, .. }) = argument
            else {
                continue;
            };
            let code = self.primitive_type(*parameter).filter(|&code| code.is_narrow() && !boxed.contains(code));
            if let Some(code) = code.filter(|_| self.may_leave_after(call, arguments, position)) {
                self.settle_below(depth, code, location);
            }
        }
    }

    /// Whether code may leave the JIT in arguments after that one.
    fn may_leave_after(&self, call: &'a ExprCall, arguments: &'a [ArgumentFact], position: usize) -> bool {
        arguments[position + 1..].iter().any(|argument| match argument {
            ArgumentFact::Expression { node, .. } => {
                self.argument_expression(call, *node).is_some_and(|value| self.may_leave_jit(value))
            }
            ArgumentFact::Spill { .. } | ArgumentFact::Starred { .. } => true,
            ArgumentFact::Default { .. } => false,
            ArgumentFact::Spilled { parameter, .. } | ArgumentFact::Mapping { parameter, .. } => {
                self.primitive_type(*parameter).is_none()
            }
        })
    }

    /// Makes a truth value on the stack, which code that may leave the JIT is about to put something above, an integer:
    /// the JIT would hand over an object in its place, which is true always.
    pub(in crate::build) fn emit_held(&mut self, code: TypeCode, location: Location) {
        if code == TypeCode::Bool {
            self.emit_convert(TypeCode::Bool, TypeCode::Int64, location);
        }
    }

    /// Makes the held primitive `depth` from the top what it was: once code has left the JIT it has what its register
    /// held, where a narrow integer is not cut to its width.
    pub(in crate::build) fn settle_below(&mut self, depth: usize, code: TypeCode, location: Location) {
        if code != TypeCode::Bool && !code.is_narrow() {
            return;
        }
        let is_below = depth > 1;
        if is_below {
            self.emit_swap(depth, location);
        }
        match code {
            TypeCode::Bool => self.emit_primitive_conversion(TypeCode::Int64, TypeCode::Bool, location),
            _ => self.emit_through_local(code, location),
        }
        if is_below {
            self.emit_swap(depth, location);
        }
    }

    /// Whether a guard of the JIT may fail in an expression, so that the interpreter goes on.
    pub(super) fn may_leave_jit(&self, expr: &Expr) -> bool {
        if self.known_constant(expr).is_some() {
            return false;
        }
        match expr {
            Expr::BinOp(operation) if self.primitive_of(expr).is_some() => {
                self.may_leave_jit(&operation.left) || self.may_leave_jit(&operation.right)
            }
            Expr::UnaryOp(operation) if self.primitive_of(expr).is_some() => self.may_leave_jit(&operation.operand),
            _ => !expr.is_name_expr() && !expr.is_literal_expr(),
        }
    }
}
