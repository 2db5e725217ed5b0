//! `pyclast verify`: proves `.pyc` files sound, whoever wrote them; static ones well-formed.

use super::Status;
use super::dis::read_artifact;
use crate::cli::VerifyArgs;
use anyhow::Context;
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
            Ok((Proved::All, count)) => writeln!(output, "{}: sound ({count} code objects)", file.display())?,
            Ok((Proved::Form, count)) => writeln!(
                output,
                "{}: well-formed ({count} code objects); what it trusts of types is proved where it is compiled, from its sources",
                file.display()
            )?,
            Err(error) => {
                status = Status::Problems;
                writeln!(output, "{}: {error:#}", file.display())?;
            }
        }
    }
    Ok(status)
}

/// What of a file is proved.
enum Proved {
    /// All that the interpreter trusts.
    All,
    /// All but the types of static code: nobody knows them without its sources.
    Form,
}

/// What of a sound file is proved, and the number of its code objects.
fn verify_file(file: &Path) -> anyhow::Result<(Proved, usize)> {
    let bytes = fs::read(file).context("cannot be read")?;
    let code = read_artifact(&bytes)?;
    if code.flags.0 & CodeFlags::STATICALLY_COMPILED.0 != 0 {
        verify::verify_form_recursively(&code)?;
        return Ok((Proved::Form, count(&code)));
    }
    verify::verify_recursively(&code)?;
    Ok((Proved::All, count(&code)))
}

/// Code objects in a code object, itself included.
fn count(code: &CodeObject) -> usize {
    let inner = code.constants.iter().map(|constant| match constant {
        Constant::Code(code) => count(code),
        _ => 0,
    });
    1 + inner.sum::<usize>()
}
