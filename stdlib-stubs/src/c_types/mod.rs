//! The classes and functions of C that Static Python knows, and what its intrinsic modules hold.
//!
//! ```text
//! class("builtins", "str")      → its bases, and `isdigit`, `join`, … as method descriptors
//! module("__static__")          → `int64` is the class int64, `box` is a special function, …
//! ```
//!
//! Taken from CPython 3.14.8 and CinderX by `tools/c_types.py`; `tests/tests/c_types.rs` compares the table with the running
//! interpreter.
//!
//! Invariant: a class comes after its bases; a name stands once in a module and once in a class.

mod table;

use std::fmt;

/// A class of C, or one that the reference makes up for the runtime.
#[derive(Debug)]
pub struct ClassStub {
    /// The module that messages and descriptors name.
    pub module: &'static str,
    /// Its name: `chkdict`.
    pub name: &'static str,
    /// The names of its bases.
    pub bases: &'static [&'static str],
    /// Whether there is no inexact flavour.
    pub is_exact: bool,
    /// Whether it cannot be subclassed.
    pub is_final: bool,
    /// In the order of the class's `__dict__`.
    pub members: &'static [MemberStub],
}

/// A member of a class.
#[derive(Debug)]
pub struct MemberStub {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub shape: Shape,
    /// What it is on the exact flavour, where that is something else.
    pub exact: Option<Shape>,
}

/// What a member is.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// The kind of descriptor.
    pub kind: MemberKind,
    /// `None`: any arguments, and a dynamic result.
    pub signature: Option<&'static Signature>,
}

/// Kinds of members, as `Class.make_type_dict` tells them apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MemberKind {
    /// A method descriptor.
    Method,
    /// A builtin function: static.
    Function,
    /// `__new__`, whose result is an instance of its first argument.
    New,
    /// An attribute with a getter: dynamic.
    GetSet,
    /// `object.__class__`
    ClassOf,
    /// `type.__name__`
    TypeName,
    /// `append` of an exact list.
    ListAppend,
}

/// A typed signature.
#[derive(Debug)]
pub struct Signature {
    /// `None`: any arguments. All are positional only.
    pub parameters: Option<&'static [ParameterStub]>,
    /// The type of the result.
    pub returns: TypeStub,
}

/// A parameter.
#[derive(Debug)]
pub struct ParameterStub {
    /// Empty where the signature has none.
    pub name: &'static str,
    /// Its type.
    pub type_: TypeStub,
    /// The source of its default.
    pub default: Option<&'static str>,
}

/// A type in a signature.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TypeStub {
    /// What it is.
    pub kind: TypeKind,
    /// Whether None is allowed beside it.
    pub optional: bool,
}

/// What a type in a signature is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TypeKind {
    /// Anything.
    Dynamic,
    /// The class that has the member.
    Owner,
    /// A type parameter of that class, by position.
    Parameter(u8),
    /// A class of the table or of `__static__`, by name.
    Class(&'static str),
}

/// An intrinsic module.
#[derive(Debug)]
pub struct ModuleStub {
    /// Its name.
    pub name: &'static str,
    /// What it holds, by name, in the reference's order.
    pub members: &'static [(&'static str, Intrinsic)],
}

/// What an intrinsic module holds under a name.
#[derive(Clone, Copy, Debug)]
pub enum Intrinsic {
    /// A dynamic value.
    Dynamic,
    /// The dynamic class: `typing.Any`.
    AnyClass,
    /// A class, in its exact flavour or not.
    Class {
        /// The module of the class, which need not be this one.
        module: &'static str,
        /// Its name.
        name: &'static str,
        /// The exact flavour, or the inexact one.
        exact: bool,
    },
    /// An instance of a class.
    Instance {
        /// The module of the class.
        module: &'static str,
        /// Its name.
        name: &'static str,
        /// The exact flavour, or the inexact one.
        exact: bool,
    },
    /// A decorator that changes no types, a class of this module and name.
    Identity(&'static str, &'static str),
    /// A function of C.
    Function(Option<&'static Signature>),
    /// A function the checker has rules of its own for, by the reference's name for it.
    Special(&'static str),
    /// A mapping of names to values that generated code reads.
    Mapping,
}

/// All classes, bases first.
pub fn classes() -> &'static [ClassStub] {
    table::CLASSES
}

/// The class of a module and name.
pub fn class(module: &str, name: &str) -> Option<&'static ClassStub> {
    table::CLASSES.iter().find(|class| class.name == name && class.module == module)
}

