//! Arithmetic.
//!
//! ```text
//! int + int (exact) → Exact[int]      int8 + int16 → int16      [1] * n → Exact[list]      C | None → a union
//! ```
//!
//! Invariant: the operands are bound already.

use super::compare::mixed_math;
use crate::bind::Binder;
use crate::errors::{Check, Raised};
use crate::types::{ClassId, ClassKind, Primitive, TYPE_MISMATCH, Value};
use pyclast_syntax::{Span, node_index};
use ruff_python_ast::{ExprBinOp, Operator};

impl<'a> Binder<'_, 'a> {
    /// `left.bind_binop(node, visitor, type_ctx)`: whether it knows the result.
    pub(crate) fn bind_binop(&mut self, left: Value, node: &'a ExprBinOp, context: Option<Value>) -> Check<bool> {
        let class = match left {
            Value::Group(_) => {
                let name = self.types.name(left);
                self.error_on(node, format!("cannot bin op with {name}"));
                return Ok(false);
            }
            Value::Class(class) => return self.bind_class_union(class, node),
            Value::Instance(class) => class,
            _ => return Ok(false),
        };
        let is_exact = self.types.class(class).is_exact;
        match self.types.kind(class) {
            ClassKind::NoneType => self.bind_class_union(ClassId::NONE, node),
            ClassKind::Number(_) if is_exact => Ok(self.bind_exact_int(node)),
            ClassKind::Tuple | ClassKind::List if is_exact => {
                let right = self.get_type(&*node.right);
                Ok(self.bind_repetition(class, right, node))
            }
            ClassKind::PrimitiveInt(primitive) => self.bind_primitive(left, primitive, node, context),
            ClassKind::Double => Ok(self.bind_double(left, node, context)),
            _ => Ok(false),
        }
    }

    /// `right.bind_reverse_binop(node, visitor, type_ctx)`
    pub(crate) fn bind_reverse_binop(&mut self, right: Value, node: &'a ExprBinOp) -> bool {
        if let Value::Group(_) = right {
            let name = self.types.name(right);
            self.error_on(node, format!("cannot reverse bin op with {name}"));
            return false;
        }
        if let Value::Instance(class) = right {
            match self.types.kind(class) {
                ClassKind::PrimitiveInt(_) | ClassKind::Double => {
                    let reason = operands_error("{}", "{}", node.op);
                    self.visit_expected(&node.left, right, &reason);
                    self.check_has_operator(right, node.op, node.range.into());
                    let result = if node.op == Operator::Pow {
                        let module = self.module;
                        self.facts_mut(module).common_types.insert(node_index(node), right);
                        Value::Instance(ClassId::DOUBLE)
                    } else {
                        right
                    };
                    self.set_type(node, result);
                    return true;
                }
                ClassKind::Tuple | ClassKind::List if self.types.class(class).is_exact => {
                    let left = self.get_type(&*node.left);
                    if self.bind_repetition(class, left, node) {
                        return true;
                    }
                }
                _ => {}
            }
        }
        self.set_type(node, Value::DYNAMIC);
        false
    }

    /// Whether a primitive has the operator of which it is the second operand, or the target. The reference finds that it has
    /// not only in its code generator, and fails; or makes code that no machine type has.
    pub(crate) fn check_has_operator(&mut self, primitive: Value, operator: Operator, place: Span) {
        let (name, verb) = (self.types.name(primitive), primitive_verb(operator));
        if primitive == Value::Instance(ClassId::CBOOL)
            && !matches!(operator, Operator::BitAnd | Operator::BitOr | Operator::BitXor)
        {
            self.late_error(place, format!("{name} is not a valid operand type for {verb}"));
        } else if !has_operator(primitive, operator) {
            self.late_error(place, format!("cannot {verb} {name} and {name}"));
        }
    }

    /// `C | D` (`Class.bind_binop`)
    fn bind_class_union(&mut self, class: ClassId, node: &'a ExprBinOp) -> Check<bool> {
        if node.op != Operator::BitOr {
            return Ok(false);
        }
        let right = match self.get_type(&*node.right) {
            Value::NONE => ClassId::NONE,
            Value::DYNAMIC => ClassId::DYNAMIC,
            Value::Class(class) => class,
            other => {
                let (left, right) = (self.types.name(Value::Class(class)), self.types.name(other));
                self.error_on(node, format!("unsupported operand type(s) for |: {left} and {right}"));
                return Ok(false);
            }
        };
        let union = self.types.union(&[class, right])?;
        self.set_type(node, Value::Class(union));
        Ok(true)
    }

    /// `NumExactInstance.bind_binop`
    fn bind_exact_int(&mut self, node: &'a ExprBinOp) -> bool {
        let int = self.types.exact_type(ClassId::INT);
        let (left, right) = (self.get_type(&*node.left), self.get_type(&*node.right));
        if !self.types.can_assign_value(int, left) || !self.types.can_assign_value(int, right) {
            return false;
        }
        let class = if node.op == Operator::Div { ClassId::FLOAT } else { ClassId::INT };
        let result = self.types.exact_instance(class);
        self.set_type(node, result);
        true
    }

    /// `[x] * n`
    fn bind_repetition(&mut self, class: ClassId, count: Value, node: &'a ExprBinOp) -> bool {
        if node.op != Operator::Mult {
            return false;
        }
        let count = self.types.class_of(count);
        if !self.types.can_assign(ClassId::INT, count) && !count.is_signed_primitive() {
            return false;
        }
        let sequence = if self.types.kind(class) == ClassKind::List { ClassId::LIST } else { ClassId::TUPLE };
        let result = self.types.exact_instance(sequence);
        self.set_type(node, result);
        true
    }

    /// `CIntInstance.bind_binop`
    fn bind_primitive(
        &mut self,
        left: Value,
        primitive: Primitive,
        node: &'a ExprBinOp,
        context: Option<Value>,
    ) -> Check<bool> {
        if primitive == Primitive::BOOL {
            let verb = primitive_verb(node.op);
            return Err(Raised::new(format!("cbool is not a valid operand type for {verb}")));
        }
        let right = self.get_type(&*node.right);
        if right != left {
            let (list, tuple) = (self.types.exact_type(ClassId::LIST), self.types.exact_type(ClassId::TUPLE));
            let class = self.types.class_of(right);
            if class == list || class == tuple {
                let result = self.types.instance(class);
                self.set_type(node, result);
                return Ok(true);
            }
            self.visit_expr(&node.right, Some(context.unwrap_or(Value::Instance(ClassId::INT64))));
        }
        let now = self.get_type(&*node.right);
        let (left_name, right_name) = (self.types.name(left), self.types.name(now));
        // The reference finds it only in its code generator, and fails.
        if !has_operator(left, node.op) {
            self.late_error(node.range.into(), operands_error(&left_name, &right_name, node.op));
        }
        // Signs do not mix in powers.
        if node.op == Operator::Pow
            && let Some(other) = self.types.primitive_int(right)
            && other.is_signed() != primitive.is_signed()
        {
            self.error_on(node, operands_error(&left_name, &right_name, node.op));
        }
        let result = match context {
            None => match mixed_math(&self.types, left, now) {
                Some(common) => {
                    let module = self.module;
                    self.facts_mut(module).common_types.insert(node_index(node), common);
                    common
                }
                None => {
                    self.error_on(node, operands_error(&left_name, &right_name, node.op));
                    Value::DYNAMIC
                }
            },
            Some(context) => {
                let dest = self.types.class_of(context);
                let (left, now) = (self.types.class_of(left), self.types.class_of(now));
                let (left_place, right_place) = (self.place(&node.left), self.place(&node.right));
                self.check_can_assign(dest, left, left_place, TYPE_MISMATCH);
                let reason = operands_error("{1}", "{0}", node.op);
                self.check_can_assign(dest, now, right_place, &reason);
                context
            }
        };
        let result = if node.op == Operator::Pow { Value::Instance(ClassId::DOUBLE) } else { result };
        self.set_type(node, result);
        Ok(true)
    }

    /// `CDoubleInstance.bind_binop`
    fn bind_double(&mut self, left: Value, node: &'a ExprBinOp, context: Option<Value>) -> bool {
        let right = self.get_type(&*node.right);
        if !has_operator(left, node.op) {
            let (left, right) = (self.types.name(left), self.types.name(right));
            self.error_on(node, operands_error(&left, &right, node.op));
        }
        if right != left {
            let reason = operands_error("{}", "{}", node.op);
            self.visit_expected(&node.right, context.unwrap_or(Value::Instance(ClassId::DOUBLE)), &reason);
        }
        self.set_type(node, left);
        true
    }
}

