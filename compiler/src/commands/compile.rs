//! `pyclast compile`: every file the arguments name, on worker threads.
//!
//! ```text
//! pyclast compile pkg -o 0 -o 1      two artifacts a source
//! ```
//!
//! Invariant: a file that fails stops no other; messages come in compileall's order whatever the
//! number of workers.

use super::Status;
use super::gather::{Step, gather};
use super::show::{Outcome, Shown};
use crate::cli::{CompileArgs, InvalidationMode, TargetName};
use crate::files::artifact;
use crate::files::path::decode;
use crate::files::plan::{Placement, Plan, PlanOptions};
use crate::jobs::{Job, run_job_in_order, worker_count};
use crate::pipeline::{CompiledModule, compile_source, marshal_code, prove};
use anyhow::{Context, bail};
use pyclast_codegen::{Optimize, Target};
use rustc_hash::FxHashMap;
use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Compiles everything the arguments name.
pub(super) fn run(arguments: CompileArgs) -> anyhow::Result<Status> {
    let options = plan_options(&arguments)?;
    if arguments.hardlink_dupes && options.levels.len() < 2 {
        bail!("--hardlink-dupes makes sense only for more than one optimization level: repeat -o");
    }
    let steps = gather(&arguments, &options)?;
    refuse_collisions(&steps)?;
    let compiler = Compiler {
        force: arguments.force,
        mode: invalidation_mode(arguments.invalidation_mode),
        levels: options.levels,
        hardlink_dupes: arguments.hardlink_dupes,
        target: options.target,
        verify: arguments.verify,
    };
    let mut shown = Shown::new(&arguments, &steps);
    let job = Job {
        work: |index: usize| match &steps[index] {
            Step::Compile(plan) => Some(compiler.compile(plan).unwrap_or_else(|error| Worked::Known(error.into()))),
            Step::Listing(_) | Step::Unlisted(..) => None,
        },
        finish: |index: usize, worked| match (&steps[index], worked) {
            (Step::Compile(plan), Some(worked)) => Some(compiler.finish(plan, worked)),
            _ => None,
        },
    };
    run_job_in_order(steps.len(), worker_count(arguments.workers), &job, |index, result| {
        shown.step(&steps[index], result)
    })?;
    Ok(shown.finish()?)
}

/// What holds for every file.
struct Compiler {
    force: bool,
    mode: InvalidationMode,
    levels: Vec<Optimize>,
    hardlink_dupes: bool,
    target: &'static Target,
    verify: bool,
}

/// A file after the first half of its job.
enum Worked {
    /// Nothing is to be written.
    Known(Outcome),
    /// This is to be written.
    Compiled { module: CompiledModule, header: [u8; 16], mode: u32 },
}

impl From<io::Error> for Outcome {
    fn from(error: io::Error) -> Self {
        Self::Failed(error)
    }
}

impl Compiler {
    /// Compiles one file, if its artifacts are not current.
    fn compile(&self, plan: &Plan) -> io::Result<Worked> {
        let metadata = fs::metadata(&plan.source)?;
        if !metadata.is_file() {
            return Ok(Worked::Known(Outcome::Ignored));
        }
        let by_time = self.mode == InvalidationMode::Timestamp;
        if !self.force && by_time && self.all_current(plan, &metadata, None) {
            return Ok(Worked::Known(Outcome::Current));
        }
        let bytes = fs::read(&plan.source)?;
        if !self.force && !by_time && self.all_current(plan, &metadata, Some(&bytes)) {
            return Ok(Worked::Known(Outcome::Current));
        }
        let header = artifact::header(self.mode, &metadata, Some(&bytes), self.target);
        let header = header.expect("a header needs no more than the source's bytes");
        let recorded = decode(&plan.recorded);
        Ok(match compile_source(bytes, &recorded, &self.levels, self.target) {
            Ok(module) => {
                if self.verify {
                    module.codes.iter().for_each(|code| prove(code));
                }
                Worked::Compiled { module, header, mode: artifact::mode(&metadata) }
            }
            Err(refused) => Worked::Known(Outcome::Refused(refused.diagnostics)),
        })
    }

    /// Writes what a file was compiled to.
    fn finish(&self, plan: &Plan, worked: Worked) -> Outcome {
        match worked {
            Worked::Known(outcome) => outcome,
            Worked::Compiled { module, header, mode } => match self.write(plan, &module, &header, mode) {
                Ok(()) => Outcome::Compiled(module.warnings),
                Err(error) => error.into(),
            },
        }
    }

    fn write(&self, plan: &Plan, module: &CompiledModule, header: &[u8], mode: u32) -> io::Result<()> {
        for (code, path) in module.codes.iter().zip(&plan.artifacts) {
            artifact::write(path, &[header, &marshal_code(code, self.target)], mode)?;
        }
        if self.hardlink_dupes {
            for pair in plan.artifacts.windows(2) {
                artifact::link_if_equal(&pair[0], &pair[1])?;
            }
        }
        Ok(())
    }

    fn all_current(&self, plan: &Plan, metadata: &fs::Metadata, bytes: Option<&[u8]>) -> bool {
        plan.artifacts.iter().all(|path| artifact::is_current(path, self.mode, metadata, bytes, self.target))
    }
}

/// The target's data.
pub(super) fn target(name: TargetName) -> &'static Target {
    match name {
        TargetName::Cpython314 => &Target::CPYTHON_3_14,
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

fn plan_options(arguments: &CompileArgs) -> anyhow::Result<PlanOptions> {
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
        levels,
        target: target(arguments.target),
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
