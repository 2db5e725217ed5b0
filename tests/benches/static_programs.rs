//! What checking and compiling static modules of 500 to 50,000 lines costs, beside CinderX's own compiler.
//!
//! ```text
//! cargo bench -p pyclast-tests --bench static_programs
//! ```
//!
//! Prints milliseconds, the least of several rounds, the starts of processes left out; the ratio, and microseconds a line,
//! which are the same for every size. The clock stops on both sides when there is a code object, ours proved sound: what is
//! known then is freed later, and the bytes of a file are made later.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use pyclast_codegen::verify::typed;
use pyclast_codegen::{AnnotationsAhead, Optimize, Options, Target, compile_static_module};
use pyclast_syntax::{PyString, SourceText, SymbolTable, parse_with_threads, processors};
use pyclast_tests::{oracle, output_of, synthetic};
use pyclast_typeck::{Arena, Source, check_program, check_program_with_facts, fold};
use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

/// The program's own allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SIZES: [usize; 5] = [500, 2_000, 5_000, 20_000, 50_000];

/// Larger ones take the reference a minute; it is measured up to here.
const LARGEST_FOR_REFERENCE: usize = 20_000;

fn main() {
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    println!("{:>8}{:>22}{:>22}{:>12}{:>12}", "lines", "check", "check and compile", "µs a line", "µs a line");
    for size in SIZES {
        let text = synthetic::static_module(size);
        let lines = text.lines().count();
        let checked = least(|| checked(&text));
        let compiled = least(|| compiled(&text));
        let per_line = |time: f64| time * 1000.0 / f64::from(u32::try_from(lines).expect("few lines"));
        let (check_ratio, compile_ratio) = if size <= LARGEST_FOR_REFERENCE {
            let path = folder.path().join("main.py");
            fs::write(&path, &text).expect("a file can be written");
            let script = oracle::tool("static_time.py");
            let rounds = if size <= 2_000 { "5" } else { "1" };
            let times = output_of(Command::new(oracle::cinderx()).arg("-B").arg(script).arg(rounds).arg(&path));
            let mut times = times.split_whitespace().map(|time| time.parse::<f64>().expect("two numbers"));
            let mut ratio = |ours: f64| times.next().map_or(String::new(), |time| format!(" {:.0}x", time / ours));
            (ratio(checked), ratio(compiled))
        } else {
            Default::default()
        };
        println!(
            "{lines:>8}{checked:>14.2}{check_ratio:>8}{compiled:>14.2}{compile_ratio:>8}{:>12.2}{:>12.2}",
            per_line(checked),
            per_line(compiled)
        );
    }
}

fn checked(text: &str) -> Duration {
    run(text, false)
}

fn compiled(text: &str) -> Duration {
    run(text, true)
}

/// How long the steps of one module take: parse, scopes, types; typed code, proved sound.
fn run(text: &str, compile: bool) -> Duration {
    let started = Instant::now();
    let source = SourceText::decode(text.as_bytes()).expect("the text is text");
    let threads = processors();
    let parsed = parse_with_threads(source, threads).expect("it parses");
    let symbols = SymbolTable::build(&parsed).expect("it has no errors");
    let folds = fold(&parsed, false);
    let module = Source {
        name: "main",
        parsed: &parsed,
        symbols: &symbols,
        folds: &folds,
        is_package: false,
        is_stub: false,
        bind: true,
        inlines: true,
    };
    let (modules, arena) = ([module], Arena::default());
    if !compile {
        let checked = check_program(&modules, &arena);
        assert_eq!(checked.errors, [], "the module is clean");
        return started.elapsed();
    }
    let filename = PyString::new("main.py");
    let options = Options { target: &Target::CINDERX_3_14, optimize: Optimize::None, filename, strict: true };
    let check = || check_program_with_facts(&modules, &arena);
    let ((checked, facts), annotations) = AnnotationsAhead::while_doing(&parsed, &symbols, &options, threads, check);
    assert_eq!(checked.errors, [], "the module is clean");
    let compiled = compile_static_module(&parsed, &symbols, &facts[0], &options, &annotations, threads);
    let (compiled, mut world) = compiled.expect("it compiles");
    typed::prove(&compiled.code, &mut world).expect("it is sound");
    started.elapsed()
}

/// Milliseconds of the fastest round, of as many as the reference has time for.
fn least(work: impl Fn() -> Duration) -> f64 {
    const LEAST_ROUNDS: usize = 5;
    const TIME: Duration = Duration::from_millis(800);
    let started = Instant::now();
    let rounds = (0..).take_while(|&round| round < LEAST_ROUNDS || started.elapsed() < TIME);
    rounds.map(|_| work().as_secs_f64() * 1000.0).fold(f64::INFINITY, f64::min)
}
