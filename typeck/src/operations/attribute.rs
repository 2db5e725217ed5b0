//! What is `value.name`?
//!
//! Invariant: `resolve_attr` sets nothing, `bind_attr` sets the type of the node.

use crate::bind::Binder;
use crate::errors::Check;
use crate::program::Checker;
use crate::types::{ModuleId, Value};
use ruff_python_ast::ExprAttribute;

impl<'a> Checker<'a> {
    /// `value.resolve_attr(node, visitor)`: none where nothing is known.
    pub fn resolve_attr(&mut self, _module: ModuleId, _value: Value, _node: &'a ExprAttribute) -> Check<Option<Value>> {
        Ok(Some(Value::DYNAMIC))
    }
}

impl<'a> Binder<'_, 'a> {
    /// `value.bind_attr(node, visitor, type_ctx)`
    pub fn bind_attr(&mut self, _value: Value, node: &'a ExprAttribute, _context: Option<Value>) -> Check<()> {
        self.set_type(node, Value::DYNAMIC);
        Ok(())
    }
}
