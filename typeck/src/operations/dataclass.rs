//! Dataclasses while binding: fields in the class body, fields of frozen instances.
//!
//! Invariant: what is checked here belongs to the class or instance itself; the rest is as for any class.

use crate::bind::Binder;
use crate::declare::dataclass::{FieldData, FieldKind};
use crate::errors::{Check, Raised};
use crate::types::{ClassId, TYPE_MISMATCH, Value};
use ruff_python_ast::{Expr, ExprAttribute, ExprContext};

impl<'a> Binder<'_, 'a> {
    /// `Dataclass.bind_field`: the value that is assigned to the field in the class body.
    pub(crate) fn bind_dataclass_field(
        &mut self,
        class: ClassId,
        name: &str,
        assignment: Option<&'a Expr>,
    ) -> Check<Option<&'a Expr>> {
        let Some(assignment) = assignment else { return Ok(None) };
        self.visit_expected(assignment, Value::DYNAMIC, TYPE_MISMATCH);
        let Some(dataclass) = self.types.dataclass_of(class) else { return Ok(Some(assignment)) };
        let Some(&field) = self.types.dataclass(dataclass).fields.get(name) else { return Ok(Some(assignment)) };
        let data = self.types.field(field).clone();
        self.check_field(&data)?;
        if matches!(self.get_type(assignment), Value::Field(_) | Value::Instance(ClassId::DATACLASS_FIELD)) {
            self.set_type(assignment, Value::Field(field));
            return Ok(data.default);
        }
        Ok(Some(assignment))
    }

    /// `DataclassField.bind_field`
    fn check_field(&mut self, field: &FieldData<'a>) -> Check<()> {
        let name = &field.name;
        match field.kind {
            FieldKind::ClassVar | FieldKind::InitVar if field.default_factory.is_some() => {
                return Err(Raised::new(format!("field {name} cannot have a default factory")));
            }
            FieldKind::InitVar if !field.init => return Err(Raised::new("InitVar fields must have init=True")),
            FieldKind::Field => {}
            _ => return Ok(()),
        }
        let Some(default) = field.default else { return Ok(()) };
        let class = self.types.class_of(self.get_type(default));
        let class = self.types.inexact_type(class);
        if matches!(class, ClassId::LIST | ClassId::DICT | ClassId::SET) {
            let class = self.types.readable_name(class);
            return Err(Raised::new(format!(
                "mutable default {class} for field {name} is not allowed: use default_factory"
            )));
        }
        Ok(())
    }

    /// `DataclassInstance.bind_attr`, before the rules of any object. (Nothing for other classes.)
    pub(crate) fn check_frozen(&mut self, class: ClassId, node: &'a ExprAttribute) {
        let verb = match node.ctx {
            ExprContext::Store => "assign to",
            ExprContext::Del => "delete",
            _ => return,
        };
        let Some(dataclass) = self.types.dataclass_of(class) else { return };
        let data = self.types.dataclass(dataclass);
        if data.frozen && data.fields.contains_key(node.attr.as_str()) {
            let owner = self.types.instance_name(class);
            self.error_on(node, format!("cannot {verb} field '{}' of frozen dataclass '{owner}'", node.attr));
        }
    }
}
