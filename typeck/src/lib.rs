//! The type checker of Static Python. So far: which modules it is for.
//!
//! ```text
//! import __static__      the module is static; its annotations will be checked and trusted
//! ```

pub mod constant_fold;
pub mod constants;
pub mod definite_assignment;
mod module_flags;

pub use module_flags::{ModuleFlags, module_flags};
