//! What `compile(bytes, …)` makes of the same bytes.

use super::SourceText;
use crate::Span;

fn text(bytes: &[u8]) -> String {
    SourceText::decode(bytes).expect("text").as_str().to_owned()
}

fn message(bytes: &[u8]) -> (String, Span) {
    let error = SourceText::decode(bytes).expect_err("an error");
    (error.message, error.span)
}

#[test]
fn newlines_are_line_feeds_and_the_last_line_ends() {
    assert_eq!(text(b"a\r\nb\rc\n\rd"), "a\nb\nc\n\nd\n");
    assert_eq!(text(b"\r\r\n"), "\n\n");
    assert_eq!(text(b""), "\n");
}

#[test]
fn the_byte_order_mark_is_not_text() {
    assert_eq!(text(b"\xef\xbb\xbf# coding: utf-8-sig\nx"), "# coding: utf-8-sig\nx\n");
    assert_eq!(
        message(b"\xef\xbb\xbf# a\n# coding: latin-1\n"),
        ("encoding problem: iso-8859-1 with BOM".into(), Span::new(4, 21))
    );
}

#[test]
fn declared_encodings_are_used() {
    assert_eq!(text(b"# coding: latin-1\n\xff"), "# coding: latin-1\n\u{ff}\n");
    assert_eq!(message(b"# coding: foo bar"), ("unknown encoding: foo".into(), Span::FILE));
    assert_eq!(
        message(b"# coding: ROT13").0,
        "'ROT13' is not a text encoding; use codecs.decode() to handle arbitrary codecs"
    );
    assert_eq!(
        message(b"# coding: cp1252\r\nx = '\x81'\n"),
        ("'charmap' codec can't decode byte 0x81 in position 22: character maps to <undefined>".into(), Span::FILE)
    );
}

#[test]
fn utf_8_is_strict() {
    assert_eq!(
        message(b"x\r\ny = '\xc3\xa9\xff'"),
        (
            "Non-UTF-8 code starting with '\\xff' on line 2, but no encoding declared; see \
             https://peps.python.org/pep-0263/ for details"
                .into(),
            Span::new(9, 9)
        )
    );
    assert!(message(b"'\xed\xa0\x80'").0.starts_with("Non-UTF-8 code starting with '\\xed' on line 1"));
}

#[test]
fn nul_is_refused_first() {
    assert_eq!(message(b"\xff\0"), ("source code string cannot contain null bytes".into(), Span::NONE));
}
