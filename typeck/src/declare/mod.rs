//! Declarations: what a module's classes, functions and names are, before bodies are bound.
//!
//! | file | what |
//! |---|---|
//! | `visitor` | the walk over a module (`DeclarationVisitor`) |
//! | `class` | members of classes, fields, `finish_bind` |
//! | `function` | functions of the program: parameters, `finish_bind` |
//! | `decorate` | what decorators make of functions and classes |
//! | `overrides` | what may replace an inherited member |
//! | `dataclass` `context` `native` `enumeration` | the special ones |
//!
//! Invariant: annotations are resolved when they are asked for.

mod class;
pub(crate) mod context;
pub(crate) mod dataclass;
mod decorate;
mod enumeration;
pub(crate) mod function;
pub(crate) mod native;
mod overrides;
mod scope;
mod visitor;
