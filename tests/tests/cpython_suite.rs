//! CPython's own tests give the same results on a library compiled by pyclast as on one compiled by
//! CPython, case by case.

#![expect(clippy::print_stdout, reason = "what was compared is worth reading when it differs")]

use pyclast_tests::{oracle, output_of, pyclast};

#[test]
fn cpythons_tests_pass_on_a_library_compiled_by_pyclast() {
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    let report = output_of(oracle::command().arg(oracle::tool("suite.py")).arg(folder.path()).arg(pyclast()));
    println!("{report}");
    let ours = report.lines().find(|line| line.starts_with("ours")).expect("ours is reported");
    let run = ours.split("run=").nth(1).and_then(|rest| rest.split_whitespace().next());
    assert!(run.and_then(|run| run.parse::<u32>().ok()) > Some(5_000), "too few tests ran: {report}");
}
