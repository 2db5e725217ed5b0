//! `-v`, `~v`, `not v`, `await v`.
//!
//! ```text
//! -1.5 (float) → float        not x (int64) → cbool        ~d (double): refused
//! ```
//!
//! Invariant: the operand is bound already.

use crate::bind::Binder;
use crate::errors::Check;
use crate::types::{ClassId, ClassKind, Value};
use ruff_python_ast::{ExprAwait, ExprUnaryOp, UnaryOp};

impl<'a> Binder<'_, 'a> {
    /// `value.bind_unaryop(node, visitor, type_ctx)`
    pub(crate) fn bind_unaryop(&mut self, value: Value, node: &'a ExprUnaryOp) -> Check<()> {
        let is_not = node.op == UnaryOp::Not;
        let bool = Value::Instance(ClassId::BOOL);
        if let Value::Group(_) = value {
            let name = self.types.name(value);
            self.error_on(node, format!("cannot reverse unary op with {name}"));
            return Ok(());
        }
        let kind = if let Value::Instance(class) = value { Some((class, self.types.kind(class))) } else { None };
        let result = match kind {
            Some((_, ClassKind::NoneType)) => {
                let symbol = match node.op {
                    UnaryOp::UAdd => "+",
                    UnaryOp::USub => "-",
                    UnaryOp::Invert | UnaryOp::Not => "~",
                };
                if !is_not {
                    self.error_on(node, format!("bad operand type for unary {symbol}: 'NoneType'"));
                }
                bool
            }
            Some((_, ClassKind::Number(_))) if !is_not => value,
            Some((_, ClassKind::PrimitiveInt(_))) if is_not => Value::Instance(ClassId::CBOOL),
            Some((_, ClassKind::PrimitiveInt(_))) => value,
            Some((_, ClassKind::Double)) => {
                if !matches!(node.op, UnaryOp::USub | UnaryOp::UAdd) {
                    self.error_on(node, "Cannot invert/not a double");
                    return Ok(());
                }
                value
            }
            Some((class, ClassKind::Union | ClassKind::Optional)) => {
                self.bind_union(class, node, "unary op", |binder, value| {
                    binder.bind_unaryop(value, node)?;
                    Ok(true)
                })?;
                return Ok(());
            }
            _ if is_not => bool,
            _ => Value::DYNAMIC,
        };
        self.set_type(node, result);
        Ok(())
    }

    /// `value.bind_await(node, visitor, type_ctx)`
    pub(crate) fn bind_await(&mut self, value: Value, node: &'a ExprAwait) {
        let result = match value {
            Value::Instance(class) if self.types.kind(class) == ClassKind::Awaitable => {
                let awaited = self.types.class(class).type_args.first().copied();
                awaited.map_or(Value::DYNAMIC, |awaited| self.types.instance(awaited))
            }
            _ => Value::DYNAMIC,
        };
        self.set_type(node, result);
    }
}
