//! `@x.setter`, `@x.deleter`
//!
//! Invariant: nothing is set.

use crate::errors::Check;
use crate::program::Checker;
use crate::types::{ClassId, DecoratedKind, ModuleId, Value};
use pyclast_syntax::Span;
use ruff_python_ast::ExprAttribute;

impl<'a> Checker<'a> {
    /// `PropertyMethod.resolve_attr`: the decorator; none: go on as with any object.
    pub fn resolve_property_attr(
        &mut self,
        module: ModuleId,
        property: Value,
        node: &'a ExprAttribute,
    ) -> Check<Option<Value>> {
        let decorator = match node.attr.as_str() {
            "setter" => ClassId::PROPERTY_SETTER,
            "deleter" => ClassId::PROPERTY_DELETER,
            _ => return Ok(None),
        };
        let cached = match self.types.decorated_kind(property) {
            Some(DecoratedKind::CachedProperty) => Some("cached_property"),
            Some(DecoratedKind::AsyncCachedProperty) => Some("async_cached_property"),
            _ => None,
        };
        if let Some(cached) = cached {
            let message = format!("{cached} {} does not support {}s", self.types.name(property), node.attr);
            self.error(module, Span::from(node.range), message);
        }
        Ok(Some(Value::Class(decorator)))
    }
}
