//! What is known about a project, and kept true as its files change.
//!
//! ```text
//! files on disk → inputs → queries (queries.rs) → diagnostics, graph
//!      edit    → one input set → only what it touches is asked again
//! ```
//!
//! Invariant: queries never touch the file system; [`Session`] reads files and sets inputs.

pub mod cache;
pub mod facts;
pub mod inputs;
pub mod jobs;
mod pending;
pub mod queries;
pub mod session;
mod static_modules;
#[cfg(test)]
mod tests;
mod unresolved;
mod update;

pub use inputs::{Contents, Link, Links, Project, Settings, SourceFile};
pub use pending::{CheckedFile, Snapshot};
pub use session::{Purpose, Session, SessionOptions};
pub use update::Update;

use std::fmt;

/// What hears of executed queries.
pub type Observer = Box<dyn Fn(salsa::Event) + Send + Sync>;

/// The one database: a handle a job.
#[salsa::db]
#[derive(Clone)]
pub struct Database {
    storage: salsa::Storage<Self>,
}

#[salsa::db]
impl salsa::Database for Database {}

impl Database {
    /// An empty database; `observer` hears of every query that is executed.
    pub fn new(observer: Option<Observer>) -> Self {
        Self { storage: salsa::Storage::new(observer) }
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Database").finish_non_exhaustive()
    }
}
