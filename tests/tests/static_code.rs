//! The code of static modules, held to the reference's: the opcodes, and what is seen when it runs.
//!
//! Of the corpus, every program does what it does when the reference compiles it, interpreted and under the JIT: where
//! not, upstream is wrong, and `tests/data/static-run.toml` says how. Each run takes every eighth program;
//! `PYCLAST_EVERY=1` takes all (17 seconds where they were seen before, ten minutes where not). Typed opcodes are compared
//! of all programs, with `tests/data/static-opcodes.toml`.
//!
//! `PYCLAST_RANDOM=20000` takes more random programs.

use std::env;
use std::process::{Command, Output};

use pyclast_tests::{oracle, pyclast};

/// So many random programs are made.
const RANDOM: &str = "200";

/// Each program takes the reference's interpreter some tenths of a second; each run of the tests takes a part of all files.
const EVERY: &str = "8";

/// A comparison tool with the program under test: what it prints, which must end well.
fn compare(tool: &str, arguments: &[&str]) {
    let mut command = oracle::command();
    command.env("PYCLAST_CINDERX", oracle::cinderx()).arg("-Wignore").arg(oracle::tool(tool));
    run(command.arg("--pyclast").arg(pyclast()).args(arguments));
}

fn run(command: &mut Command) {
    let Output { status, stdout, stderr } = command.output().expect("the oracle starts");
    let (report, errors) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    assert!(status.success(), "{report}\n{errors}");
}

fn setting(name: &str, default: &str) -> String {
    env::var(name).unwrap_or_else(|_| default.to_owned())
}

#[test]
fn typed_opcodes_are_those_of_the_reference_or_better() {
    compare("static_opcodes.py", &["--jobs", "2", "-v"]);
}

#[test]
fn programs_do_what_they_do_when_the_reference_compiles_them() {
    compare("static_run.py", &["--jobs", "2", "-v", "--every", &setting("PYCLAST_EVERY", EVERY)]);
}

#[test]
fn what_kills_the_process_or_lies_under_the_reference_does_neither_under_pyclast() {
    compare("static_bugs.py", &["--python", &oracle::python().to_string_lossy()]);
}

#[test]
fn random_programs_do_the_same_interpreted_under_the_jit_and_under_cpython() {
    let count = setting("PYCLAST_RANDOM", RANDOM);
    let python = oracle::python();
    compare("static_fuzz.py", &["--python", &python.to_string_lossy(), "--count", &count, "--jobs", "2"]);
}
