//! Attributes and calls of enums and their members.
//!
//! Invariant: as the reference's.

use crate::bind::Binder;
use crate::errors::Check;
use crate::types::{ClassId, Value};
use ruff_python_ast::{ExprAttribute, ExprCall};

impl<'a> Binder<'_, 'a> {
    /// `EnumType.bind_attr`, `EnumInstance.bind_attr`: for classes, instances and members of enums. Whether it knows the
    /// result; if not, go on as with any class or object.
    pub fn bind_enum_attr(&mut self, value: Value, node: &'a ExprAttribute) -> Check<bool> {
        let _ = (value, node);
        Ok(false)
    }

    /// `EnumType.bind_call`
    pub fn bind_enum_call(&mut self, class: ClassId, node: &'a ExprCall) -> Check<()> {
        let _ = class;
        self.set_type(node, Value::DYNAMIC);
        Ok(())
    }
}
