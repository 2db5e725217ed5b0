//! Comparisons.
//!
//! ```text
//! int8 < int16 → cbool, compared as int16        None < 1: refused        x == y → dynamic
//! ```
//!
//! Invariant: the operands are bound already.

use crate::bind::Binder;
use crate::errors::Check;
use crate::types::{ClassId, ClassKind, Primitive, TYPE_MISMATCH, Types, Value};
use pyclast_syntax::node_index;
use ruff_python_ast::{CmpOp, Expr, ExprCompare};

/// One comparison of a chain.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Comparison<'a> {
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

/// The type in which two primitive integers meet (`validate_mixed_math`).
pub(super) fn mixed_math(types: &Types<'_>, left: Value, right: Value) -> Option<Value> {
    let one = types.primitive_int(left).filter(|&one| one != Primitive::BOOL)?;
    if left == right {
        return Some(left);
    }
    let other = types.primitive_int(right).filter(|&other| other != Primitive::BOOL)?;
    let (one_size, other_size) = (usize::from(one.size()), usize::from(other.size()));
    let class = if one.is_signed() == other.is_signed() {
        let table = if one.is_signed() { ClassId::SIGNED } else { ClassId::UNSIGNED };
        table[one_size.max(other_size)]
    } else {
        // An unsigned one needs a bit more.
        let size = (one_size + usize::from(!one.is_signed())).max(other_size + usize::from(!other.is_signed()));
        *ClassId::SIGNED.get(size)?
    };
    Some(Value::Instance(class))
}