/// What an operator does to primitives, in messages (`CInstance._op_name`; the reference has no word for `@`, and fails).
pub(crate) const fn primitive_verb(operator: Operator) -> &'static str {
    match operator {
        Operator::Add => "add",
        Operator::Sub => "subtract",
        Operator::Mult => "multiply",
        Operator::FloorDiv | Operator::Div => "divide",
        Operator::Mod => "modulus",
        Operator::Pow => "pow",
        Operator::LShift => "left shift",
        Operator::RShift => "right shift",
        Operator::BitOr => "bitwise or",
        Operator::BitXor => "xor",
        Operator::BitAnd => "bitwise and",
        Operator::MatMult => "matrix multiply",
    }
}

/// Whether a primitive that is no `cbool` has an operator: machine integers all but `@`, doubles no bits to work on and no `//`.
fn has_operator(primitive: Value, operator: Operator) -> bool {
    if primitive == Value::Instance(ClassId::DOUBLE) {
        matches!(
            operator,
            Operator::Add | Operator::Sub | Operator::Mult | Operator::Div | Operator::Mod | Operator::Pow
        )
    } else {
        operator != Operator::MatMult
    }
}

/// `CInstance.binop_error`
fn operands_error(left: &str, right: &str, operator: Operator) -> String {
    format!("cannot {} {left} and {right}", primitive_verb(operator))
}
