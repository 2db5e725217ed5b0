//! The command line, as data.
//!
//! `pyclast compile` takes the letters of `python -m compileall` with the same meaning.
//!
//! Invariant: help texts are the doc comments here; nothing is parsed elsewhere.

use crate::static_program::StaticMode;
use clap::builder::{OsStringValueParser, PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::path::PathBuf;

/// An ahead-of-time compiler for Python: checks packages and compiles them to `.pyc` files.
#[derive(Debug, Parser)]
#[command(
    name = "pyclast",
    version,
    long_version = concat!(env!("CARGO_PKG_VERSION"), "\nreproduces CPython 3.14.8 (magic 3627)"),
    propagate_version = true
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Compile Python files to the .pyc files CPython would write: a drop-in for `python -m compileall`.
    Compile(Box<CompileArgs>),
    /// Report everything that is wrong with Python files, without writing any.
    Check(CheckArgs),
    /// Compile a script and what it imports, and run it on CinderX.
    Run(RunArgs),
    /// Show which module imports which, in what order, and the cycles.
    Graph(GraphArgs),
    /// Show how much of static modules became typed, and why the rest did not.
    Stats(StatsArgs),
    /// Show the bytecode of a .py or .pyc file, like `python -m dis`.
    Dis(DisArgs),
    /// Prove .pyc files sound: jumps, stack depths, operands, tables, borrowed loads.
    Verify(VerifyArgs),
    /// Explain what a problem means, with an example and the fix; without a code, list the codes.
    Explain(ExplainArgs),
}

/// A path that may be empty, as compileall takes it.
fn any_path() -> impl TypedValueParser<Value = PathBuf> {
    OsStringValueParser::new().map(PathBuf::from)
}

/// `pyclast compile`
#[derive(Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub struct CompileArgs {
    /// Files and directories to compile; without any, the directories of `sys.path`, not their
    /// subdirectories.
    #[arg(value_name = "FILE|DIR")]
    pub paths: Vec<PathBuf>,

    /// Don't recurse into subdirectories.
    #[arg(short = 'l')]
    pub no_recursion: bool,

    /// How many levels of subdirectories to enter; takes precedence over -l.
    #[arg(short = 'r', value_name = "LEVELS")]
    pub recursion: Option<usize>,

    /// Compile even if the .pyc files are current.
    #[arg(short = 'f', long)]
    pub force: bool,

    /// Show only errors; -qq shows nothing.
    #[arg(short = 'q', long, action = clap::ArgAction::Count)]
    pub quiet: u8,

    /// Write NAME.pyc beside the source instead of into __pycache__.
    #[arg(short = 'b', long)]
    pub legacy: bool,

    /// Directory to record in place of the compiled directory in tracebacks.
    #[arg(short = 'd', value_name = "DESTDIR", value_parser = any_path(), conflicts_with_all = ["strip_dir", "prepend_dir"])]
    pub dest_dir: Option<PathBuf>,

    /// Leading part to strip from the recorded path.
    #[arg(short = 's', value_name = "STRIPDIR", value_parser = any_path())]
    pub strip_dir: Option<PathBuf>,

    /// Path to put in front of the recorded path.
    #[arg(short = 'p', value_name = "PREPENDDIR", value_parser = any_path())]
    pub prepend_dir: Option<PathBuf>,

    /// Skip files whose path the regular expression matches anywhere.
    #[arg(short = 'x', value_name = "REGEXP")]
    pub exclude: Option<String>,

    /// Also compile the files and directories listed in FILE, one a line; "-" is standard input.
    #[arg(short = 'i', value_name = "FILE")]
    pub list: Option<PathBuf>,

    /// Worker threads; 0 and the default mean one for each core.
    #[arg(short = 'j', long = "workers", value_name = "WORKERS", default_value_t = 0)]
    pub workers: usize,

    /// How a .pyc is found to be current; checked-hash if `SOURCE_DATE_EPOCH` is set, else timestamp.
    #[arg(long, value_enum, value_name = "MODE")]
    pub invalidation_mode: Option<InvalidationMode>,

    /// Optimization level; repeat it for several .pyc files a source.
    #[arg(
        short = 'o',
        visible_short_alias = 'O',
        value_name = "LEVEL",
        allow_hyphen_values = true,
        value_parser = clap::value_parser!(i8).range(-1..=2)
    )]
    pub levels: Vec<i8>,

    /// Ignore symbolic links that point out of DIR.
    #[arg(short = 'e', value_name = "DIR", value_parser = any_path())]
    pub limit_links: Option<PathBuf>,

    /// Hard-link equal .pyc files of different levels.
    #[arg(long)]
    pub hardlink_dupes: bool,

    /// Write the .pyc files into a mirror of the tree under DIR.
    #[arg(long, value_name = "DIR")]
    pub out_dir: Option<PathBuf>,

    /// The interpreter to compile for [default: cpython-3.14].
    #[arg(long, value_enum)]
    pub target: Option<TargetName>,

    /// Prove each code object sound before it is written, as `pyclast verify` does; always done with
    /// --output.
    #[arg(long)]
    pub verify: bool,

    /// How errors are shown [default: pretty].
    #[arg(long, value_parser = streaming_format(), value_name = "FORMAT")]
    pub error_format: Option<ErrorFormat>,

    /// Whether to show a progress bar (on standard error).
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = When::Auto)]
    pub progress: When,

    /// Compile again whenever a file changes.
    #[arg(long, conflicts_with = "output")]
    pub watch: bool,

    /// The pyproject.toml to use, instead of the nearest one.
    #[arg(long, value_name = "FILE", conflicts_with = "output")]
    pub config: Option<PathBuf>,

    /// Where it is kept what the artifacts of static modules were made from.
    #[arg(
        long,
        value_name = "DIR",
        default_value = ".pyclast_cache",
        conflicts_with = "output",
        help_heading = "CinderX"
    )]
    pub cache_dir: PathBuf,

    /// The one-module form.
    #[command(flatten)]
    pub one: OneModuleArgs,
}

