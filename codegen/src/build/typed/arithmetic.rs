//! Arithmetic on primitives.
//!
//! ```text
//! a + b   (int64)     a · b · PRIMITIVE_BINARY_OP +
//! a + b   (int8)      a · b · PRIMITIVE_BINARY_OP + · CONVERT_PRIMITIVE int8 → int8
//! ```
//!
//! Invariant: a narrow integer on the stack is one of its type: what arithmetic makes of it is brought back into its
//! width at once, so that the interpreter, which counts in 64 bits, and the JIT agree.

use super::super::Builder;
use crate::{Constant, Opcode};
use pyclast_syntax::type_facts::{TypeCode, TypeKind};
use pyclast_syntax::{Location, node_index};
use ruff_python_ast::{Expr, ExprBinOp, ExprUnaryOp, Operator, StmtAugAssign, UnaryOp};

/// `PRIM_OP_AND_INT`
const AND: usize = 13;
/// `PRIM_OP_NEG_INT`, …
const NEGATE: usize = 0;
const INVERT: usize = 1;
const NEGATE_DOUBLE: usize = 2;
const NOT: usize = 3;

impl<'a> Builder<'a> {
    /// `left op right` on primitives.
    pub(super) fn visit_typed_binary_operation(&mut self, expr: &'a Expr, operation: &'a ExprBinOp) -> bool {
        let (left, right) = (&*operation.left, &*operation.right);
        let Some(facts) = self.typed_facts() else { return false };
        let location = self.expr_location(expr);
        let common = facts.arithmetic.get(&node_index(operation)).copied().or_else(|| self.type_id(expr));
        let Some((common, TypeKind::Primitive(code))) = common.map(|id| (id, facts.get(id).kind)) else {
            if self.primitive_of(left).is_none() && self.primitive_of(right).is_none() {
                return false;
            }
            self.visit_boxed(left);
            self.visit_boxed(right);
            self.emit_binary_op(operation.op, false, location);
            return true;
        };
        self.visit_expr(left);
        self.emit_conversion(common, self.type_id(left), location);
        let is_boxed = is_boxed(code, operation.op);
        if is_boxed {
            self.emit_with_code(Opcode::PrimitiveBox, code, location);
        }
        let divides = matches!(operation.op, Operator::Div | Operator::FloorDiv | Operator::Mod);
        if divides && code.is_signed() && differs_by_path(left) {
            // The tests of a division are about one dividend.
            self.emit_through_local(code, location);
        }
        let is_known = is_boxed || self.known_constant(left).is_some();
        self.visit_right(right, common, code, is_known, location);
        let divisor = self.known_constant(right);
        self.emit_primitive_arithmetic(operation.op, code, divisor.as_ref(), is_boxed, location);
        // The result of a power is a double, whatever the operands are.
        let made = if operation.op == Operator::Pow { TypeCode::Double } else { code };
        if let Some(wanted) = self.primitive_of(expr) {
            self.emit_primitive_conversion(made, wanted, location);
        }
        true
    }

    /// `target op= value` on a primitive: the target's value is on the stack.
    pub(super) fn emit_augmented_primitive(&mut self, assign: &'a StmtAugAssign, code: TypeCode) {
        let location = self.expr_location(&assign.value);
        let is_boxed = is_boxed(code, assign.op);
        if is_boxed {
            self.emit_with_code(Opcode::PrimitiveBox, code, location);
        }
        match self.type_id(assign) {
            Some(target) => self.visit_right(&assign.value, target, code, is_boxed, location),
            None => self.visit_expr(&assign.value),
        }
        let divisor = self.known_constant(&assign.value);
        self.emit_primitive_arithmetic(assign.op, code, divisor.as_ref(), is_boxed, location);
        if assign.op == Operator::Pow && code != TypeCode::Double {
            self.emit_with_code(Opcode::PrimitiveBox, TypeCode::Double, location);
            let name = self.names.intern("__int__");
            self.emit_name_bits(Opcode::LoadAttr, name, 1, 1, location);
            self.emit_arg(Opcode::Call, 0, location);
            self.emit_unbox(code, None, location);
        }
    }

