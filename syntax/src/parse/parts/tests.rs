//! Texts that are parsed in parts, and those that cannot be.

use super::{LEAST_TEXT, divide, parse_parts};
use crate::parse::parse_whole;
use crate::{SourceText, parse, parse_with_threads};
use std::fmt::Write;

const THREADS: usize = 2;

/// A text that is long enough, with something in the middle of it.
fn around(middle: &str) -> String {
    let mut text = String::from("\"\"\"doc\"\"\"\nimport a\n");
    let functions = |text: &mut String, from: usize| {
        for number in from..from + LEAST_TEXT / 40 {
            let _ = write!(text, "\n\ndef f{number}(x: int) -> str:\n    return f'{{x:>{number}}}' + \"\\d\"\n");
        }
    };
    functions(&mut text, 0);
    text.push_str(middle);
    functions(&mut text, LEAST_TEXT);
    text
}

fn is_in_parts(text: &str) -> bool {
    let parts = parse_parts(text, THREADS);
    if let Some((module, warnings)) = &parts {
        let (whole, warnings_of_whole) = parse_whole(text).expect("parts have no errors");
        assert_eq!(*module, whole);
        assert_eq!(*warnings, warnings_of_whole);
    }
    parts.is_some()
}

#[test]
fn parts_are_the_whole() {
    for middle in [
        "",
        "\n\n@d\nclass C:\n    x = 1 \\\n\n\n@ e\n# comment\nasync def g(): yield\n# comment\n",
        "\n\nif x:\n\tdef g():\n\t\treturn 1\n\n\nclass C: y = '''\n\n\tdef f()'''\n",
        "\n\nmatch x:\n    case 1: é = ª\n",
        "\n\ntype X[T] = T; y: int\n    # deep\n",
    ] {
        let text = around(middle);
        assert!(divide(&text, 8).len() == 8);
        assert!(is_in_parts(&text), "{middle}");
    }
}

#[test]
fn what_belongs_together_is_not_parted() {
    for unit in [
        "@d\n\n\ndef f(): pass\n",
        "\n'''\n\n\ndef f(): pass\n'''\n",
        "\nx = (1\n\n\ndef f(): pass\n)\n",
        "\nif x: pass\n\n\n@d\ndef f(): (yield < x)\n",
    ] {
        assert!(!is_in_parts(&unit.repeat(LEAST_TEXT / 10)), "{unit}");
    }
    assert!(!is_in_parts("x = 1\n"));
}

#[test]
fn errors_are_those_of_the_whole() {
    for middle in
        ["\n\nx = = 1\n", "\n\n'''", "\n\ndef g(:\n", "\n\nx = 0777\n", "\n\nfrom __future__ import barry_as_FLUFL\n"]
    {
        let text = around(middle);
        let decode = || SourceText::decode(text.as_bytes()).expect("text");
        let [one, several] = [parse(decode()).err(), parse_with_threads(decode(), THREADS).err()];
        assert_eq!(one, several, "{middle}");
    }
}
