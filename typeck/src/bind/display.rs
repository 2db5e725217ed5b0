//! Dicts and lists, and when they are checked ones.
//!
//! ```text
//! d: CheckedDict[str, int] = {"a": 1}        a CheckedDict[str, int]
//! ```
//!
//! Invariant: what is wanted decides; without it, the flags of the module do.

use super::Binder;
use crate::errors::Check;
use crate::types::{ClassId, ClassKind, TYPE_MISMATCH, Value};
use ruff_python_ast::{Expr, ExprDict, ExprList};

impl<'a> Binder<'_, 'a> {
    pub(super) fn bind_dict(&mut self, node: &'a ExprDict, expression: &'a Expr, context: Option<Value>) -> Check<()> {
        let (mut key_type, mut value_type) = (None, None);
        // Of an ordinary dict nobody asks what is in it.
        let is_asked = self.module(self.module).checked_dicts || self.wanted(context, ClassKind::CheckedDict).is_some();
        for item in &node.items {
            if let Some(key) = &item.key {
                self.visit_expected(key, Value::DYNAMIC, "dict keys cannot be primitives");
                if is_asked {
                    key_type = Some(self.widen(key_type, self.get_type(key))?);
                }
                self.visit_expected(&item.value, Value::DYNAMIC, "dict values cannot be primitives");
                if is_asked {
                    value_type = Some(self.widen(value_type, self.get_type(&item.value))?);
                }
                continue;
            }
            self.visit_expected(&item.value, Value::DYNAMIC, "dict splat cannot be a primitive");
            let class = self.types.class_of(self.get_type(&item.value));
            if self.types.class(class).type_def == Some(ClassId::CHECKED_DICT) {
                let (key, value) = self.dict_arguments(class);
                key_type = Some(self.widen(key_type, key)?);
                value_type = Some(self.widen(value_type, value)?);
            } else if class == ClassId::DICT
                || class == ClassId::DYNAMIC
                || class == self.types.exact_type(ClassId::DICT)
            {
                key_type = Some(Value::DYNAMIC);
                value_type = Some(Value::DYNAMIC);
            }
        }
        self.set_dict_type(expression, key_type, value_type, context)
    }

    fn dict_arguments(&self, class: ClassId) -> (Value, Value) {
        match *self.types.class(class).type_args {
            [key, value] => (self.types.instance(key), self.types.instance(value)),
            _ => (Value::DYNAMIC, Value::DYNAMIC),
        }
    }

    /// The checked dict or list that is wanted.
    fn wanted(&self, context: Option<Value>, kind: ClassKind) -> Option<ClassId> {
        match context {
            Some(Value::Instance(class))
                if self.types.kind(class) == kind && self.types.class(class).type_def.is_some() =>
            {
                Some(class)
            }
            _ => None,
        }
    }

    /// `set_dict_type`
    pub(super) fn set_dict_type(
        &mut self,
        node: &'a Expr,
        key: Option<Value>,
        value: Option<Value>,
        context: Option<Value>,
    ) -> Check<()> {
        let classes = [key, value].map(|value| value.map(|value| self.types.class_of(value)));
        let Some(wanted) = self.wanted(context, ClassKind::CheckedDict) else {
            let made = match classes {
                [Some(key), Some(value)] if self.module(self.module).checked_dicts => {
                    let args = [self.types.inexact_type(key), self.types.inexact_type(value)];
                    let class = self.types.generic(ClassId::CHECKED_DICT, &args)?;
                    self.types.instance(class)
                }
                _ => self.types.exact_instance(ClassId::DICT),
            };
            self.set_type(node, made);
            return Ok(());
        };
        let (wanted_key, wanted_value) = self.dict_arguments(wanted);
        let (wanted_key, wanted_value) = (self.types.class_of(wanted_key), self.types.class_of(wanted_value));
        let (key, value) = (classes[0].unwrap_or(wanted_key), classes[1].unwrap_or(wanted_value));
        let inferred = self.types.generic(ClassId::CHECKED_DICT, &[key, value])?;
        let instance = self.types.instance(wanted);
        self.set_type(node, instance);
        // The wanted type may be wider than the inferred one, if keys and values fit.
        if !self.types.can_assign(wanted_key, key) || !self.types.can_assign(wanted_value, value) {
            let place = self.place(node);
            self.check_can_assign(wanted, inferred, place, TYPE_MISMATCH);
        }
        Ok(())
    }

    pub(super) fn bind_list(&mut self, node: &'a ExprList, expression: &'a Expr, context: Option<Value>) -> Check<()> {
        let mut item = None;
        // Of an ordinary list nobody asks what is in it.
        let is_asked = self.module(self.module).checked_lists || self.wanted(context, ClassKind::CheckedList).is_some();
        for element in &node.elts {
            self.visit_expected(element, Value::DYNAMIC, TYPE_MISMATCH);
            let value = match element {
                Expr::Starred(starred) => match self.get_type(&*starred.value) {
                    Value::Instance(class) if self.types.kind(class) == ClassKind::CheckedList => {
                        let arg = self.types.class(class).type_args.first().copied();
                        arg.map_or(Value::DYNAMIC, |arg| self.types.instance(arg))
                    }
                    _ => Value::DYNAMIC,
                },
                _ => self.get_type(element),
            };
            if is_asked {
                item = Some(self.widen(item, value)?);
            }
        }
        self.set_list_type(expression, item, context)
    }

    /// `set_list_type`
    pub(super) fn set_list_type(&mut self, node: &'a Expr, item: Option<Value>, context: Option<Value>) -> Check<()> {
        let Some(wanted) = self.wanted(context, ClassKind::CheckedList) else {
            let made = match item {
                Some(item) if self.module(self.module).checked_lists => {
                    let class = self.checked_list_of(item)?;
                    self.types.instance(class)
                }
                _ => self.types.exact_instance(ClassId::LIST),
            };
            self.set_type(node, made);
            return Ok(());
        };
        let wanted_item = self.types.class(wanted).type_args.first().copied().unwrap_or(ClassId::DYNAMIC);
        let item = item.unwrap_or_else(|| self.types.instance(wanted_item));
        let inferred = self.checked_list_of(item)?;
        let instance = self.types.instance(wanted);
        self.set_type(node, instance);
        let item = self.types.class_of(item);
        if !self.types.can_assign(wanted_item, item) {
            let place = self.place(node);
            self.check_can_assign(wanted, inferred, place, TYPE_MISMATCH);
        }
        Ok(())
    }

    fn checked_list_of(&mut self, item: Value) -> Check<ClassId> {
        let plain = self.types.nonliteral(item);
        let class = self.types.class_of(plain);
        let class = self.types.inexact_type(class);
        Ok(self.types.generic(ClassId::CHECKED_LIST, &[class])?)
    }
}
