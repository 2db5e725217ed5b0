//! Comments and what they hide.

use super::Suppressions;
use crate::report::ReportedFile;
use pyclast_syntax::{Code, Diagnostic, Exception, Span};

/// Applies the comments of `text` to a warning at each `!`-marked byte range of `needles`.
fn apply(text: &str, mut diagnostics: Vec<Diagnostic>) -> Vec<(usize, &'static str, String)> {
    let file = ReportedFile::with_text("a.py".to_owned(), text.to_owned());
    Suppressions::of(text).apply(&file, &mut diagnostics);
    diagnostics.sort_by_key(|diagnostic| diagnostic.span);
    diagnostics
        .into_iter()
        .map(|diagnostic| (file.line_of(diagnostic.span.start), diagnostic.code.name(), diagnostic.message))
        .collect()
}

/// A warning of each occurrence of `needle`.
fn warnings(text: &str, needle: &str) -> Vec<Diagnostic> {
    let small = |offset: usize| u32::try_from(offset).expect("texts of tests are short");
    text.match_indices(needle)
        .map(|(start, _)| Diagnostic::syntax_warning(Span::new(small(start), small(start + needle.len())), "w"))
        .collect()
}

fn after(text: &str) -> Vec<(usize, &'static str, String)> {
    apply(text, warnings(text, "BAD"))
}

#[test]
fn a_comment_hides_what_is_on_its_line() {
    for comment in [
        "# pyclast: ignore",
        "#pyclast:ignore",
        "# pyclast: ignore[syntax-warning]",
        "# pyclast: ignore [ syntax-warning , ]",
        "# noqa # pyclast: ignore",
        "# pyclast: ignore  because of the tests",
    ] {
        let text = format!("BAD  {comment}\nBAD\n");
        assert_eq!(after(&text), [(2, "syntax-warning", "w".to_owned())], "{comment}");
    }
}

#[test]
fn a_comment_hides_what_begins_or_ends_on_its_line() {
    for text in ["x = (1  # pyclast: ignore\n, 2\n)\n", "x = (1\n, 2\n)  # pyclast: ignore\n"] {
        let end = u32::try_from(text.find(')').expect("there is one") + 1).expect("it is short");
        assert_eq!(apply(text, vec![Diagnostic::syntax_warning(Span::new(4, end), "w")]), []);
    }
    let text = "x = (1\n, 2  # pyclast: ignore\n)\n";
    let found = apply(text, vec![Diagnostic::syntax_warning(Span::new(4, 31), "w")]);
    assert_eq!(found.len(), 2, "{found:?}");
}

#[test]
fn a_file_comment_hides_everywhere() {
    assert_eq!(after("# pyclast: ignore-file\nBAD\n\nBAD\n"), []);
    assert_eq!(after("BAD\n\nBAD  # pyclast: ignore-file[syntax-warning]\n"), []);
}

#[test]
fn strings_are_no_comments() {
    let text = "BAD = '# pyclast: ignore'\n'''\n# pyclast: ignore-file\n'''\n";
    assert_eq!(after(text), [(1, "syntax-warning", "w".to_owned())]);
}

#[test]
fn comments_that_hide_nothing_are_reported() {
    assert_eq!(
        after("BAD\nx  # pyclast: ignore\ny  # pyclast: ignore[syntax-warning]\n# pyclast: ignore-file[]\n"),
        [
            (1, "syntax-warning", "w".to_owned()),
            (2, "unused-ignore", "there is nothing to ignore in this line".to_owned()),
            (3, "unused-ignore", "there is no 'syntax-warning' to ignore in this line".to_owned()),
            (4, "invalid-ignore", "the list of codes is empty".to_owned()),
        ]
    );
    assert_eq!(
        after("x\n# pyclast: ignore-file\n"),
        [(2, "unused-ignore", "there is nothing to ignore in this file".to_owned())]
    );
}

#[test]
fn syntax_errors_and_bugs_cannot_be_hidden_and_make_no_comment_unused() {
    let text = "BAD  # pyclast: ignore\nx  # pyclast: ignore\n# pyclast: ignore-file\n";
    for code in [Code::SyntaxError, Code::InternalError] {
        let error = Diagnostic { code, ..Diagnostic::error(Exception::SyntaxError, Span::new(0, 3), "e") };
        assert_eq!(apply(text, vec![error]), [(1, code.name(), "e".to_owned())]);
    }
}

#[test]
fn type_errors_can_be_hidden() {
    let error = || Diagnostic::type_error(Code::ReturnType, Span::new(0, 3), "e");
    assert_eq!(apply("BAD  # pyclast: ignore[return-type]\n", vec![error()]), []);
    assert_eq!(apply("BAD  # pyclast: ignore\n", vec![error()]), []);
}

#[test]
fn comments_that_cannot_be_understood_are_reported_at_their_place() {
    let text =
        "# pyclast: ignore[syntax-waning]\n# pyclast: ignore[a\n# pyclast: off\n# pyclast: ignore[internal-error]\n";
    let file = ReportedFile::with_text("a.py".to_owned(), text.to_owned());
    let mut found = Vec::new();
    Suppressions::of(text).apply(&file, &mut found);
    let shown: Vec<(&str, &str, Option<&str>)> = found
        .iter()
        .filter(|diagnostic| diagnostic.code == Code::InvalidIgnore)
        .map(|diagnostic| {
            let place = &text[diagnostic.span.start as usize..diagnostic.span.end as usize];
            (place, &*diagnostic.message, diagnostic.help.as_deref())
        })
        .collect();
    assert_eq!(
        shown,
        [
            ("syntax-waning", "'syntax-waning' is no code of pyclast", Some("did you mean 'syntax-warning'?")),
            ("pyclast: ignore[a", "the list of codes is not closed", Some("add the ']'")),
            ("pyclast: off", "'pyclast: off' is not known", Some("write 'pyclast: ignore'")),
            (
                "internal-error",
                "a comment cannot hide 'internal-error'",
                Some("nothing can be compiled before it is repaired")
            ),
        ]
    );
    assert_eq!(found.len(), 4, "{found:?}");
}

#[test]
fn prose_about_pyclast_is_no_instruction() {
    assert_eq!(after("# see pyclast: ignore\n# pyclasts: x\n\"pyclast: ignore\"\n"), []);
}
