//! What a process takes: time, and memory at its peak.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// One run: seconds and peak resident memory.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// From start to end.
    pub seconds: f64,
    /// `VmHWM`
    pub peak_kib: u64,
}

/// Several runs of one command.
#[derive(Clone, Copy, Debug)]
pub struct Summary {
    /// The fastest run.
    pub minimum: f64,
    /// The middle one.
    pub median: f64,
    /// The greatest peak.
    pub peak_mib: f64,
}

impl Summary {
    /// Of at least one run.
    pub fn of(runs: &[Run]) -> Self {
        let mut seconds: Vec<f64> = runs.iter().map(|run| run.seconds).collect();
        seconds.sort_by(f64::total_cmp);
        let peak = runs.iter().map(|run| run.peak_kib).max().unwrap_or(0);
        #[expect(clippy::cast_precision_loss, reason = "memory in MiB needs no 53 bits")]
        Self { minimum: seconds[0], median: seconds[seconds.len() / 2], peak_mib: peak as f64 / 1024.0 }
    }
}

/// Runs a command to its end. Its exit code is of no interest: trees may have files that nobody accepts.
pub fn measure(command: &mut Command) -> Run {
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
