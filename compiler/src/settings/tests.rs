//! What `[tool.pyclast]` says, and what it must not say.

use super::read::read;
use super::{Level, Settings};
use crate::cli::{ErrorFormat, TargetName};
use pyclast_syntax::{Code, Diagnostic, Severity, Span};
use std::path::{Path, PathBuf};

fn settings(text: &str) -> Settings {
    read(Path::new("/p/pyproject.toml"), text).expect("it is right").expect("it has the table")
}

fn error(text: &str) -> String {
    read(Path::new("/p/pyproject.toml"), text).expect_err("it is wrong").to_string()
}

#[test]
fn every_key_is_read() {
    let settings = settings(
        r#"
[tool.pyclast]
paths = ["src", "/abs"]
exclude = ["*_pb2.py", "src/vendor/", "build/**/x"]
search-path = ["lib"]
target = "cpython-3.14"
error-format = "sarif"
baseline = "ci/base.json"

[tool.pyclast.severity]
syntax-warning = "error"
unused-ignore = "off"

[[tool.pyclast.overrides]]
paths = ["tests"]
severity = { syntax-warning = "off" }

[[tool.pyclast.overrides]]
paths = ["tests/strict/*.py"]
severity = { syntax-warning = "warning" }
"#,
    );
    assert_eq!(settings.file.as_deref(), Some(Path::new("/p/pyproject.toml")));
    assert_eq!(settings.paths, [PathBuf::from("/p/src"), PathBuf::from("/abs")]);
    assert_eq!(settings.search_path, [PathBuf::from("/p/lib")]);
    assert_eq!(settings.target, Some(TargetName::Cpython314));
    assert_eq!(settings.error_format, Some(ErrorFormat::Sarif));
    assert_eq!(settings.baseline, Some(PathBuf::from("/p/ci/base.json")));
    for (path, is_excluded) in [
        ("/p/a_pb2.py", true),
        ("/p/src/deep/a_pb2.py", true),
        ("/p/src/vendor", true),
        ("/p/src/vendor/x/y.py", true),
        ("/p/vendor/x.py", false),
        ("/p/src/../src/vendor/x.py", true),
        ("/p/build/a/b/x", true),
        ("/p/build/a/b/xy", false),
        ("/q/a_pb2.py", false),
    ] {
        assert_eq!(settings.is_excluded(Path::new(path)), is_excluded, "{path}");
    }
    let level = |path: &str| settings.severities.level(Path::new(path), Code::SyntaxWarning);
    assert_eq!(level("/p/src/a.py"), Some(Level::Error));
    assert_eq!(level("/p/tests/a.py"), Some(Level::Off));
    assert_eq!(level("/p/src/tests/a.py"), Some(Level::Off));
    assert_eq!(level("/p/tests/strict/a.py"), Some(Level::Warning));
    assert_eq!(level("/p/tests/strict/sub/a.py"), Some(Level::Off));
    assert_eq!(settings.severities.level(Path::new("/p/a.py"), Code::StaleBaseline), None);
}

#[test]
fn severities_change_what_may_be_changed() {
    let settings = settings("[tool.pyclast.severity]\nsyntax-warning = 'error'\nunused-ignore = 'off'\n");
    let mut diagnostics = vec![
        Diagnostic::syntax_warning(Span::NONE, "a"),
        Diagnostic::of_code(Code::UnusedIgnore, Span::NONE, "b"),
        Diagnostic::of_code(Code::InvalidIgnore, Span::NONE, "c"),
        Diagnostic::syntax_error(Span::NONE, "d"),
    ];
    settings.severities.apply(Path::new("/p/a.py"), &mut diagnostics);
    let left: Vec<(&str, Severity)> =
        diagnostics.iter().map(|diagnostic| (&*diagnostic.message, diagnostic.severity)).collect();
    assert_eq!(left, [("a", Severity::Error), ("c", Severity::Warning), ("d", Severity::Error)]);
}

#[test]
fn a_file_without_the_table_has_no_settings() {
    assert!(read(Path::new("/p/pyproject.toml"), "[project]\nname = 'x'\n").expect("it is right").is_none());
}

#[test]
fn errors_name_place_cause_and_cure() {
    for (text, message) in [
        ("[tool.pyclast]\nexcude = []\n", "2:1: unknown key 'excude' in [tool.pyclast]: did you mean 'exclude'?"),
        (
            "[tool.pyclast]\nsearch_path = []\n",
            "2:1: unknown key 'search_path' in [tool.pyclast]: did you mean 'search-path'?",
        ),
        (
            "[tool.pyclast]\nx.y = 1\n",
            "2:1: unknown key 'x' in [tool.pyclast]: it may have paths, exclude, search-path, target, error-format, \
             baseline, severity, overrides",
        ),
        ("[tool.pyclast]\npaths = 'src'\n", "2:9: 'paths' must be an array of strings, not of the type string"),
        ("[tool.pyclast]\npaths = ['é', 1]\n", "2:15: 'paths' must be a string, not of the type integer"),
        ("[tool]\npyclast = 3\n", "2:11: 'tool.pyclast' must be a table, not of the type integer"),
        (
            "[tool.pyclast]\ntarget = 'cpython-3.15'\n",
            "2:10: 'target' cannot be 'cpython-3.15': did you mean 'cpython-3.14'?",
        ),
        (
            "[tool.pyclast]\nerror-format = 'xml'\n",
            "2:16: 'error-format' cannot be 'xml': it may be pretty, concise, json, github, gitlab, sarif, junit",
        ),
        (
            "[tool.pyclast.severity]\nsyntax-warming = 'off'\n",
            "2:1: 'syntax-warming' is no code of pyclast: did you mean 'syntax-warning'?",
        ),
        (
            "[tool.pyclast.severity]\nsyntax-error = 'off'\n",
            "2:1: 'syntax-error' is always an error, for nothing can be compiled: remove the line",
        ),
        (
            "[tool.pyclast.severity]\nsyntax-warning = 'on'\n",
            "2:18: 'syntax-warning' cannot be 'on': it may be error, warning, off",
        ),
        (
            "[tool.pyclast]\nexclude = ['a', '[']\n",
            "2:17: '[' in 'exclude' is no pattern: unclosed character class; missing ']'",
        ),
        ("[[tool.pyclast.overrides]]\npaths = []\n", "1:1: [[tool.pyclast.overrides]] has no 'severity'"),
        (
            "[tool.pyclast.overrides]\npaths = []\n",
            "1:1: 'tool.pyclast.overrides' must be an array of tables, as [[tool.pyclast.overrides]], not of the type table",
        ),
    ] {
        assert_eq!(error(text), format!("/p/pyproject.toml:{message}"));
    }
    let message = error("[tool.pyclast\n");
    assert!(message.starts_with("/p/pyproject.toml:1:14: no TOML: "), "{message}");
}
