//! Mutated programs of the corpus: nothing panics or hangs, what is accepted has code that is proved sound, and a sample
//! gets the verdicts of the reference.
//!
//! `PYCLAST_MUTANTS=100000` and `PYCLAST_SAMPLE=5000` take more of them; `target/static-mutants.txt` lists the differences.

use std::fmt::Write as _;
use std::process::Command;
use std::{env, fs};

use pyclast_tests::static_corpus::{Place, Program, SourceFile, Verdict};
use pyclast_tests::static_verdict::{Ours, disagreement, verdicts};
use pyclast_tests::{oracle, output_of, static_corpus, workspace};
use serde_json::Value;

const MUTANTS: usize = 10_000;

/// So many of them are shown to the reference.
const SAMPLE: usize = 300;

/// Named mutants, and of each the error of the reference that we pass, on purpose, in the program it was made of.
fn mutants(count: usize) -> (Vec<(String, Program)>, Vec<String>) {
    let script = oracle::tool("static_mutate.py");
    let count = count.to_string();
    let text = output_of(oracle::command().arg(script).args(["--count", &count]).arg(static_corpus::folder()));
    text.lines().map(mutant).unzip()
}

fn mutant(line: &str) -> ((String, Program), String) {
    let object: Value = serde_json::from_str(line).expect("a mutant is JSON");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let files = object["files"].as_array().into_iter().flatten();
    let program = Program {
        row: text(&object["row"]),
        subject: text(&object["subject"]),
        static_always: object["static"] == "always",
        files: files.map(|file| SourceFile { path: text(&file[0]), source: text(&file[1]) }).collect(),
        reference: Verdict::Accepted,
        difference: None,
    };
    ((format!("{}: {}", program.row, program.subject), program), text(&object["passed"]))
}

#[test]
#[expect(clippy::print_stdout, reason = "the count is for whoever runs the test")]
fn no_mutant_panics() {
    let count = env::var("PYCLAST_MUTANTS").ok().and_then(|count| count.parse().ok()).unwrap_or(MUTANTS);
    let (mutants, _) = mutants(count);
    assert_eq!(mutants.len(), count);
    let mut panics = String::new();
    let mut number = 0;
    for ((name, program), ours) in mutants.iter().zip(verdicts(&mutants)) {
        if let Ours::Panicked(message) = ours {
            number += 1;
            let _ = writeln!(panics, "{name}\n{message}\n{:#?}\n", program.files);
        }
    }
    println!("{number} of {count} mutants panic");
    fs::write(workspace().join("target/static-panics.txt"), panics).expect("the target folder can be written");
    assert_eq!(number, 0, "see target/static-panics.txt");
}

/// The reference's verdicts on mutants, as the corpus would state them.
fn with_reference(mutants: &mut [(String, Program)]) {
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    let path = folder.path().join("mutants.jsonl");
    let lines: Vec<String> = mutants.iter().map(|(_, program)| as_json(program)).collect();
    fs::write(&path, lines.join("\n") + "\n").expect("a file can be written");
    let answers =
        output_of(Command::new(oracle::cinderx()).arg("-B").arg(oracle::tool("static_reference.py")).arg(&path));
    assert_eq!(answers.lines().count(), mutants.len());
    for ((_, program), answer) in mutants.iter_mut().zip(answers.lines()) {
        program.reference = verdict(&serde_json::from_str(answer).expect("a verdict is JSON"));
    }
}

fn as_json(program: &Program) -> String {
    let files: Vec<_> = program.files.iter().map(|file| [&file.path, &file.source]).collect();
    let mode = if program.static_always { "always" } else { "auto" };
    serde_json::json!({ "static": mode, "files": files }).to_string()
}

fn verdict(answer: &Value) -> Verdict {
    let text = |name: &str| answer[name].as_str().unwrap_or_default().to_owned();
    let number = |name: &str| answer[name].as_u64().and_then(|number| usize::try_from(number).ok());
    match &*text("verdict") {
        "accepted" => Verdict::Accepted,
        "error" => Verdict::Error {
            class: text("class"),
            message: text("message"),
            place: number("line").zip(number("column")).map(|(line, column)| Place {
                file: text("module"),
                line,
                column,
            }),
        },
        _ => Verdict::Crash(format!("{}: {}", text("class"), text("message"))),
    }
}

#[test]
#[expect(clippy::print_stdout, reason = "the figures are for whoever runs the test")]
fn a_sample_of_mutants_gets_the_verdicts_of_the_reference() {
    let count = env::var("PYCLAST_SAMPLE").ok().and_then(|count| count.parse().ok()).unwrap_or(SAMPLE);
    let (mut mutants, passed) = mutants(count);
    with_reference(&mut mutants);
    let (mut differ, mut meant, mut crashes, mut report) = (0, 0, 0, String::new());
    for (((name, program), passed), ours) in mutants.iter().zip(&passed).zip(verdicts(&mutants)) {
        if matches!(program.reference, Verdict::Crash(_)) {
            crashes += 1;
        } else if matches!(&program.reference, Verdict::Error { message, .. } if message == passed && ours == Ours::Accepted)
        {
            meant += 1;
        } else if let Some(why) = disagreement(program, &ours) {
            differ += 1;
            let _ = writeln!(report, "{name}\n  {why}\n  {:?}\n  {ours:?}", program.reference);
            for file in &program.files {
                let _ = writeln!(report, "--- {}\n{}", file.path, file.source);
            }
        }
    }
    println!(
        "{differ} of {} mutants differ, {meant} as the programs they were made of; on {crashes} the reference fails",
        mutants.len()
    );
    fs::write(workspace().join("target/static-mutants.txt"), report).expect("the target folder can be written");
    // What is known to differ at most, of those in this sample.
    assert!(differ <= MOST_DIFFERENT, "{differ} mutants differ; see target/static-mutants.txt");
}

/// Differences are looked into one by one; this only goes down.
const MOST_DIFFERENT: usize = 3;
