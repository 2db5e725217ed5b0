//! Limits and the order of errors, as CPython 3.14.8 has them.

use crate::{Exception, SourceText, parse};

fn first_error(source: &str) -> Option<(Exception, String)> {
    let text = SourceText::decode(source.as_bytes()).expect("text");
    let error = parse(text).err()?.remove(0);
    Some((error.exception, error.message))
}

fn is_accepted(source: &str) -> bool {
    first_error(source).is_none()
}

fn fails(source: &str, exception: Exception, message: &str) -> bool {
    first_error(source) == Some((exception, message.into()))
}

#[test]
fn nesting_ends_where_cpythons_parser_ends() {
    const OVERFLOW: &str = "Parser stack overflowed - Python source too complex to parse";
    let bracketed = |open: &str, close: &str, count| open.repeat(count) + "x" + &close.repeat(count);
    assert!(is_accepted(&bracketed("(", ")", 200)));
    assert!(fails(&bracketed("(", ")", 201), Exception::SyntaxError, "too many nested parentheses"));
    assert!(fails(&"[".repeat(100_000), Exception::SyntaxError, "too many nested parentheses"));
    assert!(is_accepted(&bracketed("-", "", 5969)));
    assert!(fails(&bracketed("-", "", 5970), Exception::MemoryError, OVERFLOW));
    assert!(fails(&bracketed("~", "", 500_000), Exception::MemoryError, OVERFLOW));
    assert!(is_accepted(&bracketed("not ", "", 5969)));
    assert!(fails(&bracketed("not ", "", 5970), Exception::MemoryError, OVERFLOW));
    assert!(is_accepted(&bracketed("lambda:", "", 2984)));
    assert!(fails(&bracketed("lambda:", "", 2985), Exception::MemoryError, OVERFLOW));
    assert!(is_accepted(&bracketed("x**", "", 2984)));
    assert!(fails(&bracketed("x**", "", 2985), Exception::MemoryError, OVERFLOW));
    assert!(is_accepted(&bracketed("x if x else ", "", 5969)));
    assert!(fails(&bracketed("x if x else ", "", 5970), Exception::MemoryError, OVERFLOW));
    assert!(is_accepted(&bracketed("x and (x or ", ")", 186)));
    assert!(fails(&bracketed("x and (x or ", ")", 187), Exception::MemoryError, OVERFLOW));
}

/// The longest chain of `elif`s that CPython parses.
const ELIFS: usize = 5965;

#[test]
fn long_chains_are_accepted_as_far_as_cpythons_stack_reaches() {
    for link in [".a", "()", "[0]", "+x", ".a()", " + 'x'"] {
        assert!(is_accepted(&format!("x{}", link.repeat(37_240))), "{link}");
        let error = first_error(&format!("x{}", link.repeat(37_280)));
        assert_eq!(error.map(|(exception, _)| exception), Some(Exception::RecursionError), "{link}");
    }
    assert!(is_accepted(&format!("x{}", " and x".repeat(100_000))));
    assert!(is_accepted(&format!("if x: pass\n{}", "elif x: pass\n".repeat(ELIFS))));
    let error = first_error(&format!("if x: pass\n{}", "elif x: pass\n".repeat(ELIFS + 1)));
    assert_eq!(error.map(|(exception, _)| exception), Some(Exception::MemoryError));
}

#[test]
fn trees_of_any_depth_are_refused_and_dropped() {
    for source in [
        format!("x{}", ".a".repeat(400_000)),
        format!("x{} = = 1", "+x".repeat(400_000)),
        format!("f\"{}\"", "{x:".repeat(50_000)),
        format!("f\"{}x{}\"", "{x:".repeat(50_000), "}".repeat(50_000)),
    ] {
        assert!(first_error(&source).is_some());
    }
}

#[test]
fn a_raised_tokenizer_error_overrides_an_earlier_parser_error() {
    let brackets = "(".repeat(201);
    assert!(fails(&format!("x = = 1\n{brackets}"), Exception::SyntaxError, "too many nested parentheses"));
    let tabs = "if x:\n        a\n\tb\n";
    assert_eq!(first_error(tabs).map(|error| error.0), Some(Exception::TabError));
    assert_eq!(first_error(&format!("x = = 1\n{tabs}")).map(|error| error.0), Some(Exception::SyntaxError));
}
