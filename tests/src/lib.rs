//! What the end-to-end tests share: the real CPython, the built program, scratch folders, trees of
//! sources.
//!
//! ```text
//! oracle::python()   the interpreter everything is compared with
//! pyclast()          the program under test, built with this test's profile
//! ```
//!
//! Invariant: a test never skips; what it needs is there, or it fails and says how to get it.

pub mod json_schema;
pub mod oracle;
pub mod processes;
pub mod static_corpus;
pub mod static_module;
pub mod static_proof;
pub mod static_verdict;
pub mod synthetic;
pub mod xml_schema;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The program under test, built first if it is not.
pub fn pyclast() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        // Tests run from target/PROFILE/deps; the program is in target/PROFILE.
        let test = env::current_exe().expect("a test knows its own path");
        let profile = test.parent().and_then(Path::parent).expect("tests are built into target/PROFILE/deps");
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--quiet", "--package", "pyclast", "--bin", "pyclast"]).current_dir(workspace());
        if profile.ends_with("release") {
            build.arg("--release");
        }
        let status = build.status().expect("cargo starts");
        assert!(status.success(), "pyclast does not build");
        profile.join("pyclast")
    })
}

/// The folder of the workspace.
pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("the workspace is there")
}

/// The standard library of the oracle, tests included.
pub fn stdlib() -> PathBuf {
    let output = oracle::command()
        .args(["-c", "import sysconfig; print(sysconfig.get_path('stdlib'))"])
        .output()
        .expect("the oracle starts");
    assert!(output.status.success(), "the oracle has no standard library");
    PathBuf::from(String::from_utf8_lossy(&output.stdout).trim())
}

/// Copies the Python sources of a tree, and nothing else (no artifacts, no extension modules).
pub fn copy_sources(from: &Path, to: &Path) {
    let mut pending = vec![(from.to_owned(), to.to_owned())];
    while let Some((from, to)) = pending.pop() {
        fs::create_dir_all(&to).expect("a scratch folder can be made");
        for entry in fs::read_dir(&from).expect("a source folder can be listed") {
            let entry = entry.expect("a source folder can be listed");
            let (path, name) = (entry.path(), entry.file_name());
            if name == "__pycache__" || path.is_symlink() && path.is_dir() {
                continue;
            }
            if path.is_dir() {
                pending.push((path, to.join(name)));
            } else if path.is_file() && path.extension().is_some_and(|extension| extension == "py") {
                fs::copy(&path, to.join(name)).expect("a source can be copied");
            }
        }
    }
}

/// Runs a command and gives its standard output; fails with everything it said if it failed.
pub fn output_of(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?} failed with {}:\n{out}\n{err}", output.status);
    out.into_owned()
}
