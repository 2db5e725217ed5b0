//! What a person runs: command line, files, reports. The crates below know none of these.
//!
//! ```text
//! pyclast compile src      for every src/**/*.py: its __pycache__/*.pyc, as CPython writes it
//! ```
//!
//! [`pipeline`] is the straight line one module takes; [`files`] decides which modules and where
//! their artifacts go; [`report`] shows what is wrong.

pub mod baseline;
pub mod cli;
pub mod commands;
pub mod database;
pub mod explain;
pub mod files;
pub mod imports;
pub mod jobs;
pub mod pipeline;
pub mod report;
pub mod settings;
pub mod stack;
pub mod static_build;
pub mod static_program;
pub(crate) mod suggest;
pub mod suppress;
