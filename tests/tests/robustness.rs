//! Bad input gives a clear error and an exit code of 1 or 2, leaves nothing half-written, and stops
//! no other file.
//!
//! Each test puts one bad file beside a good one, and looks at both afterwards.

use pyclast_tests::pyclast;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Compiles a tree of `bad.py` and `good.py`; the good one must be compiled.
fn compile_beside_good(bad: &[u8]) -> (Output, Option<Vec<u8>>) {
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    fs::write(folder.path().join("bad.py"), bad).expect("a source can be written");
    let output = compile_with_good(folder.path(), &[]);
    let artifact = fs::read(artifact(folder.path(), "bad")).ok();
    assert_no_leftovers(folder.path());
    (output, artifact)
}

fn compile_with_good(folder: &Path, arguments: &[&str]) -> Output {
    fs::write(folder.join("good.py"), "x = 1\n").expect("a source can be written");
    let output =
        Command::new(pyclast()).args(["compile", "-q"]).args(arguments).arg(folder).output().expect("pyclast starts");
    assert!(artifact(folder, "good").exists(), "the good file was not compiled: {}", text(&output));
    output
}

fn artifact(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("__pycache__/{name}.cpython-314.pyc"))
}

/// Only finished artifacts are in `__pycache__`.
fn assert_no_leftovers(folder: &Path) {
    for entry in fs::read_dir(folder.join("__pycache__")).expect("the cache can be listed") {
        let name = entry.expect("the cache can be listed").file_name();
        assert!(name.to_string_lossy().ends_with(".pyc"), "left over: {}", name.display());
    }
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[track_caller]
fn assert_refused(bad: &[u8], message: &str) {
    let (output, artifact) = compile_beside_good(bad);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    assert!(text(&output).contains(message), "expected {message:?} in {}", text(&output));
    assert!(artifact.is_none(), "an artifact was written");
}

#[track_caller]
fn assert_compiled(source: &[u8]) {
    let (output, artifact) = compile_beside_good(source);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert!(artifact.is_some_and(|bytes| bytes.len() > 16), "no artifact was written");
}

#[test]
fn empty_files_compile() {
    assert_compiled(b"");
    assert_compiled(b"\xef\xbb\xbf");
    assert_compiled(b"\n\n\n");
    assert_compiled(b"# only a comment");
}

#[test]
fn deep_nesting_is_refused_in_cpythons_words() {
    assert_refused(
        &[b"x = ".to_vec(), b"(".repeat(20_000), b")".repeat(20_000)].concat(),
        "too many nested parentheses",
    );
    let nested = (0..3_000).fold(String::new(), |text, depth| text + &" ".repeat(depth) + "if x:\n");
    assert_refused(format!("{nested}{}pass\n", " ".repeat(3_000)).as_bytes(), "too many levels of indentation");
    assert_refused(&[b"x = ".to_vec(), b"-".repeat(60_000), b"1\n".to_vec()].concat(), "MemoryError");
}

#[test]
fn deep_chains_end_in_a_verdict() {
    // Just below the limit of nesting, where the stack is used most, and far above it.
    let chains: [String; 9] = [
        format!("x = a{}\n", ".b(*c)".repeat(37_200)),
        format!("x = {}\n", vec!["a"; 37_200].join(" + ")),
        format!("from __future__ import annotations\nx: a{}\n", ".b(c=1)".repeat(37_200)),
        // All code objects are on one line, each inside the one before.
        format!("x = {}0\n", "lambda: ".repeat(1_400)),
        format!("if x: pass\n{}", "elif x: pass\n".repeat(30_000)),
        format!("x = a{}\n", ".b".repeat(100_000)),
        format!("x = {}\n", vec!["a"; 100_000].join(" + ")),
        format!("x = a{}\n", "()".repeat(100_000)),
        format!("x = {}0\n", "lambda: ".repeat(50_000)),
    ];
    for source in chains {
        let (output, _) = compile_beside_good(source.as_bytes());
        assert!(matches!(output.status.code(), Some(0 | 1)), "{}: {}", &source[..20], text(&output));
    }
}

#[test]
fn large_files_compile() {
    assert_compiled(format!("x = [{}]\n", "1, ".repeat(1_500_000)).as_bytes());
    assert_compiled(format!("x = '{}'\n", "a".repeat(12 << 20)).as_bytes());
    let cases = (0..20_000).fold(String::new(), |text, number| text + &format!("    case {number}: y = {number}\n"));
    assert_compiled(format!("match x:\n{cases}").as_bytes());
    // Constants that differ in one place only: searching among them must not take longer with each.
    let rows = (0..40_000).fold(String::new(), |text, number| text + &format!("(a, (0, {number}, 0, 0, 0)), "));
    assert_compiled(format!("x = [{rows}]\n").as_bytes());
    assert_compiled(format!("x = [{}]\n", "lambda: 0, ".repeat(40_000)).as_bytes());
    // Warnings and errors that are many are told apart as fast.
    assert_compiled("x is 1\n".repeat(40_000).as_bytes());
    assert_compiled("x = f(1, 'two', [3])  # and a comment\n".repeat(2_700_000).as_bytes());
}

#[test]
fn many_code_objects_of_a_line_after_an_error_take_no_longer() {
    // So many that it would take hours if each were compared with all before it.
    let lambdas = (0..200_000).fold(String::new(), |text, number| text + &format!("lambda: {number}, "));
    assert_refused(format!("break\nx = [{lambdas}]\n").as_bytes(), "'break' outside loop");
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    assert_refused(b"\x7fELF\x02\x01\x01\x00\x00\x00\x00\xff\xfe\xfd", "SyntaxError");
    assert_refused(b"x = '\xff'\n", "SyntaxError");
    assert_refused(b"# coding: no-such-codec\nx = 1\n", "unknown encoding: no-such-codec");
    assert_refused(b"x = 1\0\n", "null bytes");
    let junk: Vec<u8> = (0..100_000_u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    assert_refused(&junk, "SyntaxError");
}

#[test]
fn a_file_that_cannot_be_read_stops_no_other() {
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    // A link to itself cannot be opened, by root neither.
    symlink("loop.py", folder.path().join("loop.py")).expect("a link can be made");
    symlink("nowhere", folder.path().join("dangling.py")).expect("a link can be made");
    let output = compile_with_good(folder.path(), &[]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    assert!(text(&output).contains("loop.py"), "{}", text(&output));
}

#[test]
fn a_path_that_does_not_exist_is_an_error() {
    let output = Command::new(pyclast()).args(["compile", "-q", "no/such/folder"]).output().expect("pyclast starts");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output).contains("Can't list 'no/such/folder'"), "{}", text(&output));
}

#[test]
fn directories_that_vanish_during_the_walk_stop_nothing() {
    for _ in 0..5 {
        let folder = tempfile::tempdir().expect("a scratch folder can be made");
        let vanishing: Vec<PathBuf> =
            (0..150).map(|number| folder.path().join(format!("vanishing/{number:03}"))).collect();
        for path in &vanishing {
            fs::create_dir_all(path.join("inner")).expect("a folder can be made");
            fs::write(path.join("inner/a.py"), "x = 1\n").expect("a source can be written");
        }
        let deletion = std::thread::spawn(move || {
            for path in vanishing.iter().rev() {
                // Writing an artifact there makes the folder again, or keeps it from being empty.
                let _ = fs::remove_dir_all(path);
            }
        });
        let output = compile_with_good(folder.path(), &["-j", "2"]);
        deletion.join().expect("the deletion ends");
        assert!(matches!(output.status.code(), Some(0..=2)), "{:?}: {}", output.status, text(&output));
        assert!(!text(&output).contains("internal-error"), "{}", text(&output));
    }
}

#[test]
fn an_artifact_that_cannot_be_written_is_an_error_of_its_file_alone() {
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    fs::write(folder.path().join("bad.py"), "x = 2\n").expect("a source can be written");
    // In the way of bad's artifact stands a folder.
    fs::create_dir_all(artifact(folder.path(), "bad")).expect("a folder can be made");
    let output = compile_with_good(folder.path(), &[]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    assert!(text(&output).contains("non-regular file"), "{}", text(&output));
}

#[test]
fn a_full_disk_leaves_the_former_artifact() {
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    fs::write(folder.path().join("good.py"), "x = 1\n").expect("a source can be written");
    let output = Command::new(pyclast()).args(["compile", "-q"]).arg(folder.path()).output().expect("pyclast starts");
    assert!(output.status.success(), "{}", text(&output));
    let before = fs::read(artifact(folder.path(), "good")).expect("the artifact is there");
    fs::write(folder.path().join("good.py"), format!("x = '{}'\n", "a".repeat(100_000)))
        .expect("a source can be written");
    // A file may have no more than 8 blocks of 512 bytes: writing fails as on a full disk.
    let output = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 8; exec \"$0\" compile -q \"$1\""])
        .args([pyclast(), folder.path()])
        .output()
        .expect("a shell starts");
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    assert_eq!(fs::read(artifact(folder.path(), "good")).expect("the artifact is there"), before);
    assert_no_leftovers(folder.path());
}

#[test]
fn a_read_only_target_is_a_clear_error() {
    // Procfs takes no new folders, from root neither.
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    fs::write(folder.path().join("a.py"), "x = 1\n").expect("a source can be written");
    let output = Command::new(pyclast())
        .args(["compile", "-q", "--out-dir", "/proc/pyclast"])
        .arg(folder.path())
        .output()
        .expect("pyclast starts");
    assert!(matches!(output.status.code(), Some(1 | 2)), "{}", text(&output));
    assert!(text(&output).contains("a.py"), "{}", text(&output));
}
