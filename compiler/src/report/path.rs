//! Paths as shown → paths from the root of the repository, which documents for machines want.
//!
//! `./a.py` and `/home/me/project/a.py`, seen from `/home/me/project`, are `a.py`.
//!
//! Invariant: a path outside of the root becomes absolute.

use std::path::{Component, Path, PathBuf};

/// The directory that paths are relative to.
#[derive(Clone, Debug)]
pub(crate) struct RelativePaths {
    /// Where relative paths start.
    pub(crate) current: PathBuf,
    /// What the results are relative to.
    pub(crate) root: PathBuf,
}

impl RelativePaths {
    /// Paths relative to the current directory.
    pub(crate) fn of(current: PathBuf) -> Self {
        Self { root: current.clone(), current }
    }

    /// `path` from the root, with slashes.
    pub(crate) fn relative(&self, path: &str) -> String {
        let absolute = normal(&self.current.join(path));
        let relative = absolute.strip_prefix(normal(&self.root)).unwrap_or(&absolute);
        relative.to_string_lossy().into_owned()
    }
}

/// The path without `.` and `..`; symbolic links are not followed.
pub(crate) fn normal(path: &Path) -> PathBuf {
    let mut parts = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => drop(parts.pop()),
            other => parts.push(other),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::RelativePaths;

    #[test]
    fn paths_start_at_the_root() {
        let paths = RelativePaths { current: "/p/src".into(), root: "/p".into() };
        for (path, relative) in [
            ("./a.py", "src/a.py"),
            ("../b.py", "b.py"),
            ("/p/c/./d.py", "c/d.py"),
            ("/q/e.py", "/q/e.py"),
            ("../../f", "/f"),
        ] {
            assert_eq!(paths.relative(path), relative);
        }
    }
}
