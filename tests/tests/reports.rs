//! `pyclast check` on a tree with problems in several files: formats, settings, comments, baseline, exit codes.

use pyclast_tests::pyclast;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;

/// Three files with problems, text before them that is not ASCII, a file that is no text, a clean one.
fn tree() -> TempDir {
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    let files: [(&str, &[u8]); 5] = [
        ("clean.py", b"x = 1\n"),
        ("pkg/a.py", "s = 'é😀'; return 1\n".as_bytes()),
        ("pkg/b <c>.py", "x = 'é' is 1\ny = 2.5 is 2  # pyclast: ignore\nz = 3  # pyclast: ignore\n".as_bytes()),
        ("pkg/latin.py", b"# coding: klingon\n"),
        ("pkg/nul.py", b"x\0\n"),
    ];
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("it is in the folder")).expect("folders can be made");
        fs::write(path, text).expect("files can be written");
    }
    folder
}

fn check(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(pyclast())
        .args(["check", "--no-cache"])
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("pyclast starts")
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("reports are UTF-8")
}

#[test]
fn every_format_has_every_problem() {
    let folder = tree();
    for format in ["pretty", "concise", "json", "github", "gitlab", "sarif", "junit"] {
        let output = check(folder.path(), &["--error-format", format]);
        assert_eq!(output.status.code(), Some(1), "{format}");
        let text = stdout(&output).replace("&apos;", "'");
        for message in [
            "'return' outside function",
            "with 'str' literal.",
            "there is nothing to ignore in this line",
            "unknown encoding: klingon",
            "source code string cannot contain null bytes",
        ] {
            assert!(text.contains(message), "{format} lacks {message}:\n{text}");
        }
        assert!(!text.contains("'float' literal"), "{format} has what a comment hides:\n{text}");
        assert_eq!(check(folder.path(), &["--error-format", format]).stdout, output.stdout, "{format}");
    }
}

#[test]
fn documents_have_places_in_code_points_and_relative_paths() {
    let folder = tree();
    let sarif: Value =
        serde_json::from_slice(&check(folder.path(), &["--error-format", "sarif"]).stdout).expect("JSON");
    let results = sarif["runs"][0]["results"].as_array().expect("there are results");
    let places: Vec<(&str, u64, u64)> = results
        .iter()
        .map(|result| {
            let location = &result["locations"][0]["physicalLocation"];
            let region = &location["region"];
            let number = |key: &str| region[key].as_u64().expect("regions have numbers");
            (
                location["artifactLocation"]["uri"].as_str().expect("artifacts have URIs"),
                number("startLine"),
                number("startColumn"),
            )
        })
        .collect();
    assert_eq!(
        places,
        [
            ("pkg/a.py", 1, 11),
            ("pkg/b%20%3Cc%3E.py", 1, 5),
            ("pkg/b%20%3Cc%3E.py", 3, 10),
            ("pkg/latin.py", 1, 1),
            ("pkg/nul.py", 1, 1),
        ]
    );
    let gitlab: Value =
        serde_json::from_slice(&check(folder.path(), &["--error-format", "gitlab"]).stdout).expect("JSON");
    let paths: Vec<&str> = gitlab
        .as_array()
        .expect("the report is an array")
        .iter()
        .map(|issue| issue["location"]["path"].as_str().expect("issues have paths"))
        .collect();
    assert_eq!(paths, ["pkg/a.py", "pkg/b <c>.py", "pkg/b <c>.py", "pkg/latin.py", "pkg/nul.py"]);
    let junit = stdout(&check(folder.path(), &["--error-format", "junit"]));
    assert_eq!((junit.matches("<testcase").count(), junit.matches("<failure").count()), (6, 3), "{junit}");
}

