//! Reports for machines, of a tree with problems in several files, against what their readers demand.

use pyclast_tests::{json_schema, pyclast, workspace, xml_schema};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// Errors and warnings in several files; text that is not ASCII before them; names that formats escape;
/// files that are no text.
fn tree() -> TempDir {
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    let files: [(&str, &[u8]); 7] = [
        ("clean.py", b"x = 1\n"),
        ("pkg/a.py", "s = 'é😀'; return 1\n".as_bytes()),
        ("pkg/a2.py", "def f(é, é): pass\n".as_bytes()),
        ("pkg/b <&> \"c\", 50%:.py", "ü = 'é' is 1  # 日本\nimport gone\n".as_bytes()),
        ("pkg/latin.py", b"# coding: klingon\n"),
        ("pkg/nul.py", b"x\0\n"),
        ("日本/d.py", "s = '\u{1b}[0m'\nx = (\n  'ä'\n  is 1)\nü = £\n".as_bytes()),
    ];
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("it is in the folder")).expect("folders can be made");
        fs::write(path, text).expect("files can be written");
    }
    folder
}

fn report(folder: &Path, format: &str) -> String {
    let mut command = Command::new(pyclast());
    command.args(["check", ".", "--no-cache", "--error-format", format]).current_dir(folder);
    let output = command.output().expect("pyclast starts");
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("reports are UTF-8")
}

fn data(name: &str) -> String {
    fs::read_to_string(workspace().join("tests/data").join(name)).expect("the schema is part of the tests")
}

/// Path, line and column of each problem, as `--error-format json` has them.
fn places(folder: &Path) -> Vec<(String, u64, u64)> {
    let text = report(folder, "json");
    let place = |line: &str| {
        let object: Value = serde_json::from_str(line).expect("every line is an object");
        let number = |key: &str| object[key].as_u64().unwrap_or(0).max(1);
        let path = object["path"].as_str().expect("problems have paths");
        (path.trim_start_matches("./").to_owned(), number("line"), number("column"))
    };
    text.lines().map(place).collect()
}

#[test]
fn columns_are_code_points() {
    let folder = tree();
    let places = places(folder.path());
    let expected = [
        ("pkg/a.py", 1, 11),
        ("pkg/a2.py", 1, 10),
        ("pkg/b <&> \"c\", 50%:.py", 1, 5),
        ("pkg/b <&> \"c\", 50%:.py", 2, 8),
        ("pkg/latin.py", 1, 1),
        ("pkg/nul.py", 1, 1),
        ("日本/d.py", 5, 5),
    ];
    assert_eq!(places, expected.map(|(path, line, column)| (path.to_owned(), line, column)));
}

#[test]
fn sarif_is_valid() {
    let schema: Value = serde_json::from_str(&data("sarif-schema-2.1.0.json")).expect("the schema is JSON");
    let folder = tree();
    let log: Value = serde_json::from_str(&report(folder.path(), "sarif")).expect("the report is JSON");
    assert_eq!(json_schema::violations(&schema, &log), [] as [&str; 0]);
    let results = log["runs"][0]["results"].as_array().expect("there are results");
    assert_eq!(results.len(), places(folder.path()).len());
    for (result, (_, line, column)) in results.iter().zip(places(folder.path())) {
        let region = &result["locations"][0]["physicalLocation"]["region"];
        assert_eq!((region["startLine"].as_u64(), region["startColumn"].as_u64()), (Some(line), Some(column)));
    }
    // The validator does find what is wrong.
    for (place, wrong) in [
        ("/version", json!("2.0.0")),
        ("/runs/0/tool/driver/name", json!(1)),
        ("/runs/0/results/0/level", json!("fatal")),
        ("/runs/0/results/0/message", json!({})),
        ("/runs/0/results/0/locations/0/physicalLocation/region/startLine", json!(0)),
        ("/runs/0/results/0/ruleId", json!({})),
        ("/runs/0/artifacts/0", json!({ "locaton": {} })),
        ("/runs", json!({})),
    ] {
        let mut broken = log.clone();
        *broken.pointer_mut(place).expect("the log has it") = wrong;
        assert_eq!(json_schema::violations(&schema, &broken).len(), 1, "{place}");
    }
}

#[test]
fn junit_is_valid() {
    let folder = tree();
    let report = report(folder.path(), "junit");
    let schema = data("junit-jenkins.xsd");
    assert_eq!(xml_schema::violations(&schema, &report), [] as [&str; 0]);
    for (right, wrong) in [
        ("<testsuites>", "<testsuites colour=\"red\">"),
        ("<system-err></system-err>", "<system-err><b/></system-err>"),
        ("<testcase name=\"check\"", "<testcase"),
        ("<properties>", "text<properties>"),
        ("</testcase>", "<properties/></testcase>"),
    ] {
        let broken = report.replacen(right, wrong, 1);
        assert_ne!(xml_schema::violations(&schema, &broken), [] as [&str; 0], "{wrong}");
    }
    demand_as_ant(&report);
}

