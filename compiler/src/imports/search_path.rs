//! Where modules are looked for, in order: roots of the project, given directories, site-packages
//! and what their `.pth` files add.
//!
//! ```text
//! check src/app   with src/app/__init__.py     root src
//! VIRTUAL_ENV=/env                             /env/lib/python3.14/site-packages
//! ```
//!
//! Invariant: every directory stands once, at its first place (`site.py: addsitedir`).

use std::fs;
use std::path::{Path, PathBuf};

/// Who the files of a directory belong to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub enum Origin {
    /// The project: changes often.
    Project,
    /// Installed packages: hardly ever change.
    Installed,
}

/// The directories in which modules are looked for.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SearchPath {
    directories: Vec<(PathBuf, Origin)>,
}

impl SearchPath {
    /// Adds a directory of the project at the end, unless it is there.
    pub fn add_root(&mut self, directory: PathBuf) {
        self.add(directory, Origin::Project);
    }

    /// Adds a site directory and what its `.pth` files name.
    pub fn add_site(&mut self, directory: &Path) {
        let Ok(entries) = fs::read_dir(directory) else { return };
        let mut additions: Vec<PathBuf> = entries
            .filter_map(Result::ok)
            .filter(|entry| !entry.file_name().as_encoded_bytes().starts_with(b"."))
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "pth"))
            .collect();
        additions.sort();
        self.add(directory.to_owned(), Origin::Installed);
        for file in additions {
            for added in path_lines(&fs::read(file).unwrap_or_default()) {
                let added = directory.join(added);
                if added.is_dir() {
                    self.add(added, Origin::Installed);
                }
            }
        }
    }

    /// Adds the site-packages of a virtual environment.
    pub fn add_environment(&mut self, environment: &Path) {
        let Ok(entries) = fs::read_dir(environment.join("lib")) else { return };
        let mut versions: Vec<PathBuf> = entries
            .filter_map(Result::ok)
            .filter(|entry| entry.file_name().as_encoded_bytes().starts_with(b"python3"))
            .map(|entry| entry.path().join("site-packages"))
            .collect();
        versions.sort();
        for directory in versions {
            self.add_site(&directory);
        }
    }

    /// The directories in order.
    pub fn directories(&self) -> &[(PathBuf, Origin)] {
        &self.directories
    }

    /// The directory with the longest path that holds a file.
    pub fn root_of(&self, file: &Path) -> Option<&Path> {
        let holding = self.directories.iter().filter(|(directory, _)| file.starts_with(directory));
        holding.map(|(directory, _)| directory.as_path()).max_by_key(|directory| directory.components().count())
    }

    fn add(&mut self, directory: PathBuf, origin: Origin) {
        if !self.directories.iter().any(|(known, _)| *known == directory) {
            self.directories.push((directory, origin));
        }
    }
}

/// The directory that holds the outermost package around a file or directory: what must be on the
/// search path for its `import` statements to work.
pub fn project_root(path: &Path) -> PathBuf {
    let is_directory = path.as_os_str().is_empty() || path.is_dir();
    let mut directory = if is_directory { path } else { path.parent().unwrap_or(Path::new("")) };
    while directory.join("__init__.py").is_file() || directory.join("__init__.pyi").is_file() {
        match directory.parent() {
            Some(parent) => directory = parent,
            None => break,
        }
    }
    directory.to_owned()
}

/// The lines of a `.pth` file that name directories: no comments, no code.
fn path_lines(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim_end);
    lines
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
        .filter(|line| !line.starts_with("import ") && !line.starts_with("import\t"))
        .map(str::to_owned)
        .collect()
}
