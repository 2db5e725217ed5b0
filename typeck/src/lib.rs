//! The type checker of Static Python.
//!
//! ```text
//! parsed modules → declare (tables, classes, functions) → check overrides → bind (bodies) → errors and facts
//! ```
//!
//! Invariant: pure; everything terminates, and nothing recurses without room on the stack.

mod arena;
mod bind;
mod codes;
mod constant_fold;
mod constants;
mod declare;
pub mod definite_assignment;
mod errors;
mod facts;
mod lower;
mod module_flags;
mod module_table;
mod operations;
mod performance;
mod program;
mod types;
mod unparse;

pub use arena::Arena;
pub use codes::code_of;
pub use constant_fold::{fold, fold_expression};
pub use constants::{Constant, Folds};
pub use errors::{CheckError, ErrorClass};
pub use facts::{ArgumentPlan, CallPlan, Facts, RefinedField};
pub use module_flags::{ModuleFlags, module_flags, static_flag};
pub use program::{
    CheckedProgram, Checker, Modules, Source, check_module, check_program, check_program_for, check_program_with_facts,
};
