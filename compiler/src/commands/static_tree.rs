//! The static modules among the files of `pyclast compile`: which are compiled again, and what is written for them.
//!
//! ```text
//! steps → the static ones, named → their program → per module: current, refreshed, refused, or to be compiled
//! ```
//!
//! A module whose text and dependencies are those its artifact was made from keeps its code; if a dependency has another
//! time, only the record of it is written anew. The others are checked together before any of them gets its code.
//!
//! Invariant: what is not compiled again would be compiled to the same code.

use super::compile::Compilation;
use super::gather::Step;
use super::show::Outcome;
use crate::cli::ArtifactArgs;
use crate::files::artifact;
use crate::files::path::decode;
use crate::files::plan::Plan;
use crate::imports::resolve::Resolver;
use crate::imports::search_path::project_root;
use crate::imports::{ModuleName, SearchPath};
use crate::jobs::{Panicked, run_in_order, worker_count};
use crate::pipeline::marshal_code;
use crate::static_build::check::{Purpose, Role, check};
use crate::static_build::dependencies::{Dependencies, NameGraph};
use crate::static_build::fallback::fallbacks;
use crate::static_build::generate::{ordinary_code, ordinary_problems, static_code, static_options};
use crate::static_build::manifest::{Ingredients, Manifest};
use crate::static_build::program::{ProgramOptions, Request, Requested, StaticProgram, load};
use crate::static_program::StaticMode;
use pyclast_codegen::pyc::{self, strict};
use pyclast_codegen::{AnnotationsAhead, Optimize, Target};
use pyclast_syntax::type_facts::TypeFacts;
use pyclast_syntax::{Diagnostic, PyString, Severity};
use rustc_hash::{FxHashMap, FxHashSet};
use siphasher::sip128::{Hasher128, SipHasher13};
use std::convert::Infallible;
use std::fs;
use std::hash::Hash;
use std::io;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The static modules of one run.
pub(super) struct StaticTree {
    batches: Vec<Batch>,
    /// By step: its batch, and its place in it.
    of_step: FxHashMap<usize, (usize, usize)>,
    manifest: Mutex<Manifest>,
    switches: ArtifactArgs,
    target: &'static Target,
    /// How many threads make the code of one module: files come first.
    threads: usize,
}

/// Modules of different names.
struct Batch {
    program: StaticProgram,
    modules: Vec<Module>,
}

/// What is known of a module before it gets its code.
struct Module {
    state: State,
    /// Header and dependencies.
    prefix: Vec<u8>,
    ingredients: Ingredients,
    may_fall_back: bool,
}

/// What becomes of a module.
#[expect(clippy::large_enum_variant, reason = "few modules of a run are of another kind than the rest")]
enum State {
    /// It was not asked for.
    Declared,
    /// Its artifacts are current.
    Current,
    /// So is their code, but not what they record of others.
    Refreshed,
    /// It is to be compiled; its facts without asserts and with.
    Compiled { facts: Facts, warnings: Vec<Diagnostic> },
    /// It is refused.
    Refused(Vec<Diagnostic>),
    /// The checker failed on it.
    Panicked(Panicked),
}

/// Facts for code with asserts, and for code without.
#[derive(Default)]
struct Facts {
    with_asserts: Option<TypeFacts>,
    without: Option<TypeFacts>,
}

/// What is to be written for a static module.
pub(super) struct StaticFiles {
    files: Vec<StaticFile>,
    permissions: u32,
    warnings: Vec<Diagnostic>,
    ingredients: Ingredients,
    is_refreshed: bool,
}

/// One artifact.
struct StaticFile {
    path: PathBuf,
    prefix: Vec<u8>,
    /// Code and mark.
    code: Vec<u8>,
    /// It is one of the strict loader.
    is_strict: bool,
}

