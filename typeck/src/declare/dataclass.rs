//! Dataclasses (`Dataclass`, `DataclassField`).
//!
//! Invariant: fields are known after `finish_bind`.

use crate::errors::Check;
use crate::program::Checker;
use crate::types::{ClassId, FieldId, ModuleId, NameMap, TypeRef};
use ruff_python_ast::Expr;
use ruff_python_ast::name::Name;

/// The options and fields of a dataclass.
#[derive(Clone, Debug)]
pub struct DataclassData {
    /// The class it was made of.
    pub wrapped: ClassId,
    /// `init=`
    pub init: bool,
    /// `repr=`
    pub repr: bool,
    /// `eq=`
    pub eq: bool,
    /// `order=`
    pub order: bool,
    /// `unsafe_hash=`
    pub unsafe_hash: bool,
    /// `frozen=`
    pub frozen: bool,
    /// `kw_only=`
    pub kw_only: bool,
    /// Its fields, those of its bases first.
    pub fields: NameMap<FieldId>,
}

/// A field of a dataclass.
#[derive(Clone, Debug)]
pub struct FieldData<'a> {
    /// Its name.
    pub name: Name,
    /// Its declared type.
    pub type_ref: Option<TypeRef<'a>>,
    /// Its default.
    pub default: Option<&'a Expr>,
    /// Its factory.
    pub default_factory: Option<&'a Expr>,
    /// `init=`
    pub init: bool,
    /// `repr=`
    pub repr: bool,
    /// `hash=`
    pub hash: Option<bool>,
    /// `compare=`
    pub compare: bool,
    /// Which kind of field.
    pub kind: FieldKind,
    /// The dataclass that introduces it.
    pub base_class: Option<ClassId>,
    /// The dataclass that gives its default.
    pub default_class: Option<ClassId>,
}

/// Which kind of field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FieldKind {
    /// Ordinary.
    Field,
    /// `InitVar`
    InitVar,
    /// `ClassVar`
    ClassVar,
}

impl<'a> Checker<'a> {
    /// `DataclassDecorator.resolve_decorate_class`
    pub fn decorate_dataclass(&mut self, module: ModuleId, class: ClassId, decorator: &'a Expr) -> Check<ClassId> {
        let _ = (module, decorator);
        Ok(class)
    }

    /// `Dataclass.finish_bind`, before that of any class.
    pub fn finish_dataclass(&mut self, module: ModuleId, class: ClassId) -> Check<()> {
        let _ = (module, class);
        Ok(())
    }
}