/// The one-module form of `pyclast compile`, for build systems.
#[derive(Args, Debug)]
pub struct OneModuleArgs {
    /// Compile one FILE as the module NAME; any text is a name.
    #[arg(long, value_name = "NAME", requires = "output", help_heading = "One module")]
    pub module_name: Option<String>,

    /// What to write.
    #[arg(long, value_enum, default_value_t = Emit::Pyc, requires = "output", help_heading = "One module")]
    pub emit: Emit,

    /// Where to write it; "-" is standard output.
    #[arg(long, value_name = "OUT", help_heading = "One module")]
    pub output: Option<PathBuf>,

    /// The file name to record; the path as given if absent.
    #[arg(long, value_name = "NAME", requires = "output", help_heading = "One module")]
    pub co_filename: Option<String>,

    /// Directories in which the modules it imports are found.
    #[arg(long, value_name = "DIR", help_heading = "One module")]
    pub search_path: Vec<PathBuf>,

    /// Which modules are static.
    #[command(flatten)]
    pub static_: StaticArgs,

    /// How static modules are compiled.
    #[command(flatten)]
    pub artifacts: ArtifactArgs,
}

/// What is written for CinderX besides the artifacts of static modules.
#[derive(Args, Clone, Copy, Debug)]
pub struct ArtifactArgs {
    /// Compile static modules so that tests can replace what is in them (.strict.patch.pyc).
    #[arg(long, help_heading = "CinderX")]
    pub enable_patching: bool,

    /// Write ordinary modules, too, in the form of CinderX's strict loader (.strict.pyc).
    #[arg(long, help_heading = "CinderX", conflicts_with = "output")]
    pub strict_pyc: bool,

    /// Leave out the ordinary .pyc of static modules that need no machine numbers, which pyclast.loader takes where CinderX
    /// or its JIT is missing.
    #[arg(long, help_heading = "CinderX", conflicts_with = "output")]
    pub no_fallback: bool,
}

/// Which modules are static or strict.
#[derive(Args, Clone, Copy, Debug)]
pub struct StaticArgs {
    /// Which modules are static: those that import __static__, all, or none.
    #[arg(long = "static", value_enum, value_name = "WHEN", default_value_t = StaticMode::Auto)]
    pub static_mode: StaticMode,