impl StaticTree {
    /// Finds the static modules among the steps, and what is to be done about each.
    pub(super) fn prepare(
        compilation: &Compilation<'_>,
        steps: &[Step],
        is_distrusted: &(impl Fn(&Plan) -> bool + Sync),
    ) -> anyhow::Result<Self> {
        let arguments = compilation.arguments;
        let target = compilation.target();
        let options = ProgramOptions {
            target,
            mode: arguments.one.static_.static_mode,
            strict: arguments.one.static_.strict,
            invalidation: compilation.mode,
            workers: worker_count(arguments.workers),
        };
        let mut tree = Self {
            batches: Vec::new(),
            of_step: FxHashMap::default(),
            manifest: Mutex::new(Manifest::open(&arguments.cache_dir)),
            switches: arguments.one.artifacts,
            target,
            threads: (options.workers / steps.len().max(1)).max(1),
        };
        let search_path = search_path(&compilation.destinations()?, &arguments.one.search_path);
        for requests in batches(steps, &search_path) {
            let (indices, requests): (Vec<usize>, Vec<Request>) = requests.into_iter().unzip();
            let program = load(&requests, &mut Resolver::new(search_path.clone()), &options);
            let number = tree.batches.len();
            for (place, index) in indices.iter().enumerate() {
                if !matches!(program.requested[place], Requested::Ordinary | Requested::Unreadable(_)) {
                    tree.of_step.insert(*index, (number, place));
                }
            }
            let plan = |place: usize| match &steps[indices[place]] {
                Step::Compile(plan) => plan,
                Step::Listing(_) | Step::Unlisted(..) => unreachable!("only files are requested"),
            };
            let forced = |plan: &Plan| arguments.force || is_distrusted(plan);
            let modules = tree.modules(&program, plan, forced, &options);
            tree.batches.push(Batch { program, modules });
        }
        Ok(tree)
    }

    /// Whether nothing is static.
    pub(super) fn is_empty(&self) -> bool {
        self.of_step.is_empty()
    }

