//! Static modules on the command line: which are checked, what is reported, in which order.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use pyclast_tests::pyclast;
use serde_json::Value;
use tempfile::TempDir;

/// Three modules: `main` imports `lib`, which is static; `plain` is not.
fn project() -> TempDir {
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("a file can be written");
    write("lib.py", "import __static__\nclass C:\n    x: int\n    x: str\ndef f(x: int) -> int:\n    return x\n");
    write("main.py", "import __static__\nfrom lib import f\ndef g() -> int:\n    return f('a')\nf(1, 2)\n");
    write("plain.py", "from lib import f\ndef g() -> int:\n    return 'a'\n");
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(pyclast()).args(arguments).current_dir(folder).output().expect("pyclast starts")
}

/// `(path, line, column, code)` of each problem.
fn problems(output: &Output) -> Vec<(String, u64, u64, String)> {
    let text = String::from_utf8_lossy(&output.stdout);
    let objects = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("every line is JSON"));
    let field = |object: &Value, name: &str| object[name].as_str().unwrap_or_default().to_owned();
    let number = |object: &Value, name: &str| object[name].as_u64().unwrap_or_default();
    objects
        .map(|object| {
            (field(&object, "path"), number(&object, "line"), number(&object, "column"), field(&object, "code"))
        })
        .collect()
}

fn problem(path: &str, line: u64, column: u64, code: &str) -> (String, u64, u64, String) {
    (path.to_owned(), line, column, code.to_owned())
}

#[test]
fn check_reports_all_errors_of_all_static_modules_in_order() {
    let folder = project();
    let output = run(folder.path(), &["check", "--no-cache", "--error-format", "json", "."]);
    assert_eq!(output.status.code(), Some(1));
    let expected = [
        problem("lib.py", 4, 5, "redefinition"),
        problem("main.py", 4, 14, "argument-type"),
        problem("main.py", 5, 1, "call-arguments"),
    ];
    assert_eq!(problems(&output), expected);
}

#[test]
fn errors_in_string_annotations_are_shown_in_the_module_and_stated_as_in_the_string() {
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    let text = "import __static__\ndef f(x: 'a b', y: 'dict[') -> int:\n    return 1\n";
    fs::write(folder.path().join("main.py"), text).expect("a file can be written");
    let shown = run(folder.path(), &["check", "--no-cache", "--error-format", "json", "."]);
    assert_eq!(problems(&shown), [problem("main.py", 2, 10, "unsupported"), problem("main.py", 2, 20, "unsupported")]);
    let one = ["compile", "main.py", "--module-name", "main", "--target", "cinderx-3.14", "--emit", "code"];
    let stated = run(folder.path(), &[&one[..], &["--output", "main.code", "--error-format", "json"]].concat());
    assert_eq!(problems(&stated), [problem("main.py", 1, 3, "unsupported"), problem("main.py", 1, 5, "unsupported")]);
}

#[test]
fn the_mode_says_which_modules_are_static() {
    let folder = project();
    let run = |mode| run(folder.path(), &["check", "--no-cache", "--error-format", "json", "--static", mode, "."]);
    assert_eq!(run("never").status.code(), Some(0));
    let always = problems(&run("always"));
    assert!(always.contains(&problem("plain.py", 3, 5, "return-type")), "{always:?}");
    assert_eq!(always.len(), 4, "{always:?}");
}

#[test]
fn the_one_module_form_follows_imports_on_the_search_path() {
    let folder = project();
    let one = [
        "--module-name",
        "main",
        "--target",
        "cinderx-3.14",
        "--emit",
        "code",
        "--output",
        "out",
        "--error-format",
        "json",
    ];
    let compile = |more: &[&str]| run(folder.path(), &[&["compile", "main.py"], &one[..], more].concat());
    let output = compile(&["--search-path", "."]);
    assert_eq!(output.status.code(), Some(1));
    let codes: Vec<_> = problems(&output).into_iter().map(|(path, .., code)| (path, code)).collect();
    // What `lib` declares is visited first, as the reference does.
    let expected = [("./lib.py", "redefinition"), ("main.py", "argument-type"), ("main.py", "call-arguments")];
    assert_eq!(codes, expected.map(|(path, code)| (path.to_owned(), code.to_owned())));
    assert!(!folder.path().join("out").exists());
    // Where `lib` cannot be found, its names are dynamic.
    let output = compile(&["--search-path", "nowhere"]);
    assert_eq!((output.status.code(), problems(&output)), (Some(0), Vec::new()));
    assert!(folder.path().join("out").exists());
}

