//! The programs of `tests/programs`, each the smallest that shows one rule of CPython's compiler, and
//! random ones that combine every construct: code objects, errors and warnings are CPython's.

#![expect(clippy::print_stdout, reason = "what was compared is worth reading when it differs")]

use pyclast_tests::{oracle, output_of, pyclast};
use std::path::Path;
use std::process::Command;

/// Writes the programs into a folder, one a file.
fn write_programs(folder: &Path) {
    let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("programs");
    output_of(oracle::command().arg(oracle::tool("programs.py")).arg(pages).arg(folder));
}

#[test]
fn code_objects_of_single_rules_are_cpythons() {
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    let (programs, out) = (folder.path().join("programs"), folder.path().join("out"));
    write_programs(&programs);
    for level in ["0", "1", "2"] {
        let status = Command::new(pyclast())
            .args(["compile", "-q", "-q", "-f", "-o", level, "--out-dir"])
            .args([&out, &programs])
            .status()
            .expect("pyclast starts");
        assert_eq!(status.code(), Some(1), "some programs have errors");
        let report = output_of(
            oracle::command()
                .arg(oracle::tool("compare_tree.py"))
                .arg(&programs)
                .arg("--pyc-dir")
                .arg(&out)
                .args(["-O", level]),
        );
        println!("{report}");
        assert!(report.starts_with("files 3"), "{report}");
    }
}

#[test]
fn errors_and_warnings_of_single_rules_are_cpythons() {
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    write_programs(folder.path());
    let report = output_of(oracle::command().arg(oracle::tool("compare_errors.py")).arg(pyclast()).arg(folder.path()));
    let counts: serde_json::Value =
        serde_json::from_str(report.lines().last().unwrap_or_default()).expect("the last line is JSON");
    for (part, whole) in [
        ("verdicts", "files"),
        ("messages", "refused"),
        ("lines", "refused"),
        ("columns", "refused"),
        ("warnings", "accepted"),
    ] {
        assert_eq!(counts[part], counts[whole], "{part}: {report}");
    }
}

#[test]
fn random_programs_are_compiled_as_cpython_does() {
    for level in ["0", "2"] {
        let report = output_of(
            oracle::command().arg(oracle::tool("fuzz.py")).arg(pyclast()).args(["--count", "2000", "-O", level]),
        );
        assert!(report.contains("different 0"), "{report}");
    }
}
