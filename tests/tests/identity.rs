//! Every code object of CPython's standard library, its tests included, equals CPython's own in every
//! field, at each optimization level; and what CPython refuses, pyclast refuses.

#![expect(clippy::print_stdout, reason = "what was compared is worth reading when it differs")]

use pyclast_tests::{copy_sources, oracle, output_of, pyclast, stdlib, workspace};
use std::process::Command;

/// Compiles the library at a level and has `compare_tree.py` compare each file with CPython's.
fn assert_identical(level: &str) {
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    let (tree, out) = (folder.path().join("lib"), folder.path().join("out"));
    copy_sources(&stdlib(), &tree);
    let status = Command::new(pyclast())
        .args(["compile", "-q", "-q", "-o", level, "--out-dir"])
        .args([&out, &tree])
        .status()
        .expect("pyclast starts");
    // The library has files that nobody accepts.
    assert!(matches!(status.code(), Some(0 | 1)), "pyclast ended with {status}");
    let report = output_of(
        oracle::command()
            .arg(oracle::tool("compare_tree.py"))
            .arg(&tree)
            .arg("--pyc-dir")
            .arg(&out)
            .args(["-O", level, "-j", "2", "--cache"])
            .arg(workspace().join("target/oracle-cache")),
    );
    println!("{report}");
    let counted = report.split_whitespace().nth(1).and_then(|word| word.trim_end_matches(':').parse::<usize>().ok());
    assert!(counted.is_some_and(|files| files > 1_500), "the library was not compared: {report}");
}

#[test]
fn the_standard_library_is_identical() {
    assert_identical("0");
}

#[test]
fn the_standard_library_is_identical_without_asserts() {
    assert_identical("1");
}

#[test]
fn the_standard_library_is_identical_without_docstrings() {
    assert_identical("2");
}
