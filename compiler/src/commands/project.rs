//! The arguments that name a project → how its session is opened.
//!
//! Invariant: paths stay as they were given, so reports show them that way.

use crate::cli::ProjectArgs;
use crate::database::{Purpose, SessionOptions, Settings};
use crate::jobs::worker_count;
use std::env;
use std::path::{Path, PathBuf};

/// The options of a session; nothing is kept between runs unless `cache` says where.
pub(super) fn session_options(arguments: &ProjectArgs, purpose: Purpose, cache: Option<PathBuf>) -> SessionOptions {
    // `./a` is `a`, as change notices spell it.
    let plain = |path: &PathBuf| match path.strip_prefix(".") {
        Ok(rest) if !rest.as_os_str().is_empty() => rest.to_owned(),
        _ => path.clone(),
    };
    let mut paths: Vec<PathBuf> = arguments.paths.iter().map(plain).collect();
    if paths.is_empty() {
        paths.push(PathBuf::from("."));
    }
    SessionOptions {
        paths,
        search_path: arguments.search_path.clone(),
        environment: environment(arguments),
        purpose,
        workers: worker_count(arguments.workers),
        settings: Settings::default(),
        cache,
    }
}

fn environment(arguments: &ProjectArgs) -> Option<PathBuf> {
    let active = || env::var_os("VIRTUAL_ENV").filter(|value| !value.is_empty()).map(PathBuf::from);
    let beside = || Path::new(".venv/pyvenv.cfg").is_file().then(|| PathBuf::from(".venv"));
    arguments.python.clone().or_else(active).or_else(beside)
}
