//! `JUnit` XML: a test suite a file, a test case a problem.
//!
//! ```xml
//! <testsuites name="pyclast" tests="1" failures="1" errors="0">
//!   <testsuite name="a.py" tests="1" failures="1" errors="0" skipped="0" time="0">
//!     <testcase name="syntax-error (1:8)" classname="a" time="0">
//!       <failure message="SyntaxError: invalid syntax" type="syntax-error">a.py:1:8: …</failure>
//! ```
//!
//! Errors fail, warnings do not: they are output of a test that passes. A file without problems is a
//! test that passes. Bugs of pyclast are errors of the test.
//!
//! Invariant: elements and attributes are those of Jenkins' `junit-10.xsd`.

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
    total: Counts,
}

#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
}

impl Junit {
    pub(super) fn new(paths: RelativePaths) -> Self {
        Self { paths, suites: String::new(), total: Counts::default() }
    }
}

impl Reporter for Junit {
    fn file(&mut self, _: &mut dyn Write, file: &ReportedFile, diagnostics: &[Diagnostic]) -> io::Result<()> {
        let path = self.paths.relative(file.path());
        if diagnostics.is_empty() {
            self.clean(&path);
            return Ok(());
        }
        let mut counts = Counts::default();
        let cases: String = diagnostics.iter().map(|diagnostic| case(&path, file, diagnostic, &mut counts)).collect();
        self.suite(&path, counts, &cases);
        Ok(())
    }

    fn clean(&mut self, path: &str) {
        let path = self.paths.relative(path);
        let case = format!("    <testcase name=\"check\" classname=\"{}\" time=\"0\"/>\n", xml(&class_name(&path)));
        self.suite(&path, Counts { tests: 1, ..Counts::default() }, &case);
    }

    fn finish(&mut self, output: &mut dyn Write) -> io::Result<()> {
        let Counts { tests, failures, errors } = self.total;
        writeln!(output, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
        writeln!(
            output,
            "<testsuites name=\"pyclast\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\">"
        )?;
        output.write_all(self.suites.as_bytes())?;
        writeln!(output, "</testsuites>")
    }
}

impl Junit {
    fn suite(&mut self, path: &str, counts: Counts, cases: &str) {
        let Counts { tests, failures, errors } = counts;
        self.total.tests += tests;
        self.total.failures += failures;
        self.total.errors += errors;
        let suite = format!(
            "  <testsuite name=\"{}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"0\" \
             time=\"0\">\n{cases}  </testsuite>\n",
            xml(path)
        );
        self.suites.push_str(&suite);
    }
}

fn case(path: &str, file: &ReportedFile, diagnostic: &Diagnostic, counts: &mut Counts) -> String {
    let place = file.place(diagnostic).or_first_line();
    let code = diagnostic.code.name();
    let text = xml(&full_message(concise::line(file, diagnostic), diagnostic));
    let message = xml(&headline(diagnostic));
    counts.tests += 1;
    let result = match (diagnostic.code, diagnostic.severity) {
        (Code::InternalError, _) => {
            counts.errors += 1;
            format!("<error message=\"{message}\" type=\"{code}\">{text}</error>")
        }
        (_, Severity::Error) => {
            counts.failures += 1;
            format!("<failure message=\"{message}\" type=\"{code}\">{text}</failure>")
        }
        (_, Severity::Warning) => format!("<system-out>{text}</system-out>"),
    };
    format!(
        "    <testcase name=\"{code} ({}:{})\" classname=\"{}\" time=\"0\">\n      {result}\n    \
         </testcase>\n",
        place.line,
        place.column,
        xml(&class_name(path)),
    )
}

/// `pkg/a.py` is `pkg.a`: readers show a tree by the dots.
fn class_name(path: &str) -> String {
    let path = path.strip_suffix(".py").unwrap_or(path);
    path.trim_start_matches('/').replace('/', ".")
}
