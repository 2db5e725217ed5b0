//! Private names of fields and methods → the names under which classes have them.
//!
//! ```text
//! class A:
//!     def __init__(self) -> None: self.__x = 1      field _A__x, as Python calls it
//! ```
//!
//! The reference asks for `__x`, which no class has: its code raises when it is run.
//!
//! Invariant: a field is used as one only where Python means the same field: in the class that declares it.

use super::Lowering;
use crate::types::{ClassId, SlotId};
use ruff_python_ast::name::Name;

impl Lowering<'_, '_> {
    /// The name under which a class has a field; those of dataclasses keep theirs.
    pub(super) fn stored_name(&self, class: ClassId, slot: SlotId) -> Name {
        let types = &self.checker.types;
        let data = types.slot(slot);
        if types.dataclass_of(class).is_some() {
            return data.name.clone();
        }
        mangled(&types.class(data.container).qualname, &data.name)
    }

    /// Whether an attribute of a field's name is the field, in the class that is being visited.
    pub(super) fn is_meant_here(&self, class: ClassId, slot: SlotId) -> bool {
        let types = &self.checker.types;
        let data = types.slot(slot);
        let owner = simple_name(&types.class(data.container).qualname);
        !is_private(&data.name)
            || types.dataclass_of(class).is_some()
            || self.private.as_deref().is_some_and(|private| simple_name(private) == owner)
    }
}

/// The name under which a class has what it calls so.
pub(super) fn mangled(class: &str, name: &Name) -> Name {
    let owner = simple_name(class);
    if owner.is_empty() || !is_private(name) { name.clone() } else { Name::new(format!("_{owner}{name}")) }
}

/// The last part of a name, without leading underscores.
fn simple_name(qualname: &str) -> &str {
    qualname.rsplit('.').next().unwrap_or_default().trim_start_matches('_')
}

/// Whether a name is another one in each class.
pub(super) fn is_private(name: &str) -> bool {
    name.starts_with("__") && !name.ends_with("__")
}
