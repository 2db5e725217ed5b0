//! Our checker says of every program of the corpus what the reference says: accepted, or the same first error at the same
//! place; where a difference is listed, what that says.
//!
//! `tests/static-gaps.txt` lists the programs for which that is not so yet. A program that is listed and agrees fails the
//! test as one that is not listed and disagrees: the list is the truth. `PYCLAST_WRITE_GAPS=1` writes it.
//! What was expected and what came is in `target/static-failures.txt`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, mpsc};
use std::time::Duration;
use std::{env, fs, process, thread};

use pyclast::static_program::{ProgramProblem, ProgramSource, StaticMode, check, place};
use pyclast_syntax::{Severity, SourceText};
use pyclast_tests::static_corpus::{Place, Program, Verdict, documents, read_document};
use pyclast_tests::workspace;

/// No program takes longer.
const LIMIT: Duration = Duration::from_secs(20);

/// What we say of a program.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Ours {
    Accepted,
    Error { class: String, message: String, place: Option<Place> },
    Panicked(String),
}

struct Case {
    file: String,
    program: Program,
}

impl Case {
    fn name(&self) -> String {
        format!("{}: {}: {}", self.file, self.program.row, self.program.subject)
    }
}

fn cases() -> Vec<Case> {
    let named = |path: PathBuf| {
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        read_document(&path).into_iter().map(move |program| Case { file: file.clone(), program })
    };
    let only = env::var("PYCLAST_ONLY").unwrap_or_default();
    documents().into_iter().flat_map(named).filter(|case| case.name().contains(&only)).collect()
}

/// `pkg/__init__.py` → `pkg`
fn module_name(path: &str) -> String {
    let name = path.trim_end_matches(".pyi").trim_end_matches(".py").replace('/', ".");
    name.strip_suffix(".__init__").map_or(name.clone(), str::to_owned)
}

fn judge(program: &Program) -> Ours {
    let files: Vec<_> = program.files.iter().filter(|file| !file.path.ends_with(".pyi")).collect();
    let sources: Vec<_> = files
        .iter()
        .map(|file| ProgramSource {
            name: module_name(&file.path),
            bytes: file.source.clone().into_bytes(),
            is_package: file.path.ends_with("__init__.py"),
            is_requested: true,
        })
        .collect();
    let mode = if program.static_always { StaticMode::Always } else { StaticMode::Auto };
    let problems = match catch_unwind(AssertUnwindSafe(|| check(&sources, mode))) {
        Ok(problems) => problems,
        Err(panic) => {
            let text = panic.downcast_ref::<String>().cloned();
            return Ours::Panicked(
                text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default(),
            );
        }
    };
    let Some(first) = problems.into_iter().find(|problem| problem.diagnostic.severity == Severity::Error) else {
        return Ours::Accepted;
    };
    let file = &files[first.module];
    let message = first.diagnostic.message.split('\n').collect::<Vec<_>>().join(" ").trim().to_owned();
    Ours::Error {
        class: first.diagnostic.exception.name().to_owned(),
        message,
        place: place_in(&first, &file.path, &file.source),
    }
}

fn place_in(problem: &ProgramProblem, path: &str, source: &str) -> Option<Place> {
    let text = SourceText::decode(source.as_bytes()).ok()?;
    let (line, column) = place(problem, text.as_str())?;
    Some(Place { file: path.to_owned(), line: line as usize, column: column as usize })
}

/// Why our verdict is not the one expected, if it is not.
fn disagreement(program: &Program, ours: &Ours) -> Option<String> {
    if let Ours::Panicked(text) = ours {
        return Some(format!("a panic: {text}"));
    }
    if program.difference.is_some() {
        let accepted = *ours == Ours::Accepted;
        return (accepted != program.is_accepted()).then(|| "a difference is listed, and this is not it".to_owned());
    }
    match (&program.reference, ours) {
        (Verdict::Accepted, Ours::Accepted) => None,
        (Verdict::Accepted, _) => Some("the reference accepts it".to_owned()),
        (Verdict::Error { .. }, Ours::Accepted) => Some("we accept it".to_owned()),
        (
            Verdict::Error { class, message, place },
            Ours::Error { class: our_class, message: our_message, place: our_place },
        ) => {
            if message != our_message {
                Some("another message".to_owned())
            } else if place.is_some() && place != our_place {
                Some("another place".to_owned())
            } else if class != our_class {
                Some("another class".to_owned())
            } else {
                None
            }
        }
        (Verdict::Crash(_), _) => Some("the reference fails".to_owned()),
        (_, Ours::Panicked(_)) => unreachable!("that was first"),
    }
}

