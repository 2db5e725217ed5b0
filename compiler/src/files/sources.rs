//! Directories → the Python files of a project in them.
//!
//! Sorted by path. Left out: hidden directories, `__pycache__`, `node_modules`, virtual environments;
//! links to directories are not followed.
//!
//! Invariant: the walk is iterative; what cannot be listed is reported and the walk goes on.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The Python files of a path: itself, or those below it; and what cannot be listed.
pub fn python_files(path: &Path) -> (Vec<PathBuf>, Vec<(PathBuf, io::Error)>) {
    // `.` is the directory whose files have names without it.
    let path = if path == Path::new(".") { Path::new("") } else { path };
    let (mut files, mut failures) = (Vec::new(), Vec::new());
    if path.is_file() {
        return (vec![path.to_owned()], failures);
    }
    let mut pending = vec![path.to_owned()];
    while let Some(directory) = pending.pop() {
        let readable = if directory.as_os_str().is_empty() { Path::new(".") } else { &directory };
        let entries = match fs::read_dir(readable).and_then(Iterator::collect::<io::Result<Vec<_>>>) {
            Ok(entries) => entries,
            Err(error) => {
                failures.push((directory, error));
                continue;
            }
        };
        if directory != path && entries.iter().any(|entry| entry.file_name() == "pyvenv.cfg") {
            continue;
        }
        for entry in entries {
            let (name, kind) = (entry.file_name(), entry.file_type());
            let is_directory = kind.as_ref().is_ok_and(fs::FileType::is_dir);
            if is_directory {
                let is_hidden = name.as_encoded_bytes().starts_with(b".");
                if !is_hidden && name != "__pycache__" && name != "node_modules" {
                    pending.push(directory.join(name));
                }
            } else if is_python(Path::new(&name)) && directory.join(&name).is_file() {
                files.push(directory.join(name));
            }
        }
    }
    files.sort();
    (files, failures)
}

/// Whether a name is that of a source or a stub.
pub fn is_python(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "py" || extension == "pyi")
}