/// What the schema of Ant's `JUnit` task demands beyond.
fn demand_as_ant(report: &str) {
    let document = roxmltree::Document::parse(report).expect("it is XML");
    let names = |node: roxmltree::Node<'_, '_>| -> Vec<String> {
        let mut names: Vec<String> = node.attributes().map(|attribute| attribute.name().to_owned()).collect();
        names.sort();
        names
    };
    let root = document.root_element();
    assert_eq!((root.tag_name().name(), root.attributes().len()), ("testsuites", 0));
    let suites: Vec<_> = root.children().filter(roxmltree::Node::is_element).collect();
    assert_eq!(suites.len(), 7);
    for (index, suite) in suites.iter().enumerate() {
        let wanted = ["errors", "failures", "hostname", "id", "name", "package", "tests", "time", "timestamp"];
        assert_eq!(names(*suite), wanted);
        assert_eq!(suite.attribute("id"), Some(&*index.to_string()));
        let children: Vec<_> = suite.children().filter(roxmltree::Node::is_element).collect();
        let cases: Vec<_> = children.iter().filter(|node| node.has_tag_name("testcase")).collect();
        let kinds: Vec<&str> = children.iter().map(|node| node.tag_name().name()).collect();
        let expected: Vec<&str> = ["properties"]
            .into_iter()
            .chain(std::iter::repeat_n("testcase", cases.len()))
            .chain(["system-out", "system-err"])
            .collect();
        assert_eq!(kinds, expected);
        assert_eq!(suite.attribute("tests"), Some(&*cases.len().to_string()));
        for case in cases {
            assert_eq!(names(*case), ["classname", "name", "time"]);
            let results: Vec<_> = case.children().filter(roxmltree::Node::is_element).collect();
            assert!(results.len() <= 1);
            assert!(results.iter().all(|result| names(*result) == ["message", "type"]));
        }
    }
    let failures = document.descendants().filter(|node| node.has_tag_name("failure")).count();
    let counted: usize =
        suites.iter().map(|suite| suite.attribute("failures").map_or(0, |count| count.parse().unwrap_or(0))).sum();
    assert_eq!((failures, counted), (5, 5));
}

#[test]
fn gitlab_gets_its_documented_fields() {
    let folder = tree();
    let report: Value = serde_json::from_str(&report(folder.path(), "gitlab")).expect("the report is JSON");
    let issues = report.as_array().expect("the report is an array");
    let mut fingerprints = Vec::new();
    for (issue, (path, line, column)) in issues.iter().zip(places(folder.path())) {
        // docs.gitlab.com/ci/testing/code_quality: the required fields, and the severities there are.
        for field in ["description", "check_name", "fingerprint", "severity"] {
            assert!(issue[field].as_str().is_some_and(|text| !text.is_empty()), "{issue}");
        }
        let severity = issue["severity"].as_str().expect("it is text");
        assert!(["info", "minor", "major", "critical", "blocker"].contains(&severity), "{severity}");
        assert_eq!(issue["location"]["path"], path, "relative, without a leading ./");
        assert_eq!(issue["location"]["lines"]["begin"], line);
        assert_eq!(issue["location"]["positions"]["begin"], json!({ "line": line, "column": column }));
        fingerprints.push(issue["fingerprint"].to_string());
    }
    let count = fingerprints.len();
    fingerprints.sort();
    fingerprints.dedup();
    assert_eq!((fingerprints.len(), count), (issues.len(), places(folder.path()).len()));
}

#[test]
fn github_gets_annotations() {
    let folder = tree();
    let text = report(folder.path(), "github");
    assert_eq!(text.lines().count(), places(folder.path()).len());
    for (line, (path, number, column)) in text.lines().zip(places(folder.path())) {
        // actions/toolkit, command.ts: `::name key=value,key=value::message`, with these escapes.
        let command = line.strip_prefix("::").expect("a command begins with ::");
        let (head, message) = command.split_once("::").expect("a command has a message");
        let (name, properties) = head.split_once(' ').expect("a command has properties");
        assert!(["error", "warning", "notice"].contains(&name), "{name}");
        let unescape = |text: &str| {
            let text = text.replace("%2C", ",").replace("%3A", ":").replace("%0A", "\n").replace("%0D", "\r");
            text.replace("%25", "%")
        };
        let find = |key: &str| {
            let parts = properties.split(',').map(|part| part.split_once('=').expect("properties have values"));
            parts.filter(|(name, _)| *name == key).map(|(_, value)| unescape(value)).next()
        };
        assert_eq!(find("file"), Some(path));
        assert_eq!(find("line"), Some(number.to_string()));
        assert!(find("col").is_none_or(|found| found == column.to_string()), "{line}");
        assert!(find("title").is_some() && find("endLine").is_some() && !unescape(message).is_empty());
    }
}
