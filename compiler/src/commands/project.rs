//! The arguments that name a project → how its session is opened.
//!
//! Invariant: paths stay as they were given, so reports show them that way.

use crate::cli::ProjectArgs;
use crate::database::{Purpose, SessionOptions, Settings};
use crate::jobs::worker_count;
use crate::settings::Settings as ProjectSettings;
use std::env;
use std::path::{Path, PathBuf};

/// The settings of a project: those of `config`, or the nearest.
pub(super) fn project_settings(arguments: &ProjectArgs, config: Option<&Path>) -> anyhow::Result<ProjectSettings> {
    match config {
        Some(path) => ProjectSettings::load(path),
        None => ProjectSettings::discover(arguments.paths.first().map(PathBuf::as_path)),
    }
}

/// The options of a session; nothing is kept between runs unless `cache` says where. What the arguments
/// leave open is as the project's settings have it.
pub(super) fn session_options(
    arguments: &ProjectArgs,
    project: &ProjectSettings,
    purpose: Purpose,
    cache: Option<PathBuf>,
) -> SessionOptions {
    let here = env::current_dir().unwrap_or_default();
    let shown = |path: &PathBuf| path.strip_prefix(&here).map_or_else(|_| path.clone(), Path::to_owned);
    let own = |given: &[PathBuf], set: &[PathBuf]| -> Vec<PathBuf> {
        if given.is_empty() { set.iter().map(shown).collect() } else { given.to_vec() }
    };
    // `./a` is `a`, as change notices spell it.
    let plain = |path: &PathBuf| match path.strip_prefix(".") {
        Ok(rest) if !rest.as_os_str().is_empty() => rest.to_owned(),
        _ => path.clone(),
    };
    let mut paths: Vec<PathBuf> = own(&arguments.paths, &project.paths).iter().map(plain).collect();
    if paths.is_empty() {
        paths.push(PathBuf::from("."));
    }
    SessionOptions {
        paths,
        exclude: project.exclude.clone(),
        search_path: own(&arguments.search_path, &project.search_path),
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
