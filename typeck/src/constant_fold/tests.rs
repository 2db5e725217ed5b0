//! Expressions → the constants CinderX's `optimizer.py` makes of them, or none.
//!
//! Invariant: expectations are those of a run of CinderX's `AstOptimizer`.

use super::{Folder, fold, index_of, literal};
use crate::constants::{Constant, Folds};
use num_bigint::BigInt;
use pyclast_syntax::{ParsedModule, SourceText, parse};
use ruff_python_ast::visitor::source_order::SourceOrderVisitor;
use ruff_python_ast::{Expr, Stmt};

fn module(source: &str) -> ParsedModule {
    parse(SourceText::decode(source.as_bytes()).expect("the source is text")).expect("the source parses")
}

fn expression(module: &ParsedModule) -> &Expr {
    let [Stmt::Expr(statement)] = &*module.module().body else { panic!("one expression") };
    &statement.value
}

fn folded(source: &str) -> Option<Constant> {
    let module = module(source);
    let expression = expression(&module);
    let folds = fold(&module, false);
    literal(expression, module.text()).or_else(|| folds.constants.get(&index_of(expression)?).cloned())
}

fn int(value: i64) -> Constant {
    Constant::Int(BigInt::from(value))
}

/// What `optimizer.AstOptimizer` makes of the same texts.
#[test]
fn constants_are_folded() {
    assert_eq!(folded("-128"), Some(int(-128)));
    assert_eq!(folded("~True"), Some(int(-2)));
    assert_eq!(folded("2 ** 10 - 7 // -2"), Some(int(1028)));
    assert_eq!(folded("(1, -2)[1]"), Some(int(-2)));
    assert_eq!(folded("'ab' * 2"), Some(Constant::Str("abab".into())));
    assert_eq!(folded("not ()"), Some(Constant::Bool(true)));
    assert_eq!(folded("1 / 4"), Some(Constant::Float(0.25)));
    assert_eq!(folded("2 ** -1"), Some(Constant::Float(0.5)));
    assert_eq!(folded("__debug__"), Some(Constant::Bool(true)));
    assert_eq!(folded("1 + 2j"), Some(Constant::Complex(1.0, 2.0)));
    assert_eq!(folded("b'a'[0]"), Some(int(97)));
}

#[test]
fn what_fails_or_is_large_is_not_folded() {
    for source in
        ["1 / 0", "1 << 200", "2 ** 129", "'%d' % 1", "'a' * 5000", "-'a'", "(1,)[1]", "'abc'[0:1]", "x + 1", "(x, 1)"]
    {
        assert_eq!(folded(source), None, "{source}");
    }
}

#[test]
fn lists_and_sets_are_folded_where_they_are_iterated() {
    let iterated = |source: &str| {
        let module = module(source);
        let Expr::Compare(compare) = expression(&module) else { panic!("a comparison") };
        let (folds, index) = (fold(&module, false), index_of(&compare.comparators[0]).expect("it is numbered"));
        (folds.constants.get(&index).cloned(), folds.tuples.contains(&index))
    };
    let pair = || [int(1), int(-2)].into_iter().collect();
    assert_eq!(iterated("x in [1, -2]"), (Some(Constant::Tuple(pair())), false));
    assert_eq!(iterated("x in {1, -2, 1}"), (Some(Constant::FrozenSet(pair())), false));
    assert_eq!(iterated("x in [1, y]"), (None, true));
    assert_eq!(iterated("x in [1, *y]"), (None, false));
    assert_eq!(iterated("x in {1, y}"), (None, false));
    assert_eq!(iterated("x < [1]"), (None, false));
}

#[test]
fn comparisons_are_inverted() {
    let inverted = |source: &str| fold(&module(source), false).inverted_comparisons.len();
    assert_eq!(inverted("not x in y"), 1);
    assert_eq!(inverted("not not x is y"), 2);
    assert_eq!(inverted("not x < y"), 0);
    assert_eq!(inverted("not x is y is z"), 0);
}

/// The marks of the parser keep nothing from being folded.
#[test]
fn statements_without_marks_have_nothing_to_fold() {
    for source in [
        "def f(x=-1, y: 'a' = (1, 2)): return x[1 + 1] if not x is y else 'a' 'b' * 2\n",
        "class C(A[()]):\n  x = {1: -1}\n  for y in [a]: z = b'a'[0]\n  else: z = (1, (2, 3))\n",
        "while x in {1, 2}: f(y, *(), z=1 - 2)\nif __debug__: pass\nelif not (x in y): 1 < 2 in [1]\n",
        "try:\n  with a, -b as c: pass\nexcept (1 or 1 * 1): x = [y for y in [1, z] if y in {3}]\nfinally: 1 - 1\n",
        "match x:\n  case -1 if -1: lambda: -1\n  case [1, 2]: f'{-1:{1 + 1}}'\n",
        "@d(not a in b)\nasync def f() -> (1,):\n  async for x in [1]: await (x, -1)\n",
    ] {
        let module = module(source);
        let mut all = Folder { module: None, text: module.text(), debug: true, folds: Folds::default() };
        SourceOrderVisitor::visit_body(&mut all, &module.module().body);
        let (all, marked) = (all.folds, fold(&module, false));
        assert!(!all.constants.is_empty());
        assert_eq!(all.constants, marked.constants, "{source}");
        assert_eq!(all.tuples, marked.tuples, "{source}");
        assert_eq!(all.inverted_comparisons, marked.inverted_comparisons, "{source}");
    }
}
