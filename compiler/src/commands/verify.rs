//! `pyclast verify`: proves `.pyc` files sound, whoever wrote them.

use super::Status;
use super::dis::read_artifact;
use crate::cli::VerifyArgs;
use anyhow::{Context, bail};
use pyclast_codegen::{CodeFlags, CodeObject, Constant, verify};
use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// Verifies each file.
pub(super) fn run(arguments: &VerifyArgs) -> anyhow::Result<Status> {
    let mut status = Status::Clean;
    let mut output = io::stdout().lock();
    for file in &arguments.files {
        match verify_file(file) {
            Ok(count) => writeln!(output, "{}: sound ({count} code objects)", file.display())?,
            Err(error) => {
                status = Status::Problems;
                writeln!(output, "{}: {error:#}", file.display())?;
            }
        }
    }
    Ok(status)
}

/// The number of code objects in a sound file.
fn verify_file(file: &Path) -> anyhow::Result<usize> {
    let bytes = fs::read(file).context("cannot be read")?;
    let code = read_artifact(&bytes)?;
    if code.flags.0 & CodeFlags::STATICALLY_COMPILED.0 != 0 {
        bail!("static code trusts what the checker knows of its sources: it is proved when it is compiled");
    }
    verify::verify_recursively(&code)?;
    Ok(count(&code))
}

/// Code objects in a code object, itself included.
fn count(code: &CodeObject) -> usize {
    let inner = code.constants.iter().map(|constant| match constant {
        Constant::Code(code) => count(code),
        _ => 0,
    });
    1 + inner.sum::<usize>()
}
