//! What our compiler says of programs, by several threads; and whether it is what the reference says.
//!
//! ```text
//! verdicts(programs)   →   [Accepted, Error { "type mismatch: …", main.py 3:12 }, Panicked("index out of bounds"), …]
//! ```
//!
//! Invariant: a program that is not judged in time ends the process, and names itself.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, mpsc};
use std::time::Duration;
use std::{process, thread};

use pyclast::static_program::{ProgramProblem, ProgramSource, StaticMode, check, place};
use pyclast_syntax::{Severity, SourceText};

use crate::static_corpus::{Place, Program, Verdict};
use crate::static_proof::prove;

/// No program takes longer.
const LIMIT: Duration = Duration::from_mins(1);

/// What we say of a program.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Ours {
    /// No error.
    Accepted,
    /// The first error.
    Error {
        /// The class of the reference's exception.
        class: String,
        /// The message.
        message: String,
        /// Where.
        place: Option<Place>,
    },
    /// A bug: of the checker, or of the code generator whose code is not proved.
    Panicked(String),
}

/// `pkg/__init__.py` → `pkg`
pub(crate) fn module_name(path: &str) -> String {
    let name = path.trim_end_matches(".pyi").trim_end_matches(".py").replace('/', ".");
    name.strip_suffix(".__init__").map_or(name.clone(), str::to_owned)
}

/// Judges a program.
pub fn judge(program: &Program) -> Ours {
    let files: Vec<_> = program.files.iter().collect();
    let sources: Vec<_> = files
        .iter()
        .map(|file| {
            let is_stub = file.is_stub();
            ProgramSource {
                name: module_name(&file.path),
                bytes: file.source.clone().into_bytes(),
                is_package: file.path.ends_with("__init__.py"),
                is_stub,
                is_requested: !is_stub,
            }
        })
        .collect();
    let mode = if program.static_always { StaticMode::Always } else { StaticMode::Auto };
    let judged = catch_unwind(AssertUnwindSafe(|| {
        let problems = check(&sources, mode);
        let first = problems.into_iter().find(|problem| problem.diagnostic.severity == Severity::Error);
        // What is accepted has code.
        if first.is_some() { Ok(first) } else { prove(program).map(|()| None) }
    }));
    let first = match judged {
        Ok(Ok(Some(first))) => first,
        Ok(Ok(None)) => return Ours::Accepted,
        Ok(Err(unsound)) => return Ours::Panicked(unsound),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().cloned();
            return Ours::Panicked(
                text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default(),
            );
        }
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
pub fn disagreement(program: &Program, ours: &Ours) -> Option<String> {
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

/// Our verdicts on named programs, in order; the process ends if one takes too long.
pub fn verdicts(programs: &[(String, Program)]) -> Vec<Ours> {
    let next = AtomicUsize::new(0);
    let verdicts = Mutex::new(vec![None; programs.len()]);
    let workers = thread::available_parallelism().map_or(2, usize::from);
    thread::scope(|scope| {
        for _ in 0..workers {
            let work = || {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some((name, program)) = programs.get(index) else { break };
                    let ours = watched(name, || judge(program));
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
