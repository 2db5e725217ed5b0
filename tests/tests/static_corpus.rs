//! The corpus of static modules is well-formed, covers every feature, and states what the reference says.

use std::process::Command;

use indexmap::{IndexMap, IndexSet};
use pyclast_tests::static_corpus::{Place, Program, Verdict, documents, folder, read_document, rows};
use pyclast_tests::{oracle, output_of};

/// What the corpus must have at least.
const FEWEST_PROGRAMS: usize = 1_200;

/// No file of the corpus is longer.
const MOST_LINES: usize = 600;

fn all_programs() -> Vec<Program> {
    documents().iter().flat_map(|path| read_document(path)).collect()
}

#[test]
fn there_are_enough_programs_and_none_twice() {
    let programs = all_programs();
    assert!(programs.len() >= FEWEST_PROGRAMS, "{} programs", programs.len());
    let mut seen = IndexMap::new();
    for program in &programs {
        let content =
            (program.static_always, program.files.iter().map(|file| (&file.path, &file.source)).collect::<Vec<_>>());
        if let Some(other) = seen.insert(content, &program.subject) {
            panic!("`{}` and `{other}` are the same program", program.subject);
        }
    }
}

#[test]
fn each_file_is_short_and_its_subjects_are_distinct() {
    for path in documents() {
        let text = std::fs::read_to_string(&path).expect("a corpus file is readable");
        assert!(text.lines().count() <= MOST_LINES, "{} is too long", path.display());
        let mut subjects = IndexSet::new();
        for program in read_document(&path) {
            let subject = format!("{}: {}", program.row, program.subject);
            assert!(subjects.insert(subject.clone()), "{}: twice: {subject}", path.display());
        }
    }
}

#[test]
fn every_row_has_programs_that_are_accepted_and_rejected() {
    let programs = all_programs();
    let rows = rows();
    assert!(rows.len() > 100, "the table of rows was not read");
    for row in &rows {
        let here: Vec<_> = programs.iter().filter(|program| program.row == row.name).collect();
        assert!(here.len() >= 2, "{} has {} programs", row.name, here.len());
        let any = |wanted: fn(&Verdict) -> bool| here.iter().any(|program| wanted(&program.reference));
        assert!(!row.needs_accepted || any(|verdict| *verdict == Verdict::Accepted), "{}: none accepted", row.name);
        assert!(
            !row.needs_rejected || any(|verdict| matches!(verdict, Verdict::Error { .. })),
            "{}: none rejected",
            row.name
        );
    }
    let known: IndexSet<_> = rows.iter().map(|row| &row.name).collect();
    for program in &programs {
        assert!(known.contains(&program.row), "`{}` is under a row that rows.md does not list", program.row);
    }
}

#[test]
fn each_difference_is_one_and_each_crash_has_one() {
    for program in all_programs() {
        let crashed = matches!(program.reference, Verdict::Crash(_));
        match &program.difference {
            None => assert!(!crashed, "{}: {}: what do we say?", program.row, program.subject),
            Some(difference) => {
                let accepted = program.reference == Verdict::Accepted;
                assert!(
                    crashed || difference.accepted != accepted,
                    "{}: {}: no difference",
                    program.row,
                    program.subject
                );
            }
        }
    }
}

#[test]
fn each_error_has_a_place_in_its_program() {
    for program in all_programs() {
        let Verdict::Error { place: Some(Place { file, line, column }), .. } = &program.reference else { continue };
        let here = program.files.iter().find(|source| source.path == *file);
        let source = here.unwrap_or_else(|| panic!("{}: {}: no file {file}", program.row, program.subject));
        let width = source.source.lines().nth(line - 1).map(|line| line.chars().count());
        // A place past the end belongs to another module: a fault of the reference, and so a difference of ours.
        let inside = width.is_some_and(|width| *column <= width + 1);
        assert!(
            inside || program.difference.is_some(),
            "{}: {}: no place {line}:{column}",
            program.row,
            program.subject
        );
    }
}

#[test]
fn the_systematic_programs_are_those_of_the_script() {
    output_of(oracle::command().arg(oracle::tool("static_families.py")).arg("--check").arg(folder()));
}

#[test]
fn mutants_are_the_same_in_every_run() {
    let mutants =
        || output_of(oracle::command().arg(oracle::tool("static_mutate.py")).args(["--count", "50"]).arg(folder()));
    let first = mutants();
    assert_eq!(first.lines().count(), 50);
    assert_eq!(first, mutants());
}

#[test]
fn the_reference_says_what_the_corpus_states() {
    // Every program takes the reference a quarter of a minute; each run of this test takes a part of all files.
    let report = output_of(
        Command::new(oracle::cinderx())
            .arg("-B")
            .arg(oracle::tool("static_reference.py"))
            .args(["--check", "--every", "5"])
            .arg(folder()),
    );
    assert!(report.trim_end().ends_with(": 0 differ"), "{report}");
}
