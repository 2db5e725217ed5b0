//! Our checker says of every program of the corpus what the reference says: accepted, or the same first error at the same
//! place; where a difference is listed, what that says.
//!
//! `tests/static-gaps.txt` lists the programs for which that is not so yet. A program that is listed and agrees fails the
//! test as one that is not listed and disagrees: the list is the truth. `PYCLAST_WRITE_GAPS=1` writes it, `PYCLAST_ONLY=word`
//! runs a part. What was expected and what came is in `target/static-failures.txt`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::{env, fs};

use pyclast_tests::static_corpus::{Program, documents, read_document};
use pyclast_tests::static_verdict::{Ours, disagreement, verdicts};
use pyclast_tests::workspace;

/// The programs of the corpus, by file, row and subject.
fn programs() -> Vec<(String, Program)> {
    let named = |path: PathBuf| {
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let name = move |program: &Program| format!("{file}: {}: {}", program.row, program.subject);
        read_document(&path).into_iter().map(move |program| (name(&program), program))
    };
    let only = env::var("PYCLAST_ONLY").unwrap_or_default();
    documents().into_iter().flat_map(named).filter(|(name, _)| name.contains(&only)).collect()
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

fn describe(name: &str, program: &Program, ours: &Ours, why: &str) -> String {
    let mut text = format!("{name}\n  {why}\n  expected {:?}\n  ours     {ours:?}\n", program.reference);
    if let Some(difference) = &program.difference {
        let _ = writeln!(text, "  differs  {difference:?}");
    }
    for file in &program.files {
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
    let programs = programs();
    let ours = verdicts(&programs);
    let judged: Vec<_> = programs
        .iter()
        .zip(&ours)
        .map(|((name, program), ours)| (name, program, ours, disagreement(program, ours)))
        .collect();
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    let mut failures = String::new();
    let mut found = Vec::new();
    for (name, program, ours, why) in &judged {
        let Some(why) = why else { continue };
        let kind: String = why.chars().take(100).collect();
        *kinds.entry(kind).or_default() += 1;
        found.push((*name).clone());
        failures += &describe(name, program, ours, why);
        failures.push('\n');
    }
    fs::write(workspace().join("target/static-failures.txt"), failures).expect("the target folder can be written");
    println!("by row:\n{}", tallies(judged.iter().map(|(_, program, _, why)| (&*program.row, why.is_none()))));
    println!(
        "by file:\n{}",
        tallies(judged.iter().map(|(name, .., why)| (name.split(':').next().unwrap_or_default(), why.is_none())))
    );
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
    let few = |names: &[&str]| names[..names.len().min(20)].join("\n  ");
    assert!(new.is_empty(), "{} programs disagree that are not listed:\n  {}", new.len(), few(&new));
    assert!(gone.is_empty(), "{} programs agree that are listed as gaps:\n  {}", gone.len(), few(&gone));
}
