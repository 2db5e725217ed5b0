//! `pyclast compile`: every file the arguments name, on worker threads.
//!
//! ```text
//! pyclast compile pkg -o 0 -o 1      two artifacts a source
//! ```
//!
//! What `[tool.pyclast]` says holds where the command line is silent: paths, what is left out of
//! directories, target, format, and what becomes of warnings (an error among them refuses the file).
//!
//! Invariant: a file that fails stops no other; messages come in compileall's order whatever the
//! number of workers. Nothing here knows the database: compiling a tree is one pass.

use super::Status;
use super::compile_watch::watch;
use super::gather::{Step, destinations, gather};
use super::show::{Outcome, Shown, reported_file};
use super::static_tree::{StaticFiles, StaticTree, looks_for_static, strict_path};
use crate::cli::{CompileArgs, ErrorFormat, InvalidationMode, TargetName};
use crate::files::artifact;
use crate::files::path::decode;
use crate::files::plan::{Placement, Plan, PlanOptions};
use crate::jobs::{Job, run_job_in_order, worker_count};
use crate::pipeline::{CompiledModule, compile_text, load, marshal_code, prove};
use crate::settings::Settings;
use crate::suppress::Suppressions;
use anyhow::{Context, bail};
use pyclast_codegen::pyc::{self, strict};
use pyclast_codegen::{Optimize, Target};
use pyclast_syntax::{Diagnostic, Rule, Severity, SourceText};
use rustc_hash::FxHashMap;
use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Compiles everything the arguments name.
pub(super) fn run(arguments: &CompileArgs) -> anyhow::Result<Status> {
    let compilation = Compilation::new(arguments)?;
    if arguments.watch {
        return watch(&compilation);
    }
    let steps = compilation.gather()?;
    let mut shown = compilation.shown(&steps);
    compilation.run(&steps, |_| false, &mut shown)?;
    Ok(shown.finish()?)
}

/// What holds for every file.
pub(super) struct Compilation<'arguments> {
    pub(super) arguments: &'arguments CompileArgs,
    settings: Settings,
    options: PlanOptions,
    pub(super) mode: InvalidationMode,
}

/// A file after the first part of its job.
enum Read {
    /// Nothing is to be compiled.
    Known(Outcome),
    /// The static modules of the tree know it.
    Static,
    /// This is to be compiled.
    Source { text: SourceText, header: Vec<u8>, mode: u32 },
}

/// A file after the second part of its job.
enum Worked {
    /// Nothing is to be written.
    Known(Outcome),
    /// This is to be written.
    Compiled { module: CompiledModule, header: Vec<u8>, mode: u32 },
    /// This is, for a static module.
    Static(StaticFiles),
}

impl<'arguments> Compilation<'arguments> {
    fn new(arguments: &'arguments CompileArgs) -> anyhow::Result<Self> {
        let settings = match &arguments.config {
            Some(path) => Settings::load(path)?,
            None => Settings::discover(arguments.paths.first().map(PathBuf::as_path))?,
        };
        let options = plan_options(arguments, &settings)?;
        if arguments.hardlink_dupes && options.levels.len() < 2 {
            bail!("--hardlink-dupes makes sense only for more than one optimization level: repeat -o");
        }
        Ok(Self { arguments, settings, options, mode: invalidation_mode(arguments.invalidation_mode) })
    }

    /// Everything there is to do.
    pub(super) fn gather(&self) -> anyhow::Result<Vec<Step>> {
        let steps = gather(self.arguments, &self.settings, &self.options)?;
        refuse_collisions(&steps)?;
        Ok(steps)
    }

    /// The files and directories that are looked at.
    pub(super) fn destinations(&self) -> anyhow::Result<Vec<PathBuf>> {
        Ok(destinations(self.arguments, &self.settings)?.0)
    }

    /// What shows these steps.
    pub(super) fn shown(&self, steps: &[Step]) -> Shown {
        let format = self.arguments.error_format.or(self.settings.error_format);
        // The documents of check are no formats of what is written file by file.
        let format = format.filter(|format| format.is_streamed()).unwrap_or(ErrorFormat::Pretty);
        Shown::new(self.arguments, format, steps)
    }