    /// Decides about the modules of a program.
    fn modules<'p>(
        &self,
        program: &StaticProgram,
        plan: impl Fn(usize) -> &'p Plan,
        forced: impl Fn(&Plan) -> bool,
        options: &ProgramOptions,
    ) -> Vec<Module> {
        let mut plans: Vec<Option<&Plan>> = vec![None; program.modules.len()];
        for (place, requested) in program.requested.iter().enumerate() {
            if let Requested::Static(module) = requested {
                plans[*module] = Some(plan(place));
            }
        }
        let mut graph = NameGraph::new(program);
        let dependencies: Vec<Dependencies> =
            (0..program.modules.len()).map(|module| graph.dependencies(module)).collect();
        let may_fall_back = if self.switches.no_fallback {
            vec![false; program.modules.len()]
        } else {
            fallbacks(program, &dependencies)
        };
        let mut modules = Vec::with_capacity(program.modules.len());
        for (index, module) in program.modules.iter().enumerate() {
            let records = dependencies[index].records(program);
            let prefix = strict::prefix(self.target, true, module.validation, &records);
            let mut hasher = SipHasher13::new();
            let switches = (self.switches.enable_patching, module.flags.is_strict, may_fall_back[index]);
            (dependencies[index].fingerprint, switches, module.name.as_str()).hash(&mut hasher);
            plans[index].map(|plan| &plan.recorded).hash(&mut hasher);
            let ingredients = Ingredients { text: module.digest, dependencies: hasher.finish128().as_u128() };
            let mut module =
                Module { state: State::Declared, prefix, ingredients, may_fall_back: may_fall_back[index] };
            if let Some(plan) = plans[index] {
                module.state = if forced(plan) { compiled() } else { self.state(plan, &module) };
            }
            modules.push(module);
        }
        self.check(program, &mut modules, &plans, options.workers);
        modules
    }

    /// What the artifacts of a module say.
    fn state(&self, plan: &Plan, module: &Module) -> State {
        let manifest = self.manifest.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut is_fresh, mut is_of_this_time) = (true, true);
        for path in &plan.artifacts {
            let path = self.artifact(path);
            let Ok(file) = fs::read(&path) else { return compiled() };
            let Ok(found) = strict::parse(self.target, &file) else { return compiled() };
            if !manifest.is_current(&path, module.ingredients, found.code) {
                return compiled();
            }
            is_fresh &= found.prefix == module.prefix;
            is_of_this_time &= found.prefix.get(..strict::HEADER_SIZE) == module.prefix.get(..strict::HEADER_SIZE);
        }
        let has_fallbacks = !module.may_fall_back || plan.artifacts.iter().all(|path| path.is_file());
        match (has_fallbacks, is_fresh) {
            (false, _) => compiled(),
            (true, true) => State::Current,
            // An ordinary artifact has the time of its source in it as well.
            (true, false) if module.may_fall_back && !is_of_this_time => compiled(),
            (true, false) => State::Refreshed,
        }
    }

    /// Checks the modules that are to be compiled.
    fn check(&self, program: &StaticProgram, modules: &mut [Module], plans: &[Option<&Plan>], workers: usize) {
        let bound: Vec<usize> =
            (0..modules.len()).filter(|&index| matches!(modules[index].state, State::Compiled { .. })).collect();
        if bound.is_empty() {
            return;
        }
        let mut roles = vec![Role::Declared; modules.len()];
        // What CPython finds wrong comes before what is wrong with types.
        let ordinary = |at: usize| {
            let filename = plans[bound[at]].map_or_else(|| PyString::new(""), |plan| decode(&plan.recorded));
            ordinary_problems(&program.modules[bound[at]], Optimize::None, &filename)
        };
        let done: Result<(), Infallible> = run_in_order(bound.len(), workers, ordinary, |at, result| {
            let index = bound[at];
            let module = &program.modules[index];
            roles[index] = Role::Absent;
            modules[index].state = match result {
                Ok(Ok(more)) => {
                    roles[index] = Role::Bound;
                    let warnings = module.warnings.iter().cloned().chain(more).collect();
                    State::Compiled { facts: Facts::default(), warnings }
                }
                Ok(Err(errors)) => State::Refused(errors.into_iter().chain(module.warnings.clone()).collect()),
                Err(panicked) => State::Panicked(panicked),
            };
            Ok(())
        });
        let Ok(()) = done;
        for without in kinds(plans) {
            let purpose = Purpose { optimize: without, patchable: self.switches.enable_patching };
            let mut checked = check(&program.modules, &roles, purpose, workers);
            for (index, panicked) in checked.panicked {
                modules[index].state = State::Panicked(panicked);
            }
            let mut errors: FxHashMap<usize, Vec<Diagnostic>> = FxHashMap::default();
            for problem in checked.problems {
                errors.entry(problem.module).or_default().push(problem.diagnostic);
            }
            for &index in &bound {
                match (&mut modules[index].state, errors.remove(&index)) {
                    (state @ State::Compiled { .. }, Some(errors)) => *state = State::Refused(errors),
                    (State::Compiled { facts, .. }, None) => {
                        let of_kind = if without { &mut facts.without } else { &mut facts.with_asserts };
                        *of_kind = checked.facts[index].take();
                    }
                    _ => {}
                }
            }
        }
    }

    /// Whether a step's job is done here.
    pub(super) fn covers(&self, step: usize) -> bool {
        let requested = self.of_step.get(&step).map(|&(batch, place)| &self.batches[batch].program.requested[place]);
        matches!(requested, Some(Requested::Static(_) | Requested::Refused(_)))
    }

    /// The middle part of a step's job; nothing if it is no static module.
    pub(super) fn work(&self, step: usize, plan: &Plan) -> Option<Result<StaticFiles, Outcome>> {
        let &(batch, place) = self.of_step.get(&step)?;
        let batch = &self.batches[batch];
        match &batch.program.requested[place] {
            Requested::Static(module) => Some(self.compile(batch, *module, plan)),
            Requested::Refused(diagnostics) => Some(Err(Outcome::Refused(diagnostics.clone()))),
            Requested::Ordinary | Requested::Unreadable(_) => None,
        }
    }

    fn compile(&self, batch: &Batch, index: usize, plan: &Plan) -> Result<StaticFiles, Outcome> {
        let (module, source) = (&batch.modules[index], &batch.program.modules[index]);
        let mut files = StaticFiles {
            files: Vec::new(),
            permissions: source.permissions,
            warnings: Vec::new(),
            ingredients: module.ingredients,
            is_refreshed: false,
        };
        let strict = |path: &Path, code: Vec<u8>| StaticFile {
            path: self.artifact(path),
            prefix: module.prefix.clone(),
            code,
            is_strict: true,
        };
        match &module.state {
            State::Declared | State::Current => Err(Outcome::Current),
            State::Refused(diagnostics) => Err(Outcome::Refused(diagnostics.clone())),
            State::Panicked(panicked) => resume_unwind(Box::new(panicked.0.clone())),
            State::Refreshed => {
                for path in &plan.artifacts {
                    let file = fs::read(self.artifact(path)).map_err(Outcome::Failed)?;
                    let found = strict::parse(self.target, &file);
                    let found = found.map_err(|error| Outcome::Failed(io::Error::other(error.to_string())))?;
                    files.files.push(strict(path, found.code.to_vec()));
                }
                files.is_refreshed = true;
                Ok(files)
            }
            State::Compiled { facts, warnings } => {
                let filename = decode(&plan.recorded);
                files.warnings.clone_from(warnings);
                for (path, &level) in plan.artifacts.iter().zip(&*plan.levels) {
                    let known = if level == Optimize::None { &facts.with_asserts } else { &facts.without };
                    let known = known.as_ref().expect("a module without errors has facts");
                    let options = static_options(source, level, &filename, self.target);
                    let (code, _) = static_code(source, known, &options, &AnnotationsAhead::default(), self.threads)
                        .map_err(Outcome::Refused)?;
                    let mut code = marshal_code(&code, self.target);
                    if module.may_fall_back {
                        code.extend_from_slice(strict::FALLBACK_MARK);
                        let ordinary = ordinary_code(source, level, &filename).map_err(Outcome::Refused)?;
                        files.files.push(StaticFile {
                            path: path.clone(),
                            prefix: pyc::header(self.target, source.validation).to_vec(),
                            code: marshal_code(&ordinary, self.target),
                            is_strict: false,
                        });
                    }
                    files.files.push(strict(path, code));
                }
                Ok(files)
            }
        }
    }

    /// The second half: writes what the first gave.
    pub(super) fn finish(&self, files: StaticFiles) -> Outcome {
        for StaticFile { path, prefix, code, is_strict } in &files.files {
            if let Err(error) = artifact::write(path, &[prefix, code], files.permissions) {
                return Outcome::Failed(error);
            }
            if *is_strict {
                let mut manifest = self.manifest.lock().unwrap_or_else(PoisonError::into_inner);
                manifest.record(path, files.ingredients, code);
            }
        }
        if files.is_refreshed { Outcome::Current } else { Outcome::Compiled(files.warnings) }
    }

    /// Keeps for the next run what was made.
    pub(super) fn save(&self) {
        if !self.is_empty() {
            self.manifest.lock().unwrap_or_else(PoisonError::into_inner).save();
        }
    }

    /// `m.cpython-314.pyc` → `m.cpython-314.strict.pyc` (`add_strict_tag`).
    fn artifact(&self, path: &Path) -> PathBuf {
        strict_path(path, self.switches.enable_patching)
    }
}

