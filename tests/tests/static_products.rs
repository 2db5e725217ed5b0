//! Types in every place, methods of every form, statements in all blocks: nothing panics, and what is accepted has code that
//! is proved sound.
//!
//! ```text
//! def f(x: T = V) -> None: …    for T of int64, CheckedList[int], Optional[C0], …
//! ```
//!
//! What is wrong with a combination nobody thought of is found by making all of them. Their verdicts are not asked for here:
//! each kind has programs in the corpus.

use std::fmt::Write as _;
use std::fs;

use pyclast_tests::static_corpus::{Program, SourceFile, Verdict};
use pyclast_tests::static_verdict::{Ours, verdicts};
use pyclast_tests::workspace;
use toml::{Table, Value};

/// What programs are made of.
struct Parts(Table);

impl Parts {
    fn read(file: &str) -> Self {
        let text = fs::read_to_string(workspace().join("tests/data").join(file)).expect("the file is there");
        Self(text.parse().expect("it is TOML"))
    }

    fn text(&self, key: &str) -> &str {
        self.0[key].as_str().expect("a text")
    }

    /// The texts of a list.
    fn list(&self, key: &str) -> Vec<&str> {
        self.0[key].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
    }

    /// Names and texts.
    fn pairs(&self, key: &str) -> Vec<(&str, &str)> {
        let table = self.0[key].as_table().into_iter().flatten();
        table.filter_map(|(name, text)| Some((name.as_str(), text.as_str()?))).collect()
    }

    /// A program for each type.
    fn programs(&self, subject: &str, body: &str) -> impl Iterator<Item = (String, Program)> {
        self.pairs("types").into_iter().map(move |(class, value)| {
            let source = format!("{}{}", self.text("preamble"), with_words(body, &[("T", class), ("V", value)]));
            (format!("{subject}, {class}"), program(source))
        })
    }
}

/// A text with other words for some.
fn with_words(text: &str, words: &[(&str, &str)]) -> String {
    let is_part = |character: char| character.is_alphanumeric() || character == '_';
    let mut made = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(is_part) {
        let (between, word) = rest.split_at(start);
        let (word, after) = word.split_at(word.find(|character| !is_part(character)).unwrap_or(word.len()));
        made += between;
        made += words.iter().find(|(known, _)| *known == word).map_or(word, |(_, other)| other);
        rest = after;
    }
    made + rest
}

fn program(source: String) -> Program {
    Program {
        row: String::new(),
        subject: String::new(),
        static_always: false,
        files: vec![SourceFile { path: "main.py".to_owned(), source }],
        reference: Verdict::Accepted,
        difference: None,
    }
}

/// None of the programs ends in a bug; some are accepted, and some are not.
#[track_caller]
fn assert_no_panic(programs: &[(String, Program)]) {
    let mut panics = String::new();
    let mut accepted = 0;
    for ((name, program), ours) in programs.iter().zip(verdicts(programs)) {
        match ours {
            Ours::Accepted => accepted += 1,
            Ours::Error { .. } => {}
            Ours::Panicked(message) => {
                let _ = writeln!(panics, "{name}: {message}\n{}", program.files[0].source);
            }
        }
    }
    assert!(panics.is_empty(), "{panics}");
    assert!(accepted > programs.len() / 8 && accepted < programs.len(), "{accepted} of {} accepted", programs.len());
}

#[test]
fn types_in_all_places() {
    let parts = Parts::read("static-places.toml");
    let places = parts.pairs("places").into_iter();
    let programs: Vec<_> = places.flat_map(|(place, body)| parts.programs(place, body)).collect();
    assert_no_panic(&programs);
}

#[test]
fn methods_of_all_forms() {
    let parts = Parts::read("static-methods.toml");
    let mut programs = Vec::new();
    for parameters in parts.list("parameters") {
        for decorators in parts.list("decorators") {
            for result in parts.list("results") {
                for use_ in parts.list("uses") {
                    let method = parts.text("method").replace("PARAMETERS", parameters);
                    let body = method.replace("DECORATORS", decorators).replace("RESULT", result).replace("USE", use_);
                    let subject = format!("{decorators}m{parameters} -> {result}: {use_}");
                    programs.extend(parts.programs(&subject, &body));
                }
            }
        }
    }
    assert_no_panic(&programs);
}

#[test]
fn statements_in_all_blocks() {
    let parts = Parts::read("static-blocks.toml");
    let mut programs = Vec::new();
    for block in parts.list("blocks") {
        for statement in parts.list("statements") {
            let block = block.trim_end().replace("BODY", statement).replace('\n', "\n    ");
            let body = parts.text("function").replace("BLOCK", &block);
            programs.extend(parts.programs(&format!("{statement} in {block}"), &body));
        }
    }
    assert_no_panic(&programs);
}
