//! Checker and code generator stand what was never meant for them: the whole standard library taken as static.
//!
//! Nothing is expected of the verdicts: most modules break some rule of Static Python. What breaks none has code, proved sound.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use pyclast_tests::static_corpus::{Program, SourceFile, Verdict};
use pyclast_tests::static_verdict::{Ours, verdicts};
use pyclast_tests::{stdlib, workspace};

/// The Python files below a folder, without those that are no UTF-8.
fn sources(root: &Path) -> Vec<(PathBuf, String)> {
    let (mut pending, mut found) = (vec![root.to_owned()], Vec::new());
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(&folder).expect("the library can be listed") {
            let path = entry.expect("the library can be listed").path();
            if path.is_dir() {
                pending.push(path);
            } else if path.extension().is_some_and(|extension| extension == "py")
                && let Ok(text) = fs::read_to_string(&path)
            {
                found.push((path.strip_prefix(root).expect("it is below").to_owned(), text));
            }
        }
    }
    found.sort();
    found
}

fn program(subject: &str, files: impl IntoIterator<Item = (String, String)>) -> (String, Program) {
    let program = Program {
        row: "library".to_owned(),
        subject: subject.to_owned(),
        static_always: true,
        files: files.into_iter().map(|(path, source)| SourceFile { path, source }).collect(),
        reference: Verdict::Accepted,
        difference: None,
    };
    (subject.to_owned(), program)
}

#[test]
#[expect(clippy::print_stdout, reason = "the figures are for whoever runs the test")]
fn no_module_of_the_standard_library_makes_the_checker_panic() {
    // More trees, for whoever has them: `PYCLAST_TREES=/a:/b`.
    let trees = env::var_os("PYCLAST_TREES").unwrap_or_default();
    let trees = env::split_paths(&trees).filter(|tree| !tree.as_os_str().is_empty());
    let roots: Vec<PathBuf> = [stdlib()].into_iter().chain(trees).collect();
    let mut programs = Vec::new();
    for root in &roots {
        let files = sources(root);
        // Each by itself, and each folder as one program.
        let mut folders: BTreeMap<PathBuf, Vec<(String, String)>> = BTreeMap::new();
        for (path, text) in &files {
            let name = path.to_string_lossy().into_owned();
            let folder = path.parent().unwrap_or(Path::new("")).to_owned();
            folders.entry(folder).or_default().push((name.clone(), text.clone()));
            programs.push(program(&name, [(name.clone(), text.clone())]));
        }
        for (folder, files) in folders {
            programs.push(program(&folder.to_string_lossy(), files));
        }
    }
    let mut panics = String::new();
    let mut number = 0;
    for ((name, _), ours) in programs.iter().zip(verdicts(&programs)) {
        if let Ours::Panicked(message) = ours {
            number += 1;
            let _ = writeln!(panics, "{name}: {message}");
        }
    }
    println!("{number} of {} programs panic", programs.len());
    fs::write(workspace().join("target/static-library.txt"), panics).expect("the target folder can be written");
    assert_eq!(number, 0, "see target/static-library.txt");
}