    /// Which modules are strict: those that import __strict__, or all.
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = StrictMode::Auto)]
    pub strict: StrictMode,
}

/// Which modules are strict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum StrictMode {
    /// Those that say so.
    Auto,
    /// All.
    Always,
}

/// Which project is looked at.
#[derive(Args, Clone, Debug)]
pub struct ProjectArgs {
    /// Files and directories; without any, the current directory.
    #[arg(value_name = "PATHS")]
    pub paths: Vec<PathBuf>,

    /// Directories in which imported modules are found, besides those of PATHS.
    #[arg(long, value_name = "DIR")]
    pub search_path: Vec<PathBuf>,

    /// The virtual environment with the installed packages; without one, `VIRTUAL_ENV` or .venv.
    #[arg(long, value_name = "ENV")]
    pub python: Option<PathBuf>,

    /// Worker threads; 0 and the default mean one for each core.
    #[arg(short = 'j', long = "workers", value_name = "WORKERS", default_value_t = 0)]
    pub workers: usize,
}

/// `pyclast check`
#[derive(Args, Debug)]
pub struct CheckArgs {
    /// Which project.
    #[command(flatten)]
    pub project: ProjectArgs,

    /// How what is found is shown.
    #[command(flatten)]
    pub report: ReportArgs,

    /// Which modules are static.
    #[command(flatten)]
    pub static_: StaticArgs,

    /// Also say what stays dynamic, and so slow, in static modules, and what would change that.
    #[arg(long)]
    pub performance: bool,

    /// Check again whenever a file changes.
    #[arg(long, conflicts_with = "write_baseline")]
    pub watch: bool,

    /// Where results are kept between runs.
    #[arg(long, value_name = "DIR", default_value = ".pyclast_cache")]
    pub cache_dir: PathBuf,

    /// Keep no results between runs.
    #[arg(long, conflicts_with = "cache_dir")]
    pub no_cache: bool,
}

/// `pyclast graph`
#[derive(Args, Debug)]
pub struct GraphArgs {
    /// Which project.
    #[command(flatten)]
    pub project: ProjectArgs,

    /// How the graph is shown.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = GraphFormat::Text)]
    pub format: GraphFormat,

    /// Show a shortest chain of imports that leads to MODULE instead.
    #[arg(long, value_name = "MODULE")]
    pub why: Option<String>,
}

/// How the import graph is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum GraphFormat {
    /// One module a line in order, with what it imports; cycles marked.
    Text,
    /// One JSON object.
    Json,
    /// For graphviz.
    Dot,
}

/// `pyclast run`
#[derive(Args, Debug)]
pub struct RunArgs {
    /// Optimization level.
    #[arg(short = 'o', visible_short_alias = 'O', value_name = "LEVEL", default_value_t = 0,
          value_parser = clap::value_parser!(i8).range(0..=2))]
    pub level: i8,

    /// The interpreter; without one, that of the active environment, the one beside pyclast, or python3.14.
    #[arg(long, value_name = "PYTHON")]
    pub python: Option<PathBuf>,

    /// Leave CinderX's JIT alone.
    #[arg(long)]
    pub no_jit: bool,

    /// Worker threads; 0 and the default mean one for each core.
    #[arg(short = 'j', long = "workers", value_name = "WORKERS", default_value_t = 0)]
    pub workers: usize,

    /// Which modules are static.
    #[command(flatten)]
    pub static_: StaticArgs,

    /// The script.
    pub file: PathBuf,

    /// What the script gets.
    #[arg(value_name = "ARGS", trailing_var_arg = true, allow_hyphen_values = true)]
    pub arguments: Vec<OsString>,
}

/// `pyclast stats`
#[derive(Args, Debug)]
pub struct StatsArgs {
    /// Files and directories; without any, the current directory.
    #[arg(value_name = "PATHS")]
    pub paths: Vec<PathBuf>,

    /// How the counts are shown.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = StatsFormat::Text)]
    pub format: StatsFormat,

    /// Directories in which imported modules are found, besides those of PATHS.
    #[arg(long, value_name = "DIR")]
    pub search_path: Vec<PathBuf>,

