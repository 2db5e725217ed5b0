//! The oracle: finds a real Python 3.14 for the tests to compare with, and installs one where there is none.
//!
//! ```text
//! oracle::python()   →   "/usr/bin/python3.14", or "<workspace>/target/oracle/python3.14"
//! ```
//!
//! The first of these that works, looked for once in a process:
//!
//! 1. `$PYCLAST_PYTHON`
//! 2. `python3.14` on `$PATH`
//! 3. `uv python find 3.14`, after `uv python install 3.14` if need be
//! 4. `tests/oracle/fetch.sh target/oracle`, which downloads one from the mirror apt is configured with
//!
//! [`cinderx`] gives an interpreter with the runtime (and the peer compiler) of static modules.
//!
//! Invariant: what is returned starts, is a 3.14, compiles as 3.14.8 does (see [`OLDEST_PATCH_RELEASE`]) and imports
//! `test.support` and `_testinternalcapi`. Otherwise the test fails and says why and what to do; a test is never skipped.

use std::env;
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

/// Patch releases of 3.14 before this one compile some programs differently, so comparing with them would mislead.
/// Only `$PYCLAST_PYTHON` may name an older one: whoever sets it wants that one.
const OLDEST_PATCH_RELEASE: u32 = 8;

/// A way to an interpreter: its name for the report, the patch release it must have, and the search itself.
struct Source {
    name: &'static str,
    oldest: u32,
    find: fn() -> Result<PathBuf, String>,
}

const SOURCES: [Source; 4] = [
    Source { name: "$PYCLAST_PYTHON", oldest: 0, find: from_environment },
    Source { name: "python3.14 on $PATH", oldest: OLDEST_PATCH_RELEASE, find: from_path },
    Source { name: "uv", oldest: OLDEST_PATCH_RELEASE, find: from_uv },
    Source { name: "tests/oracle/fetch.sh", oldest: OLDEST_PATCH_RELEASE, find: from_fetch },
];

/// The interpreter to compare with, found or installed at the first call.
pub fn python() -> &'static Path {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    PYTHON.get_or_init(|| {
        first_working(&SOURCES).unwrap_or_else(|reasons| {
            panic!(
                "the tests need CPython 3.14.{OLDEST_PATCH_RELEASE} with its `test` package, and none was found or installed:\n\
                 {reasons}\
                 Cure: set PYCLAST_PYTHON to such an interpreter, or make tests/oracle/fetch.sh succeed \
                 (it needs apt-get and a reachable mirror)."
            )
        })
    })
}

/// An interpreter that imports `cinderx`, the oracle for static modules: `$PYCLAST_CINDERX`, or an environment made from
/// [`python`] in `target/cinderx`.
pub fn cinderx() -> &'static Path {
    static CINDERX: OnceLock<PathBuf> = OnceLock::new();
    CINDERX.get_or_init(|| {
        if let Some(named) = env::var_os("PYCLAST_CINDERX") {
            return named.into();
        }
        let target = tests_folder().join("../target/cinderx");
        let script = tool("fetch_cinderx.sh");
        match run(Command::new("sh").arg(script).arg(target).arg(python())) {
            Ok(path) => path.trim().into(),
            Err(reason) => panic!(
                "the tests need CinderX, and it could not be installed:\n  {reason}\n\
                 Cure: make tests/oracle/fetch_cinderx.sh succeed (it needs pip's package index), \
                 or set PYCLAST_CINDERX to an interpreter that imports cinderx."
            ),
        }
    })
}

/// A command that starts [`python`] with none of the `PYTHON…` variables that could change what it compiles
/// (`PYTHONNODEBUGRANGES` strips columns, `PYTHONOPTIMIZE` drops asserts).
pub fn command() -> Command {
    let mut command = Command::new(python());
    forget_python_settings(&mut command);
    // The tools import each other; that should leave no files among the sources.
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

/// The path of one of the comparison tools, for example `tool("compare_tree.py")`.
pub fn tool(name: &str) -> PathBuf {
    tests_folder().join("oracle").join(name)
}

fn first_working(sources: &[Source]) -> Result<PathBuf, String> {
    let mut reasons = String::new();
    for Source { name, oldest, find } in sources {
        match find().and_then(|found| check(&found, *oldest).map(|()| found)) {
            Ok(found) => return Ok(found),
            Err(reason) => {
                // Writing to a String cannot fail.
                let _ = writeln!(reasons, "  {name}: {}", reason.trim().replace('\n', "\n    "));
            }
        }
    }
    Err(reasons)
}

fn from_environment() -> Result<PathBuf, String> {
    env::var_os("PYCLAST_PYTHON").map(PathBuf::from).ok_or_else(|| "not set".into())
}

fn from_path() -> Result<PathBuf, String> {
    on_path("python3.14")
}

fn from_uv() -> Result<PathBuf, String> {
    let uv = on_path("uv")?;
    let find = || run(Command::new(&uv).args(["python", "find", "3.14"])).map(|path| PathBuf::from(path.trim()));
    find().or_else(|_| {
        run(Command::new(&uv).args(["python", "install", "3.14"]))?;
        find()
    })
}

fn from_fetch() -> Result<PathBuf, String> {
    let target = tests_folder().join("../target/oracle");
    let path = run(Command::new("sh").arg(tool("fetch.sh")).arg(target))?;
    Ok(PathBuf::from(path.trim()))
}

fn tests_folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Looks a program up as a shell does. Started by its bare name, it could not tell where its library is.
fn on_path(program: &str) -> Result<PathBuf, String> {
    let folders = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&folders)
        .map(|folder| folder.join(program))
        .find(|candidate| candidate.is_file())
        .ok_or_else(|| format!("no `{program}` there"))
}

