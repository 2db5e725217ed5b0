//! `pyclast stats`: how much of static modules became typed, by function, and why the rest did not.
//!
//! ```text
//! function        line   calls  attributes  arithmetic  subscripts  loops     (typed / all)
//! shapes.area       12     2/3         4/4         1/2           –    1/1
//!     15: missing annotation for argument 'scale' prevents static call
//! total                    2/3         4/4         1/2           –    1/1
//! ```
//!
//! Invariant: nothing is written but the report; what is counted is the code that `compile` would write.

use super::Status;
use super::compile::optimize;
use super::show::{internal_error, reported_file};
use super::static_tree::{plain, search_path};
use crate::cli::{ErrorFormat, InvalidationMode, StatsArgs, StatsFormat};
use crate::files::path::decode;
use crate::files::sources::python_files;
use crate::imports::ModuleName;
use crate::imports::resolve::Resolver;
use crate::imports::search_path::project_root;
use crate::jobs::{Panicked, panic_message, worker_count};
use crate::report;
use crate::static_build::check::{Purpose, Role, check, slow_code};
use crate::static_build::counts::{CountedCode, Counts, Kind, count};
use crate::static_build::generate::{static_code, static_options};
use crate::static_build::program::{ProgramOptions, Request, StaticProgram, load};
use crate::static_program::ProgramProblem;
use pyclast_codegen::{AnnotationsAhead, Target};
use pyclast_syntax::{Diagnostic, LineIndex};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

/// A function, and what it did not become typed for.
struct Row {
    module: String,
    path: PathBuf,
    code: CountedCode,
    reasons: Vec<(i32, String)>,
}

/// Counts and reports.
pub(super) fn run(arguments: &StatsArgs) -> anyhow::Result<Status> {
    let program = program(arguments);
    let mut status = Status::Clean;
    let mut rows = Vec::new();
    let roles: Vec<Role> =
        program.modules.iter().map(|module| if module.is_requested { Role::Bound } else { Role::Declared }).collect();
    let purpose = Purpose { optimize: arguments.level > 0, ..Purpose::default() };
    let workers = worker_count(arguments.workers);
    let mut checked = check(&program.modules, &roles, purpose, workers);
    for (path, diagnostics) in refused(&program, &checked.problems) {
        status = status.max(Status::Problems);
        report::write(&mut io::stderr().lock(), ErrorFormat::Concise, false, &reported_file(&path), &diagnostics)?;
    }
    let reasons = slow_code(&program.modules, &roles);
    for (index, module) in program.modules.iter().enumerate() {
        let Some(facts) = checked.facts[index].take().filter(|_| module.flags.is_static) else { continue };
        let level = optimize(arguments.level);
        let filename = decode(module.path.as_os_str());
        let options = static_options(module, level, &filename, &Target::CINDERX_3_14);
        let compile = || static_code(module, &facts, &options, &AnnotationsAhead::default(), workers);
        let code = match catch_unwind(AssertUnwindSafe(compile)) {
            Ok(Ok((code, _))) => code,
            Ok(Err(diagnostics)) => {
                status = status.max(Status::Problems);
                let file = reported_file(&module.path);
                report::write(&mut io::stderr().lock(), ErrorFormat::Concise, false, &file, &diagnostics)?;
                continue;
            }
            Err(payload) => {
                status = Status::Bug;
                let panicked = Panicked(panic_message(&*payload));
                let bug = internal_error(&module.path, &panicked);
                report::write(
                    &mut io::stderr().lock(),
                    ErrorFormat::Concise,
                    false,
                    &reported_file(&module.path),
                    &[bug],
                )?;
                continue;
            }
        };
        let lines = LineIndex::new(module.parsed.text());
        let own = reasons.iter().filter(|problem| problem.module == index);
        let own =
            own.map(|problem| (lines.line_column(problem.diagnostic.span.start).0, problem.diagnostic.message.clone()));
        let (name, path) = (module.name.as_str(), &module.path);
        let first = rows.len();
        rows.extend(count(&code).into_iter().map(|code| Row {
            module: name.to_owned(),
            path: path.clone(),
            code,
            reasons: Vec::new(),
        }));
        for (line, reason) in own {
            if let Some(row) = innermost(&mut rows[first..], line)
                && !row.reasons.contains(&(line, reason.clone()))
            {
                row.reasons.push((line, reason));
            }
        }
    }
    rows.retain(|row| !row.code.counts.is_empty() || !row.reasons.is_empty());
    let mut output = io::stdout().lock();
    match arguments.format {
        StatsFormat::Text => write_text(&mut output, &rows)?,
        StatsFormat::Json => writeln!(output, "{}", as_json(&rows))?,
    }
    Ok(status)
}

