//! Objects made machine integers, and machine integers made objects, where the JIT does it wrong.
//!
//! ```text
//! int64(x)   (x: int)       x · FAST_LEN 0 u< 16? · FAST_LEN 2 & 0x3FFFFFFF · 1 - (FAST_LEN 0 & 3) · *
//!                               FAST_LEN 0 u< 24? · PRIMITIVE_UNBOX 7
//!                               else: is it an int and of no other class? · x >> 63 is 0 or -1? · PRIMITIVE_UNBOX 7
//! x = box(i) (i: int64)     i · PRIMITIVE_BOX 7 · CALL_INTRINSIC_1 + · STORE_FAST x
//! ```
//!
//! `PRIMITIVE_UNBOX` that raises goes on behind the loop it is in once the JIT has compiled it: the block that notes the
//! error has no successor there, and is placed where none is wanted. Functions are inlined in loops of others, so no
//! place is safe. And a boxed number that nothing takes but the local it is stored in stays unboxed, even where another
//! object may be in that local: the JIT then ends the process.
//!
//! An integer is its tag, where a list has its length, and digits of 30 bits, where a set has its length; no integer of two
//! digits needs more than 61 bits. Interpreter and JIT read there whatever object it is, so that a small one, as most are,
//! is taken apart without a call, and no class below `int` has a say.
//!
//! Invariant: what is unboxed in a loop fits; what is stored in a local, or passed to a function, was taken by something.

use super::super::Builder;
use super::conversion::boxed_class;
use crate::{Constant, Label, Opcode};
use pyclast_syntax::Location;
use pyclast_syntax::type_facts::{CallFact, KnownFunction, TypeCode};
use ruff_python_ast::Expr;

/// `NB_RSHIFT`
const RIGHT_SHIFT: usize = 9;
/// `INTRINSIC_UNARY_POSITIVE`
const UNARY_POSITIVE: usize = 5;

/// `PRIM_OP_LT_UN_INT`
const LESS_UNSIGNED: usize = 6;
/// `PRIM_OP_SUB_INT`, `PRIM_OP_MUL_INT`, `PRIM_OP_AND_INT`
const SUBTRACT: usize = 1;
const MULTIPLY: usize = 2;
const AND: usize = 13;

/// What a `FAST_LEN` reads of an `int`: its tag, where a list has its length, and its first digit, where a set has its own.
const TAG: usize = 0;
const DIGIT: usize = 2;
/// What is above the tags of integers of one digit.
const ONE_DIGIT: i64 = 2 << 3;

