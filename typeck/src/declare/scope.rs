//! What declarations belong to while a module is walked.
//!
//! Invariant: what is in a function, or in a statement that may not run, belongs to nobody.

use crate::types::ClassId;
use ruff_python_ast::name::Name;

/// What declarations belong to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Owner {
    /// The module.
    Module,
    /// A class.
    Class(ClassId),
    /// Nobody (`NestedScope`, and functions).
    Nested,
}

/// A scope of the walk.
#[derive(Clone, Debug)]
pub(super) struct DeclarationScope {
    /// What declarations belong to.
    pub(super) owner: Owner,
    /// Its name; none for the module.
    pub(super) qualname: Option<Name>,
}

impl DeclarationScope {
    /// The name of a member.
    pub(super) fn qualify(&self, name: &str) -> Name {
        match &self.qualname {
            Some(qualname) => Name::new([qualname, ".", name].concat()),
            None => Name::new(name),
        }
    }

    /// The scope of a statement that may not run.
    pub(super) fn nested(&self) -> Self {
        Self { owner: Owner::Nested, qualname: Some(self.qualify("<nested>")) }
    }
}
