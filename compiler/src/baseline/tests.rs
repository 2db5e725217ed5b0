//! What a baseline hides, tells and writes.

use super::Baseline;
use crate::report::ReportedFile;
use pyclast_syntax::{Code, Diagnostic, Exception, Span};
use std::fs;
use std::path::{Path, PathBuf};

/// A folder that is removed in the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("pyclast-baseline-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).expect("temporary folders can be made");
        Self(path)
    }

    fn write(&self, text: &str) -> &Path {
        fs::write(self.0.join("base.json"), text).expect("it can be written");
        Path::new("base.json")
    }

    fn text(&self) -> String {
        fs::read_to_string(self.0.join("base.json")).expect("it was written")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

fn warning(message: &str) -> Diagnostic {
    Diagnostic::syntax_warning(Span::new(0, 1), message)
}

fn hide(baseline: &mut Baseline, path: &Path, mut diagnostics: Vec<Diagnostic>) -> Vec<String> {
    baseline.hide(path, &mut diagnostics);
    diagnostics.into_iter().map(|diagnostic| diagnostic.message).collect()
}

#[test]
fn what_was_written_is_hidden_so_many_times() {
    let folder = Folder::new("hidden");
    let (root, name) = (&folder.0, Path::new("base.json"));
    let mut new = Baseline::new(name, root);
    let problems = || vec![warning("after 'if' statement on line 3"), warning("z\n\"q\""), warning("z\n\"q\"")];
    assert!(hide(&mut new, &root.join("b.py"), vec![warning("w")]).is_empty());
    assert!(hide(&mut new, &root.join("a.py"), problems()).is_empty());
    assert!(new.finish().expect("it can be written").is_none());
    assert_eq!(
        folder.text(),
        r#"{
  "version": 1,
  "problems": [
    {"path": "a.py", "code": "syntax-warning", "message": "after 'if' statement on line *", "count": 1},
    {"path": "a.py", "code": "syntax-warning", "message": "z\n\"q\"", "count": 2},
    {"path": "b.py", "code": "syntax-warning", "message": "w", "count": 1}
  ]
}
"#
    );

    let mut known = Baseline::read(name, root).expect("it was written");
    let found =
        vec![warning("z\n\"q\""), warning("after 'if' statement on line 7"), warning("z\n\"q\""), warning("z\n\"q\"")];
    assert_eq!(hide(&mut known, &root.join("./x/../a.py"), found), ["z\n\"q\""]);
    assert_eq!(hide(&mut known, &root.join("c.py"), vec![warning("w")]), ["w"]);
    // b.py is not there.
    let (file, stale) = known.finish().expect("nothing is written").expect("the baseline was read");
    assert_eq!(stale.len(), 1);
    assert_eq!(stale[0].code, Code::StaleBaseline);
    assert_eq!(stale[0].message, "b.py: 'syntax-warning' is recorded 1x, found 0x: w");
    assert_eq!(file.line_of(stale[0].span.start), 6);
}

#[test]
fn entries_of_files_that_were_not_checked_are_not_stale() {
    let folder = Folder::new("partial");
    let entry = |path: &str, count: usize| {
        format!(r#"{{"path": "{path}", "code": "syntax-warning", "message": "w", "count": {count}}}"#)
    };
    let text = format!(r#"{{"version": 1, "problems": [{}, {}]}}"#, entry("there.py", 1), entry("checked.py", 2));
    let name = folder.write(&text);
    fs::write(folder.0.join("there.py"), "").expect("it can be written");
    fs::write(folder.0.join("checked.py"), "").expect("it can be written");
    let mut baseline = Baseline::read(name, &folder.0).expect("it was written");
    assert!(hide(&mut baseline, &folder.0.join("checked.py"), vec![warning("w")]).is_empty());
    let (_, stale) = baseline.finish().expect("nothing is written").expect("the baseline was read");
    let messages: Vec<String> = stale.into_iter().map(|diagnostic| diagnostic.message).collect();
    assert_eq!(messages, ["checked.py: 'syntax-warning' is recorded 2x, found 1x: w"]);
}

#[test]
fn bugs_are_neither_recorded_nor_hidden() {
    let folder = Folder::new("bugs");
    let bug = || Diagnostic { code: Code::InternalError, ..Diagnostic::error(Exception::SystemError, Span::NONE, "b") };
    let mut new = Baseline::new(Path::new("base.json"), &folder.0);
    assert_eq!(hide(&mut new, &folder.0.join("a.py"), vec![bug()]), ["b"]);
    new.finish().expect("it can be written");
    assert_eq!(folder.text(), "{\n  \"version\": 1,\n  \"problems\": []\n}\n");
}

#[test]
fn a_file_that_is_no_baseline_is_refused_with_the_reason() {
    let folder = Folder::new("wrong");
    let cases = [
        ("{\n  x", "base.json:2:3: no JSON: key must be a string at line 2 column 3; --write-baseline makes it anew"),
        ("[]", "base.json: no baseline: \"version\" is missing; --write-baseline makes it anew"),
        ("{\"version\": 2}", "base.json: version 2 is not known, only 1; --write-baseline makes it anew"),
        (
            r#"{"version": 1, "problems": [{"path": 1}]}"#,
            "base.json: problem 1: \"path\" is missing or no string; --write-baseline makes it anew",
        ),
    ];
    for (text, message) in cases {
        let name = folder.write(text);
        let error = Baseline::read(name, &folder.0).expect_err("it is no baseline");
        assert_eq!(error.to_string(), message);
    }
    let error = Baseline::read(Path::new("none.json"), &folder.0).expect_err("it is not there");
    assert_eq!(error.to_string(), "cannot read the baseline none.json (--write-baseline makes it)");
}

#[test]
fn a_stale_entry_formatted_by_hand_is_reported_for_the_file() {
    let folder = Folder::new("hand");
    let name = folder
        .write("{\"version\": 1, \"problems\": [{\"code\": \"x\",\n \"path\": \"gone.py\", \"message\": \"m\"}]}");
    let baseline = Baseline::read(name, &folder.0).expect("it was written");
    let (file, stale) = baseline.finish().expect("nothing is written").expect("the baseline was read");
    assert_eq!(stale[0].span, Span::FILE);
    assert_eq!(ReportedFile::path(&file), "base.json");
}