impl Builder<'_> {
    /// The `int` on the stack, known to be one, as a machine integer.
    ///
    /// One of few digits fits, whatever its class. What is unboxed is an object to the interpreter still, and of `int`
    /// itself from a local on.
    pub(super) fn emit_unboxed_integer(&mut self, code: TypeCode, is_exact: bool, location: Location) {
        let end = self.new_label();
        let start = self.unit().sequence.instructions().len();
        if self.in_function_unit() {
            if code == TypeCode::Int64 {
                let large = self.new_label();
                self.emit_tag_test(ONE_DIGIT, large, location);
                self.emit_digit(location);
                self.emit_jump(Opcode::JumpNoInterrupt, end, Location::NONE);
                self.use_label(large);
            }
            if let Some(tags) = fitting_tags(code) {
                let unknown = self.new_label();
                self.emit_tag_test(tags, unknown, location);
                self.emit_with_code(Opcode::PrimitiveUnbox, code, location);
                if !is_exact {
                    self.emit_through_local(code, location);
                }
                self.emit_jump(Opcode::JumpNoInterrupt, end, Location::NONE);
                self.use_label(unknown);
            }
            if !is_exact {
                self.emit_exact_int(location);
            }
            self.emit_fit_test(code, location);
        }
        self.emit_with_code(Opcode::PrimitiveUnbox, code, location);
        self.use_label(end);
        let unit = self.unit_mut();
        unit.harmless.push(start..unit.sequence.instructions().len());
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

    /// Jumps unless the tag of the `int` on the stack, which stays there, is below that.
    fn emit_tag_test(&mut self, tags: i64, otherwise: Label, location: Location) {
        self.emit_duplicate(location);
        self.emit_arg(Opcode::FastLen, TAG, location);
        self.emit_primitive_const(Constant::int(tags), TypeCode::Int64, location);
        self.emit_arg(Opcode::PrimitiveCompareOp, LESS_UNSIGNED, location);
        self.emit_jump(Opcode::PopJumpIfZero, otherwise, location);
    }

    /// The `int` on the stack, of one digit, as an `int64`: the digit, times 1 - (tag & 3).
    fn emit_digit(&mut self, location: Location) {
        let step = |this: &mut Self, operator, operand| {
            this.emit_primitive_const(Constant::int(operand), TypeCode::Int64, location);
            this.emit_arg(Opcode::PrimitiveBinaryOp, operator, location);
        };
        self.emit_duplicate(location);
        self.emit_arg(Opcode::FastLen, DIGIT, location);
        step(self, AND, (1 << 30) - 1);
        self.emit_swap(2, location);
        self.emit_primitive_const(Constant::int(1), TypeCode::Int64, location);
        self.emit_swap(2, location);
        self.emit_arg(Opcode::FastLen, TAG, location);
        step(self, AND, 3);
        self.emit_arg(Opcode::PrimitiveBinaryOp, SUBTRACT, location);
        self.emit_arg(Opcode::PrimitiveBinaryOp, MULTIPLY, location);
        self.emit_through_local(TypeCode::Int64, location);
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
        // To the JIT what was cast may be of a class below still.
        self.emit_typed(Opcode::RefineType, boxed_class(TypeCode::Int64, true), location);
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

    /// Takes the object on the stack, `value`, if it may be a number just boxed.
    pub(super) fn emit_taken(&mut self, value: &Expr, location: Location) {
        if !self.in_function_unit() {
            return;
        }
        match self.boxed(value) {
            Boxed::Never => {}
            // Other objects may have no `+`, or one that does something.
            Boxed::Perhaps => self.emit_owned(location),
            Boxed::Always => self.emit_arg(Opcode::CallIntrinsic1, UNARY_POSITIVE, location),
        }
    }

    /// Whether an object is a machine number that was boxed last.
    fn boxed(&self, expr: &Expr) -> Boxed {
        match expr {
            Expr::If(conditional) => self.boxed(&conditional.body).or(self.boxed(&conditional.orelse)),
            Expr::BoolOp(operation) => {
                let mut operands = operation.values.iter().map(|operand| self.boxed(operand));
                let first = operands.next().unwrap_or(Boxed::Never);
                operands.fold(first, Boxed::or)
            }
            Expr::Named(named) => self.boxed(&named.value),
            Expr::Call(call) => {
                let is_boxed = match (self.call_fact(call), &*call.arguments.args) {
                    (Some(CallFact::Known(KnownFunction::Box)), [argument]) => {
                        self.primitive_of(argument).is_some_and(is_number)
                    }
                    (Some(CallFact::Known(KnownFunction::Len)), [argument]) => self.sequence_of(argument).is_some(),
                    (Some(CallFact::Inlined { expression, .. }), _) if self.primitive_of(expr).is_none() => {
                        let body = self.typed_facts().and_then(|facts| facts.made.get(expression));
                        return body.map_or(Boxed::Never, |body| self.boxed(body));
                    }
                    _ => self.primitive_of(expr).is_some_and(is_number),
                };
                if is_boxed { Boxed::Always } else { Boxed::Never }
            }
            _ if self.primitive_of(expr).is_some_and(is_number) => Boxed::Always,
            _ => Boxed::Never,
        }
    }
}

/// Whether an object is a machine number that was boxed last.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Boxed {
    Never,
    /// On some paths.
    Perhaps,
    Always,
}

impl Boxed {
    /// The same of an object that is one or the other.
    fn or(self, other: Self) -> Self {
        if self == other { self } else { Self::Perhaps }
    }
}

/// Whether boxes of a primitive are objects made for it.
fn is_number(code: TypeCode) -> bool {
    code.is_integer() || code == TypeCode::Double
}

/// Below which tag (`PyLongObject.long_value.lv_tag`) every integer fits: eight times the number of its digits of 30 bits,
/// and 1 if it is zero, 2 if it is negative, 4 if it is immortal.
const fn fitting_tags(code: TypeCode) -> Option<i64> {
    match code {
        TypeCode::Int64 => Some(3 << 3),
        TypeCode::Int32 => Some(2 << 3),
        _ => None,
    }
}
