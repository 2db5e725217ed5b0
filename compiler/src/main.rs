//! The `pyclast` program: arguments in, exit code out.
//!
//! Exit codes: 0 clean, 1 problems in the user's code, 2 wrong usage or I/O, 101 a bug of pyclast.

use clap::Parser;
use pyclast::cli::Cli;
use std::io::{self, Write};
use std::process::ExitCode;

/// Compiling is many small allocations: this allocator takes a third of the system's time. Without huge
/// pages, which take twice the memory and have to be cleared.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    match pyclast::commands::run(cli.command) {
        Ok(status) => status.into(),
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing is left to tell if standard error is closed.
            let _ = writeln!(io::stderr(), "pyclast: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Whoever read our output has stopped: that is not a failure (`pyclast compile . | head`).
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}
