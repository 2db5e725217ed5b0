//! Tests before division: what would end the process raises.
//!
//! ```text
//! a // b   (int64)    a · b · COPY 2 · POP_TOP · COPY 1 · 1 · + · 1 · unsigned <= · POP_JUMP_IF_ZERO divide
//!                     COPY 1 · POP_JUMP_IF_NONZERO minus_one · LOAD_CONST 1 · LOAD_CONST 0 · BINARY_OP // (raises) …
//!                     minus_one: COPY 2 · INT64_MIN · == · POP_JUMP_IF_ZERO divide · raise OverflowError
//!                     divide: PRIMITIVE_BINARY_OP //
//! ```
//!
//! Invariant: one test on the way of all divisors but 0 and -1; the stack is the same on all ways.

use super::super::Builder;
use crate::{Constant, Opcode};
use num_bigint::BigInt;
use pyclast_syntax::Location;
use pyclast_syntax::type_facts::TypeCode;
use ruff_python_ast::Operator;

/// `PRIM_OP_ADD_INT`
const ADD: usize = 0;
/// `PRIM_OP_EQ_INT`, `PRIM_OP_LE_UN_INT`
const EQUAL: usize = 0;
const UNSIGNED_AT_MOST: usize = 7;

impl Builder<'_> {
    /// Raises unless the integers on the stack can be divided.
    pub(super) fn emit_division_tests(
        &mut self,
        operator: Operator,
        code: TypeCode,
        divisor: Option<&Constant>,
        location: Location,
    ) {
        let divides_always =
            divisor.is_some_and(|divisor| divisor.is_truthy() && !(code.is_signed() && *divisor == Constant::int(-1)));
        if divides_always {
            return;
        }
        let divide = self.new_label();
        if code.is_signed() && operator != Operator::Mod {
            // One value, whatever ways it came by: what the tests say of it holds where they meet.
            self.emit_arg(Opcode::Copy, 2, location);
            self.emit(Opcode::PopTop, location);
        }
        if code.is_signed() {
            self.emit_duplicate(location);
            self.emit_primitive_const(Constant::int(1), code, location);
            self.emit_arg(Opcode::PrimitiveBinaryOp, ADD, location);
            if code.is_narrow() {
                self.emit_arg(Opcode::ConvertPrimitive, (code as usize) << 4 | code as usize, location);
            }
            self.emit_primitive_const(Constant::int(1), code, location);
            self.emit_arg(Opcode::PrimitiveCompareOp, UNSIGNED_AT_MOST, location);
            self.emit_jump(Opcode::PopJumpIfZero, divide, location);
            let minus_one = self.new_label();
            self.emit_duplicate(location);
            self.emit_jump(Opcode::PopJumpIfNonzero, minus_one, location);
            self.emit_division_by_zero(operator, location);
            self.use_label(minus_one);
            self.emit_minus_one_case(operator, code, divide, location);
        } else {
            self.emit_duplicate(location);
            self.emit_jump(Opcode::PopJumpIfNonzero, divide, location);
            self.emit_division_by_zero(operator, location);
        }
        self.use_label(divide);
    }

    /// What the same division of objects raises.
    fn emit_division_by_zero(&mut self, operator: Operator, location: Location) {
        self.emit_const(Constant::int(1), location);
        self.emit_const(Constant::int(0), location);
        self.emit_binary_op(operator, false, location);
        self.emit(Opcode::PopTop, location);
    }

    /// The divisor is -1.
    fn emit_minus_one_case(&mut self, operator: Operator, code: TypeCode, divide: crate::Label, location: Location) {
        if operator == Operator::Mod {
            // The remainder is 0, as that of 1.
            self.emit(Opcode::PopTop, location);
            return self.emit_primitive_const(Constant::int(1), code, location);
        }
        let limit = BigInt::from(1) << (code.bits() - 1);
        self.emit_arg(Opcode::Copy, 2, location);
        self.emit_primitive_const(Constant::big_int(-limit), code, location);
        self.emit_arg(Opcode::PrimitiveCompareOp, EQUAL, location);
        self.emit_jump(Opcode::PopJumpIfZero, divide, location);
        self.emit_error("OverflowError", location, |this| this.emit_const(Constant::str("int overflow"), location));
    }
}
