//! One file a command; each turns its arguments into an exit status.

mod changes;
mod check;
mod compile;
mod compile_one;
mod compile_watch;
mod dis;
mod explain;
mod gather;
mod graph;
mod project;
mod run;
mod show;
mod static_one;
mod static_tree;
mod stats;
mod verify;
mod watch;

use crate::cli::Command;
pub(crate) use show::internal_error;
use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Status {
    /// Nothing to report.
    Clean,
    /// Problems in the user's code.
    Problems,
    /// Wrong usage or I/O.
    Failed,
    /// A bug of pyclast.
    Bug,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        ExitCode::from(match status {
            Status::Clean => 0,
            Status::Problems => 1,
            Status::Failed => 2,
            Status::Bug => 101,
        })
    }
}

/// Runs a command.
pub fn run(command: Command) -> anyhow::Result<Status> {
    match command {
        Command::Compile(arguments) if arguments.one.output.is_some() => compile_one::run(&arguments),
        Command::Compile(arguments) => compile::run(&arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::Run(arguments) => run::run(&arguments),
        Command::Graph(arguments) => graph::run(&arguments),
        Command::Stats(arguments) => stats::run(&arguments),
        Command::Dis(arguments) => dis::run(&arguments),
        Command::Verify(arguments) => verify::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
    }
}
