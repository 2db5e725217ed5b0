//! Prints the first type error of each program in a list: for trying the checker on many small programs.
//!
//! Reads on standard input, a line each: `PROGRAM number always|auto`, `FILE path line-count`, then that many lines of text.
//! Writes, a line a program: number, class, message, path, line and column (from 1), separated by tabs; with
//! `--performance`, after those of a program without errors, path, line, column and text of each performance warning.
//! With `--all`, writes all errors to standard error.

use pyclast_syntax::{ParsedModule, SourceText, SymbolTable, parse};
use pyclast_typeck::{Arena, CheckError, ErrorClass, Folds, Source, check_program_for, fold, module_flags};
use std::io::{Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

struct Program {
    number: String,
    always: bool,
    files: Vec<(String, String)>,
}

struct Parsed {
    path: String,
    name: String,
    module: ParsedModule,
    symbols: SymbolTable,
    folds: Folds,
}

fn main() {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).expect("standard input is text");
    let mut lines = text.lines();
    let mut programs: Vec<Program> = Vec::new();
    while let Some(line) = lines.next() {
        let words: Vec<&str> = line.split(' ').collect();
        match words[..] {
            ["PROGRAM", number, mode] => {
                programs.push(Program { number: number.to_owned(), always: mode == "always", files: Vec::new() });
            }
            ["FILE", path, count] => {
                let count: usize = count.parse().expect("a count of lines");
                let text: String = lines.by_ref().take(count).map(|line| format!("{line}\n")).collect();
                programs.last_mut().expect("files follow their program").files.push((path.to_owned(), text));
            }
            _ => {}
        }
    }
    let mut out = std::io::stdout().lock();
    for program in programs {
        let verdict =
            catch_unwind(AssertUnwindSafe(|| judge(&program))).unwrap_or_else(|_| "PANIC\t\t\t0\t0".to_owned());
        writeln!(out, "{}\t{verdict}", program.number).expect("standard output takes text");
    }
}

fn judge(program: &Program) -> String {
    let mut parsed = Vec::new();
    for (path, text) in &program.files {
        let Ok(source) = SourceText::decode(text.as_bytes()) else { return "DECODE\t\t\t0\t0".to_owned() };
        let Ok(module) = parse(source) else { return "SYNTAX\t\t\t0\t0".to_owned() };
        let Ok(symbols) = SymbolTable::build(&module) else { return "SYNTAX\t\t\t0\t0".to_owned() };
        let (flags, errors) = module_flags(&module);
        if !errors.is_empty() {
            return "FLAGS\t\t\t0\t0".to_owned();
        }
        if !program.always && !flags.is_static {
            continue;
        }
        let name = path.trim_end_matches(".pyi").trim_end_matches(".py").replace('/', ".");
        let name = name.strip_suffix(".__init__").unwrap_or(&name).to_owned();
        let folds = fold(&module, false);
        parsed.push(Parsed { path: path.clone(), name, module, symbols, folds });
    }
    let sources: Vec<Source<'_>> = parsed
        .iter()
        .map(|parsed| Source {
            name: &parsed.name,
            parsed: &parsed.module,
            symbols: &parsed.symbols,
            folds: &parsed.folds,
            is_package: parsed.path.ends_with("__init__.py"),
            is_stub: parsed.path.ends_with(".pyi"),
            bind: !parsed.path.ends_with(".pyi"),
        })
        .collect();
    let arena = Arena::default();
    let performance = std::env::args().any(|argument| argument == "--performance");
    let checked = check_program_for(&sources, &arena, performance);
    if std::env::args().any(|argument| argument == "--all") {
        for (position, error) in &checked.errors {
            eprintln!("{}: {}: {:?} {}", program.number, parsed[*position].path, error.span, error.message);
        }
    }
    let place_of = |position: usize, error: &CheckError| {
        let module: &Parsed = &parsed[position];
        let (line, column) = place(error, module.module.text());
        format!("{}\t{line}\t{column}", module.path)
    };
    let Some((position, error)) = checked.errors.into_iter().next() else {
        let mut verdict = "ok\t\t\t0\t0".to_owned();
        for (position, warning) in &checked.warnings {
            verdict += &format!("\t{}\t{}", place_of(*position, warning), warning.message);
        }
        return verdict;
    };
    let class = match error.class {
        ErrorClass::Type => "TypedSyntaxError",
        ErrorClass::ModuleTable => "ModuleTableException",
        ErrorClass::Performance => "PerfWarning",
        ErrorClass::Other(name) => name,
    };
    format!("{class}\t{}\t{}", error.message.replace('\n', " "), place_of(position, &error))
}

fn place(error: &CheckError, text: &str) -> (usize, usize) {
    if let Some((line, column)) = error.foreign {
        return (line as usize, column as usize + 1);
    }
    if !error.span.is_place() {
        return (0, 0);
    }
    let before = &text[..error.span.start as usize];
    (before.matches('\n').count() + 1, before.rsplit('\n').next().unwrap_or_default().chars().count() + 1)
}
