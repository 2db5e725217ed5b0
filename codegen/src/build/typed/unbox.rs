//! Objects made machine integers, and machine integers made objects, where the JIT does it wrong.
//!
//! ```text
//! int64(x)   (x: int)       x · is it an int and of no other class? · x >> 63 is 0 or -1? · PRIMITIVE_UNBOX 7
//! x = box(i) (i: int64)     i · PRIMITIVE_BOX 7 · CALL_INTRINSIC_1 + · STORE_FAST x
//! ```
//!
//! `PRIMITIVE_UNBOX` that raises goes on behind the loop it is in once the JIT has compiled it: the block that notes the
//! error has no successor there, and is placed where none is wanted. Functions are inlined in loops of others, so no
//! place is safe. And a boxed integer that nothing takes but the local it is stored in stays unboxed, even where another
//! object may be in that local: the JIT then ends the process.
//!
//! Invariant: what is unboxed in a loop fits; what is stored in a local, or passed to a function, was taken by something.

use super::super::Builder;
use super::conversion::boxed_class;
use crate::{Constant, Opcode};
use pyclast_syntax::Location;
use pyclast_syntax::type_facts::{CallFact, KnownFunction, TypeCode};
use ruff_python_ast::Expr;

/// `NB_RSHIFT`
const RIGHT_SHIFT: usize = 9;
/// `INTRINSIC_UNARY_POSITIVE`
const UNARY_POSITIVE: usize = 5;

impl Builder<'_> {
    /// The `int` on the stack, known to be one, as a machine integer.
    pub(super) fn emit_unboxed_integer(&mut self, code: TypeCode, is_exact: bool, location: Location) {
        if self.in_function_unit() {
            if !is_exact {
                self.emit_exact_int(location);
            }
            self.emit_fit_test(code, location);
        }
        self.emit_with_code(Opcode::PrimitiveUnbox, code, location);
    }

    /// Whether the object on the stack is a constant that fits: nothing has to be looked at.
    pub(super) fn is_fitting_constant(&self, code: TypeCode) -> bool {
        let Some(load) = self.unit().sequence.only_before().filter(|load| load.opcode == Opcode::LoadConst) else {
            return false;
        };
        let constant = usize::try_from(load.oparg).ok().and_then(|index| self.unit().constants.get(index));
        let bits = code.bits() - 1;
        constant.and_then(Constant::as_small_int).is_some_and(|value| value >= 0 && value.checked_shr(bits) == Some(0))
    }

    /// Makes what is of a class below `int` an `int`.
    fn emit_exact_int(&mut self, location: Location) {
        let exact = self.new_label();
        self.emit_duplicate(location);
        self.emit_arg(Opcode::LoadType, 0, location);
        self.emit_int_class(location);
        self.emit_arg(Opcode::IsOp, 0, location);
        self.emit_jump(Opcode::PopJumpIfTrue, exact, location);
        self.emit_int_class(location);
        let index = self.names.intern("__index__");
        self.emit_name_bits(Opcode::LoadAttr, index, 1, 1, location);
        self.emit_swap(2, location);
        self.emit_swap(3, location);
        self.emit_arg(Opcode::Call, 1, location);
        self.use_label(exact);
        self.emit_typed(Opcode::Cast, boxed_class(TypeCode::Int64, true), location);
    }

    /// The class `int`, whatever its name stands for; the JIT takes no `LOAD_CLASS`.
    fn emit_int_class(&mut self, location: Location) {
        self.emit_const(Constant::int(0), location);
        self.emit_arg(Opcode::LoadType, 0, location);
    }

    /// Leaves the function unless the `int` on the stack fits.
    fn emit_fit_test(&mut self, code: TypeCode, location: Location) {
        let fits = self.new_label();
        let signs: &[i64] = if code.is_signed() { &[0, -1] } else { &[0] };
        let bits = i64::from(code.bits()) - i64::from(code.is_signed());
        self.emit_duplicate(location);
        self.emit_const(Constant::int(bits), location);
        self.emit_arg(Opcode::BinaryOp, RIGHT_SHIFT, location);
        for &sign in signs {
            self.emit_duplicate(location);
            self.emit_const(Constant::int(sign), location);
            self.emit_arg(Opcode::IsOp, 0, location);
            self.emit_jump(Opcode::PopJumpIfTrue, fits, location);
        }
        // It does not fit, and this raises.
        self.emit(Opcode::PopTop, location);
        self.emit_with_code(Opcode::PrimitiveUnbox, code, location);
        self.emit(Opcode::PopTop, location);
        self.emit_arg(Opcode::RaiseVarargs, 0, location);
        self.use_label(fits);
        self.emit(Opcode::PopTop, location);
    }

    /// Takes the object on the stack, `value`, if it may be an integer just boxed.
    pub(super) fn emit_taken(&mut self, value: &Expr, location: Location) {
        if self.in_function_unit() && self.is_boxed_integer(value) {
            self.emit_arg(Opcode::CallIntrinsic1, UNARY_POSITIVE, location);
        }
    }

    /// Whether an object may be a machine integer that was boxed last.
    fn is_boxed_integer(&self, expr: &Expr) -> bool {
        match expr {
            Expr::If(conditional) => {
                self.is_boxed_integer(&conditional.body) || self.is_boxed_integer(&conditional.orelse)
            }
            Expr::BoolOp(operation) => operation.values.iter().any(|value| self.is_boxed_integer(value)),
            Expr::Named(named) => self.is_boxed_integer(&named.value),
            Expr::Call(call) => match (self.call_fact(call), &*call.arguments.args) {
                (Some(CallFact::Known(KnownFunction::Box)), [argument]) => {
                    self.primitive_of(argument).is_some_and(TypeCode::is_integer)
                }
                (Some(CallFact::Known(KnownFunction::Len)), [argument]) => self.sequence_of(argument).is_some(),
                (Some(CallFact::Inlined { .. }), _) => true,
                _ => self.primitive_of(expr).is_some_and(TypeCode::is_integer),
            },
            _ => self.primitive_of(expr).is_some_and(TypeCode::is_integer),
        }
    }
}
