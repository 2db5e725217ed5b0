//! `pyclast compile FILE --output OUT`: one module, for build systems.
//!
//! ```text
//! pyclast compile a.py --module-name pkg.a --emit code --output a.marshal --error-format json
//! ```
//!
//! Invariant: on an error nothing is written.

use super::Status;
use super::compile::{invalidation_mode, optimize, target};
use super::show::{internal_error, reported_file};
use super::static_closure::check_static;
use crate::cli::{CompileArgs, Emit, ErrorFormat, OneModuleArgs, TargetName};
use crate::files::artifact;
use crate::files::path::decode;
use crate::jobs::{Panicked, panic_message, run_in_order};
use crate::pipeline::{CompiledModule, Refused, compile_source, marshal_code, prove};
use crate::report;
use crate::stack::Code as StackedCode;
use anyhow::{Context, bail};
use pyclast_codegen::{CodeObject, Options};
use pyclast_syntax::{Code, Diagnostic, PyString};
use std::fs;
use std::io::{self, IsTerminal, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

/// Compiles one module.
pub(super) fn run(arguments: &CompileArgs) -> anyhow::Result<Status> {
    let [source] = &arguments.paths[..] else {
        bail!("--output takes one FILE to compile, not {}", arguments.paths.len());
    };
    let [level] = arguments.levels.get(..).filter(|levels| !levels.is_empty()).unwrap_or(&[0]) else {
        bail!("--output takes one optimization level");
    };
    let target = target(arguments.target.unwrap_or(TargetName::Cpython314));
    let cannot_read = || format!("cannot read {}", source.display());
    let bytes = fs::read(source).with_context(cannot_read)?;
    let filename = match &arguments.one.co_filename {
        Some(name) => PyString::new(name),
        None => decode(source.as_os_str()),
    };
    let header = match arguments.one.emit {
        Emit::Code => None,
        Emit::Pyc => {
            let metadata = fs::metadata(source).with_context(cannot_read)?;
            artifact::header(invalidation_mode(arguments.invalidation_mode), &metadata, Some(&bytes), target)
        }
    };
    let compile = || {
        let compiled = compile_source(bytes.clone(), &filename, &[optimize(*level)], target)?;
        compiled.codes.iter().for_each(|code| prove(code));
        Ok(compiled)
    };
    match on_large_stack(source, compile) {
        Ok(compiled) => {
            let options = Options { target, optimize: optimize(*level), filename };
            let (status, code) = check_types(arguments, source, &bytes, target.static_modules.then_some(&options))?;
            if status != Status::Clean {
                return Ok(status);
            }
            show(arguments, source, &compiled.warnings)?;
            let code = code.map(StackedCode::from);
            let body = marshal_code(code.as_ref().unwrap_or(&compiled.codes[0]), target);
            let header = header.as_ref().map_or(&[][..], |header| &header[..]);
            let output = arguments.one.output.as_deref().unwrap_or(Path::new("-"));
            write(output, &[header, &body]).with_context(|| format!("cannot write {}", output.display()))?;
            Ok(Status::Clean)
        }
        Err((status, refused)) => {
            // What is wrong with the module comes before what is wrong with the target.
            if refused.diagnostics.iter().all(|diagnostic| diagnostic.code == Code::NeedsCinderx) {
                let (types, _) = check_types(arguments, source, &bytes, None)?;
                if types != Status::Clean {
                    return Ok(types);
                }
            }
            show(arguments, source, &refused.diagnostics)?;
            Ok(status)
        }
    }
}

/// Checks a static module, and compiles it if `options` say how.
fn check_types(
    arguments: &CompileArgs,
    source: &Path,
    bytes: &[u8],
    options: Option<&Options>,
) -> io::Result<(Status, Option<Arc<CodeObject>>)> {
    let OneModuleArgs { module_name, search_path, static_, .. } = &arguments.one;
    let check = || check_static(source, module_name.as_deref(), bytes, search_path, static_.static_mode, options);
    match catch_unwind(AssertUnwindSafe(check)) {
        Ok((problems, code)) => {
            for (path, problem) in &problems {
                show(arguments, path, std::slice::from_ref(&problem.diagnostic))?;
            }
            Ok((if problems.is_empty() { Status::Clean } else { Status::Problems }, code))
        }
        Err(panic) => {
            show(arguments, source, &[internal_error(source, &Panicked(panic_message(&*panic)))])?;
            Ok((Status::Bug, None))
        }
    }
}

/// Runs the compiler on a worker's stack; a panic becomes a diagnostic.
fn on_large_stack(
    source: &Path,
    compile: impl Fn() -> Result<CompiledModule, Refused> + Sync,
) -> Result<CompiledModule, (Status, Refused)> {
    let mut outcome = None;
    let run: Result<(), std::convert::Infallible> = run_in_order(
        1,
        1,
        |_| compile(),
        |_, result| {
            outcome = Some(result);
            Ok(())
        },
    );
    let Ok(()) = run;
    match outcome.expect("one job gives one result") {
        Ok(result) => result.map_err(|refused| (Status::Problems, refused)),
        Err(panicked) => Err((Status::Bug, Refused { diagnostics: vec![internal_error(source, &panicked)] })),
    }
}

fn show(arguments: &CompileArgs, source: &Path, diagnostics: &[Diagnostic]) -> io::Result<()> {
    if diagnostics.is_empty() {
        return Ok(());
    }
    let file = reported_file(source);
    match arguments.error_format.unwrap_or(ErrorFormat::Pretty) {
        // Standard output may be where the code goes; only JSON belongs there.
        ErrorFormat::Json => report::write(&mut io::stdout().lock(), ErrorFormat::Json, false, &file, diagnostics),
        format => report::write(&mut io::stderr().lock(), format, io::stderr().is_terminal(), &file, diagnostics),
    }
}

/// Writes to a file, atomically if it is a regular one; to standard output for "-".
fn write(output: &Path, parts: &[&[u8]]) -> io::Result<()> {
    if output == Path::new("-") {
        let mut stdout = io::stdout().lock();
        parts.iter().try_for_each(|part| stdout.write_all(part))?;
        return stdout.flush();
    }
    if fs::metadata(output).is_ok_and(|metadata| !metadata.is_file()) {
        // A pipe or device cannot be replaced by a renamed file.
        return fs::write(output, parts.concat());
    }
    artifact::write(output, parts, 0o666)
}
