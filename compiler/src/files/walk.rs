//! Directories → the files in them, in compileall's order.
//!
//! Sorted by name within a directory, subdirectories at their place, `__pycache__` left out, links
//! to directories not followed.
//!
//! Invariant: the walk is iterative; a directory that cannot be listed is reported and the walk goes
//! on.

use super::path::join;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

/// What a walk meets.
#[derive(Debug)]
pub enum Found {
    /// A directory whose entries follow.
    Directory(PathBuf),
    /// A directory that cannot be listed.
    Unlisted(PathBuf, std::io::Error),
    /// Something in a directory that is not a directory.
    File(PathBuf),
}

/// Walks a directory (`compileall._walk_dir`); `levels` of subdirectories are entered.
pub fn walk(root: &Path, levels: usize) -> impl Iterator<Item = Found> {
    let mut pending = vec![Pending::Directory(root.to_owned(), levels)];
    std::iter::from_fn(move || {
        loop {
            match pending.pop()? {
                Pending::File(path) => return Some(Found::File(path)),
                Pending::Entry(path, levels) => {
                    if !path.is_dir() {
                        return Some(Found::File(path));
                    }
                    if levels > 0 && !path.is_symlink() {
                        pending.push(Pending::Directory(path, levels - 1));
                    }
                }
                Pending::Directory(path, levels) => {
                    let mut names = match list(&path) {
                        Ok(names) => names,
                        Err(error) => return Some(Found::Unlisted(path, error)),
                    };
                    // The last pushed is met first.
                    names.sort_by(|left, right| right.0.cmp(&left.0));
                    for (name, is_file) in names {
                        let path = PathBuf::from(join(path.as_os_str(), &name));
                        pending.push(if is_file { Pending::File(path) } else { Pending::Entry(path, levels) });
                    }
                    return Some(Found::Directory(path));
                }
            }
        }
    })
}

enum Pending {
    File(PathBuf),
    /// A directory, a link, or something whose type the listing does not tell.
    Entry(PathBuf, usize),
    Directory(PathBuf, usize),
}

/// The names in a directory; whether each is a plain file.
fn list(path: &Path) -> std::io::Result<Vec<(OsString, bool)>> {
    let directory = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    fs::read_dir(directory)?
        .filter(|entry| !entry.as_ref().is_ok_and(|entry| entry.file_name() == "__pycache__"))
        .map(|entry| {
            let entry = entry?;
            Ok((entry.file_name(), entry.file_type().is_ok_and(|kind| kind.is_file())))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Found, walk};
    use std::fs;

    #[test]
    fn a_directory_that_vanishes_is_passed_over() {
        let folder = tempfile::tempdir().expect("a scratch folder can be made");
        for name in ["a", "b"] {
            fs::create_dir(folder.path().join(name)).expect("a folder can be made");
            fs::write(folder.path().join(name).join("m.py"), "").expect("a file can be written");
        }
        let mut found = walk(folder.path(), 10);
        assert!(matches!(found.next(), Some(Found::Directory(path)) if path == folder.path()));
        fs::remove_dir_all(folder.path().join("a")).expect("a folder can be removed");
        // What is not there is no directory; it is no module either.
        assert!(matches!(found.next(), Some(Found::File(path)) if path.ends_with("a")));
        assert!(matches!(found.next(), Some(Found::Directory(path)) if path.ends_with("b")));
        assert!(matches!(found.next(), Some(Found::File(path)) if path.ends_with("b/m.py")));
        assert!(found.next().is_none());
    }
}
