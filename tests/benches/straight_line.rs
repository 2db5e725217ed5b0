//! `pyclast compile` beside the same steps in a bare loop: what jobs, plans and messages cost, and that
//! no database is in the way. Then trees each ten times the former: memory must not grow with them.
//!
//! ```text
//! cargo bench -p pyclast-tests --bench straight_line
//! ```
//!
//! Prints seconds (minimum, median), the ratio of the minima, and peak memory.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use pyclast::cli::InvalidationMode;
use pyclast::files::artifact;
use pyclast::files::path::decode;
use pyclast::files::walk::{Found, walk};
use pyclast::pipeline::{compile_source, marshal_code};
use pyclast_codegen::{Optimize, Target};
use pyclast_tests::processes::{Summary, measure};
use pyclast_tests::{copy_sources, pyclast, stdlib, synthetic};
use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

/// The program's own allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ROUNDS: usize = 9;

fn main() {
    if let Some(tree) = env::var_os("PYCLAST_STRAIGHT_LINE") {
        return straight_line(Path::new(&tree));
    }
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    let library = folder.path().join("lib");
    copy_sources(&stdlib(), &library);
    println!("{:<40}{:>10}{:>10}{:>10}{:>12}", "", "min s", "median s", "ratio", "peak MiB");
    let (mut loops, mut ours) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let itself = env::current_exe().expect("a program knows its own path");
        loops.push(measure(Command::new(itself).env("PYCLAST_STRAIGHT_LINE", &library)));
        ours.push(measure(Command::new(pyclast()).args(["compile", "-qq", "-f", "-j", "1"]).arg(&library)));
    }
    let (bare, ours) = (Summary::of(&loops), Summary::of(&ours));
    show("standard library, a bare loop", &bare, &bare);
    show("standard library, pyclast compile -j1", &ours, &bare);
    for count in [1_000, 10_000] {
        let chain = folder.path().join(format!("chain{count}"));
        synthetic::chain(&chain, count);
        let runs: Vec<_> =
            (0..3).map(|_| measure(Command::new(pyclast()).args(["compile", "-qq", "-f"]).arg(&chain))).collect();
        let summary = Summary::of(&runs);
        show(&format!("{count} modules, pyclast compile"), &summary, &summary);
    }
}

/// Every file of a tree, one after the other.
fn straight_line(tree: &Path) {
    let target = &Target::CPYTHON_3_14;
    for found in walk(tree, usize::MAX) {
        let Found::File(source) = found else { continue };
        if source.extension().is_none_or(|extension| extension != "py") {
            continue;
        }
        let metadata = fs::metadata(&source).expect("the file is there");
        let bytes = fs::read(&source).expect("the file can be read");
        let header = artifact::header(InvalidationMode::Timestamp, &metadata, None, target).expect("no bytes needed");
        let recorded = decode(source.as_os_str());
        let Ok(module) = compile_source(bytes, &recorded, &[Optimize::None], target) else { continue };
        let name = format!("{}.{}.pyc", source.file_stem().unwrap_or_default().display(), target.cache_tag);
        let path = source.parent().unwrap_or(tree).join("__pycache__").join(name);
        let body = marshal_code(&module.codes[0], target);
        artifact::write(&path, &[&header, &body], artifact::mode(&metadata)).expect("the artifact can be written");
    }
}

fn show(name: &str, summary: &Summary, reference: &Summary) {
    println!(
        "{name:<40}{:>10.3}{:>10.3}{:>9.2}x{:>12.0}",
        summary.minimum,
        summary.median,
        summary.minimum / reference.minimum,
        summary.peak_mib
    );
}