/// Our verdicts, by several threads; the process ends if one takes too long.
fn verdicts(cases: &[Case]) -> Vec<Ours> {
    let next = AtomicUsize::new(0);
    let verdicts = Mutex::new(vec![None; cases.len()]);
    let workers = thread::available_parallelism().map_or(2, usize::from);
    thread::scope(|scope| {
        for _ in 0..workers {
            let work = || {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(case) = cases.get(index) else { break };
                    let ours = watched(&case.name(), || judge(&case.program));
                    verdicts.lock().expect("no worker panics")[index] = Some(ours);
                }
            };
            thread::Builder::new().stack_size(256 << 20).spawn_scoped(scope, work).expect("a thread starts");
        }
    });
    verdicts.into_inner().expect("no worker panics").into_iter().map(|ours| ours.expect("all are judged")).collect()
}

/// Runs a job, and ends the process if it does not end.
fn watched<T>(name: &str, job: impl FnOnce() -> T) -> T {
    let (done, waiting) = mpsc::channel::<()>();
    let name = name.to_owned();
    let watch = thread::spawn(move || {
        if waiting.recv_timeout(LIMIT) == Err(mpsc::RecvTimeoutError::Timeout) {
            report_hang(&name);
        }
    });
    let result = job();
    drop(done);
    watch.join().expect("the watch does not panic");
    result
}

#[expect(clippy::print_stderr, clippy::exit, reason = "a thread cannot be stopped otherwise")]
fn report_hang(name: &str) -> ! {
    eprintln!("still checking after {LIMIT:?}: {name}");
    process::exit(1)
}

#[derive(Default)]
struct Tally {
    agree: usize,
    all: usize,
}

fn tallies<'a>(names: impl Iterator<Item = (&'a str, bool)>) -> String {
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    for (name, agrees) in names {
        let tally = tallies.entry(name).or_default();
        tally.agree += usize::from(agrees);
        tally.all += 1;
    }
    let mut text = String::new();
    for (name, Tally { agree, all }) in tallies.iter().filter(|(_, tally)| tally.agree < tally.all) {
        let _ = writeln!(text, "  {agree:4} of {all:4}  {name}");
    }
    text
}

fn describe(case: &Case, ours: &Ours, why: &str) -> String {
    let mut text = format!("{}\n  {why}\n  expected {:?}\n  ours     {ours:?}\n", case.name(), case.program.reference);
    if let Some(difference) = &case.program.difference {
        let _ = writeln!(text, "  differs  {difference:?}");
    }
    for file in &case.program.files {
        let _ = writeln!(text, "  --- {}", file.path);
        for (number, line) in file.source.lines().enumerate() {
            let _ = writeln!(text, "  {:3} {line}", number + 1);
        }
    }
    text
}

#[test]
#[expect(clippy::print_stdout, reason = "the tally is for whoever runs the test")]
fn we_say_what_the_reference_says() {
    let cases = cases();
    let ours = verdicts(&cases);
    let judged: Vec<_> =
        cases.iter().zip(&ours).map(|(case, ours)| (case, ours, disagreement(&case.program, ours))).collect();
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    let mut failures = String::new();
    let mut found = Vec::new();
    for (case, ours, why) in &judged {
        let Some(why) = why else { continue };
        let kind: String = why.chars().take(100).collect();
        *kinds.entry(kind).or_default() += 1;
        found.push(case.name());
        failures += &describe(case, ours, why);
        failures.push('\n');
    }
    fs::write(workspace().join("target/static-failures.txt"), failures).expect("the target folder can be written");
    println!("by row:\n{}", tallies(judged.iter().map(|(case, _, why)| (&*case.program.row, why.is_none()))));
    println!("by file:\n{}", tallies(judged.iter().map(|(case, _, why)| (&*case.file, why.is_none()))));
    for (kind, count) in &kinds {
        println!("  {count:5}  {kind}");
    }
    println!("{} of {} programs agree", judged.len() - found.len(), judged.len());
    if env::var_os("PYCLAST_ONLY").is_some() {
        return;
    }
    let list = workspace().join("tests/static-gaps.txt");
    if env::var_os("PYCLAST_WRITE_GAPS").is_some() {
        fs::write(&list, found.join("\n") + "\n").expect("the list can be written");
    }
    let listed = fs::read_to_string(&list).unwrap_or_default();
    let listed: Vec<_> = listed.lines().filter(|line| !line.is_empty()).collect();
    let new: Vec<&str> = found.iter().map(String::as_str).filter(|name| !listed.contains(name)).collect();
    let gone: Vec<&str> = listed.iter().copied().filter(|name| !found.iter().any(|found| found == name)).collect();
    let few = |names: &[&str]| names.iter().take(20).map(|name| format!("\n  {name}")).collect::<String>();
    assert!(new.is_empty(), "{} programs disagree that are not listed:{}", new.len(), few(&new));
    assert!(gone.is_empty(), "{} programs agree that are listed as gaps:{}", gone.len(), few(&gone));
}
