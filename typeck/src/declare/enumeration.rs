//! Enums of `__static__` (`EnumType`).
//!
//! Invariant: the members of an enum belong to its exact flavour.

use crate::errors::Check;
use crate::program::Checker;
use crate::types::{ClassId, EnumFlavour, Value};
use ruff_python_ast::name::Name;

impl Checker<'_> {
    /// `EnumType.make_subclass`
    pub fn make_enum_subclass(&mut self, flavour: EnumFlavour, module_name: &Name, qualname: &Name, bases: &[ClassId]) -> Check<ClassId> {
        let _ = (flavour, module_name, qualname, bases);
        Ok(ClassId::DYNAMIC)
    }

    /// `EnumType.bind_enum_value`
    pub fn bind_enum_value(&mut self, class: ClassId, name: &Name, value: Value) -> Check<()> {
        let _ = (class, name, value);
        Ok(())
    }
}
