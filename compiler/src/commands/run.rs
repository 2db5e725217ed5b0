//! `pyclast run FILE`: compiles what is needed, then starts Python with the ahead-of-time loader.
//!
//! ```text
//! pyclast run main.py --fast      main.py and what it imports are compiled; then:
//!                                 python .pyclast_cache/loader-….pyc ARTIFACT --jit main.py --fast
//! ```
//!
//! Artifacts go beside the sources, as `pyclast compile` writes them; that of the script itself is one of the module
//! `__main__`. The loader is the one in `python/pyclast`, compiled here, so whatever is installed does not matter.
//!
//! Invariant: nothing runs if anything that is imported has an error.

use super::Status;
use super::compile;
use super::compile_one;
use super::project::{project_settings, session_options};
use crate::cli::{Cli, Command as Subcommand, CompileArgs, ProjectArgs, RunArgs};
use crate::database::{Purpose, Session};
use crate::files::artifact;
use crate::imports::{ModuleName, Place};
use crate::pipeline::{compile_source, marshal_code};
use crate::static_build::program::digest;
use anyhow::{Context, bail};
use clap::Parser;
use pyclast_codegen::pyc::{self, Validation};
use pyclast_codegen::{Optimize, Target};
use pyclast_syntax::PyString;
use std::env;
use std::ffi::{OsStr, OsString};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The loader's text.
const LOADER: &str = include_str!("../../../python/pyclast/loader.py");

/// Compiles and starts; comes back only if that fails.
pub(super) fn run(arguments: &RunArgs) -> anyhow::Result<Status> {
    let script = &arguments.file;
    if !script.is_file() {
        bail!("can't open file {}: it is no file", script.display());
    }
    let directory = script.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let cache = directory.join(".pyclast_cache");
    let imported = imported(arguments, directory)?;
    if !imported.is_empty() {
        let mut compile = compile_arguments(arguments, &[OsStr::new("-q")])?;
        (compile.paths, compile.one.search_path, compile.cache_dir) =
            (imported, vec![directory.to_owned()], cache.clone());
        let status = compile::run(&compile)?;
        if status != Status::Clean {
            return Ok(status);
        }
    }
    let artifact = artifact_of(script, arguments.level);
    let status = compile_script(arguments, directory, &artifact)?;
    if status != Status::Clean {
        return Ok(status);
    }
    let loader = loader(&cache)?;
    let mut command = Command::new(interpreter(arguments));
    match arguments.level {
        1 => drop(command.arg("-O")),
        2 => drop(command.arg("-OO")),
        _ => {}
    }
    command.arg(loader).arg(artifact).arg(if arguments.no_jit { "--no-jit" } else { "--jit" });
    command.arg(script).args(&arguments.arguments);
    let program = command.get_program().to_owned();
    Err(command.exec()).with_context(|| format!("cannot start {}", program.display()))
}

/// The sources of the project that the script imports, directly or not.
fn imported(arguments: &RunArgs, directory: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let project = ProjectArgs {
        paths: vec![arguments.file.clone()],
        search_path: vec![directory.to_owned()],
        python: None,
        workers: arguments.workers,
    };
    let settings = project_settings(&project, None)?;
    let mut options = session_options(&project, &settings, Purpose::Check, None);
    options.environment = None;
    let session = Session::open(options, None);
    let mut files = Vec::new();
    for node in session.graph().nodes().iter().filter(|node| !node.is_root) {
        if let Place::Text(texts) = &node.place {
            // A script in a package finds that package as little as under Python.
            let is_found = |text: &Path| {
                let name = ModuleName::of_file(plain(directory), plain(text));
                name.is_some_and(|(name, _)| name == node.name)
            };
            let is_source = |text: &&PathBuf| text.extension().is_some_and(|extension| extension == "py");
            files.extend(texts.iter().filter(is_source).filter(|text| is_found(text)).cloned());
        }
    }
    files.sort();
    Ok(files)
}

/// `./a` is `a`.
fn plain(path: &Path) -> &Path {
    path.strip_prefix(".").unwrap_or(path)
}

/// The arguments of `pyclast compile` for what this command was told.
fn compile_arguments(arguments: &RunArgs, more: &[&OsStr]) -> anyhow::Result<CompileArgs> {
    let level = arguments.level.to_string();
    let fixed = ["pyclast", "compile", "--target", "cinderx-3.14", "-o", &level].map(OsStr::new);
    let words = fixed.iter().chain(more).map(|&word| word.to_owned());
    let Subcommand::Compile(mut compile) = Cli::try_parse_from(words)?.command else {
        bail!("compile is a command");
    };
    compile.workers = arguments.workers;
    compile.one.static_ = arguments.static_;
    Ok(*compile)
}

/// Compiles the script as the module `__main__`.
fn compile_script(arguments: &RunArgs, directory: &Path, artifact: &Path) -> anyhow::Result<Status> {
    let mut compile = compile_arguments(arguments, &[OsStr::new("--output"), artifact.as_os_str()])?;
    compile.paths = vec![arguments.file.clone()];
    compile.one.module_name = Some("__main__".to_owned());
    compile.one.search_path = vec![directory.to_owned()];
    compile_one::run(&compile)
}

/// `dir/a.py` → `dir/__pycache__/a.cpython-314.main.strict.pyc`
fn artifact_of(script: &Path, level: i8) -> PathBuf {
    let mut name = script.file_stem().unwrap_or_default().to_owned();
    name.push(format!(".{}", Target::CINDERX_3_14.cache_tag));
    name.push(if level > 0 { format!(".opt-{level}") } else { String::new() });
    name.push(".main.strict.pyc");
    script.with_file_name("__pycache__").join(name)
}

/// The compiled loader in the cache.
fn loader(cache: &Path) -> anyhow::Result<PathBuf> {
    let target = &Target::CINDERX_3_14;
    let text = LOADER.as_bytes();
    let path = cache.join(format!("loader-{:016x}.pyc", digest(text) >> 64));
    if path.is_file() {
        return Ok(path);
    }
    let compiled = compile_source(text.to_vec(), &PyString::new("<pyclast.loader>"), &[Optimize::None], target);
    let compiled = compiled.ok().context("the loader compiles")?;
    let header = pyc::header(target, Validation::UncheckedHash(pyc::source_hash(target, text)));
    let written = artifact::write(&path, &[&header, &marshal_code(&compiled.codes[0], target)], 0o644);
    written.with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}

/// The interpreter: the one named, that of the active environment, the one beside this program, or python3.14.
fn interpreter(arguments: &RunArgs) -> OsString {
    if let Some(python) = &arguments.python {
        return python.clone().into();
    }
    if let Some(python) = env::var_os("PYCLAST_RUN_PYTHON").filter(|python| !python.is_empty()) {
        return python;
    }
    let active = env::var_os("VIRTUAL_ENV").map(|environment| Path::new(&environment).join("bin"));
    let beside = env::current_exe().ok().and_then(|program| program.parent().map(Path::to_owned));
    let found =
        active.into_iter().chain(beside).map(|folder| folder.join("python3.14")).find(|python| python.is_file());
    found.map_or_else(|| OsString::from("python3.14"), PathBuf::into_os_string)
}