impl<'a> Binder<'_, 'a> {
    /// `value.bind_compare(…)`: whether it knows the result.
    pub(crate) fn bind_compare(&mut self, value: Value, comparison: Comparison<'a>) -> Check<bool> {
        let class = match value {
            Value::Group(_) => return Ok(self.error_cannot_compare(value, "compare", comparison)),
            Value::Instance(class) => class,
            _ => return Ok(false),
        };
        match self.types.kind(class) {
            ClassKind::NoneType if matches!(comparison.operator, CmpOp::Lt | CmpOp::LtE | CmpOp::Gt | CmpOp::GtE) => {
                Ok(self.error_not_supported(comparison))
            }
            ClassKind::Union | ClassKind::Optional => {
                self.bind_union(class, comparison.node, "compare", |binder, value| {
                    binder.bind_compare(value, comparison)
                })
            }
            ClassKind::PrimitiveInt(primitive) => Ok(self.compare_primitive(value, primitive, comparison)),
            ClassKind::Double => {
                self.compare_double(value, comparison.right, comparison);
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// `value.bind_reverse_compare(…)`
    pub(crate) fn bind_reverse_compare(&mut self, value: Value, comparison: Comparison<'a>) -> Check<bool> {
        if let Value::Group(_) = value {
            return Ok(self.error_cannot_compare(value, "reverse compare", comparison));
        }
        if let Value::Instance(class) = value {
            match self.types.kind(class) {
                ClassKind::NoneType
                    if !matches!(comparison.operator, CmpOp::Eq | CmpOp::NotEq | CmpOp::Is | CmpOp::IsNot) =>
                {
                    return Ok(self.error_not_supported(comparison));
                }
                ClassKind::Union | ClassKind::Optional => {
                    return self.bind_union(class, comparison.node, "compare", |binder, value| {
                        binder.bind_reverse_compare(value, comparison)
                    });
                }
                ClassKind::PrimitiveInt(_) => {
                    self.visit_expected(comparison.left, value, TYPE_MISMATCH);
                    self.set_comparison(comparison, value, Value::Instance(ClassId::CBOOL));
                    return Ok(true);
                }
                ClassKind::Double => {
                    let differs = self.get_type(comparison.left) != value;
                    if differs {
                        self.compare_double(value, comparison.left, comparison);
                    }
                    return Ok(differs);
                }
                _ => {}
            }
        }
        let is_bool = matches!(comparison.operator, CmpOp::Is | CmpOp::IsNot | CmpOp::In | CmpOp::NotIn);
        let result = if is_bool { Value::Instance(ClassId::BOOL) } else { Value::DYNAMIC };
        self.set_comparison(comparison, Value::DYNAMIC, result);
        Ok(is_bool)
    }

    /// Says in which type operands are compared, and what the chain gives.
    fn set_comparison(&mut self, comparison: Comparison<'a>, operands: Value, result: Value) {
        let module = self.module;
        let key = (node_index(comparison.node), comparison.position);
        self.facts_mut(module).compare_types.insert(key, operands);
        self.set_type(comparison.node, result);
    }

    fn error_cannot_compare(&mut self, value: Value, verb: &str, comparison: Comparison<'a>) -> bool {
        let name = self.types.name(value);
        self.error_on(comparison.node, format!("cannot {verb} with {name}"));
        false
    }

    fn error_not_supported(&mut self, comparison: Comparison<'a>) -> bool {
        let operator = match comparison.operator {
            CmpOp::Lt => "<",
            CmpOp::Gt => ">",
            CmpOp::Eq => "==",
            CmpOp::NotEq => "!=",
            CmpOp::LtE => "<=",
            CmpOp::GtE => ">=",
            CmpOp::Is | CmpOp::IsNot => "is",
            CmpOp::In => "in",
            // The reference has no word for it, and fails.
            CmpOp::NotIn => "not in",
        };
        let (left, right) = (self.get_type(comparison.left), self.get_type(comparison.right));
        let (left, right) = (self.types.name(left), self.types.name(right));
        self.error_on(comparison.node, format!("'{operator}' not supported between '{left}' and '{right}'"));
        false
    }

    /// `CIntInstance.bind_compare`
    fn compare_primitive(&mut self, value: Value, primitive: Primitive, comparison: Comparison<'a>) -> bool {
        let right = self.get_type(comparison.right);
        if matches!(comparison.operator, CmpOp::In | CmpOp::NotIn) {
            self.set_comparison(comparison, Value::DYNAMIC, Value::Instance(ClassId::BOOL));
            return true;
        }
        if matches!(comparison.operator, CmpOp::Is | CmpOp::IsNot) && self.types.is_primitive(right) {
            self.refuse_identity(value, comparison);
        }
        let cbool = Value::Instance(ClassId::CBOOL);
        let right = self.get_type(comparison.right);
        if right != value && self.types.primitive_int(right).is_none() {
            self.visit_expr(comparison.right, Some(value));
        }
        let right = self.get_type(comparison.right);
        if primitive == Primitive::BOOL && self.types.primitive_int(right) == Some(Primitive::BOOL) {
            self.set_comparison(comparison, cbool, cbool);
            return true;
        }
        let operands = mixed_math(&self.types, value, right).unwrap_or_else(|| {
            let (left, right) = (self.types.name(value), self.types.name(right));
            self.error_on(comparison.node, format!("can't compare {left} to {right}"));
            Value::DYNAMIC
        });
        self.set_comparison(comparison, operands, cbool);
        true
    }

    /// Primitives have no identity, and hold nothing. (The reference finds no instruction for it, and fails.)
    fn refuse_identity(&mut self, value: Value, comparison: Comparison<'a>) {
        let operator = match comparison.operator {
            CmpOp::Is => "is",
            CmpOp::IsNot => "is not",
            CmpOp::In => "in",
            _ => "not in",
        };
        let right = self.get_type(comparison.right);
        let (left, right) = (self.types.name(value), self.types.name(right));
        let message = format!("'{operator}' not supported between '{left}' and '{right}'");
        self.late_error(comparison.node.range.into(), message);
    }

    /// A comparison of a double with another operand.
    fn compare_double(&mut self, value: Value, other: &'a Expr, comparison: Comparison<'a>) {
        let given = self.get_type(other);
        if given == value && matches!(comparison.operator, CmpOp::Is | CmpOp::IsNot | CmpOp::In | CmpOp::NotIn) {
            self.refuse_identity(value, comparison);
        }
        if given != value {
            if given == self.types.exact_instance(ClassId::FLOAT) {
                self.visit_expected(other, value, "can't compare {} to {}");
            } else {
                let (left, right) = (self.types.name(value), self.types.name(given));
                self.error_on(comparison.node, format!("can't compare {left} to {right}"));
            }
        }
        self.set_comparison(comparison, value, Value::Instance(ClassId::CBOOL));
    }
}