    /// Optimization level.
    #[arg(short = 'o', visible_short_alias = 'O', value_name = "LEVEL", default_value_t = 0,
          value_parser = clap::value_parser!(i8).range(0..=2))]
    pub level: i8,

    /// Worker threads; 0 and the default mean one for each core.
    #[arg(short = 'j', long = "workers", value_name = "WORKERS", default_value_t = 0)]
    pub workers: usize,

    /// Which modules are static.
    #[command(flatten)]
    pub static_: StaticArgs,
}

/// How counts are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum StatsFormat {
    /// A table.
    Text,
    /// One JSON object.
    Json,
}

/// `pyclast dis`
#[derive(Args, Debug)]
pub struct DisArgs {
    /// A Python source file or a .pyc file.
    pub file: PathBuf,

    /// Optimization level for a source file.
    #[arg(short = 'o', visible_short_alias = 'O', value_name = "LEVEL", default_value_t = 0,
          value_parser = clap::value_parser!(i8).range(0..=2))]
    pub level: i8,

    /// Show the offsets of instructions.
    #[arg(long)]
    pub show_offsets: bool,
}

/// `pyclast verify`
#[derive(Args, Debug)]
pub struct VerifyArgs {
    /// The .pyc files.
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
}

/// `pyclast explain`
#[derive(Args, Debug)]
pub struct ExplainArgs {
    /// The code, as reports show it: syntax-error.
    pub code: Option<String>,
}

/// How a command reports what it finds.
#[derive(Args, Clone, Debug, Default)]
pub struct ReportArgs {
    /// How problems are shown.
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub error_format: Option<ErrorFormat>,

    /// Write the report to FILE instead of to standard output.
    #[arg(long, value_name = "FILE")]
    pub output_file: Option<PathBuf>,

    /// Show how many problems of each code there are.
    #[arg(long)]
    pub statistics: bool,

    /// Hide the problems that FILE records.
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,

    /// Record all problems in the baseline file instead of reporting them.
    #[arg(long)]
    pub write_baseline: bool,

    /// The pyproject.toml to use, instead of the nearest one.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// How a `.pyc` says whether it is current (PEP 552).
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum InvalidationMode {
    /// Modification time and size of the source.
    Timestamp,
    /// Hash of the source, checked on import.
    CheckedHash,
    /// Hash of the source, never checked.
    UncheckedHash,
}

/// The interpreters that can be compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TargetName {
    /// CPython 3.14
    #[value(name = "cpython-3.14")]
    Cpython314,
    /// CPython 3.14 with CinderX: static modules are checked and compiled to typed opcodes
    #[value(name = "cinderx-3.14")]
    Cinderx314,
}

/// How diagnostics are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ErrorFormat {
    /// For people: the source line, marks, colours on a terminal.
    Pretty,
    /// One line each: path:line:column: exception: message [code].
    Concise,
    /// For machines: one JSON object a line, on standard output.
    Json,
    /// Annotations in GitHub Actions.
    Github,
    /// GitLab's Code Quality report.
    Gitlab,
    /// SARIF 2.1.0.
    Sarif,
    /// `JUnit` XML.
    Junit,
}

impl ErrorFormat {
    /// Whether it is written file by file; the others are one document.
    pub const fn is_streamed(self) -> bool {
        matches!(self, Self::Pretty | Self::Concise | Self::Json | Self::Github)
    }
}

/// The formats that can be written file by file.
fn streaming_format() -> impl TypedValueParser<Value = ErrorFormat> {
    PossibleValuesParser::new(["pretty", "concise", "json", "github"])
        .map(|name| ErrorFormat::from_str(&name, false).expect("all of them are formats"))
}

/// What the one-module form writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Emit {
    /// `marshal.dumps(code)`
    Code,
    /// A whole `.pyc` file; for CinderX in the form of its strict loader.
    Pyc,
    /// What other modules can depend on, as JSON: they are compiled again if it changes.
    Interface,
}

/// A choice that can depend on the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// If standard error is a terminal.
    Auto,
    /// Yes.
    Always,
    /// No.
    Never,
}
