//! `pyclast stats`: what is counted as typed, what as dynamic, and the reasons.

use std::fs;
use std::process::Command;

use pyclast_tests::pyclast;
use serde_json::{Value, json};

const PROGRAM: &str = "import __static__
from __static__ import crange, int64
class C:
    def __init__(self, x: int) -> None:
        self.x: int = x
def typed(c: C) -> int:
    total: int64 = 0
    for i in crange(int64(3)):
        total = total + i
    return helper(c.x)
def helper(x: int) -> int:
    return x
def dynamic(c, xs) -> object:
    for x in xs:
        c.y = x[0] + 1
    return c.f()
";

#[test]
fn what_runs_is_counted_by_function() {
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    fs::write(folder.path().join("a.py"), PROGRAM).expect("a file can be written");
    let run = |format: &str| {
        let arguments = ["stats", "--format", format, "."];
        let output = Command::new(pyclast()).args(arguments).current_dir(folder.path()).output();
        let output = output.expect("pyclast starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("it is text")
    };
    let report: Value = serde_json::from_str(&run("json")).expect("it is JSON");
    let functions = report["functions"].as_array().expect("it is a list");
    let of = |name: &str| functions.iter().find(|function| function["function"] == name).expect("it is there");
    let count = |name: &str, kind: &str| of(name)["counts"][kind].clone();
    let pair = |typed: u32, dynamic: u32| json!({ "typed": typed, "dynamic": dynamic });
    assert_eq!(count("C.__init__", "attributes"), pair(1, 0));
    assert_eq!(count("typed", "calls"), pair(1, 0));
    assert_eq!(count("typed", "attributes"), pair(1, 0));
    assert_eq!(count("typed", "loops"), pair(1, 0));
    assert_eq!(count("dynamic", "calls"), pair(0, 1));
    assert_eq!(count("dynamic", "attributes"), pair(0, 2));
    assert_eq!(count("dynamic", "arithmetic"), pair(0, 1));
    assert_eq!(count("dynamic", "subscripts"), pair(0, 1));
    assert_eq!(count("dynamic", "loops"), pair(0, 1));
    let reasons = of("dynamic")["reasons"].as_array().expect("it is a list");
    assert!(reasons.iter().any(|reason| reason["line"] == 13), "{reasons:?}");
    assert_eq!(report["total"]["subscripts"], pair(0, 1));
    assert!(run("text").lines().last().is_some_and(|line| line.starts_with("total")));
}
