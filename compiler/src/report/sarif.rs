//! SARIF 2.1.0: one log with one run.
//!
//! Every code is a rule with its page of `pyclast explain` as help. Paths are relative to
//! `%SRCROOT%`, which is where pyclast ran; columns are code points, the end is exclusive.
//!
//! Invariant: the log does not depend on the machine; results are in the order of the report.

use super::fingerprint::Fingerprints;
use super::path::RelativePaths;
use super::{Place, ReportedFile, Reporter, TextPlace, escape, full_message, headline};
use crate::explain;
use pyclast_syntax::{Code, Diagnostic, Severity};
use serde_json::{Map, Value, json};
use std::io::{self, Write};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Collects the run.
#[derive(Debug)]
pub(super) struct Sarif {
    paths: RelativePaths,
    fingerprints: Fingerprints,
    artifacts: Vec<Value>,
    results: Vec<Value>,
    has_bug: bool,
}

impl Sarif {
    pub(super) fn new(paths: RelativePaths) -> Self {
        Self {
            paths,
            fingerprints: Fingerprints::default(),
            artifacts: Vec::new(),
            results: Vec::new(),
            has_bug: false,
        }
    }
}

impl Reporter for Sarif {
    fn file(&mut self, _: &mut dyn Write, file: &ReportedFile, diagnostics: &[Diagnostic]) -> io::Result<()> {
        if diagnostics.is_empty() {
            return Ok(());
        }
        let path = self.paths.relative(file.path());
        let location = artifact_location(&path, self.artifacts.len());
        for diagnostic in diagnostics {
            self.has_bug |= diagnostic.code == Code::InternalError;
            let fingerprint = self.fingerprints.next(file, &path, diagnostic);
            self.results.push(result(file, &location, diagnostic, &fingerprint));
        }
        self.artifacts.push(json!({ "location": location, "sourceLanguage": "python" }));
        Ok(())
    }

    fn finish(&mut self, output: &mut dyn Write) -> io::Result<()> {
        let log = json!({
            "$schema": SCHEMA,
            "version": "2.1.0",
            "runs": [{
                "tool": { "driver": {
                    "name": "pyclast",
                    "semanticVersion": env!("CARGO_PKG_VERSION"),
                    "rules": Code::ALL.iter().copied().map(rule).collect::<Vec<_>>(),
                } },
                "columnKind": "unicodeCodePoints",
                "originalUriBaseIds": {
                    "%SRCROOT%": { "description": { "text": "the directory in which pyclast ran" } },
                },
                "invocations": [{ "executionSuccessful": !self.has_bug }],
                "artifacts": self.artifacts,
                "results": self.results,
            }],
        });
        serde_json::to_writer_pretty(&mut *output, &log)?;
        writeln!(output)
    }
}

fn rule(code: Code) -> Value {
    let page = explain::page(code);
    json!({
        "id": code.name(),
        "shortDescription": { "text": code.summary() },
        "fullDescription": { "text": explain::introduction(page) },
        "help": { "text": page, "markdown": page },
        "defaultConfiguration": { "level": level(code.severity()) },
    })
}

fn result(file: &ReportedFile, location: &Value, diagnostic: &Diagnostic, fingerprint: &str) -> Value {
    let rule_index = Code::ALL.iter().position(|&code| code == diagnostic.code);
    let text = full_message(headline(diagnostic), diagnostic);
    let mut result = Map::new();
    result.insert("ruleId".to_owned(), json!(diagnostic.code.name()));
    result.insert("ruleIndex".to_owned(), json!(rule_index));
    result.insert("level".to_owned(), json!(level(diagnostic.severity)));
    result.insert("message".to_owned(), json!({ "text": text }));
    result.insert("locations".to_owned(), json!([physical(location, file.place(diagnostic))]));
    result.insert("partialFingerprints".to_owned(), json!({ "pyclast/v1": fingerprint }));
    let related: Vec<Value> = diagnostic
        .labels
        .iter()
        .map(|label| {
            let mut related = physical(location, file.span_place(label.span));
            related["message"] = json!({ "text": label.message });
            related
        })
        .collect();
    if !related.is_empty() {
        result.insert("relatedLocations".to_owned(), Value::Array(related));
    }
    Value::Object(result)
}

fn physical(location: &Value, place: Place) -> Value {
    let TextPlace { line, column, end_line, end_column } = place.or_first_line();
    json!({ "physicalLocation": {
        "artifactLocation": location,
        "region": { "startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column },
    } })
}

/// Only relative paths are below the root.
fn artifact_location(path: &str, index: usize) -> Value {
    let mut location = json!({ "uri": escape::uri(path), "index": index });
    if !path.starts_with('/') {
        location["uriBaseId"] = json!("%SRCROOT%");
    }
    location
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}