    /// Compiles the files whose artifacts are not current, and those whose artifacts are not trusted.
    pub(super) fn run(
        &self,
        steps: &[Step],
        is_distrusted: impl Fn(&Plan) -> bool + Sync,
        shown: &mut Shown,
    ) -> anyhow::Result<()> {
        let statics = if looks_for_static(self.target(), self.arguments.one.static_.static_mode) {
            Some(StaticTree::prepare(self, steps, &is_distrusted)?)
        } else {
            None
        };
        let job = Job {
            read: |index: usize| match &steps[index] {
                Step::Compile(plan) => {
                    if statics.as_ref().is_some_and(|statics| statics.covers(index)) {
                        return Some(Read::Static);
                    }
                    let read = self.read(plan, self.arguments.force || is_distrusted(plan));
                    Some(read.unwrap_or_else(|error| Read::Known(Outcome::Failed(error))))
                }
                Step::Listing(_) | Step::Unlisted(..) => None,
            },
            work: |index: usize, read| match (&steps[index], read) {
                (Step::Compile(plan), Some(Read::Source { text, header, mode })) => {
                    Some(self.compile(plan, text, header, mode))
                }
                (Step::Compile(plan), Some(Read::Static)) => {
                    let worked = statics.as_ref().and_then(|statics| statics.work(index, plan));
                    Some(self.judged(plan, worked.expect("only what it covers is left to it")))
                }
                (_, Some(Read::Known(outcome))) => Some(Worked::Known(outcome)),
                _ => None,
            },
            finish: |index: usize, worked| match (&steps[index], worked) {
                (Step::Compile(_), Some(Worked::Static(files))) => {
                    Some(statics.as_ref().expect("static files come from there").finish(files))
                }
                (Step::Compile(plan), Some(worked)) => Some(self.finish(plan, worked)),
                _ => None,
            },
        };
        run_job_in_order(steps.len(), worker_count(self.arguments.workers), &job, |index, result| {
            shown.step(&steps[index], result)
        })?;
        if let Some(statics) = &statics {
            statics.save();
        }
        Ok(())
    }

    /// The interpreter that is compiled for.
    pub(super) const fn target(&self) -> &'static Target {
        self.options.target
    }

    /// What is to be written for a static module, if its warnings are no errors.
    fn judged(&self, plan: &Plan, worked: Result<StaticFiles, Outcome>) -> Worked {
        match worked {
            Err(outcome) => Worked::Known(outcome),
            Ok(mut files) => {
                let warnings = std::mem::take(files.warnings_mut());
                *files.warnings_mut() = self.judge(&plan.source, warnings);
                match files.refused() {
                    Some(refused) => Worked::Known(Outcome::Refused(refused)),
                    None => Worked::Static(files),
                }
            }
        }
    }

    /// Reads and decodes a file, if its artifacts are not current.
    fn read(&self, plan: &Plan, force: bool) -> io::Result<Read> {
        let metadata = fs::metadata(&plan.source)?;
        if !metadata.is_file() {
            return Ok(Read::Known(Outcome::Ignored));
        }
        let by_time = self.mode == InvalidationMode::Timestamp;
        if !force && by_time && self.all_current(plan, &metadata, None) {
            return Ok(Read::Known(Outcome::Current));
        }
        let bytes = fs::read(&plan.source)?;
        if !force && !by_time && self.all_current(plan, &metadata, Some(&bytes)) {
            return Ok(Read::Known(Outcome::Current));
        }
        let header = self.header(&metadata, &bytes);
        Ok(match load(bytes) {
            Ok(text) => Read::Source { text, header, mode: artifact::mode(&metadata) },
            Err(refused) => Read::Known(Outcome::Refused(refused.diagnostics)),
        })
    }

    /// Compiles what was read.
    fn compile(&self, plan: &Plan, text: SourceText, header: Vec<u8>, mode: u32) -> Worked {
        let recorded = decode(&plan.recorded);
        let mut module = match compile_text(text, &recorded, &self.options.levels, self.options.target) {
            Ok(module) => module,
            Err(refused) => return Worked::Known(Outcome::Refused(refused.diagnostics)),
        };
        module.warnings = self.judge(&plan.source, module.warnings);
        if module.warnings.iter().any(|warning| warning.severity == Severity::Error) {
            return Worked::Known(Outcome::Refused(module.warnings));
        }
        if self.arguments.verify {
            module.codes.iter().for_each(prove);
        }
        Worked::Compiled { module, header, mode }
    }

    /// Writes what a file was compiled to.
    fn finish(&self, plan: &Plan, worked: Worked) -> Outcome {
        match worked {
            Worked::Known(outcome) => outcome,
            Worked::Static(_) => unreachable!("static modules are finished where they were compiled"),
            Worked::Compiled { module, header, mode } => match self.write(plan, &module, &header, mode) {
                Ok(()) => Outcome::Compiled(module.warnings),
                Err(error) => Outcome::Failed(error),
            },
        }
    }

    fn write(&self, plan: &Plan, module: &CompiledModule, header: &[u8], mode: u32) -> io::Result<()> {
        let artifacts: Vec<PathBuf> = plan.artifacts.iter().map(|path| self.artifact(path)).collect();
        for (code, path) in module.codes.iter().zip(&artifacts) {
            artifact::write(path, &[header, &marshal_code(code, self.options.target)], mode)?;
        }
        if self.arguments.hardlink_dupes {
            for pair in artifacts.windows(2) {
                artifact::link_if_equal(&pair[0], &pair[1])?;
            }
        }
        Ok(())
    }

    /// What comments and settings leave of warnings.
    fn judge(&self, source: &Path, mut warnings: Vec<Diagnostic>) -> Vec<Diagnostic> {
        if !warnings.is_empty() {
            let file = reported_file(source);
            Suppressions::of(file.text()).apply(&file, &mut warnings);
            // What is wrong with the comments is for check to say.
            warnings.retain(|warning| warning.code.rule() != Rule::Settings);
            self.settings.severities.apply(&self.settings.absolute(source), &mut warnings);
        }
        warnings
    }

    /// What stands before the code of an ordinary module.
    fn header(&self, metadata: &fs::Metadata, bytes: &[u8]) -> Vec<u8> {
        let target = self.options.target;
        let validation = artifact::validation(self.mode, metadata, Some(bytes), target);
        let validation = validation.expect("a header needs no more than the source's bytes");
        if self.is_strict_pyc() {
            strict::prefix(target, false, validation, &[])
        } else {
            pyc::header(target, validation).to_vec()
        }
    }

    /// Where the code of an ordinary module goes.
    fn artifact(&self, path: &Path) -> PathBuf {
        if self.is_strict_pyc() {
            strict_path(path, self.arguments.one.artifacts.enable_patching)
        } else {
            path.to_owned()
        }
    }

    /// Ordinary modules are written as CinderX's strict loader does.
    const fn is_strict_pyc(&self) -> bool {
        self.options.target.static_modules && self.arguments.one.artifacts.strict_pyc
    }

    fn all_current(&self, plan: &Plan, metadata: &fs::Metadata, bytes: Option<&[u8]>) -> bool {
        let target = self.options.target;
        let skipped = if self.is_strict_pyc() { strict::HEADER_SIZE - pyc::HEADER_SIZE } else { 0 };
        plan.artifacts
            .iter()
            .all(|path| artifact::is_current(&self.artifact(path), skipped, self.mode, metadata, bytes, target))
    }
}

