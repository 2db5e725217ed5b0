//! `v[i]`
//!
//! ```text
//! CheckedList[C]: l[0] → C, l[1:] → the same      list → dynamic      Optional[int] → a class
//! ```
//!
//! Invariant: `v` and `i` are bound already.

use crate::bind::Binder;
use crate::errors::Check;
use crate::types::{ClassId, ClassKind, TYPE_MISMATCH, Value};
use ruff_python_ast::ExprSubscript;

impl<'a> Binder<'_, 'a> {
    /// `value.bind_subscr(node, type, visitor, type_ctx)`
    pub(crate) fn bind_subscr(&mut self, value: Value, node: &'a ExprSubscript, slice: Value) -> Check<()> {
        let Value::Instance(class) = value else { return self.bind_subscr_of_object(value, node, slice) };
        let slice_class = self.types.class_of(slice);
        let is_slice = slice == Value::Instance(ClassId::SLICE);
        let argument = |binder: &Self, index: usize| {
            let class = binder.types.class(class).type_args.get(index).copied().unwrap_or(ClassId::DYNAMIC);
            binder.types.instance(class)
        };
        match self.types.kind(class) {
            ClassKind::NoneType => self.error_on(node, "'NoneType' object is not subscriptable"),
            ClassKind::List => {
                if !slice_class.is_signed_primitive() {
                    self.bind_subscr_of_object(value, node, slice)?;
                }
                self.set_type(node, Value::DYNAMIC);
            }
            ClassKind::Union | ClassKind::Optional => {
                self.bind_union(class, node, "subscript", |binder, value| {
                    binder.bind_subscr(value, node, slice)?;
                    Ok(true)
                })?;
            }
            ClassKind::Array => {
                if is_slice {
                    self.error_on(node, "Static arrays cannot be sliced");
                }
                let element = argument(self, 0);
                self.set_type(node, element);
            }
            ClassKind::CheckedDict => {
                let key = argument(self, 0);
                self.visit_expected_blame(&node.slice, key, node.range.into());
                let element = argument(self, 1);
                self.set_type(node, element);
            }
            ClassKind::CheckedList if is_slice => self.set_type(node, value),
            ClassKind::CheckedList => {
                if !slice_class.is_signed_primitive() {
                    self.visit_expected_blame(&node.slice, Value::Instance(ClassId::INT), node.range.into());
                }
                let element = argument(self, 0);
                self.set_type(node, element);
            }
            _ => self.bind_subscr_of_object(value, node, slice)?,
        }
        Ok(())
    }

    /// `Value.bind_subscr`
    fn bind_subscr_of_object(&mut self, value: Value, node: &'a ExprSubscript, slice: Value) -> Check<()> {
        let slice_class = self.types.class_of(slice);
        self.check_can_assign(ClassId::DYNAMIC, slice_class, node.range.into(), TYPE_MISMATCH);
        let is_plain_value = matches!(value, Value::Group(_)) || self.types.is_primitive(value);
        let found = if is_plain_value {
            let name = self.types.name(value);
            self.error_on(node, format!("cannot index {name}"));
            None
        } else if let Value::Class(class) = value {
            let module = self.module;
            self.resolve_subscript_of_class(module, class, node, slice, 0)?
        } else {
            None
        };
        self.set_type(node, found.unwrap_or(Value::DYNAMIC));
        Ok(())
    }
}
