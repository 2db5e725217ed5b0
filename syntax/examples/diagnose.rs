//! Reads programs separated by NUL bytes, writes what is wrong with each: one line of JSON.
//!
//! ```text
//! x = (   →   {"accepted":false,"class":"SyntaxError","message":"'(' was never closed","line":1,"offset":5,…}
//! ```
//!
//! The verdict is that of `parse`; with `--grammar` that of the recogniser of CPython's grammar, which
//! `parse` asks only about some programs. The two must agree.
#![allow(clippy::print_stdout, reason = "an example for the command line")]

use pyclast_syntax::{Diagnostic, LineIndex, Severity, SourceText, parse, parser_errors};
use serde_json::{Value, json};
use std::io::{Read, Write};

fn main() -> std::io::Result<()> {
    let by_grammar = std::env::args().any(|argument| argument == "--grammar");
    let mut input = Vec::new();
    std::io::stdin().read_to_end(&mut input)?;
    let mut output = std::io::stdout().lock();
    for program in input.split(|&byte| byte == 0) {
        writeln!(output, "{}", verdict(program, by_grammar))?;
    }
    Ok(())
}

fn verdict(program: &[u8], by_grammar: bool) -> Value {
    let source = match SourceText::decode(program) {
        Ok(source) => source,
        Err(error) => return refusal(&error, ""),
    };
    let text = source.as_str().to_owned();
    let error = if by_grammar {
        parser_errors::diagnose(&text).err().map(|error| *error)
    } else {
        let errors = parse(source).err().unwrap_or_default();
        errors.into_iter().find(|error| error.severity == Severity::Error)
    };
    match error {
        None => json!({ "accepted": true }),
        Some(error) => refusal(&error, &text),
    }
}

fn refusal(error: &Diagnostic, text: &str) -> Value {
    let lines = LineIndex::new(text);
    let place = lines.location(error.span);
    let offset = |line: i32, column: i32| {
        let line = usize::try_from(line).unwrap_or_default();
        let start = lines.line_start(line).unwrap_or_default() as usize;
        let end = start + usize::try_from(column).unwrap_or_default();
        text.get(start..end).map_or(1, |before| before.chars().count() + 1)
    };
    json!({
        "accepted": false,
        "class": error.exception.name(),
        "message": error.message,
        "line": place.line,
        "offset": offset(place.line, place.column),
        "end_line": place.end_line,
        "end_offset": offset(place.end_line, place.end_column),
    })
}
