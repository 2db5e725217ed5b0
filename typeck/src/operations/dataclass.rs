//! Dataclasses while binding: fields in the class body, fields of frozen instances.
//!
//! Invariant: as the reference's.

use crate::bind::Binder;
use crate::errors::Check;
use crate::types::ClassId;
use ruff_python_ast::{Expr, ExprAttribute};

impl<'a> Binder<'_, 'a> {
    /// `Dataclass.bind_field`: the value that is assigned to the field in the class body.
    pub fn bind_dataclass_field(&mut self, class: ClassId, name: &str, assignment: Option<&'a Expr>) -> Check<Option<&'a Expr>> {
        let _ = (class, name);
        Ok(assignment)
    }

    /// `DataclassInstance.bind_attr`, before the rules of any object. (Nothing for other classes.)
    pub fn check_frozen(&mut self, class: ClassId, node: &'a ExprAttribute) {
        let _ = (class, node);
    }
}
