//! The paths of the command line → what there is to compile, in compileall's order.
//!
//! ```text
//! pkg x.py   →   Listing pkg · Compile pkg/a.py · Listing pkg/sub · … · Compile x.py
//! ```
//!
//! Invariant: nothing is compiled before all is gathered, so the total is known.

use crate::cli::CompileArgs;
use crate::files::plan::{Plan, PlanOptions};
use crate::files::walk::{Found, walk};
use crate::settings::Settings;
use anyhow::{Context, bail};
use fancy_regex::Regex;
use std::env;
use std::io::{self, BufRead};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

/// Something to do or to say.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// A directory is entered.
    Listing(PathBuf),
    /// A directory cannot be listed.
    Unlisted(PathBuf, Arc<io::Error>),
    /// A file to compile.
    Compile(Plan),
}

/// Gathers everything the arguments name.
pub(super) fn gather(arguments: &CompileArgs, settings: &Settings, options: &PlanOptions) -> anyhow::Result<Vec<Step>> {
    let filter = Filter::new(arguments)?;
    let (destinations, levels) = destinations(arguments, settings)?;
    let mut steps = Vec::new();
    for destination in &destinations {
        if destination.is_file() {
            if filter.accepts(destination) {
                steps.push(Step::Compile(options.plan(destination, None)));
            }
            continue;
        }
        for found in walk(destination, levels) {
            match found {
                Found::Directory(path) => steps.push(Step::Listing(path)),
                Found::Unlisted(path, error) => steps.push(Step::Unlisted(path, Arc::new(error))),
                Found::File(path) if filter.accepts(&path) && !settings.is_excluded(&path) => {
                    steps.push(Step::Compile(options.plan(&path, Some(destination))));
                }
                Found::File(_) => {}
            }
        }
    }
    Ok(steps)
}

/// The files and directories to compile, and how many levels of subdirectories to enter.
pub(super) fn destinations(arguments: &CompileArgs, settings: &Settings) -> anyhow::Result<(Vec<PathBuf>, usize)> {
    let mut destinations = arguments.paths.clone();
    if let Some(list) = &arguments.list {
        destinations.extend(read_list(list)?);
    }
    if destinations.is_empty() {
        destinations.extend(settings.paths.iter().map(|path| from_here(path)));
    }
    if destinations.is_empty() {
        return Ok((python_path()?, 0));
    }
    let levels = match (arguments.recursion, arguments.no_recursion) {
        (Some(levels), _) => levels,
        (None, true) => 0,
        (None, false) => usize::MAX,
    };
    Ok((destinations, levels))
}

/// Which files are compiled at all.
struct Filter {
    exclude: Option<Regex>,
    limit_links: Option<PathBuf>,
}

impl Filter {
    fn new(arguments: &CompileArgs) -> anyhow::Result<Self> {
        let exclude = arguments.exclude.as_deref().map(Regex::new).transpose();
        let limit_links = arguments.limit_links.as_ref().filter(|path| !path.as_os_str().is_empty());
        Ok(Self {
            exclude: exclude.context("the pattern of -x is not a regular expression")?,
            limit_links: limit_links
                .map(|path| path.canonicalize().with_context(|| format!("cannot resolve -e {}", path.display())))
                .transpose()?,
        })
    }

    fn accepts(&self, path: &Path) -> bool {
        // As compileall: by the spelled name; what is no file is left out in silence.
        path.as_os_str().as_bytes().ends_with(b".py") && !self.excluded(path) && !self.link_leaves(path)
    }

    fn excluded(&self, path: &Path) -> bool {
        self.exclude.as_ref().is_some_and(|regex| regex.is_match(&path.to_string_lossy()).unwrap_or(false))
    }

    /// A link that points out of the directory of -e.
    fn link_leaves(&self, path: &Path) -> bool {
        let Some(limit) = &self.limit_links else { return false };
        path.is_symlink() && !path.canonicalize().is_ok_and(|target| target.starts_with(limit))
    }
}

/// A path of the settings, short where it is below the current directory.
fn from_here(path: &Path) -> PathBuf {
    let here = env::current_dir().unwrap_or_default();
    match path.strip_prefix(here) {
        Ok(relative) if relative.as_os_str().is_empty() => PathBuf::from("."),
        Ok(relative) => relative.to_owned(),
        Err(_) => path.to_owned(),
    }
}

fn read_list(list: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let lines: io::Result<Vec<String>> = if list == Path::new("-") {
        io::stdin().lock().lines().collect()
    } else {
        std::fs::File::open(list).and_then(|file| io::BufReader::new(file).lines().collect())
    };
    let lines = lines.with_context(|| format!("Error reading file list {}", list.display()))?;
    Ok(lines.iter().map(|line| PathBuf::from(line.trim())).collect())
}

/// `sys.path` of the interpreter compiled for, without the current directory.
fn python_path() -> anyhow::Result<Vec<PathBuf>> {
    let program = "import os, sys; os.write(1, b'\\0'.join(map(os.fsencode, sys.path)))";
    let advice = "name the files and directories to compile: without any, sys.path of python3.14 is compiled";
    let output = Command::new("python3.14").args(["-c", program]).output().context(advice)?;
    if !output.status.success() {
        bail!("{advice}; it failed: {}", String::from_utf8_lossy(&output.stderr).trim_end());
    }
    let entries = output.stdout.split(|&byte| byte == 0).map(|entry| Path::new(std::ffi::OsStr::from_bytes(entry)));
    Ok(entries.filter(|entry| entry.is_dir() && *entry != Path::new(".")).map(Path::to_owned).collect())
}
