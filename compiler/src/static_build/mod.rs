//! Static modules → artifacts: the modules they import are read first, then all are checked together, then each gets its code.
//!
//! ```text
//! requests ─ program (read, parse, flags, imports: a worklist) ─ dependencies (name by name) ─ check (types) ─ generate (code)
//! ```
//!
//! Invariant: nothing recurses through imports; a module with an error stops no other; a panic is one module's.

pub mod check;
pub mod counts;
pub mod dependencies;
pub mod fallback;
pub mod generate;
pub mod manifest;
pub mod program;

#[cfg(test)]
mod tests;