    /// The operator, applied to two primitives of one type; boxed, if that type does not have it.
    fn emit_primitive_arithmetic(
        &mut self,
        operator: Operator,
        code: TypeCode,
        right: Option<&Constant>,
        is_boxed: bool,
        location: Location,
    ) {
        if is_boxed {
            self.emit_with_code(Opcode::PrimitiveBox, code, location);
            self.emit_binary_op(operator, false, location);
            return self.emit_unbox(code, None, location);
        }
        if code != TypeCode::Double && matches!(operator, Operator::Div | Operator::FloorDiv | Operator::Mod) {
            self.emit_division_tests(operator, code, right, location);
        }
        if matches!(operator, Operator::LShift | Operator::RShift) && code.is_narrow() && !is_small(right) {
            // As many bits as the processor looks at.
            self.emit_primitive_const(Constant::int(31), code, location);
            self.emit_arg(Opcode::PrimitiveBinaryOp, AND, location);
        }
        self.emit_arg(Opcode::PrimitiveBinaryOp, primitive_operand(operator, code), location);
        let may_leave_width = match operator {
            Operator::Add | Operator::Sub | Operator::Mult | Operator::LShift => true,
            Operator::Div | Operator::FloorDiv | Operator::Mod => code.is_signed(),
            _ => false,
        };
        if may_leave_width {
            self.emit_narrowing(code, location);
        }
    }

    /// Brings the result of arithmetic back into its width.
    fn emit_narrowing(&mut self, code: TypeCode, location: Location) {
        if code.is_narrow() {
            let code = code as usize;
            self.emit_arg(Opcode::ConvertPrimitive, code << 4 | code, location);
        }
    }

    /// `op operand` on a primitive.
    pub(super) fn visit_typed_unary_operation(&mut self, expr: &'a Expr, operation: &'a ExprUnaryOp) -> bool {
        let Some(code) = self.primitive_of(&*operation.operand) else { return false };
        let location = self.expr_location(expr);
        self.visit_expr(&operation.operand);
        match (operation.op, code) {
            // What is not zero stays so; what is inverted never is zero.
            (UnaryOp::USub, TypeCode::Bool) => {}
            (UnaryOp::Invert, TypeCode::Bool) => {
                self.emit(Opcode::PopTop, location);
                self.emit_primitive_const(Constant::Bool(true), TypeCode::Bool, location);
            }
            (UnaryOp::USub, TypeCode::Double) => self.emit_arg(Opcode::PrimitiveUnaryOp, NEGATE_DOUBLE, location),
            (UnaryOp::USub, _) => {
                self.emit_arg(Opcode::PrimitiveUnaryOp, NEGATE, location);
                self.emit_narrowing(code, location);
            }
            (UnaryOp::Invert, _) => {
                self.emit_arg(Opcode::PrimitiveUnaryOp, INVERT, location);
                self.emit_narrowing(code, location);
            }
            (UnaryOp::Not, _) => self.emit_arg(Opcode::PrimitiveUnaryOp, NOT, location),
            (UnaryOp::UAdd, _) => {}
        }
        true
    }
}

/// Whether different ways through an expression may leave different values on the stack.
fn differs_by_path(expr: &Expr) -> bool {
    match expr {
        Expr::If(_) | Expr::BoolOp(_) | Expr::Compare(_) | Expr::Named(_) | Expr::Call(_) | Expr::Subscript(_) => true,
        Expr::UnaryOp(operation) => differs_by_path(&operation.operand),
        _ => false,
    }
}

/// Whether a shift is known to be by few bits.
fn is_small(count: Option<&Constant>) -> bool {
    count.and_then(Constant::as_small_int).is_some_and(|count| (0..32).contains(&count))
}

/// Whether neither the interpreter nor the JIT knows an operator of a type.
fn is_boxed(code: TypeCode, operator: Operator) -> bool {
    code == TypeCode::Double && matches!(operator, Operator::Mod | Operator::FloorDiv)
}

/// `PRIM_OP_ADD_INT`, …
const fn primitive_operand(operator: Operator, code: TypeCode) -> usize {
    let (double, signed) = (matches!(code, TypeCode::Double), code.is_signed());
    match operator {
        Operator::Add if double => 14,
        Operator::Sub if double => 15,
        Operator::Mult if double => 16,
        Operator::Div if double => 17,
        Operator::Pow if double => 19,
        Operator::Add => 0,
        Operator::Sub => 1,
        // No machine type has `@`: the checker refuses it.
        Operator::Mult | Operator::MatMult => 2,
        Operator::Div | Operator::FloorDiv if signed => 3,
        Operator::Div | Operator::FloorDiv => 4,
        Operator::Mod if signed => 5,
        Operator::Mod => 6,
        Operator::Pow if signed => 7,
        Operator::Pow => 20,
        Operator::LShift => 8,
        Operator::RShift if signed => 9,
        Operator::RShift => 10,
        Operator::BitXor => 11,
        Operator::BitOr => 12,
        Operator::BitAnd => 13,
    }
}