#[test]
fn settings_are_found_and_flags_win() {
    let folder = tree();
    let settings = "[tool.pyclast]\nerror-format = 'concise'\nexclude = ['latin.py', 'nul.py', 'pkg/a.py']\n\
                    [tool.pyclast.severity]\nunused-ignore = 'off'\nsyntax-warning = 'error'\n";
    fs::write(folder.path().join("pyproject.toml"), settings).expect("files can be written");
    let output = check(folder.path(), &["--statistics"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        stdout(&output),
        "pkg/b <c>.py:1:5: SyntaxWarning: \"is\" with 'str' literal. Did you mean \"==\"? [syntax-warning]\n\
         code            errors  warnings  files\n\
         syntax-warning       1         0      1\n\
         total                1         0      1\n\
         2 files checked, 1 ignored by comments\n"
    );
    let json = stdout(&check(folder.path(), &["--error-format", "json"]));
    assert!(json.starts_with("{\"code\":\"syntax-warning\""), "{json}");

    fs::write(folder.path().join("pyproject.toml"), "[tool.pyclast]\nexcluded = []\n").expect("files can be written");
    let output = check(folder.path(), &[]);
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(
        error.ends_with("pyproject.toml:2:1: unknown key 'excluded' in [tool.pyclast]: did you mean 'exclude'?\n"),
        "{error}"
    );
}

#[test]
fn a_baseline_hides_what_is_known_and_tells_what_is_gone() {
    let folder = tree();
    let written = check(folder.path(), &["--baseline", "known.json", "--write-baseline"]);
    assert_eq!((written.status.code(), stdout(&written)), (Some(0), String::new()));
    let known = ["--baseline", "known.json", "--error-format", "concise"];
    let output = check(folder.path(), &known);
    assert_eq!((output.status.code(), stdout(&output)), (Some(0), String::new()));

    fs::write(folder.path().join("pkg/a.py"), "\n\nx = 1\nreturn 1\nreturn 2\n").expect("files can be written");
    fs::remove_file(folder.path().join("pkg/nul.py")).expect("files can be removed");
    let output = check(folder.path(), &known);
    assert_eq!(output.status.code(), Some(1));
    let text = stdout(&output);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 2, "{text}");
    assert_eq!(lines[0], "pkg/a.py:5:1: SyntaxError: 'return' outside function [syntax-error]");
    assert!(
        lines[1].starts_with("known.json:8:5: Warning: pkg/nul.py: 'syntax-error' is recorded 1x, found 0x:"),
        "{text}"
    );
}

#[test]
fn compile_reads_the_settings_too() {
    let folder = tree();
    let compile = |arguments: &[&str]| {
        Command::new(pyclast())
            .args(["compile", "-f"])
            .args(arguments)
            .current_dir(folder.path())
            .output()
            .expect("pyclast starts")
    };
    let settings =
        "[tool.pyclast]\npaths = ['pkg']\nerror-format = 'concise'\nexclude = ['latin.py', 'nul.py', 'a.py']\n";
    fs::write(folder.path().join("pyproject.toml"), settings).expect("files can be written");
    let output = compile(&[]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(stdout(&output), "Listing 'pkg'...\nCompiling 'pkg/b <c>.py'...\n");
    let warnings = String::from_utf8_lossy(&output.stderr).into_owned();
    // One of the two is hidden by a comment.
    assert_eq!(warnings.lines().count(), 1, "{warnings}");
    assert!(warnings.ends_with("[syntax-warning]\n"), "{warnings}");

    let artifact = folder.path().join("pkg/__pycache__/b <c>.cpython-314.pyc");
    fs::remove_file(&artifact).expect("it was written");
    let severity = |level: &str| format!("{settings}[tool.pyclast.severity]\nsyntax-warning = '{level}'\n");
    fs::write(folder.path().join("pyproject.toml"), severity("error")).expect("files can be written");
    let output = compile(&["-q"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).contains("SyntaxWarning: \"is\" with 'str' literal."), "{output:?}");
    assert!(!artifact.exists(), "a warning that is an error refuses the file");

    fs::write(folder.path().join("pyproject.toml"), severity("off")).expect("files can be written");
    let output = compile(&["-q"]);
    assert_eq!((output.status.code(), &*output.stderr), (Some(0), &b""[..]));
    assert!(artifact.exists());
    // Flags win, and the one-module form of build systems reads no settings.
    assert_eq!(compile(&["clean.py", "-q", "--error-format", "json"]).status.code(), Some(0));
    fs::write(folder.path().join("pyproject.toml"), "[tool.pyclast]\nwrong = 1\n").expect("files can be written");
    assert_eq!(compile(&["clean.py"]).status.code(), Some(2));
    assert_eq!(compile(&["clean.py", "--output", "out.pyc"]).status.code(), Some(0));
}
