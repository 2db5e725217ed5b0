//! The same problems in every format.

use super::{Report, ReportOptions, ReportedFile};
use crate::cli::ErrorFormat;
use crate::commands::Status;
use pyclast_syntax::{Code, Diagnostic, Exception, Span};
use serde_json::{Value, json};

/// Non-ASCII text before the place, characters that formats escape, and places that are none.
fn tree() -> Vec<(ReportedFile, Vec<Diagnostic>)> {
    let file = |path: &str, text: &str| ReportedFile::with_text(path.to_owned(), text.to_owned());
    let syntax = file("./a.py", "s = 'é😀'; return 1\nx = (\n 2,\n 3)\n");
    vec![
        (
            syntax,
            vec![
                Diagnostic::syntax_warning(Span::new(27, 36), "50% <&> \"q\" 'r'\n\u{1b}[0m::x,").with_help("a:\nb"),
                Diagnostic::syntax_error(Span::new(14, 22), "'return' outside function")
                    .with_label(Span::new(0, 1), "here"),
            ],
        ),
        (file("dir b/ü,%:.py", "# coding: foo\n"), vec![Diagnostic::syntax_error(Span::FILE, "unknown encoding: foo")]),
        (file("clean.py", "x = 1\n"), Vec::new()),
        (
            file("/q/bug.py", "x\n"),
            vec![Diagnostic {
                code: Code::InternalError,
                ..Diagnostic::error(Exception::SystemError, Span::NONE, "pyclast failed on /q/bug.py: no")
            }],
        ),
    ]
}

fn report(format: ErrorFormat) -> (String, Status) {
    report_of(ReportOptions::plain(format, "/p"), tree())
}

fn report_of(options: ReportOptions, files: Vec<(ReportedFile, Vec<Diagnostic>)>) -> (String, Status) {
    let mut output = Vec::new();
    let mut report = Report::new(options, Box::new(&mut output));
    for (file, diagnostics) in files {
        report.add_file(&file, diagnostics).expect("memory takes it");
    }
    let status = report.finish().expect("memory takes it").status;
    (String::from_utf8(output).expect("reports are UTF-8"), status)
}

fn document(format: ErrorFormat) -> Value {
    serde_json::from_str(&report(format).0).expect("the report is one JSON document")
}

#[test]
fn concise_has_a_line_for_each_problem() {
    let (text, status) = report(ErrorFormat::Concise);
    assert_eq!(
        text,
        "./a.py:1:11: SyntaxError: 'return' outside function [syntax-error]\n\
         ./a.py:2:5: SyntaxWarning: 50% <&> \"q\" 'r'\\n\\x1b[0m::x, [syntax-warning]\n\
         dir b/ü,%:.py: SyntaxError: unknown encoding: foo [syntax-error]\n\
         /q/bug.py: SystemError: pyclast failed on /q/bug.py: no [internal-error]\n"
    );
    assert_eq!(status, Status::Bug);
}

#[test]
fn json_has_places_as_syntax_error_has_them() {
    let (text, _) = report(ErrorFormat::Json);
    let places: Vec<Value> = text
        .lines()
        .map(|line| {
            let object: Value = serde_json::from_str(line).expect("every line is an object");
            let keys: Vec<&String> = object.as_object().expect("every line is an object").keys().collect();
            assert_eq!(keys.len(), 10);
            ["line", "column", "end_line", "end_column"].iter().map(|key| object[key].clone()).collect()
        })
        .collect();
    assert_eq!(
        places,
        [json!([1, 11, 1, 19]), json!([2, 5, 4, 4]), json!([0, 0, 0, 0]), json!([null, null, null, null])]
    );
}

#[test]
fn github_gets_one_command_a_line() {
    let (text, _) = report(ErrorFormat::Github);
    assert_eq!(
        text,
        "::error title=pyclast (syntax-error),file=a.py,line=1,col=11,endLine=1,endColumn=19::\
         ./a.py:1:11: SyntaxError: 'return' outside function [syntax-error]\n\
         ::warning title=pyclast (syntax-warning),file=a.py,line=2,endLine=4::\
         ./a.py:2:5: SyntaxWarning: 50%25 <&> \"q\" 'r'\\n\\x1b[0m::x, [syntax-warning]%0Ahelp: a:%0Ab\n\
         ::error title=pyclast (syntax-error),file=dir b/ü%2C%25%3A.py,line=1,col=1,endLine=1,endColumn=1::\
         dir b/ü,%25:.py: SyntaxError: unknown encoding: foo [syntax-error]\n\
         ::error title=pyclast (internal-error),file=/q/bug.py,line=1,col=1,endLine=1,endColumn=1::\
         /q/bug.py: SystemError: pyclast failed on /q/bug.py: no [internal-error]\n"
    );
}

