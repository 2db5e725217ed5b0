//! The pages of `pyclast explain`: every code has one, and their examples give what they say.

use pyclast::cli::ErrorFormat;
use pyclast::database::{Purpose, Session, SessionOptions, Settings};
use pyclast::explain::{introduction, page};
use pyclast::pipeline::compile_source;
use pyclast::report::{Report, ReportOptions, ReportedFile};
use pyclast::settings::Globs;
use pyclast_codegen::{Optimize, Target};
use pyclast_syntax::{Code, Diagnostic, PyString};
use std::fs;
use std::path::Path;

/// Codes that no text of one module gives.
const WITHOUT_EXAMPLES: [Code; 5] =
    [Code::StaleBaseline, Code::InternalError, Code::ModuleTable, Code::Unsupported, Code::Performance];

/// `(line, severity, code, message)`
type Found = (usize, String, String, String);

#[test]
fn every_code_has_a_page_and_every_page_a_code() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("explain");
    let mut pages: Vec<String> = fs::read_dir(folder)
        .expect("the folder is part of the crate")
        .map(|entry| entry.expect("it can be listed").file_name().to_string_lossy().into_owned())
        .collect();
    let mut wanted: Vec<String> = Code::ALL.iter().map(|code| format!("{}.md", code.name())).collect();
    pages.sort();
    wanted.sort();
    assert_eq!(pages, wanted);
    for &code in Code::ALL {
        assert_eq!(Code::from_name(code.name()), Some(code));
        assert_eq!(page(code).lines().next(), Some(&*format!("# {}", code.name())));
        assert!(!introduction(page(code)).is_empty());
        for section in ["\n## Example\n", "\n## Fix\n"] {
            assert_eq!(page(code).matches(section).count(), 1, "{}: {section}", code.name());
        }
    }
}

#[test]
fn the_examples_give_what_the_pages_say() {
    for &code in Code::ALL {
        let (examples, fixes) = page(code).split_once("\n## Fix\n").expect("every page has the section");
        let mut given = 0;
        for block in python_blocks(examples) {
            let found = if code == Code::NeedsCinderx { compile(&block) } else { check(&block) };
            assert_eq!(found, expected(&block), "{}:\n{block}", code.name());
            assert!(found.iter().any(|(_, _, name, _)| name == code.name()), "{}:\n{block}", code.name());
            given += 1;
        }
        assert_eq!(given == 0, WITHOUT_EXAMPLES.contains(&code), "{}", code.name());
        for block in python_blocks(fixes) {
            assert_eq!(check(&block), [], "{}:\n{block}", code.name());
        }
    }
}

fn python_blocks(text: &str) -> Vec<String> {
    text.split("```python\n").skip(1).map(|block| block.split("```").next().unwrap_or_default().to_owned()).collect()
}

/// What comments like `# error: [code] "message"` announce.
fn expected(block: &str) -> Vec<Found> {
    let mut expected = Vec::new();
    for (index, line) in block.lines().enumerate() {
        for severity in ["error", "warning"] {
            let Some((_, rest)) = line.split_once(&format!("# {severity}: [")) else { continue };
            let (code, message) = rest.split_once("] \"").expect("a code is followed by a message");
            let message = message.strip_suffix('"').expect("a message ends with a quote");
            expected.push((index + 1, severity.to_owned(), code.to_owned(), message.to_owned()));
        }
    }
    expected
}

/// What a report says about a text.
fn check(text: &str) -> Vec<Found> {
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    fs::write(folder.path().join("a.py"), text).expect("files can be written");
    let options = SessionOptions {
        paths: vec![folder.path().to_owned()],
        exclude: Globs::default(),
        search_path: Vec::new(),
        environment: None,
        purpose: Purpose::Check,
        workers: 1,
        settings: Settings::default(),
        cache: None,
    };
    let checked = Session::open(options, None).check();
    reported(text, checked[0].result.as_ref().expect("nothing panics").diagnostics.to_vec())
}

/// What is said when a text is compiled for CPython.
fn compile(text: &str) -> Vec<Found> {
    let compiled = compile_source(text.into(), &PyString::new("a.py"), &[Optimize::None], &Target::CPYTHON_3_14);
    reported(text, compiled.map_or_else(|refused| refused.diagnostics, |compiled| compiled.warnings))
}

fn reported(text: &str, diagnostics: Vec<Diagnostic>) -> Vec<Found> {
    let mut lines = Vec::new();
    let mut report = Report::new(ReportOptions::plain(ErrorFormat::Json, "/p"), Box::new(&mut lines));
    report
        .add_file(&ReportedFile::with_text("a.py".to_owned(), text.to_owned()), diagnostics)
        .expect("writes to memory");
    report.finish().expect("writes to memory");
    String::from_utf8(lines)
        .expect("JSON is UTF-8")
        .lines()
        .map(|line| {
            let object: serde_json::Value = serde_json::from_str(line).expect("every line is JSON");
            let field = |name: &str| object[name].as_str().unwrap_or_default().to_owned();
            let line = object["line"].as_u64().and_then(|line| usize::try_from(line).ok()).unwrap_or_default();
            (line, field("severity"), field("code"), field("message"))
        })
        .collect()
}
