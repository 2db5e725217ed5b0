//! Messages and places as CPython 3.14.8 gives them.

use super::{diagnose, translate};
use crate::{Exception, LineIndex};
use ruff_python_ast::{Mod, ModModule, PythonVersion, Stmt};
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};

/// `line:column message`, with the class if it is not `SyntaxError`.
fn error(text: &str) -> String {
    let Err(diagnostic) = diagnose(&format!("{text}\n")) else { return "accepted".to_owned() };
    let place = LineIndex::new(text).location(diagnostic.span);
    let class = match diagnostic.exception {
        Exception::SyntaxError => String::new(),
        other => format!("{} ", other.name()),
    };
    format!("{}:{} {class}{}", place.line, place.column, diagnostic.message)
}

#[test]
fn the_second_pass_explains_mistakes() {
    assert_eq!(error("f(a b)"), "1:2 invalid syntax. Perhaps you forgot a comma?");
    assert_eq!(error("print 1"), "1:0 Missing parentheses in call to 'print'. Did you mean print(...)?");
    assert_eq!(error("a = 1 = b()"), "1:4 cannot assign to literal");
    assert_eq!(error("for f() in x: pass"), "1:4 cannot assign to function call");
    assert_eq!(error("del (a, b.c, d + e)"), "1:13 cannot delete expression");
    assert_eq!(error("f(**a, *b)"), "1:5 iterable argument unpacking follows keyword argument unpacking");
    assert_eq!(error("f(a=1, b)"), "1:8 positional argument follows keyword argument");
    assert_eq!(error("f(x for x in y, 1)"), "1:2 Generator expression must be parenthesized");
    assert_eq!(error("(a.b := 1)"), "1:1 cannot use assignment expressions with attribute");
    assert_eq!(error("if x = 3: pass"), "1:3 invalid syntax. Maybe you meant '==' or ':=' instead of '='?");
    assert_eq!(error("try:\n  pass\nx"), "3:0 expected 'except' or 'finally' block");
    assert_eq!(error("def f(a=1, b): pass"), "1:11 parameter without a default follows parameter with a default");
    assert_eq!(error("import a.b as c.d"), "1:14 cannot use attribute as import target");
    assert_eq!(error("a <> b"), "1:2 invalid syntax.  Maybe you meant '!=' instead of '<>'?");
}

#[test]
fn errors_without_a_rule_are_at_the_last_token_of_the_first_pass() {
    assert_eq!(error("a b"), "1:2 invalid syntax");
    assert_eq!(error("x = 1 $ 2"), "1:6 invalid syntax");
    assert_eq!(error("case _.b: pass"), "1:5 invalid syntax");
}

#[test]
fn blocks_need_indentation() {
    let after_if = "IndentationError expected an indented block after 'if' statement on line 1";
    assert_eq!(error("if x:\ny"), format!("2:0 {after_if}"));
    assert_eq!(error("x\n  y"), "2:1 IndentationError unexpected indent");
    let unmatched = "IndentationError unindent does not match any outer indentation level";
    assert_eq!(error("if x:\n    y\n  z"), format!("3:3 {unmatched}"));
    let tabs = "TabError inconsistent use of tabs and spaces in indentation";
    assert_eq!(error("if x:\n        y\n\tz"), format!("3:0 {tabs}"));
}

#[test]
fn errors_of_the_tokenizer_come_before_those_of_the_parser() {
    assert_eq!(error("a b\n'''"), "2:0 unterminated triple-quoted string literal (detected at line 2)");
    assert_eq!(error("x = (1,\ny = 2"), "1:4 '(' was never closed");
    assert_eq!(error("a b\n)"), "2:0 unmatched ')'");
    // Not inside an f-string.
    assert_eq!(error("f'{! 08}'"), "1:3 f-string: valid expression required before '!'");
}

#[test]
fn tokens_can_be_wrong() {
    assert_eq!(error("0b2"), "1:2 invalid digit '2' in binary literal");
    assert_eq!(error("1__0"), "1:1 invalid decimal literal");
    assert_eq!(error("x€"), "1:1 invalid character '€' (U+20AC)");
    assert_eq!(error("a\u{200b}"), "1:1 invalid non-printable character U+200B");
    assert_eq!(error("ub''"), "1:0 'u' and 'b' prefixes are incompatible");
    assert_eq!(error("(\n]"), "2:0 closing parenthesis ']' does not match opening parenthesis '(' on line 1");
    assert_eq!(error("'\\N{x}'").split(": ").last(), Some("unknown Unicode character name"));
    assert_eq!(error("b'é'"), "1:0 bytes can only contain ASCII literal characters");
    assert_eq!(error("'a' b'b'"), "1:8 cannot mix bytes and nonbytes literals");
}

#[test]
fn interpolated_strings_have_their_own_errors() {
    assert_eq!(error("f'{}'"), "1:3 f-string: valid expression required before '}'");
    assert_eq!(error("t'{a!}'"), "1:5 t-string: missing conversion character");
    assert_eq!(error("f'{a!x}'"), "1:5 f-string: invalid conversion character 'x': expected 's', 'r', or 'a'");
    assert_eq!(error("f'}'"), "1:2 f-string: single '}' is not allowed");
    assert_eq!(error("f'{a:{b:{c:{d}}}}'"), "1:10 f-string: expressions nested too deeply");
    assert_eq!(error("f'{a:{b:{c}}}'"), "accepted");
}

#[test]
fn depth_is_limited_as_in_cpython() {
    let accepted = |count: usize| diagnose(&format!("x={}1\n", "-".repeat(count))).is_ok();
    assert!(accepted(5966));
    assert!(!accepted(5967));
    assert_eq!(error(&"(".repeat(201)), "1:200 too many nested parentheses");
}

fn accepted_tree(text: &str) -> ModModule {
    let options = ParseOptions::from(Mode::Module).with_target_version(PythonVersion::PY314);
    let parsed = parse_unchecked(text, options);
    let errors = parsed.errors().to_vec();
    assert!(!errors.is_empty(), "ruff has learnt to parse {text:?}");
    let Mod::Module(mut module) = parsed.into_syntax() else { unreachable!("module mode") };
    assert_eq!(translate(text, &mut module, &errors), []);
    module
}

#[test]
fn trees_that_only_cpython_takes_are_put_right() {
    let module = accepted_tree("raise; x\n");
    assert!(matches!(&module.body[..], [Stmt::Raise(raise), Stmt::Expr(_)] if raise.exc.is_none()));
    assert_eq!(accepted_tree("x; match.y\n").body.len(), 2);
    let module = accepted_tree("from __future__ import barry_as_FLUFL\n1 <> 2\n");
    assert!(matches!(&module.body[1], Stmt::Expr(compared) if compared.value.is_compare_expr()));
}

#[test]
fn any_text_gets_an_answer() {
    for text in ["", "\\", "\0", "'", "f'{", "f'{'", "{{{", "\t\x0c #", "case", "\"\"\"", "0_", "é\\"] {
        error(text);
        let _ = diagnose(text);
    }
}