#[test]
fn gitlab_gets_the_documented_fields() {
    let report = document(ErrorFormat::Gitlab);
    let issues = report.as_array().expect("the report is an array");
    assert_eq!(issues.len(), 4);
    let mut fingerprints: Vec<&str> = issues.iter().filter_map(|issue| issue["fingerprint"].as_str()).collect();
    fingerprints.sort_unstable();
    fingerprints.dedup();
    assert_eq!(fingerprints.len(), 4);
    assert!(fingerprints.iter().all(|text| text.len() == 32));
    let mut first = issues[0].clone();
    first["fingerprint"] = Value::Null;
    assert_eq!(
        first,
        json!({
            "description": "SyntaxError: 'return' outside function",
            "check_name": "syntax-error",
            "fingerprint": null,
            "severity": "major",
            "location": {
                "path": "a.py",
                "lines": { "begin": 1, "end": 1 },
                "positions": { "begin": { "line": 1, "column": 11 }, "end": { "line": 1, "column": 19 } },
            },
        })
    );
    let severities: Vec<_> = issues.iter().filter_map(|issue| issue["severity"].as_str()).collect();
    assert_eq!(severities, ["major", "minor", "major", "blocker"]);
    let paths: Vec<_> = issues.iter().filter_map(|issue| issue["location"]["path"].as_str()).collect();
    assert_eq!(paths, ["a.py", "a.py", "dir b/ü,%:.py", "/q/bug.py"]);
    assert!(issues.iter().all(|issue| issue["location"]["lines"]["begin"].as_u64() >= Some(1)));
}

#[test]
fn fingerprints_stay_when_lines_move_and_differ_for_equal_problems() {
    let fingerprints = |text: &str, starts: &[u32]| -> Vec<String> {
        let file = ReportedFile::with_text("a.py".to_owned(), text.to_owned());
        let diagnostics =
            starts.iter().map(|&start| Diagnostic::syntax_warning(Span::new(start, start + 1), "on line 3")).collect();
        let (report, _) = report_of(ReportOptions::plain(ErrorFormat::Gitlab, "/p"), vec![(file, diagnostics)]);
        let issues: Vec<Value> = serde_json::from_str(&report).expect("the report is an array");
        issues.iter().filter_map(|issue| issue["fingerprint"].as_str().map(str::to_owned)).collect()
    };
    let before = fingerprints("x\nx\ny\n", &[0, 2, 4]);
    let after = fingerprints("new\n\n  x\nx\ny\n", &[7, 9, 11]);
    assert_eq!(before, after);
    assert_ne!(before[0], before[1]);
    assert_ne!(before[0], before[2]);
}

#[test]
fn sarif_has_what_the_schema_requires() {
    let log = document(ErrorFormat::Sarif);
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let rules = run["tool"]["driver"]["rules"].as_array().expect("there are rules");
    assert_eq!(rules.len(), Code::ALL.len());
    for rule in rules {
        for text in ["shortDescription", "fullDescription", "help"] {
            assert!(rule[text]["text"].as_str().is_some_and(|text| !text.is_empty()), "{rule}");
        }
    }
    let artifacts = run["artifacts"].as_array().expect("there are artifacts");
    let results = run["results"].as_array().expect("there are results");
    assert_eq!((artifacts.len(), results.len()), (3, 4));
    for result in results {
        let rule = usize::try_from(result["ruleIndex"].as_u64().expect("rules are numbered")).expect("they are few");
        assert_eq!(rules[rule]["id"], result["ruleId"]);
        let location = &result["locations"][0]["physicalLocation"];
        let artifact = location["artifactLocation"]["index"].as_u64().expect("artifacts are numbered");
        let artifact = usize::try_from(artifact).expect("they are few");
        assert_eq!(artifacts[artifact]["location"], location["artifactLocation"]);
        for key in ["startLine", "startColumn", "endLine", "endColumn"] {
            assert!(location["region"][key].as_u64() >= Some(1), "{result}");
        }
    }
    assert_eq!(
        results[0]["locations"][0],
        json!({ "physicalLocation": {
            "artifactLocation": { "uri": "a.py", "uriBaseId": "%SRCROOT%", "index": 0 },
            "region": { "startLine": 1, "startColumn": 11, "endLine": 1, "endColumn": 19 },
        } })
    );
    let keys = |value: &Value| value.as_object().map(|object| object.keys().cloned().collect::<Vec<_>>().join(" "));
    let known = "level locations message partialFingerprints relatedLocations ruleId ruleIndex";
    assert_eq!(keys(&results[0]).as_deref(), Some(known));
    let known = "artifacts columnKind invocations originalUriBaseIds results tool";
    assert_eq!(keys(run).as_deref(), Some(known));
    assert_eq!(results[0]["relatedLocations"][0]["message"], json!({ "text": "here" }));
    let uris: Vec<_> = artifacts.iter().filter_map(|artifact| artifact["location"]["uri"].as_str()).collect();
    assert_eq!(uris, ["a.py", "dir%20b/%C3%BC%2C%25%3A.py", "file:///q/bug.py"]);
    assert_eq!(artifacts[2]["location"].get("uriBaseId"), None);
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
}

