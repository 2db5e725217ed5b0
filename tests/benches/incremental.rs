//! What an edit costs in a project of 2,000 modules and 400,000 lines, beside checking all of it.
//!
//! ```text
//! cargo bench -p pyclast-tests --bench incremental
//! cargo bench -p pyclast-tests --bench incremental -- edits        only this part
//! ```
//!
//! Prints milliseconds (minimum, median): full check, check after a body edit, after the edit of a
//! signature that 20 modules import, and of processes with and without results kept between runs.
//! Then chains of imports, each ten times as long as the one before.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use pyclast::database::{Purpose, Session, SessionOptions, Settings};
use pyclast::jobs::worker_count;
use pyclast::settings::Globs;
use pyclast_tests::{pyclast, synthetic};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// The program's own allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const MODULES: usize = 2_000;
const LINES: usize = 200;
const IMPORTERS: usize = 20;

fn main() {
    let parts: Vec<String> = env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let is_wanted = |part: &str| parts.is_empty() || parts.iter().any(|wanted| wanted == part);
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    let tree = folder.path().join("tree");
    if is_wanted("edits") || is_wanted("processes") {
        synthetic::project(&tree, MODULES, LINES, IMPORTERS);
    }
    if is_wanted("edits") {
        edits(&tree);
    }
    if is_wanted("processes") {
        processes(&tree);
    }
    if is_wanted("chains") {
        chains(folder.path());
    }
}

fn chains(folder: &Path) {
    for count in [100, 1_000, 10_000] {
        let chain = folder.join(format!("chain{count}"));
        synthetic::chain(&chain, count);
        let mut sessions = Vec::new();
        let times = measure(5, |_| sessions.push(checked(&chain)));
        show(&format!("chain of {count} imports"), &times, None);
    }
}

/// Edits in an open session, read from disk as in watch mode.
fn edits(tree: &Path) {
    // As the program does: nothing is taken apart at its end.
    let full = measure(3, |_| std::mem::forget(checked(tree)));
    show("full check", &full, None);
    let full = median(&full);
    let mut session = checked(tree);
    let mut edit = |path: PathBuf, from: &str, to: &dyn Fn(usize) -> String| {
        let text = fs::read_to_string(&path).expect("the file is there");
        measure(201, |round| {
            fs::write(&path, text.replacen(from, &to(round), 1)).expect("a file can be written");
            session.update(std::slice::from_ref(&path));
            assert_eq!(session.check().len(), session.roots().len());
        })
    };
    let body = edit(tree.join("p7/m7.py"), "total = 0", &|round| format!("total = {round} + 1"));
    show("body edit", &body, Some(full));
    let signature = edit(tree.join("p0/m0.py"), "a: int", &|round| format!("a{round}: int"));
    show("signature edit, 20 importers", &signature, Some(full));
}

/// Whole processes: without results of an earlier one, and with.
fn processes(tree: &Path) {
    let cache = tree.join(".pyclast_cache");
    let run = || {
        let mut command = Command::new(pyclast());
        command.arg("check").arg(tree).arg("--cache-dir").arg(&cache).stdout(Stdio::null()).stderr(Stdio::null());
        assert!(command.status().expect("pyclast starts").success(), "the project is clean");
    };
    let first = measure(3, |_| {
        // There is none the first time.
        let _ = fs::remove_dir_all(&cache);
        run();
    });
    show("first process", &first, None);
    show("second process", &measure(7, |_| run()), Some(median(&first)));
}

fn checked(tree: &Path) -> Session {
    let options = SessionOptions {
        paths: vec![tree.to_owned()],
        exclude: Globs::default(),
        search_path: Vec::new(),
        environment: None,
        purpose: Purpose::Check,
        workers: worker_count(0),
        settings: Settings::default(),
        cache: None,
    };
    let mut session = Session::open(options, None);
    let count = session
        .check()
        .iter()
        .filter(|file| file.result.as_ref().is_ok_and(|module| module.diagnostics.is_empty()))
        .count();
    assert_eq!(count, session.roots().len(), "the project is clean");
    session
}

/// Milliseconds of each round, sorted.
fn measure(rounds: usize, mut work: impl FnMut(usize)) -> Vec<f64> {
    let mut times: Vec<f64> = (0..rounds)
        .map(|round| {
            let started = Instant::now();
            work(round);
            started.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times
}

fn median(times: &[f64]) -> f64 {
    times[times.len() / 2]
}

fn show(name: &str, times: &[f64], full: Option<f64>) {
    let ratio = full.map_or(String::new(), |full| format!("{:>9.0}x faster", full / median(times)));
    println!("{name:<32}{:>10.2} ms{:>10.2} ms{ratio}", times[0], median(times));
}