/// All intrinsic modules.
pub fn modules() -> &'static [ModuleStub] {
    table::MODULES
}

/// The intrinsic module of a name.
pub fn module(name: &str) -> Option<&'static ModuleStub> {
    table::MODULES.iter().find(|module| module.name == name)
}

/// Whether a name is in `typing.__all__`.
pub fn is_typing_name(name: &str) -> bool {
    table::TYPING.binary_search(&name).is_ok()
}

/// The tables as text, line for line what `tools/c_types.py --text` prints.
pub fn text() -> String {
    Text.to_string()
}

struct Text;

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for class in table::CLASSES {
            let flags = [(class.is_exact, " exact"), (class.is_final, " final")];
            write!(f, "class {} {} ({})", class.module, class.name, class.bases.join(" "))?;
            flags.iter().filter(|(set, _)| *set).try_for_each(|(_, flag)| f.write_str(flag))?;
            writeln!(f)?;
            for member in class.members {
                write!(f, "  {} {}", member.name, member.shape)?;
                member.exact.iter().try_for_each(|exact| write!(f, " | {exact}"))?;
                writeln!(f)?;
            }
        }
        for module in table::MODULES {
            writeln!(f, "module {}", module.name)?;
            for (name, member) in module.members {
                writeln!(f, "  {name} {member}")?;
            }
        }
        writeln!(f, "typing {}", table::TYPING.join(" "))
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.kind)?;
        self.signature.iter().try_for_each(|signature| signature.fmt(f))
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(")?;
        match self.parameters {
            None => f.write_str("...")?,
            Some(parameters) => {
                for (index, parameter) in parameters.iter().enumerate() {
                    let comma = if index == 0 { "" } else { ", " };
                    write!(f, "{comma}{}: {}", parameter.name, parameter.type_)?;
                    parameter.default.iter().try_for_each(|default| write!(f, " = {default}"))?;
                }
            }
        }
        write!(f, ") -> {}", self.returns)
    }
}

impl fmt::Display for TypeStub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            TypeKind::Dynamic => f.write_str("<dynamic>"),
            TypeKind::Owner => f.write_str("<self>"),
            TypeKind::Parameter(index) => write!(f, "{index}"),
            TypeKind::Class(name) => f.write_str(name),
        }?;
        f.write_str(if self.optional { "?" } else { "" })
    }
}

impl fmt::Display for Intrinsic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let class = |f: &mut fmt::Formatter<'_>, kind, module, name, exact| {
            write!(f, "{kind} {module} {name}{}", if exact { " exact" } else { "" })
        };
        match *self {
            Self::Dynamic => f.write_str("Dynamic"),
            Self::AnyClass => f.write_str("AnyClass"),
            Self::Class { module, name, exact } => class(f, "Class", module, name, exact),
            Self::Instance { module, name, exact } => class(f, "Instance", module, name, exact),
            Self::Identity(module, name) => write!(f, "Identity {module} {name}"),
            Self::Function(signature) => {
                f.write_str("Function")?;
                signature.iter().try_for_each(|signature| signature.fmt(f))
            }
            Self::Special(name) => write!(f, "Special {name}"),
            Self::Mapping => f.write_str("Mapping"),
        }
    }
}

#[cfg(test)]
mod tests;
