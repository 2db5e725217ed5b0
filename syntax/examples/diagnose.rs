//! Reads programs separated by NUL bytes, writes what is wrong with each: one line of JSON.
//!
//! ```text
//! x = (   →   {"accepted":false,"ruff":false,"class":"SyntaxError","message":"'(' was never closed","line":1,"offset":5,…}
//! ```
//!
//! "accepted" is the verdict of the recogniser of CPython's grammar, "ruff" that of ruff's parser,
//! "suspicious" whether the checks between the two would ask the recogniser.
#![allow(clippy::print_stdout, reason = "an example for the command line")]

use pyclast_syntax::{LineIndex, checks, parser_errors};
use std::io::{Read, Write};

fn main() -> std::io::Result<()> {
    let mut input = Vec::new();
    std::io::stdin().read_to_end(&mut input)?;
    let mut output = std::io::stdout().lock();
    for program in input.split(|&byte| byte == 0) {
        let verdict = match std::str::from_utf8(program) {
            Ok(text) => verdict(text),
            Err(_) => serde_json::json!({ "accepted": false, "message": "not UTF-8" }),
        };
        writeln!(output, "{verdict}")?;
    }
    Ok(())
}

fn verdict(text: &str) -> serde_json::Value {
    let ended = if text.ends_with('\n') { text.to_owned() } else { format!("{text}\n") };
    let text = ended.as_str();
    let options = ruff_python_parser::ParseOptions::from(ruff_python_parser::Mode::Module)
        .with_target_version(ruff_python_ast::PythonVersion::PY314);
    let parsed = ruff_python_parser::parse_unchecked(text, options);
    let ruff = parsed
        .errors()
        .first()
        .map(|error| error.error.to_string())
        .or_else(|| parsed.unsupported_syntax_errors().first().map(ToString::to_string));
    let parsed_unsupported = !parsed.unsupported_syntax_errors().is_empty();
    let tokens = parsed.tokens().clone();
    let errors = parsed.errors().to_vec();
    let mut module = parsed.try_into_module().expect("module mode").into_syntax();
    let suspicious = checks::is_suspicious(&module, &tokens, text);
    let unsupported = !parsed_unsupported;
    let translated = if errors.is_empty() && unsupported {
        suspicious
            .then(|| parser_errors::diagnose(text).err())
            .flatten()
            .map(|error| *error)
            .into_iter()
            .collect()
    } else {
        parser_errors::translate(text, &mut module, &errors)
    };
    let pipeline = translated.first().map(|diagnostic| diagnostic.message.clone());
    let Err(diagnostic) = parser_errors::diagnose(text) else {
        return serde_json::json!({ "accepted": true, "ruff": ruff, "suspicious": suspicious, "pipeline": pipeline });
    };
    let lines = LineIndex::new(text);
    let place = lines.location(diagnostic.span);
    let character = |line: i32, column: i32| {
        let start = lines.line_start(usize::try_from(line).unwrap_or(1)).unwrap_or(0) as usize;
        text[start..start + usize::try_from(column).unwrap_or(0)].chars().count() + 1
    };
    serde_json::json!({
        "accepted": false,
        "ruff": ruff,
        "suspicious": suspicious,
        "pipeline": pipeline,
        "class": diagnostic.exception.name(),
        "message": diagnostic.message,
        "line": place.line,
        "offset": character(place.line, place.column),
        "end_line": place.end_line,
        "end_offset": character(place.end_line, place.end_column),
    })
}
