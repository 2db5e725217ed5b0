//! `for x in v`
//!
//! ```text
//! CheckedList[C] → C        Array[int64], crange() → int64        others → dynamic
//! ```
//!
//! Invariant: `v` is bound already.

use crate::bind::Binder;
use crate::types::{ClassId, ClassKind, Value};
use ruff_python_ast::Expr;

impl<'a> Binder<'_, 'a> {
    /// `value.get_iter_type(node, visitor)`
    pub(crate) fn iter_type(&mut self, value: Value, node: &'a Expr) -> Value {
        match value {
            Value::CRangeIterator => return Value::Instance(ClassId::INT64),
            Value::Instance(class) => match self.types.kind(class) {
                ClassKind::Array | ClassKind::CheckedList => {
                    let element = self.types.class(class).type_args.first().copied();
                    return element.map_or(Value::DYNAMIC, |element| self.types.instance(element));
                }
                ClassKind::PrimitiveInt(_) | ClassKind::Double => {}
                _ => return Value::DYNAMIC,
            },
            Value::Group(_) => {}
            _ => return Value::DYNAMIC,
        }
        let name = self.types.name(value);
        self.error_at(node, format!("cannot iterate over {name}"));
        Value::DYNAMIC
    }

    /// `value.bind_forloop_target(target, visitor)`
    pub(crate) fn bind_loop_target(&mut self, value: Value, target: &'a Expr) {
        let yields_primitives = match value {
            Value::CRangeIterator => true,
            Value::Instance(class) => self.types.kind(class) == ClassKind::Array,
            _ => false,
        };
        if yields_primitives && !target.is_name_expr() {
            let name = self.types.name(value);
            self.error_at(target, format!("cannot unpack multiple values from {name} while iterating"));
        }
        self.visit_expr(target, None);
    }

    /// `value.get_fast_len_type()`: the operand of `FAST_LEN`, if the length is to be had without a call.
    pub(crate) fn fast_len_type(&self, value: Value) -> Option<u8> {
        const INEXACT: u8 = 1 << 4;
        let Value::Instance(class) = value else { return None };
        let code = match self.types.kind(class) {
            ClassKind::CheckedList => return Some(0),
            ClassKind::CheckedDict => return Some(1),
            ClassKind::List => 0,
            ClassKind::Dict => 1,
            ClassKind::Set => 2,
            ClassKind::Tuple => 3,
            ClassKind::Array => 4,
            ClassKind::Str => 5,
            _ => return None,
        };
        Some(if self.types.class(class).is_exact { code } else { code | INEXACT })
    }
}
