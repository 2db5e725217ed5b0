use super::{Constant, Folded, Iterated, negated_comparison};
use pyclast_syntax::{ParsedModule, PyInt, SourceText, parse};
use ruff_python_ast::{CmpOp, Expr, Stmt};

fn module(source: &str) -> ParsedModule {
    parse(SourceText::decode(source.as_bytes()).expect("the source is text")).expect("the source parses")
}

fn expression(module: &ParsedModule) -> &Expr {
    let [Stmt::Expr(statement)] = &*module.module().body else { panic!("one expression") };
    &statement.value
}

fn folded(source: &str) -> Option<Constant> {
    let module = module(source);
    Folded::new(&module, false).constant(expression(&module), module.text())
}

fn int(value: i64) -> Option<Constant> {
    Some(Constant::Int(PyInt::Small(value)))
}

/// What `optimizer.AstOptimizer` makes of the same texts.
#[test]
fn constants_are_folded() {
    assert_eq!(folded("-128"), int(-128));
    assert_eq!(folded("~True"), int(-2));
    assert_eq!(folded("2 ** 10 - 7 // -2"), int(1028));
    assert_eq!(folded("(1, -2)[1]"), int(-2));
    assert_eq!(folded("'ab' * 2"), Some(Constant::Str("abab".into())));
    assert_eq!(folded("not ()"), Some(Constant::Bool(true)));
    assert_eq!(folded("1 / 4"), Some(Constant::Float(0.25)));
    assert_eq!(folded("2 ** -1"), Some(Constant::Float(0.5)));
    assert_eq!(folded("__debug__"), Some(Constant::Bool(true)));
    assert_eq!(folded("1 + 2j"), Some(Constant::Complex(1.0, 2.0)));
    assert_eq!(folded("b'a'[0]"), int(97));
}

#[test]
fn what_fails_or_is_large_is_not_folded() {
    for source in ["1 / 0", "1 << 200", "2 ** 129", "'%d' % 1", "'a' * 5000", "-'a'", "(1,)[1]", "'abc'[0:1]", "x + 1", "(x, 1)"] {
        assert_eq!(folded(source), None, "{source}");
    }
}

#[test]
fn lists_and_sets_are_folded_where_they_are_iterated() {
    let iterated = |source: &str| {
        let module = module(source);
        let Expr::Compare(compare) = expression(&module) else { panic!("a comparison") };
        Folded::new(&module, false).iterated(&compare.comparators[0], module.text())
    };
    let pair = || [int(1), int(-2)].into_iter().flatten();
    assert_eq!(iterated("x in [1, -2]"), Some(Iterated::Constant(Constant::Tuple(pair().collect()))));
    assert_eq!(iterated("x in {1, -2, 1}"), Some(Iterated::Constant(Constant::FrozenSet(pair().collect()))));
    assert_eq!(iterated("x in [1, y]"), Some(Iterated::Tuple));
    assert_eq!(iterated("x in [1, *y]"), None);
    assert_eq!(iterated("x in {1, y}"), None);
}

#[test]
fn comparisons_are_negated() {
    let operator = |source: &str| {
        let module = module(source);
        let Expr::UnaryOp(unary) = expression(&module) else { panic!("a unary operator") };
        negated_comparison(unary).map(|(_, operator)| operator)
    };
    assert_eq!(operator("not x in y"), Some(CmpOp::NotIn));
    assert_eq!(operator("not not x is y"), Some(CmpOp::Is));
    assert_eq!(operator("not x < y"), None);
    assert_eq!(operator("not x is y is z"), None);
}