fn program(arguments: &StatsArgs) -> StaticProgram {
    let mut paths = arguments.paths.clone();
    if paths.is_empty() {
        paths.push(PathBuf::from("."));
    }
    let search_path = search_path(&paths, &arguments.search_path);
    let mut requests = Vec::new();
    for path in paths.iter().flat_map(|path| python_files(path).0) {
        let place = plain(&path);
        let root = search_path.root_of(&place).map_or_else(|| project_root(&place), Path::to_owned);
        let is_source = path.extension().is_some_and(|extension| extension == "py");
        if let Some((name, is_package)) = ModuleName::of_file(&root, &place).filter(|_| is_source) {
            requests.push(Request { path, name, is_package });
        }
    }
    let options = ProgramOptions {
        target: &Target::CINDERX_3_14,
        mode: arguments.static_.static_mode,
        strict: arguments.static_.strict,
        invalidation: InvalidationMode::Timestamp,
        workers: worker_count(arguments.workers),
    };
    load(&requests, &mut Resolver::new(search_path), &options)
}

/// What is wrong, by file.
fn refused(program: &StaticProgram, problems: &[ProgramProblem]) -> Vec<(PathBuf, Vec<Diagnostic>)> {
    let mut found: Vec<(PathBuf, Vec<Diagnostic>)> = program.refused.clone();
    for (index, module) in program.modules.iter().enumerate() {
        let own = problems.iter().filter(|problem| problem.module == index);
        let own: Vec<Diagnostic> = own.map(|problem| problem.diagnostic.clone()).collect();
        if !own.is_empty() {
            found.push((module.path.clone(), own));
        }
    }
    found
}

/// The function with the fewest lines around a line.
fn innermost(rows: &mut [Row], line: i32) -> Option<&mut Row> {
    let holds =
        |row: &&mut Row| row.code.qualname == "<module>" || (row.code.first_line..=row.code.last_line).contains(&line);
    let size = |row: &&mut Row| match row.code.qualname.as_str() {
        "<module>" => i32::MAX,
        _ => row.code.last_line - row.code.first_line,
    };
    rows.iter_mut().filter(holds).min_by_key(size)
}

fn total(rows: &[Row]) -> Counts {
    let mut total = Counts::default();
    for row in rows {
        total += row.code.counts;
    }
    total
}

fn write_text(output: &mut dyn Write, rows: &[Row]) -> io::Result<()> {
    let name = |row: &Row| format!("{}.{}", row.module, row.code.qualname);
    let width = rows.iter().map(|row| name(row).chars().count()).max().unwrap_or(0).max("function".len());
    let cells = |counts: &Counts| -> String {
        Kind::ALL.iter().fold(String::new(), |mut cells, &kind| {
            let count = counts.of(kind);
            let all = count.typed + count.dynamic;
            let text = if all == 0 { "–".to_owned() } else { format!("{}/{all}", count.typed) };
            // Writing to a string cannot fail.
            let _ = write!(cells, "{text:>12}");
            cells
        })
    };
    let [calls, attributes, arithmetic, subscripts, loops] = Kind::ALL.map(Kind::name);
    write!(output, "{:width$}  line{calls:>12}{attributes:>12}", "function")?;
    writeln!(output, "{arithmetic:>12}{subscripts:>12}{loops:>12}")?;
    for row in rows {
        writeln!(output, "{:width$} {:>5}{}", name(row), row.code.first_line, cells(&row.code.counts))?;
        for (line, reason) in &row.reasons {
            writeln!(output, "    {line}: {reason}")?;
        }
    }
    writeln!(output, "{:width$} {:>5}{}", "total", "", cells(&total(rows)))
}

fn as_json(rows: &[Row]) -> Value {
    let counts = |counts: &Counts| -> Value {
        let pair = |kind: &Kind| {
            let count = counts.of(*kind);
            (kind.name().to_owned(), json!({ "typed": count.typed, "dynamic": count.dynamic }))
        };
        Value::Object(Kind::ALL.iter().map(pair).collect())
    };
    let function = |row: &Row| {
        let reasons = row.reasons.iter().map(|(line, message)| json!({ "line": line, "message": message }));
        json!({
            "path": row.path.to_string_lossy(),
            "module": row.module,
            "function": row.code.qualname,
            "line": row.code.first_line,
            "counts": counts(&row.code.counts),
            "reasons": reasons.collect::<Vec<_>>(),
        })
    };
    json!({ "functions": rows.iter().map(function).collect::<Vec<_>>(), "total": counts(&total(rows)) })
}
