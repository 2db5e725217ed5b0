//! Primitives of other widths and signs.
//!
//! ```text
//! int8 → int64        CONVERT_PRIMITIVE int8 → int64
//! uint8 → int16       CONVERT_PRIMITIVE uint8 → uint16 · CONVERT_PRIMITIVE uint16 → int16
//! int64 → int8        0xFF · & · 0x80 · ^ · 0x80 · - · PRIMITIVE_BOX int64 · PRIMITIVE_UNBOX int8
//! ```
//!
//! The JIT extends by the sign of the type it goes to, the interpreter by that of both; neither does what C does in one
//! step where the signs differ. The JIT has no instruction that narrows, and aborts the process on one.
//!
//! Invariant: the value is that of C's conversion, interpreted and compiled.

use super::super::Builder;
use crate::{Constant, Opcode};
use pyclast_syntax::Location;
use pyclast_syntax::type_facts::TypeCode;

/// `PRIM_OP_SUB_INT`, `PRIM_OP_XOR_INT`, `PRIM_OP_AND_INT`
const SUBTRACT: usize = 1;
const XOR: usize = 11;
const AND: usize = 13;
/// `PRIM_OP_NE_INT`
const NOT_EQUAL: usize = 1;

impl Builder<'_> {
    /// Makes the primitive on the stack one of another type.
    pub(in crate::build) fn emit_primitive_conversion(&mut self, from: TypeCode, to: TypeCode, location: Location) {
        match (from, to) {
            _ if from == to => {}
            // The checker lets no double become anything else.
            (TypeCode::Double, _) | (_, TypeCode::Double) => {}
            // What is not zero is true.
            (_, TypeCode::Bool) => {
                self.emit_primitive_const(Constant::int(0), from, location);
                self.emit_arg(Opcode::PrimitiveCompareOp, NOT_EQUAL, location);
            }
            (TypeCode::Bool, _) => self.emit_convert(from, to, location),
            _ if to.bits() < from.bits() => self.emit_narrower(from, to, location),
            _ if from.is_signed() == to.is_signed() => self.emit_convert(from, to, location),
            _ => {
                let wide = if from.is_signed() { to.to_signed() } else { to.to_unsigned() };
                if wide.bits() > from.bits() {
                    self.emit_convert(from, wide, location);
                }
                // The interpreter extends the sign if it is told of two signed types.
                self.emit_convert(if to.is_signed() { to } else { wide }, to, location);
            }
        }
    }

    /// A value in fewer bits: reckoned in 64, and put back as one that fits.
    fn emit_narrower(&mut self, from: TypeCode, to: TypeCode, location: Location) {
        let wide = TypeCode::Int64;
        self.emit_primitive_conversion(from, wide, location);
        self.emit_step(AND, (1 << to.bits()) - 1, location);
        if to.is_signed() {
            let sign = 1 << (to.bits() - 1);
            self.emit_step(XOR, sign, location);
            self.emit_step(SUBTRACT, sign, location);
        }
        self.emit_with_code(Opcode::PrimitiveBox, wide, location);
        self.emit_with_code(Opcode::PrimitiveUnbox, to, location);
    }

    fn emit_step(&mut self, operator: usize, operand: i64, location: Location) {
        self.emit_primitive_const(Constant::int(operand), TypeCode::Int64, location);
        self.emit_arg(Opcode::PrimitiveBinaryOp, operator, location);
    }

    /// `CONVERT_PRIMITIVE`
    pub(super) fn emit_convert(&mut self, from: TypeCode, to: TypeCode, location: Location) {
        self.emit_arg(Opcode::ConvertPrimitive, (to as usize) << 4 | from as usize, location);
    }
}
