//! `pyclast verify`: proves `.pyc` files sound, whoever wrote them.

use super::Status;
use crate::cli::VerifyArgs;
use anyhow::Context;
use pyclast_codegen::{Target, marshal, pyc, verify};
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
    let body = pyc::body(&Target::CPYTHON_3_14, &bytes)?;
    let code = marshal::read_code(body).context("damaged")?;
    Ok(verify::verify(&code)?)
}