impl StaticFiles {
    /// The warnings, to be judged.
    pub(super) fn warnings_mut(&mut self) -> &mut Vec<Diagnostic> {
        &mut self.warnings
    }

    /// What is left of them, if an error is among it.
    pub(super) fn refused(&mut self) -> Option<Vec<Diagnostic>> {
        let is_error = |warning: &Diagnostic| warning.severity == Severity::Error;
        self.warnings.iter().any(is_error).then(|| std::mem::take(&mut self.warnings))
    }
}

/// The artifact of the strict loader beside an ordinary one.
pub(super) fn strict_path(path: &Path, patching: bool) -> PathBuf {
    path.with_extension(if patching { "strict.patch.pyc" } else { "strict.pyc" })
}

/// A module that is to be compiled, as far as its artifacts know.
fn compiled() -> State {
    State::Compiled { facts: Facts::default(), warnings: Vec::new() }
}

/// Where modules are found: the roots of what is compiled, then the directories given.
pub(super) fn search_path(destinations: &[PathBuf], directories: &[PathBuf]) -> SearchPath {
    let mut search_path = SearchPath::default();
    for destination in destinations {
        let root = project_root(&plain(destination));
        if root.join("src").is_dir() && !root.join("src/__init__.py").is_file() {
            search_path.add_root(root.join("src"));
        }
        search_path.add_root(root);
    }
    for directory in directories {
        search_path.add_root(plain(directory));
    }
    search_path
}

/// `./a` is `a`, and `.` the directory whose files have names without it.
pub(super) fn plain(path: &Path) -> PathBuf {
    path.strip_prefix(".").unwrap_or(path).to_owned()
}

/// Requests, each with its step, and the names of their modules.
type NamedRequests = (FxHashSet<ModuleName>, Vec<(usize, Request)>);

/// The files, each with its step, in groups without two modules of one name.
fn batches(steps: &[Step], search_path: &SearchPath) -> Vec<Vec<(usize, Request)>> {
    let mut batches: Vec<NamedRequests> = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        let Step::Compile(plan) = step else { continue };
        let path = plain(&plan.source);
        let root = search_path.root_of(&path).map_or_else(|| project_root(&path), Path::to_owned);
        let Some((name, is_package)) = ModuleName::of_file(&root, &path) else { continue };
        let request = Request { path: plan.source.clone(), name: name.clone(), is_package };
        let at = batches.iter().position(|(names, _)| !names.contains(&name)).unwrap_or(batches.len());
        if at == batches.len() {
            batches.push((FxHashSet::default(), Vec::new()));
        }
        batches[at].0.insert(name);
        batches[at].1.push((index, request));
    }
    batches.into_iter().map(|(_, requests)| requests).collect()
}

/// Whether code with asserts is to be made, without, or both.
fn kinds(plans: &[Option<&Plan>]) -> Vec<bool> {
    let is_without = |level: &Optimize| *level != Optimize::None;
    let mut kinds: Vec<bool> = plans.iter().flatten().flat_map(|plan| plan.levels.iter().map(is_without)).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

/// Whether a run has to look for static modules at all.
pub(super) fn looks_for_static(target: &Target, mode: StaticMode) -> bool {
    target.static_modules && mode != StaticMode::Never
}
