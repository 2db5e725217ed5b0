//! Which files are compiled, where their artifacts go, and how they are written.
//!
//! ```text
//! pkg/a.py   →   pkg/__pycache__/a.cpython-314.pyc, recorded as "pkg/a.py"
//! ```

pub mod artifact;
pub mod path;
pub mod plan;
pub mod sources;
pub mod walk;
