//! Enums of `__static__` (`EnumType`).
//!
//! ```text
//! class Color(Enum):
//!     RED = 1            Color.RED: a member whose value is Literal[1]
//! ```
//!
//! Invariant: the members of an enum belong to its exact flavour; both flavours know them.

use crate::errors::{Check, Raised};
use crate::program::Checker;
use crate::types::{ClassId, ClassKind, EnumFlavour, EnumMember, EnumMemberId, Types, Value};
use ruff_python_ast::name::Name;

impl EnumFlavour {
    /// What `__static__` calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plain => "Enum",
            Self::Int => "IntEnum",
            Self::String => "StringEnum",
        }
    }

    /// The class of `__static__`.
    pub const fn class(self) -> ClassId {
        match self {
            Self::Plain => ClassId::ENUM,
            Self::Int => ClassId::INT_ENUM,
            Self::String => ClassId::STRING_ENUM,
        }
    }
}

impl Types<'_> {
    /// The member of an enum by its name.
    pub fn enum_value(&mut self, class: ClassId, name: &str) -> Option<EnumMemberId> {
        let class = self.inexact_type(class);
        self.enum_values.get(&class)?.get(name).copied()
    }
}

impl Checker<'_> {
    /// `EnumType.make_subclass`; `flavour` is that of the base whose method it is.
    pub fn make_enum_subclass(
        &mut self,
        flavour: EnumFlavour,
        module_name: &Name,
        qualname: &Name,
        bases: &[ClassId],
    ) -> Check<ClassId> {
        let kind = flavour.name();
        if bases.len() > 1 {
            let bases: Vec<String> = bases.iter().map(|&base| self.types.repr(Value::Class(base))).collect();
            let bases = bases.join(", ");
            return Err(Raised::new(format!("Static {kind} types cannot support multiple bases: [{bases}]")));
        }
        if bases != [flavour.class()] {
            return Err(Raised::new(format!("Static {kind} types do not allow subclassing")));
        }
        Ok(self.plain_class(module_name, qualname, bases, ClassKind::Enum(flavour)))
    }

    /// `EnumType.bind_enum_value`
    pub fn bind_enum_value(&mut self, class: ClassId, name: &Name, value: Value) -> Check<()> {
        let ClassKind::Enum(flavour) = self.types.kind(class) else { return Ok(()) };
        let expected = match flavour {
            EnumFlavour::Plain => None,
            EnumFlavour::Int => Some((ClassId::INT, "int")),
            EnumFlavour::String => Some((ClassId::STR, "str")),
        };
        if let Some((expected, expected_name)) = expected
            && !self.types.can_assign_value(expected, value)
        {
            let found = self.types.name(value);
            return Err(Raised::new(format!("{} values must be {expected_name}, not {found}", flavour.name())));
        }
        let member = self.types.add_enum_member(EnumMember { class, name: name.clone(), value });
        let inexact = self.types.inexact_type(class);
        self.types.enum_values.entry(inexact).or_default().insert(name.clone(), member);
        Ok(())
    }
}
