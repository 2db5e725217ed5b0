//! What static code may rely on beyond itself: classes, fields and functions that its instructions name.
//!
//! ```text
//! LOAD_FIELD (("m", "C"), "x")          C: bases A, object; its field x: ("builtins", "int")
//! INVOKE_FUNCTION ((("m",), "f"), 1)    f: one parameter ("m", "C", "?"), returns ("builtins", "object")
//! ```
//!
//! The checker has verified that the program keeps to it; the proof of the code takes it for granted.
//!
//! Invariant: classes are named without marks.

use crate::type_facts::{Descriptor, FunctionDescriptor};
use ruff_python_ast::name::Name;

/// What the code of a module names.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct WorldFacts {
    /// The module.
    pub module: Name,
    /// Classes.
    pub classes: Vec<ClassWorld>,
    /// Fields.
    pub fields: Vec<FieldWorld>,
    /// Functions, methods and parts of properties.
    pub functions: Vec<FunctionWorld>,
    /// Classes whose instances are made without `__new__`.
    pub allocated: Vec<Descriptor>,
}

/// A class.
#[derive(Clone, PartialEq, Debug)]
pub struct ClassWorld {
    /// Its name.
    pub class: Descriptor,
    /// It and its bases, in the order of method resolution.
    pub mro: Vec<Descriptor>,
    /// It has no subclasses.
    pub is_final: bool,
}

/// A field.
#[derive(Clone, PartialEq, Debug)]
pub struct FieldWorld {
    /// The class that declares it.
    pub class: Descriptor,
    /// Its name.
    pub name: Name,
    /// What it holds; none if it may be any object.
    pub holds: Option<Descriptor>,
}

/// A function, by a name it is called by.
#[derive(Clone, PartialEq, Debug)]
pub struct FunctionWorld {
    /// Where it is found.
    pub function: FunctionDescriptor,
    /// Which part of a property it is.
    pub part: FunctionPart,
    /// What it takes; none if it checks its arguments itself, whatever they are.
    pub parameters: Option<Vec<ParameterWorld>>,
    /// What it returns; none if that may be any object.
    pub returns: Option<Descriptor>,
    /// It returns a coroutine, which gives what `returns` says.
    pub is_coroutine: bool,
    /// Whether it takes the receiver.
    pub is_static: bool,
}

/// What a parameter takes; none if that is any object.
pub type ParameterWorld = Option<Descriptor>;

/// Which part of a property or field a function is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum FunctionPart {
    /// It is none.
    #[default]
    Whole,
    /// What reads it (`fget`).
    Get,
    /// What stores it (`fset`).
    Set,
}
