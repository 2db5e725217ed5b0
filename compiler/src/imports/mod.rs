//! Which module imports which, found before anything is checked.
//!
//! ```text
//! paths → search path → module names → files, level by level → graph → order and cycles
//! ```
//!
//! Invariant: nothing here recurses through imports, whatever their number and shape; a module that
//! is not found is a fact of the graph, not an error.

pub mod discover;
pub mod graph;
pub mod module_name;
pub mod resolve;
pub mod scc;
pub mod search_path;
pub mod standard_library;
#[cfg(test)]
mod tests;

pub use graph::{ImportGraph, Node, NodeId, Place};
pub use module_name::ModuleName;
pub use search_path::SearchPath;
