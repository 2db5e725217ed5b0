//! `@x.setter`, `@x.deleter`
//!
//! Invariant: nothing is set.

use crate::errors::Check;
use crate::program::Checker;
use crate::types::{ModuleId, Value};
use ruff_python_ast::ExprAttribute;

impl<'a> Checker<'a> {
    /// `PropertyMethod.resolve_attr`: the decorator; none: go on as with any object.
    pub fn resolve_property_attr(&mut self, module: ModuleId, property: Value, node: &'a ExprAttribute) -> Check<Option<Value>> {
        let _ = (module, property, node);
        Ok(None)
    }
}
