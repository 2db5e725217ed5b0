//! `pyclast dis`: the bytecode of a source file or a `.pyc`, as `python -m dis` prints it.

use super::Status;
use super::compile::optimize;
use super::show::reported_file;
use crate::cli::{DisArgs, ErrorFormat};
use crate::files::path::decode;
use crate::jobs::run_in_order;
use crate::pipeline::compile_source;
use crate::report;
use crate::stack::{Code, for_depth};
use anyhow::{Context, bail};
use pyclast_codegen::disassemble::{DisassembleOptions, disassemble};
use pyclast_codegen::pyc::{self, strict};
use pyclast_codegen::{CodeObject, Constant, Target, marshal};
use std::fs;
use std::io::{self, Write};
use std::sync::Arc;

/// Prints the disassembly.
pub(super) fn run(arguments: &DisArgs) -> anyhow::Result<Status> {
    let file = &arguments.file;
    let bytes = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let code: Code = if file.extension().is_some_and(|extension| extension == "pyc") {
        read_artifact(&bytes).with_context(|| file.display().to_string())?.into()
    } else {
        let filename = decode(file.as_os_str());
        let mut outcome = None;
        let level = optimize(arguments.level);
        run_in_order(
            1,
            1,
            |_| compile_source(bytes.clone(), &filename, &[level], &Target::CPYTHON_3_14),
            |_, result| {
                outcome = Some(result);
                anyhow::Ok(())
            },
        )?;
        match outcome {
            Some(Ok(Ok(mut compiled))) => compiled.codes.remove(0),
            Some(Ok(Err(refused))) => {
                let file = reported_file(file);
                report::write(&mut io::stderr().lock(), ErrorFormat::Pretty, false, &file, &refused.diagnostics)?;
                return Ok(Status::Problems);
            }
            Some(Err(panicked)) => bail!("a bug of pyclast: {}", panicked.0),
            None => unreachable!("one job gives one result"),
        }
    };
    let options = DisassembleOptions { offsets: arguments.show_offsets, ..DisassembleOptions::default() };
    io::stdout().write_all(for_depth(code.depth(), || disassemble(&code, options)).as_bytes())?;
    Ok(Status::Clean)
}

/// The code object in the bytes of a `.pyc` file.
pub(super) fn read_artifact(bytes: &[u8]) -> anyhow::Result<Arc<CodeObject>> {
    let target = &Target::CINDERX_3_14;
    let body = if strict::is_artifact(target, bytes) {
        strict::parse(target, bytes)?.code
    } else {
        pyc::parse(target, bytes)?.1
    };
    match marshal::read(body)? {
        Constant::Code(code) => Ok(code),
        _ => bail!("the file holds no code object"),
    }
}
