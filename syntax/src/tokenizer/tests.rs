//! Errors and warnings that CPython 3.14.8 gives.

use crate::{Diagnostic, Exception, SourceText, parse};

fn errors(source: &str) -> Vec<Diagnostic> {
    parse(SourceText::decode(source.as_bytes()).expect("text")).err().unwrap_or_default()
}

/// The exception, the message and where it starts.
fn first(source: &str) -> Option<(Exception, String, u32)> {
    let first = errors(source).into_iter().next()?;
    Some((first.exception, first.message, first.span.start))
}

/// Lines and the start of the messages.
fn warnings(source: &str) -> Vec<(i32, String)> {
    let module = parse(SourceText::decode(source.as_bytes()).expect("text")).expect("a module");
    let short = |message: &str| {
        let end = message.find(" sequence. Such").unwrap_or(message.len());
        message[..end].to_owned()
    };
    let line = |warning: &Diagnostic| module.location(warning.span).line;
    module.warnings().iter().map(|warning| (line(warning), short(&warning.message))).collect()
}

fn escape(spelling: &str) -> String {
    format!("\"{spelling}\" is an invalid escape")
}

#[test]
fn tabs_and_spaces_must_agree() {
    let message = "inconsistent use of tabs and spaces in indentation";
    for (source, place) in [("if x:\n        a\n\tb\n", 16), ("if x:\n\tif y:\n        z\n", 13)] {
        assert_eq!(first(source), Some((Exception::TabError, message.into(), place)));
    }
    for source in ["if x:\n \ta\n \tb\n", "if 1:\n  x\n  \\\ny\n", "if 1:\n  x\n \x0c  y\n", "if 1:\n x # \\\n y\n"] {
        assert_eq!(first(source), None, "{source:?}");
    }
}

#[test]
fn dedents_must_meet_a_block() {
    let message = "unindent does not match any outer indentation level";
    assert_eq!(first("if x:\n  a\n b\n"), Some((Exception::IndentationError, message.into(), 12)));
    assert_eq!(first("if 1:\n  x\n \x0c y\n").map(|error| error.0), Some(Exception::IndentationError));
}

#[test]
fn a_hundred_levels_of_indentation_are_too_many() {
    let nested = |levels: usize| (0..=levels).map(|level| " ".repeat(level) + "if x:\n").collect::<String>();
    let source = nested(98) + &" ".repeat(99) + "pass\n";
    assert_eq!(first(&source), None);
    let source = nested(99) + &" ".repeat(100) + "pass\n";
    let (exception, message, _) = first(&source).expect("an error");
    assert_eq!((exception, message.as_str()), (Exception::IndentationError, "too many levels of indentation"));
}

#[test]
fn fields_and_strings_nest_so_far() {
    assert_eq!(first("f\"{x:{y:{z}}}\""), None);
    assert_eq!(first("f\"{x}{x:{y}{z}{w}{v}}{ {1:{2:{3:{4:5}}}} }\""), None);
    let deep = "expressions nested too deeply";
    for (source, kind, place) in [("f\"{x:{y:{z:{w}}}}\"", "f", 10), ("t\"{x:a{y:a{z:a{w}}}}\"", "t", 13)] {
        let expected = (Exception::SyntaxError, format!("{kind}-string: {deep}"), place);
        assert_eq!(first(source), Some(expected));
    }
    let strings = |count: usize| format!("{}x{}", "f\"{".repeat(count), "}\"".repeat(count));
    assert_eq!(first(&strings(149)), None);
    let expected = "too many nested f-strings or t-strings".to_owned();
    assert_eq!(first(&strings(150)), Some((Exception::SyntaxError, expected, 448)));
}

#[test]
fn decimal_integers_have_4300_digits_at_most() {
    for source in ["1".repeat(4300), "0".repeat(5000), format!("0x{}", "1".repeat(5000))] {
        assert_eq!(first(&source), None);
    }
    let (_, message, span) = first(&format!("(\n a,1_{})", "1".repeat(4300))).expect("an error");
    assert!(
        message.starts_with("Exceeds the limit (4300 digits) for integer string conversion: value has 4301 digits;")
    );
    assert_eq!(span, 2);
}

#[test]
fn a_backslash_cannot_end_the_file() {
    let expected = |place| Some((Exception::SyntaxError, "unexpected EOF while parsing".into(), place));
    assert_eq!(first("x = 1\\"), expected(6));
    assert_eq!(first("x = 1\n\\\n"), expected(7));
    assert_eq!(first("x = 1 # \\\n"), None);
    assert_eq!(first("x = 1\\\n\n"), None);
}

#[test]
fn identifiers_are_those_of_unicode_16() {
    assert_eq!(first("\u{a7da} = x\u{30} = \u{2118}\n"), None);
    let expected = "invalid non-printable character U+A7CE".to_owned();
    assert_eq!(first("x\u{a7ce} = 1"), Some((Exception::SyntaxError, expected, 1)));
}

#[test]
fn invalid_escapes_warn_once_a_token() {
    assert_eq!(warnings(r#""\d\e" "\e""#), [(1, escape(r"\d")), (1, escape(r"\e"))]);
    assert_eq!(warnings("\"\"\"\n\n a\\d\"\"\""), [(3, escape(r"\d"))]);
    assert_eq!(warnings(r#"b"\\d\d" rb"\d" b"\u1234""#), [(1, escape(r"\d")), (1, escape(r"\u"))]);
    assert_eq!(warnings(r#""\400\d" "\377\N{DIGIT ONE}\x41""#), [(1, r#""\400" is an invalid octal escape"#.into())]);
    assert_eq!(warnings("\"\\\u{20ac}\" r\"\\d\""), []);
    assert_eq!(warnings(r#""\{""#), [(1, escape(r"\{"))]);
}

#[test]
fn text_of_f_strings_warns_when_they_end() {
    assert_eq!(warnings(r#"f"\d{"\e"}\g""#), [(1, escape(r"\e")), (1, escape(r"\d")), (1, escape(r"\g"))]);
    assert_eq!(warnings(r#"f"{x:\d{y:\e}}""#), [(1, escape(r"\d")), (1, escape(r"\e"))]);
    assert_eq!(warnings(r#"f"\{x}" f"\{{" rf"\{x}\d""#), [(1, escape(r"\{")), (1, escape(r"\{"))]);
    assert_eq!(warnings("f\"\"\"\n{x}\n\\d\"\"\"\n\n"), [(4, escape(r"\d"))]);
    assert_eq!(warnings(r#"f"\d\N{DIGIT ONE}\e\g{{\h""#), [r"\d", r"\e", r"\h"].map(|it| (1, escape(it))));
}

#[test]
fn numbers_run_into_keywords() {
    let literal = |kind: &str| (1, format!("invalid {kind} literal"));
    assert_eq!(warnings("1if 2else 3"), [literal("decimal"), literal("decimal")]);
    assert_eq!(warnings("0xfor x"), [literal("hexadecimal")]);
    assert_eq!(warnings("0o1and 0b1or 1.5in 1jif 1 else 2"), ["octal", "binary", "decimal", "imaginary"].map(literal));
    assert_eq!(warnings("1 if 2 else 3"), []);
}