/// Whether an interpreter is what the tests need.
fn check(python: &Path, oldest: u32) -> Result<(), String> {
    const QUESTION: &str = "import sys, test.support, _testinternalcapi; print(*sys.version_info[:3])";
    let mut command = Command::new(python);
    forget_python_settings(&mut command);
    let answer = run(command.args(["-I", "-c", QUESTION]))?;
    let answer = answer.trim();
    match answer.strip_prefix("3 14 ").map(str::parse::<u32>) {
        Some(Ok(patch)) if patch >= oldest => Ok(()),
        Some(Ok(patch)) => Err(format!(
            "{} is 3.14.{patch}; releases before 3.14.{oldest} compile some programs differently",
            python.display()
        )),
        _ => Err(format!("{} is not a CPython 3.14 (it says `{answer}`)", python.display())),
    }
}

fn forget_python_settings(command: &mut Command) {
    for (name, _) in env::vars_os().filter(|(name, _)| is_python_setting(name)) {
        command.env_remove(name);
    }
}

fn is_python_setting(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b"PYTHON")
}

/// Standard output of a command that must succeed; else the command's name and what it said on standard error.
fn run(command: &mut Command) -> Result<String, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let Output { status, stdout, stderr } =
        command.output().map_err(|error| format!("{name} does not start: {error}"))?;
    if status.success() {
        String::from_utf8(stdout).map_err(|_| format!("{name} printed something that is not UTF-8"))
    } else {
        Err(format!("{name} failed ({status}):\n{}", String::from_utf8_lossy(&stderr)))
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::{OLDEST_PATCH_RELEASE, Source, check, cinderx, command, first_working, on_path, python, run, tool};

    #[test]
    fn the_oracle_starts_and_has_the_internal_test_module() {
        assert!(check(python(), OLDEST_PATCH_RELEASE).is_ok());
        let answer = run(command().args(["-c", "import _testinternalcapi as t; print(callable(t.compiler_codegen))"]));
        assert_eq!(answer.as_deref().map(str::trim), Ok("True"));
    }

    #[test]
    fn cinderx_is_importable() {
        let answer = run(Command::new(cinderx()).args(["-c", "import cinderx; print(cinderx.__name__)"]));
        assert_eq!(answer.as_deref().map(str::trim), Ok("cinderx"));
    }

    #[test]
    fn an_unsuitable_interpreter_is_passed_over_and_the_report_says_why() {
        let sources = [
            Source { name: "first", oldest: 0, find: || Err("not set".into()) },
            Source { name: "second", oldest: 0, find: || on_path("no-such-python") },
            // A program that is no Python: it starts, succeeds, and gives the wrong answer.
            Source { name: "third", oldest: 0, find: || on_path("echo") },
        ];
        let reasons = first_working(&sources).expect_err("none of the three is a Python");
        assert!(reasons.contains("first: not set"), "{reasons}");
        assert!(reasons.contains("second: no `no-such-python` there"), "{reasons}");
        assert!(reasons.contains("is not a CPython 3.14"), "{reasons}");
    }

    #[test]
    fn an_older_patch_release_is_refused() {
        let reason = check(python(), u32::MAX).expect_err("no patch release is that new");
        assert!(reason.contains("compile some programs differently"), "{reason}");
    }

    #[test]
    fn the_comparison_tools_pass_their_own_tests() {
        let answer = run(command().arg(tool("selftest.py")));
        assert!(answer.is_ok(), "{}", answer.unwrap_or_else(|reason| reason));
    }

    #[test]
    fn the_tools_exist() {
        for name in ["fetch.sh", "compare_tree.py", "codecmp.py"] {
            assert!(tool(name).is_file(), "{name} is missing");
        }
    }
}
