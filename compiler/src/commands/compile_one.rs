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
use super::static_one::compile_static;
use crate::cli::{CompileArgs, Emit, ErrorFormat, TargetName};
use crate::files::artifact;
use crate::files::path::decode;
use crate::jobs::run_in_order;
use crate::pipeline::{compile_source, marshal_code, prove};
use crate::report;
use anyhow::{Context, bail};
use pyclast_codegen::pyc::{self, Validation, strict};
use pyclast_codegen::{Optimize, Target};
use pyclast_syntax::interface::module_interface;
use pyclast_syntax::{Diagnostic, PyString, SourceText, SymbolTable, parse};
use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

/// What there is to do.
pub(super) struct OneModule<'a> {
    pub(super) arguments: &'a CompileArgs,
    pub(super) source: &'a Path,
    pub(super) filename: PyString,
    pub(super) level: Optimize,
    pub(super) target: &'static Target,
    pub(super) validation: Validation,
}

/// What is to be written, and warnings; or what is wrong with which file.
pub(super) type Outcome = Result<(Vec<u8>, Vec<Diagnostic>), Vec<(PathBuf, Diagnostic)>>;

/// Compiles one module.
pub(super) fn run(arguments: &CompileArgs) -> anyhow::Result<Status> {
    let [source] = &arguments.paths[..] else {
        bail!("--output takes one FILE to compile, not {}", arguments.paths.len());
    };
    let [level] = arguments.levels.get(..).filter(|levels| !levels.is_empty()).unwrap_or(&[0]) else {
        bail!("--output takes one optimization level");
    };
    let cannot_read = || format!("cannot read {}", source.display());
    let bytes = fs::read(source).with_context(cannot_read)?;
    let metadata = fs::metadata(source).with_context(cannot_read)?;
    let filename = match &arguments.one.co_filename {
        Some(name) => PyString::new(name),
        None => decode(source.as_os_str()),
    };
    let target = target(arguments.target.unwrap_or(TargetName::Cpython314));
    let mode = invalidation_mode(arguments.invalidation_mode);
    let validation = artifact::validation(mode, &metadata, Some(&bytes), target);
    let validation = validation.expect("a header needs no more than the source's bytes");
    let one = OneModule { arguments, source, filename, level: optimize(*level), target, validation };
    let (status, problems) = match on_large_stack(source, || one.compile(&bytes)) {
        Ok(Ok((file, warnings))) => {
            show(arguments, source, &warnings)?;
            let output = arguments.one.output.as_deref().unwrap_or(Path::new("-"));
            write(output, &file).with_context(|| format!("cannot write {}", output.display()))?;
            return Ok(Status::Clean);
        }
        Ok(Err(problems)) => (Status::Problems, problems),
        Err(bug) => (Status::Bug, vec![(source.clone(), bug)]),
    };
    for same_file in problems.chunk_by(|(left, _), (right, _)| left == right) {
        let diagnostics: Vec<Diagnostic> = same_file.iter().map(|(_, diagnostic)| diagnostic.clone()).collect();
        show(arguments, &same_file[0].0, &diagnostics)?;
    }
    Ok(status)
}

impl OneModule<'_> {
    fn compile(&self, bytes: &[u8]) -> Outcome {
        if self.arguments.one.emit == Emit::Interface {
            return self.interface(bytes);
        }
        compile_static(self, bytes).unwrap_or_else(|| self.compile_ordinary(bytes))
    }

    pub(super) fn compile_ordinary(&self, bytes: &[u8]) -> Outcome {
        let compiled = compile_source(bytes.to_vec(), &self.filename, &[self.level], self.target);
        let compiled = compiled.map_err(|refused| self.own(refused.diagnostics))?;
        let code = &compiled.codes[0];
        prove(code);
        let mut file = match self.arguments.one.emit {
            Emit::Pyc if self.target.static_modules => strict::prefix(self.target, false, self.validation, &[]),
            Emit::Pyc => pyc::header(self.target, self.validation).to_vec(),
            Emit::Code | Emit::Interface => Vec::new(),
        };
        file.extend(marshal_code(code, self.target));
        Ok((file, compiled.warnings))
    }

    fn interface(&self, bytes: &[u8]) -> Outcome {
        let text = SourceText::decode(bytes).map_err(|error| self.own(vec![*error]))?;
        let module = parse(text).map_err(|diagnostics| self.own(diagnostics))?;
        let symbols = SymbolTable::build(&module).map_err(|diagnostics| self.own(diagnostics))?;
        let interface = serde_json::to_vec_pretty(&module_interface(&module, &symbols));
        Ok((interface.expect("an interface is made of strings"), Vec::new()))
    }

    /// Problems of the module itself.
    pub(super) fn own(&self, diagnostics: Vec<Diagnostic>) -> Vec<(PathBuf, Diagnostic)> {
        diagnostics.into_iter().map(|diagnostic| (self.source.to_owned(), diagnostic)).collect()
    }
}

/// Runs the compiler on a worker's stack; a panic becomes a diagnostic.
fn on_large_stack(source: &Path, compile: impl Fn() -> Outcome + Sync) -> Result<Outcome, Diagnostic> {
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
    outcome.expect("one job gives one result").map_err(|panicked| internal_error(source, &panicked))
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
fn write(output: &Path, bytes: &[u8]) -> io::Result<()> {
    if output == Path::new("-") {
        let mut stdout = io::stdout().lock();
        stdout.write_all(bytes)?;
        return stdout.flush();
    }
    if fs::metadata(output).is_ok_and(|metadata| !metadata.is_file()) {
        // A pipe or device cannot be replaced by a renamed file.
        return fs::write(output, bytes);
    }
    artifact::write(output, &[bytes], 0o666)
}
