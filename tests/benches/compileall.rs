//! `pyclast compile` beside `python3.14 -m compileall` on the standard library, in turn, in one run.
//!
//! ```text
//! cargo bench -p pyclast-tests --bench compileall
//! ```
//!
//! Prints seconds (minimum, median), the ratio of the medians, and peak memory. Reading and writing
//! are included; both write into the same copied tree.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use pyclast_tests::processes::{Summary, measure};
use pyclast_tests::{copy_sources, oracle, pyclast, stdlib};
use std::process::Command;

const ROUNDS: usize = 5;

fn main() {
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    let tree = folder.path().join("lib");
    copy_sources(&stdlib(), &tree);
    let mut ours = Vec::new();
    let mut parallel = Vec::new();
    let mut theirs = Vec::new();
    for _ in 0..ROUNDS {
        ours.push(measure(Command::new(pyclast()).args(["compile", "-q", "-q", "-f", "-j", "1"]).arg(&tree)));
        parallel.push(measure(Command::new(pyclast()).args(["compile", "-q", "-q", "-f"]).arg(&tree)));
        theirs.push(measure(oracle::command().args(["-m", "compileall", "-q", "-q", "-f"]).arg(&tree)));
    }
    let reference = Summary::of(&theirs);
    println!("{:<32}{:>10}{:>10}{:>10}{:>12}", "", "min s", "median s", "ratio", "peak MiB");
    for (name, runs) in [("compileall -j1", theirs), ("pyclast -j1", ours), ("pyclast, all cores", parallel)] {
        let summary = Summary::of(&runs);
        println!(
            "{name:<32}{:>10.3}{:>10.3}{:>9.1}x{:>12.0}",
            summary.minimum,
            summary.median,
            reference.median / summary.median,
            summary.peak_mib
        );
    }
}
