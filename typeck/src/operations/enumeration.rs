//! Attributes and calls of enums and their members.
//!
//! Invariant: a member knows its value; an instance that is no known member only knows which kind of value it has.

use crate::bind::Binder;
use crate::types::{ClassId, ClassKind, EnumFlavour, Value};
use ruff_python_ast::{ExprAttribute, ExprCall, ExprContext};

impl<'a> Binder<'_, 'a> {
    /// `EnumType.bind_attr`, `EnumInstance.bind_attr`: for classes, instances and members of enums. Whether it knows the
    /// result; if not, go on as with any class or object.
    pub(crate) fn bind_enum_attr(&mut self, value: Value, node: &'a ExprAttribute) -> bool {
        let (class, member) = match value {
            Value::Class(class) if matches!(self.types.kind(class), ClassKind::Enum(_)) => {
                if node.ctx != ExprContext::Load {
                    self.error_on(node, "Static Enum values cannot be modified or deleted");
                }
                let Some(member) = self.types.enum_value(class, &node.attr) else { return false };
                self.set_type(node, Value::EnumMember(member));
                return true;
            }
            Value::Instance(class) if matches!(self.types.kind(class), ClassKind::Enum(_)) => (class, None),
            Value::EnumMember(member) => (self.types.enum_member(member).class, Some(member)),
            _ => return false,
        };
        if node.ctx != ExprContext::Load {
            self.error_on(node, "Enum values cannot be modified or deleted");
        }
        match node.attr.as_str() {
            "name" => {
                let name = self.types.exact_instance(ClassId::STR);
                self.set_type(node, name);
            }
            "value" => {
                // The reference fails for members it does not know.
                let value = match (member, self.types.kind(class)) {
                    (Some(member), _) => self.types.enum_member(member).value,
                    (None, ClassKind::Enum(EnumFlavour::Int)) => self.types.instance(ClassId::INT),
                    (None, ClassKind::Enum(EnumFlavour::String)) => self.types.instance(ClassId::STR),
                    _ => Value::DYNAMIC,
                };
                self.set_type(node, value);
            }
            _ => return false,
        }
        true
    }

    /// `EnumType.bind_call`
    pub(crate) fn bind_enum_call(&mut self, class: ClassId, node: &'a ExprCall) {
        let count = node.arguments.args.len();
        if count != 1 {
            let name = self.types.name(Value::Class(class));
            self.error_on(node, format!("{name} requires a single argument ({count} given)"));
        }
        let instance = self.types.instance(class);
        self.set_type(node, instance);
        if let Some(argument) = node.arguments.args.first() {
            self.visit_expected(argument, Value::DYNAMIC, "Call argument cannot be a primitive");
        }
    }
}
