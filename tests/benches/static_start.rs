//! What starting a static program costs: with `pyclast.loader`, beside CinderX's own loader.
//!
//! ```text
//! cargo bench -p pyclast-tests --bench static_start
//! ```
//!
//! Both load the same artifact of one module, in turn; prints milliseconds, the least and the median of a process.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use pyclast_tests::{oracle, pyclast};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

const RUNS: usize = 25;

const MODULE: &str = "import __static__
from __static__ import int64, box
def f(n: int) -> int:
    x: int64 = int64(n)
    return box(x + 1)
";

const THEIRS: &str = "import sys; sys.path.insert(0, sys.argv[1])
from cinderx.compiler.strict import loader; loader.install(); import lib";

const OURS: &str = "import sys, pyclast.loader; pyclast.loader.install([sys.argv[1]]); import lib";

fn main() {
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    fs::write(folder.path().join("lib.py"), MODULE).expect("a file can be written");
    let arguments = ["compile", "-q", "--target", "cinderx-3.14", "--strict-pyc", "."];
    let status = Command::new(pyclast()).args(arguments).current_dir(folder.path()).status();
    assert!(status.expect("pyclast starts").success(), "the module compiles");
    let (mut theirs, mut ours) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        theirs.push(start(THEIRS, folder.path()));
        ours.push(start(OURS, folder.path()));
    }
    for (what, at) in [("least", 0), ("median", RUNS / 2)] {
        let [theirs, ours] = [&mut theirs, &mut ours].map(|times| {
            times.sort_unstable_by(f64::total_cmp);
            times[at]
        });
        println!(
            "{what:>8}: CinderX's loader {theirs:>6.1} ms, pyclast.loader {ours:>6.1} ms, ratio {:.2}",
            ours / theirs
        );
    }
}

/// Milliseconds of a process.
fn start(program: &str, folder: &Path) -> f64 {
    let package = Path::new(env!("CARGO_MANIFEST_DIR")).join("../python");
    let begun = Instant::now();
    let mut command = Command::new(oracle::cinderx());
    let status = command.args(["-c", program]).arg(folder).env("PYTHONPATH", package).status();
    assert!(status.expect("the interpreter starts").success(), "{program}");
    begun.elapsed().as_secs_f64() * 1000.0
}
