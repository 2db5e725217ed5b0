//! `pyclast compile` beside `python3.14 -m compileall` on the standard library, in turn, in one run.
//!
//! ```text
//! cargo bench -p pyclast-tests --bench compileall
//! ```
//!
//! Prints seconds (minimum, median), the ratio of the medians, and peak memory. Reading and writing
//! are included; both write into the same copied tree.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use pyclast_tests::{copy_sources, oracle, pyclast, stdlib};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

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

/// One run: seconds and peak resident memory.
struct Run {
    seconds: f64,
    peak_kib: u64,
}

struct Summary {
    minimum: f64,
    median: f64,
    peak_mib: f64,
}

impl Summary {
    fn of(runs: &[Run]) -> Self {
        let mut seconds: Vec<f64> = runs.iter().map(|run| run.seconds).collect();
        seconds.sort_by(f64::total_cmp);
        let peak = runs.iter().map(|run| run.peak_kib).max().unwrap_or(0);
        #[expect(clippy::cast_precision_loss, reason = "memory in MiB needs no 53 bits")]
        Self { minimum: seconds[0], median: seconds[seconds.len() / 2], peak_mib: peak as f64 / 1024.0 }
    }
}

/// Runs a command to its end. Its exit code is of no interest: the tree has files that nobody accepts.
fn measure(command: &mut Command) -> Run {
    let started = Instant::now();
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the command starts");
    let status = format!("/proc/{}/status", child.id());
    let watcher = thread::spawn(move || {
        let mut peak = 0;
        while let Some(kib) = peak_memory(Path::new(&status)) {
            peak = peak.max(kib);
            thread::sleep(Duration::from_millis(20));
        }
        peak
    });
    child.wait().expect("the command ends");
    let seconds = started.elapsed().as_secs_f64();
    Run { seconds, peak_kib: watcher.join().expect("the watcher ends with the command") }
}

/// `VmHWM` of a running process.
fn peak_memory(status: &Path) -> Option<u64> {
    let text = fs::read_to_string(status).ok()?;
    let line = text.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
