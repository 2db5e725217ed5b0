//! `JUnit` XML: a test suite a file, a test case a problem.
//!
//! ```xml
//! <testsuites>
//!   <testsuite name="a.py" package="pyclast" id="0" tests="1" failures="1" errors="0" …>
//!     <testcase name="syntax-error (1:8)" classname="a" time="0">
//!       <failure message="SyntaxError: invalid syntax" type="syntax-error">a.py:1:8: …</failure>
//! ```
//!
//! Errors fail, warnings do not: each is a test that passes, its text output of the suite. A file
//! without problems is a test that passes. Bugs of pyclast are errors of the test.
//!
//! Invariant: the document is valid for both schemas that are in use, Jenkins' and that of Ant (which
//! wants every attribute and element below, and no others). The same problems give the same bytes:
//! nothing tells time or host.

use super::escape::xml;
use super::path::RelativePaths;
use super::{ReportedFile, Reporter, concise, full_message, headline};
use pyclast_syntax::{Code, Diagnostic, Severity};
use std::io::{self, Write};

/// Collects the suites.
#[derive(Debug)]
pub(super) struct Junit {
    paths: RelativePaths,
    suites: String,
    count: usize,
}

/// The tests of a file.
#[derive(Debug, Default)]
struct Suite {
    cases: String,
    tests: usize,
    failures: usize,
    errors: usize,
    /// The texts of warnings, a line each.
    output: String,
}

impl Junit {
    pub(super) fn new(paths: RelativePaths) -> Self {
        Self { paths, suites: String::new(), count: 0 }
    }
}

impl Reporter for Junit {
    fn file(&mut self, _: &mut dyn Write, file: &ReportedFile, diagnostics: &[Diagnostic]) -> io::Result<()> {
        let path = self.paths.relative(file.path());
        if diagnostics.is_empty() {
            self.clean(&path);
            return Ok(());
        }
        let mut suite = Suite::default();
        for diagnostic in diagnostics {
            suite.add(&path, file, diagnostic);
        }
        self.suite(&path, &suite);
        Ok(())
    }

    fn clean(&mut self, path: &str) {
        let path = self.paths.relative(path);
        let mut suite = Suite::default();
        suite.case(&path, "check", None);
        self.suite(&path, &suite);
    }

    fn finish(&mut self, output: &mut dyn Write) -> io::Result<()> {
        writeln!(output, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
        writeln!(output, "<testsuites>")?;
        output.write_all(self.suites.as_bytes())?;
        writeln!(output, "</testsuites>")
    }
}

impl Junit {
    fn suite(&mut self, path: &str, suite: &Suite) {
        let Suite { cases, tests, failures, errors, output } = suite;
        let (name, id, version) = (xml(path), self.count, env!("CARGO_PKG_VERSION"));
        let text = format!(
            "  <testsuite name=\"{name}\" package=\"pyclast\" id=\"{id}\" tests=\"{tests}\" failures=\"{failures}\" \
             errors=\"{errors}\" time=\"0\" timestamp=\"1970-01-01T00:00:00\" hostname=\"localhost\">\n    \
             <properties><property name=\"pyclast\" value=\"{version}\"/></properties>\n{cases}    \
             <system-out>{output}</system-out>\n    <system-err></system-err>\n  </testsuite>\n"
        );
        self.suites.push_str(&text);
        self.count += 1;
    }
}

impl Suite {
    fn add(&mut self, path: &str, file: &ReportedFile, diagnostic: &Diagnostic) {
        let place = file.place(diagnostic).or_first_line();
        let code = diagnostic.code.name();
        let text = xml(&full_message(concise::line(file, diagnostic), diagnostic));
        let element = match (diagnostic.code, diagnostic.severity) {
            (Code::InternalError, _) => {
                self.errors += 1;
                Some("error")
            }
            (_, Severity::Error) => {
                self.failures += 1;
                Some("failure")
            }
            (_, Severity::Warning) => {
                self.output.push_str(&text);
                self.output.push('\n');
                None
            }
        };
        let message = xml(&headline(diagnostic));
        let result =
            element.map(|element| format!("<{element} message=\"{message}\" type=\"{code}\">{text}</{element}>"));
        self.case(path, &format!("{code} ({}:{})", place.line, place.column), result.as_deref());
    }

    fn case(&mut self, path: &str, name: &str, result: Option<&str>) {
        self.tests += 1;
        let start = format!("    <testcase name=\"{name}\" classname=\"{}\" time=\"0\"", xml(&class_name(path)));
        let case = match result {
            Some(result) => format!("{start}>\n      {result}\n    </testcase>\n"),
            None => format!("{start}/>\n"),
        };
        self.cases.push_str(&case);
    }
}

/// `pkg/a.py` is `pkg.a`: readers show a tree by the dots.
fn class_name(path: &str) -> String {
    let path = path.strip_suffix(".py").unwrap_or(path);
    path.trim_start_matches('/').replace('/', ".")
}