/// The target's data.
pub(super) fn target(name: TargetName) -> &'static Target {
    match name {
        TargetName::Cpython314 => &Target::CPYTHON_3_14,
        TargetName::Cinderx314 => &Target::CINDERX_3_14,
    }
}

/// The mode asked for; without one, what `SOURCE_DATE_EPOCH` says (PEP 552, reproducible builds).
pub(super) fn invalidation_mode(asked: Option<InvalidationMode>) -> InvalidationMode {
    asked.unwrap_or_else(|| match env::var_os("SOURCE_DATE_EPOCH") {
        Some(value) if !value.is_empty() => InvalidationMode::CheckedHash,
        _ => InvalidationMode::Timestamp,
    })
}

/// The level of `-o N`; −1 is the interpreter's own default, 0.
pub(super) fn optimize(level: i8) -> Optimize {
    match level {
        1 => Optimize::Asserts,
        2 => Optimize::Docstrings,
        _ => Optimize::None,
    }
}

fn plan_options(arguments: &CompileArgs, settings: &Settings) -> anyhow::Result<PlanOptions> {
    let mut levels: Vec<_> = arguments.levels.iter().map(|&level| optimize(level)).collect();
    if levels.is_empty() {
        levels.push(Optimize::None);
    }
    levels.sort_unstable();
    levels.dedup();
    if arguments.legacy && levels.len() > 1 {
        bail!("-b names one .pyc a source: give one optimization level");
    }
    if arguments.legacy && arguments.out_dir.is_some() {
        bail!("-b writes beside the source, --out-dir elsewhere: give one of them");
    }
    let placement = match (&arguments.out_dir, env::var_os("PYTHONPYCACHEPREFIX")) {
        (Some(out), _) => Placement::Mirror(out.clone()),
        (None, _) if arguments.legacy => Placement::Legacy,
        (None, Some(prefix)) if !prefix.is_empty() => {
            Placement::Prefix(std::path::absolute(Path::new(&prefix)).context("PYTHONPYCACHEPREFIX is no path")?)
        }
        _ => Placement::Cache,
    };
    Ok(PlanOptions {
        placement,
        dest_dir: arguments.dest_dir.clone(),
        strip_dir: arguments.strip_dir.clone(),
        prepend_dir: arguments.prepend_dir.clone(),
        levels: levels.into(),
        target: target(arguments.target.or(settings.target).unwrap_or(TargetName::Cpython314)),
    })
}

/// Two sources must not write one artifact.
fn refuse_collisions(steps: &[Step]) -> anyhow::Result<()> {
    let mut writers: FxHashMap<&PathBuf, &PathBuf> = FxHashMap::default();
    for step in steps {
        let Step::Compile(plan) = step else { continue };
        for path in &plan.artifacts {
            match writers.insert(path, &plan.source) {
                Some(other) if *other != plan.source => bail!(
                    "{} and {} would both be written to {}: compile them with different --out-dir",
                    other.display(),
                    plan.source.display(),
                    path.display()
                ),
                _ => {}
            }
        }
    }
    Ok(())
}