#[test]
fn junit_has_a_suite_for_each_file() {
    let (text, _) = report(ErrorFormat::Junit);
    assert_eq!(
        text,
        r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="a.py" package="pyclast" id="0" tests="2" failures="1" errors="0" time="0" timestamp="1970-01-01T00:00:00" hostname="localhost">
    <properties><property name="pyclast" value="0.1.0"/></properties>
    <testcase name="syntax-error (1:11)" classname="a" time="0">
      <failure message="SyntaxError: &apos;return&apos; outside function" type="syntax-error">./a.py:1:11: SyntaxError: &apos;return&apos; outside function [syntax-error]</failure>
    </testcase>
    <testcase name="syntax-warning (2:5)" classname="a" time="0"/>
    <system-out>./a.py:2:5: SyntaxWarning: 50% &lt;&amp;&gt; &quot;q&quot; &apos;r&apos;\n\x1b[0m::x, [syntax-warning]&#10;help: a:&#10;b
</system-out>
    <system-err></system-err>
  </testsuite>
  <testsuite name="dir b/ü,%:.py" package="pyclast" id="1" tests="1" failures="1" errors="0" time="0" timestamp="1970-01-01T00:00:00" hostname="localhost">
    <properties><property name="pyclast" value="0.1.0"/></properties>
    <testcase name="syntax-error (1:1)" classname="dir b.ü,%:" time="0">
      <failure message="SyntaxError: unknown encoding: foo" type="syntax-error">dir b/ü,%:.py: SyntaxError: unknown encoding: foo [syntax-error]</failure>
    </testcase>
    <system-out></system-out>
    <system-err></system-err>
  </testsuite>
  <testsuite name="clean.py" package="pyclast" id="2" tests="1" failures="0" errors="0" time="0" timestamp="1970-01-01T00:00:00" hostname="localhost">
    <properties><property name="pyclast" value="0.1.0"/></properties>
    <testcase name="check" classname="clean" time="0"/>
    <system-out></system-out>
    <system-err></system-err>
  </testsuite>
  <testsuite name="/q/bug.py" package="pyclast" id="3" tests="1" failures="0" errors="1" time="0" timestamp="1970-01-01T00:00:00" hostname="localhost">
    <properties><property name="pyclast" value="0.1.0"/></properties>
    <testcase name="internal-error (1:1)" classname="q.bug" time="0">
      <error message="SystemError: pyclast failed on /q/bug.py: no" type="internal-error">/q/bug.py: SystemError: pyclast failed on /q/bug.py: no [internal-error]</error>
    </testcase>
    <system-out></system-out>
    <system-err></system-err>
  </testsuite>
</testsuites>
"#
    );
}

#[test]
fn pretty_shows_the_source_where_there_is_a_place() {
    let (text, _) = report(ErrorFormat::Pretty);
    assert!(text.contains("s = 'é😀'; return 1"), "{text}");
    assert!(text.contains("[syntax-error] SyntaxError: unknown encoding: foo\n  in dir b/ü,%:.py\n"), "{text}");
    assert!(text.contains("[internal-error] SystemError: pyclast failed on /q/bug.py: no\n  in /q/bug.py\n"), "{text}");
    assert!(!text.contains('\u{1b}'), "{text}");
}

#[test]
fn an_empty_report_is_a_document_too() {
    let empty = |format| report_of(ReportOptions::plain(format, "/p"), Vec::new());
    assert_eq!(empty(ErrorFormat::Gitlab), ("[]\n".to_owned(), Status::Clean));
    assert_eq!(empty(ErrorFormat::Pretty), (String::new(), Status::Clean));
    let (log, _) = empty(ErrorFormat::Sarif);
    let log: Value = serde_json::from_str(&log).expect("the report is one JSON document");
    assert_eq!(log["runs"][0]["results"], json!([]));
}

#[test]
fn statistics_are_aligned_and_add_up() {
    let mut options = ReportOptions::plain(ErrorFormat::Concise, "/p");
    options.statistics = true;
    let (text, _) = report_of(options, tree());
    let (_, table) = text.split_once("[internal-error]\n").expect("the table follows the report");
    assert_eq!(
        table,
        "code            errors  warnings  files\n\
         syntax-error         2         0      2\n\
         syntax-warning       0         1      1\n\
         internal-error       1         0      1\n\
         total                3         1      3\n\
         4 files checked\n"
    );
}

#[test]
fn spans_beyond_the_text_and_within_characters_are_no_danger() {
    let file = || ReportedFile::with_text("a.py".to_owned(), "é\n".to_owned());
    for span in [Span::new(1, 2), Span::new(0, 1), Span::new(7, 9), Span::new(9, 2), Span::new(3, 3)] {
        for format in
            [ErrorFormat::Pretty, ErrorFormat::Json, ErrorFormat::Sarif, ErrorFormat::Gitlab, ErrorFormat::Junit]
        {
            let problem = Diagnostic::syntax_error(span, "x").with_label(Span::new(1, 1), "y");
            let (text, status) = report_of(ReportOptions::plain(format, "/p"), vec![(file(), vec![problem])]);
            assert!(!text.is_empty());
            assert_eq!(status, Status::Problems);
        }
    }
}
