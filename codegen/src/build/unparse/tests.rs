//! The expectations were read from CPython 3.14.8: the constants of
//! `from __future__ import annotations; x: …`.

use super::{Precedence, unparse};
use pyclast_syntax::{SourceText, parse};
use ruff_python_ast::Stmt;

fn unparsed(source: &str) -> String {
    let source = SourceText::decode(source.as_bytes()).expect("the test's source is UTF-8");
    let module = parse(source).expect("the test's source is valid");
    let [Stmt::Expr(statement)] = &module.module().body[..] else { panic!("one expression") };
    let text = unparse(&statement.value, Precedence::Test, module.text());
    String::from_utf8(text).expect("surrogates are escaped")
}

#[test]
fn operators_keep_the_tree() {
    assert_eq!(unparsed("a+(b+c)"), "a + (b + c)");
    assert_eq!(unparsed("(a+b)+c"), "a + b + c");
    assert_eq!(unparsed("(a**b)**c"), "(a ** b) ** c");
    assert_eq!(unparsed("-x**-y"), "-x ** (-y)");
    assert_eq!(unparsed("(not a)+b"), "(not a) + b");
    assert_eq!(unparsed("f(*a or b)"), "f(*(a or b))");
}

#[test]
fn numbers_are_normal() {
    assert_eq!(
        unparsed("[1e16, 1e15, 0.00001, 0.0001, 1e500, 1e500j, 1.0j, 0j, 0.0, 0x1f, 1.5e300, 100.25]"),
        "[1e+16, 1000000000000000.0, 1e-05, 0.0001, 1e309, 1e309j, 1j, 0j, 0.0, 31, 1.5e+300, 100.25]"
    );
    assert_eq!(unparsed("1 .real"), "1 .real");
}

#[test]
fn strings_choose_their_quotes() {
    assert_eq!(unparsed(r#"u'a' "b'" '\x00é\u200b'"#), "u\"ab'\\x00é\\u200b\"");
    assert_eq!(unparsed(r#"b'\'"\n\xff'"#), r#"b'\'"\n\xff'"#);
    assert_eq!(unparsed("f'{x=}{ {1:2} }' \"'\""), "f\"x={x!r}{ {1: 2}}'\"");
    assert_eq!(unparsed("f'{a:{{}}}'"), "f'{a:{ {}}}'");
}

#[test]
fn lambdas_have_no_needless_space() {
    assert_eq!(unparsed("lambda *,a:0"), "lambda*, a: 0");
    assert_eq!(unparsed("lambda a,/,b=1,*c,d=2,e,**f:0"), "lambda a, /, b=1, *c, d=2, e, **f: 0");
}
