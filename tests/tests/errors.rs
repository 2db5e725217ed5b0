//! Verdicts, messages, lines and warnings on programs that CPython's own tests show to its compiler,
//! and on those of this project: accepted exactly if CPython accepts, in CPython's words.

#![expect(clippy::print_stdout, reason = "what was compared is worth reading when it differs")]

use pyclast_tests::{oracle, pyclast};
use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// Has `compare_errors.py` compare the verdicts on a folder of snippets; its counts.
fn compare(snippets: &Path) -> Value {
    let output = oracle::command()
        .arg(oracle::tool("compare_errors.py"))
        .arg(pyclast())
        .arg(snippets)
        .output()
        .expect("the oracle starts");
    let report = String::from_utf8_lossy(&output.stdout);
    println!("{report}{}", String::from_utf8_lossy(&output.stderr));
    let counts = report.lines().last().expect("there is a last line");
    serde_json::from_str(counts).expect("the last line is JSON")
}

/// How many of `part` there are for a thousand of `whole`.
fn per_mille(counts: &Value, part: &str, whole: &str) -> u64 {
    let count = |name: &str| counts[name].as_u64().unwrap_or(0);
    assert!(count(whole) > 0, "nothing was compared");
    count(part) * 1000 / count(whole)
}

#[test]
fn snippets_of_cpythons_tests_get_cpythons_verdict() {
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    let status =
        oracle::command().arg(oracle::tool("snippets.py")).arg(folder.path()).status().expect("the oracle starts");
    assert!(status.success(), "snippets.py failed");
    let counts = compare(folder.path());
    assert!(counts["files"].as_u64() > Some(10_000), "{counts}");
    assert_eq!(counts["verdicts"], counts["files"], "accepted by one and refused by the other");
    assert_eq!(counts["warnings"], counts["accepted"], "other warnings");
    // What is left differs in the place of a generic `invalid syntax`.
    assert!(per_mille(&counts, "messages", "refused") >= 995, "{counts}");
    assert!(per_mille(&counts, "lines", "refused") >= 990, "{counts}");
}

#[test]
fn programs_of_this_project_get_cpythons_verdict() {
    let snippets = Path::new(env!("CARGO_MANIFEST_DIR")).join("snippets");
    let counts = compare(&snippets);
    for (part, whole) in [
        ("verdicts", "files"),
        ("messages", "refused"),
        ("lines", "refused"),
        ("columns", "refused"),
        ("warnings", "accepted"),
    ] {
        assert_eq!(counts[part], counts[whole], "{part}: {counts}");
    }
}

#[test]
fn every_error_of_a_file_is_reported_the_first_first() {
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    let source = "def f():\n    global x, y\n    nonlocal x\nbreak\nreturn 1\n";
    std::fs::write(folder.path().join("a.py"), source).expect("a source can be written");
    let output = Command::new(pyclast())
        .args(["compile", "-q", "--error-format", "json"])
        .arg(folder.path())
        .output()
        .expect("pyclast starts");
    assert_eq!(output.status.code(), Some(1));
    let lines: Vec<Value> = String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).expect("each line is JSON"))
        .collect();
    assert_eq!(lines[0]["message"], "name 'x' is nonlocal and global");
    assert_eq!((&lines[0]["line"], &lines[0]["column"]), (&2.into(), &5.into()));
}
