//! `pyclast dis`: the bytecode of a source file or a `.pyc`, as `python -m dis` prints it.

use super::Status;
use super::compile::optimize;
use super::show::reported_file;
use crate::cli::{DisArgs, ErrorFormat};
use crate::files::path::decode;
use crate::jobs::run_in_order;
use crate::pipeline::compile_source;
use crate::report;
use anyhow::{Context, bail};
use pyclast_codegen::{CodeObject, Target, disassemble, marshal, pyc};
use std::fs;
use std::io::{self, Write};
use std::sync::Arc;

/// Prints the disassembly.
pub(super) fn run(arguments: &DisArgs) -> anyhow::Result<Status> {
    let file = &arguments.file;
    let bytes = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let code: Arc<CodeObject> = if file.extension().is_some_and(|extension| extension == "pyc") {
        let body = pyc::body(&Target::CPYTHON_3_14, &bytes).with_context(|| format!("{} is no artifact", file.display()))?;
        marshal::read_code(body).with_context(|| format!("{} is damaged", file.display()))?
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
    io::stdout().write_all(disassemble(&code, arguments.show_offsets).as_bytes())?;
    Ok(Status::Clean)
}
