//! Stand-ins until `dataclass`, `enumeration`, `context` and `native` have them: delete each here when it exists there.

use crate::errors::Check;
use crate::program::Checker;
use crate::types::{ClassId, ClassKind, DecoratedId, EnumFlavour, ModuleId, Value};
use ruff_python_ast::Expr;
use ruff_python_ast::name::Name;

impl<'a> Checker<'a> {
    pub(super) fn finish_dataclass(&mut self, _module: ModuleId, _class: ClassId) -> Check<()> {
        Ok(())
    }

    pub(super) fn decorate_dataclass(&mut self, _module: ModuleId, class: ClassId, _decorator: &'a Expr) -> Check<ClassId> {
        Ok(class)
    }

    pub(super) fn decorate_with_context(&mut self, _function: Value, _class: ClassId, _decorator: &'a Expr) -> Check<Option<Value>> {
        Ok(None)
    }

    pub(super) fn decorate_native(&mut self, _function: Value, _decorator: &'a Expr) -> Check<Option<Value>> {
        Ok(None)
    }

    pub(super) fn finish_context(&mut self, _module: ModuleId, _decorated: DecoratedId, _class: Option<ClassId>) -> Check<()> {
        Ok(())
    }

    pub(super) fn make_enum_subclass(
        &mut self,
        flavour: EnumFlavour,
        module: &Name,
        qualname: &Name,
        bases: &[ClassId],
    ) -> Check<ClassId> {
        Ok(self.plain_class(module, qualname, bases, ClassKind::Enum(flavour)))
    }
}