#[test]
fn a_misplaced_flag_is_an_error_of_its_own() {
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    fs::write(folder.path().join("a.py"), "x = 1\nimport __static__\n").expect("a file can be written");
    let output = run(folder.path(), &["check", "--no-cache", "--error-format", "json", "a.py"]);
    assert_eq!(problems(&output), [problem("a.py", 2, 1, "bad-flag")]);
}

#[test]
fn performance_warnings_are_shown_where_they_are_asked_for() {
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    let text = "import __static__\nclass C:\n    def m(self) -> int:\n        return 1\ndef f(c: C, x) -> int:\n    for y in x:\n        pass\n    return c.m()\n";
    fs::write(folder.path().join("a.py"), text).expect("a file can be written");
    let check = |more: &[&str]| {
        run(folder.path(), &[&["check", "--no-cache", "--error-format", "json"], more, &["a.py"]].concat())
    };
    assert_eq!(problems(&check(&[])), []);
    let output = check(&["--performance"]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(
        problems(&output),
        [(5, 13), (6, 14), (8, 12)].map(|(line, column)| problem("a.py", line, column, "performance"))
    );
}

#[test]
fn stubs_are_found_after_sources_and_their_annotations_count_for_nothing() {
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("a file can be written");
    write("main.py", "import __static__\nfrom lib import f, g\nx: int = f(1)\n");
    write("lib.pyi", "import __static__\ndef f(x: str) -> str: ...\n");
    let one =
        ["compile", "main.py", "--target", "cinderx-3.14", "--search-path", ".", "--emit", "code", "--output", "out"];
    let output = run(folder.path(), &[&one[..], &["--module-name", "main", "--error-format", "json"]].concat());
    assert_eq!((output.status.code(), problems(&output)), (Some(0), Vec::new()));
    write("lib.py", "import __static__\ndef f(x: str) -> str:\n    return x\n");
    let output = run(folder.path(), &[&one[..], &["--module-name", "main", "--error-format", "json"]].concat());
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn check_follows_stubs_of_static_modules() {
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("a file can be written");
    write("main.py", "import __static__\nfrom lib import C\nclass D(C):\n    pass\n");
    write("lib.pyi", "import __static__\nfrom typing import final\n@final\nclass C: ...\n");
    let one =
        ["compile", "main.py", "--target", "cinderx-3.14", "--search-path", ".", "--emit", "code", "--output", "out"];
    let output = run(folder.path(), &[&one[..], &["--module-name", "main", "--error-format", "json"]].concat());
    assert_eq!(output.status.code(), Some(1), "a final class of a stub cannot be subclassed");
    let output =
        run(folder.path(), &["check", "--no-cache", "--error-format", "json", "main.py", "--search-path", "."]);
    assert_eq!(output.status.code(), Some(1), "so it cannot for a check of the tree");
}

#[test]
fn a_module_is_compiled_whatever_is_wrong_with_what_it_imports() {
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("a file can be written");
    write(
        "lib.py",
        "import __static__\nfrom __static__ import native\n@native('lib.so')\ndef f(x: None) -> None:\n    pass\n",
    );
    write("main.py", "import __static__\nfrom lib import f\ndef g() -> None:\n    f(None)\n");
    let compile = |module: &str| {
        let (file, artifact) = (format!("{module}.py"), format!("{module}.bin"));
        let one = ["compile", &file, "--module-name", module, "--emit", "code", "--output", &artifact];
        let target = ["--target", "cinderx-3.14", "--search-path", "."];
        run(folder.path(), &[&one[..], &target].concat()).status.code()
    };
    assert_eq!(compile("lib"), Some(1));
    assert_eq!(compile("main"), Some(0));
}
