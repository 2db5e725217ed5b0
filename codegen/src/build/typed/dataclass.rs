//! Dataclasses: the members that `@dataclass` would make (`Dataclass.emit_extra_members`).

use super::super::Builder;
use pyclast_syntax::Location;
use pyclast_syntax::type_facts::DataclassFact;
use ruff_python_ast::StmtClassDef;

impl<'a> Builder<'a> {
    /// The members of a dataclass.
    pub(super) fn build_dataclass_members(
        &mut self,
        class: &'a StmtClassDef,
        fact: &'a DataclassFact,
        location: Location,
    ) {
        let _ = (self.unit(), class, fact, location);
    }
}
