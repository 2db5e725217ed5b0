//! Scopes, names and their order.

use super::{all_errors, children, flags, parameters, parsed, resolutions, scope, table};
use crate::node_index;
use crate::symtable::{ScopeRole, SymbolFlags, SymbolTable, mangle, maybe_mangle};
use ruff_python_ast::{Expr, Stmt, TypeParam};

#[test]
fn a_captured_local_is_a_cell() {
    let source = "def f(a):\n x = 1\n def g(): return x, y, a";
    assert_eq!(resolutions(source, "f"), "a Cell, x Cell, g Local");
    assert_eq!(resolutions(source, "f/g"), "x Free, y GlobalImplicit, a Free");
}

#[test]
fn a_free_name_passes_through_the_functions_between() {
    let source = "def f():\n x = 1\n def g():\n  def h(): return x";
    assert_eq!(resolutions(source, "f/g"), "h Local, x Free");
    assert_eq!(flags(source, "f/g", "x"), SymbolFlags::default());
}

#[test]
fn a_global_statement_hides_the_binding_around() {
    let source = "def f():\n x = 1\n def g():\n  global x\n  def h(): return x";
    assert_eq!(resolutions(source, "f/g"), "x GlobalExplicit, h Local");
    assert_eq!(resolutions(source, "f/g/h"), "x GlobalImplicit");
    assert!(flags(source, "", "x").intersects(SymbolFlags::GLOBAL));
}

#[test]
fn a_class_binds_nothing_for_its_methods() {
    let source = "def f():\n x = 1\n class C:\n  x = 2\n  def m(self): return x";
    assert_eq!(resolutions(source, "f/C"), "x Local, m Local");
    assert!(flags(source, "f/C", "x").intersects(SymbolFlags::FREE_CLASS));
    assert_eq!(resolutions(source, "f/C/m"), "self Local, x Free");
}

#[test]
fn naming_super_needs_the_class_closure() {
    let source = "class C:\n def m(self): return super";
    assert_eq!(resolutions(source, "C/m"), "self Local, super GlobalImplicit, __class__ Free");
    let table = table(source);
    assert!(table.scope(scope(&table, "C")).needs_class_closure);
}

#[test]
fn any_method_needs_the_class_dict_unless_annotations_are_strings() {
    for (head, needed) in [("", true), ("from __future__ import annotations\n", false)] {
        let table = table(&format!("{head}class C:\n def m(self): pass"));
        assert_eq!(table.scope(scope(&table, "C")).needs_classdict, needed, "{head}");
    }
}

#[test]
fn functions_without_annotations_have_no_scope_for_them_but_one_in_a_class() {
    let source = "class C:\n def a(self): pass\n def b(self):\n  def c(): pass\n def d() -> e: pass";
    assert_eq!(children(source, "C"), "__annotate__ a b __annotate__ d");
    assert_eq!(children(source, "C/b"), "c");
}

#[test]
fn names_come_in_the_order_of_visit() {
    let source = "for a in b: c\nd[e] = f\n{g: h, i: j}\n(k := l)\nwith m as n: o\nx: p = q";
    assert_eq!(
        resolutions(source, "").replace(" GlobalImplicit", "").replace(" Local", ""),
        "a, b, c, d, e, f, g, i, h, j, l, k, m, n, o, x, __conditional_annotations__, q"
    );
}

#[test]
fn a_definition_visits_name_defaults_decorators() {
    let source = "@d\ndef f(a: A = x, *b: B, k: K = y, **c: C) -> R: z";
    assert_eq!(resolutions(source, ""), "f Local, x GlobalImplicit, y GlobalImplicit, d GlobalImplicit");
    assert_eq!(children(source, ""), "__annotate__ f");
    assert_eq!(parameters(source, "f"), "a k b c");
    assert_eq!(resolutions(source, "__annotate__").replace(" GlobalImplicit", ""), ".format Local, A, B, C, K, R");
}

#[test]
fn comprehensions_are_inlined_and_generators_are_not() {
    let source = "def f(y): return [x for x in (lambda: y)() if (lambda: x)], (z for z in y)";
    assert_eq!(resolutions(source, "f"), "y Cell, x Cell");
    let expected =
        SymbolFlags::LOCAL.union(SymbolFlags::USE).union(SymbolFlags::COMP_ITER).union(SymbolFlags::COMP_CELL);
    assert_eq!(flags(source, "f", "x"), expected);
    assert_eq!(children(source, "f"), "<lambda> <lambda> <genexpr>");
    assert_eq!(parameters(source, "f/<genexpr>"), ".0");
}

#[test]
fn a_dict_comprehension_visits_the_value_first() {
    assert_eq!(resolutions("{a: b for c in d}", ""), "d GlobalImplicit, c Local, b GlobalImplicit, a GlobalImplicit");
}

#[test]
fn comprehensions_are_functions_where_a_class_is_visible() {
    let source = "class C:\n x: [a for a in b]";
    assert_eq!(children(source, "C/__annotate__"), "<listcomp>");
}

#[test]
fn an_inlined_comprehension_does_not_see_the_class_cells() {
    let source = "class C:\n [__class__ for x in y]";
    assert_eq!(resolutions(source, "C"), "y GlobalImplicit, x Local, __class__ GlobalImplicit");
    let table = table(source);
    assert!(!table.scope(scope(&table, "C")).needs_class_closure);
}

#[test]
fn a_named_expression_binds_outside_of_comprehensions() {
    let source = "def f(): [[y := x for x in z] for w in v]";
    assert_eq!(resolutions(source, "f"), "v GlobalImplicit, y Local, w Local, z GlobalImplicit, x Local");
    assert_eq!(resolutions("[y := x for x in z]", ""), "z GlobalImplicit, y GlobalExplicit, x Local");
}

#[test]
fn local_annotations_are_not_evaluated() {
    let source = "def f():\n x: (a, lambda: b)";
    assert_eq!(resolutions(source, "f"), "x Local");
    assert_eq!(resolutions(source, "f/__annotate__"), ".format Local");
    assert_eq!(resolutions(source, "f/__annotate__/<lambda>"), "b GlobalImplicit");
}

#[test]
fn class_annotations_are_conditional_inside_statements_only() {
    for (source, conditional) in [
        ("class C:\n x: int", false),
        ("class C:\n if a: x: int", true),
        ("class C:\n with a: x: int", true),
        ("class C:\n if a: pass\n x: int", false),
    ] {
        let table = table(source);
        let class = table.scope(scope(&table, "C"));
        assert_eq!(class.has_conditional_annotations, conditional, "{source}");
    }
    let module = table("x: int");
    assert!(module.scope(module.module_scope()).has_conditional_annotations);
}

#[test]
fn type_parameters_have_scopes_of_their_own() {
    let source = "def f[T: int = bool](a=1, *, b=2): return T";
    assert_eq!(children(source, ""), "f");
    assert_eq!(children(source, "f"), "T T f");
    assert_eq!(parameters(source, "f"), ".defaults .kwdefaults");
    assert_eq!(resolutions(source, "f"), ".defaults Local, .kwdefaults Local, T Cell");
    assert_eq!(resolutions(source, "f/f"), "a Local, b Local, T Free");
}

#[test]
fn a_generic_class_keeps_its_type_parameters() {
    let source = "class C[T](B): x = T";
    assert_eq!(resolutions(source, "C"), ".type_params Cell, .generic_base Local, T Cell, B GlobalImplicit");
    assert_eq!(resolutions(source, "C/C"), "__type_params__ Local, .type_params Free, x Local, T Free");
}

#[test]
fn private_names_are_mangled_by_the_class() {
    let source = "class _C:\n __x = 1\n def f(self, __y): import __a.b; __z__, __w";
    assert_eq!(resolutions(source, "_C"), "_C__x Local, f Local");
    assert_eq!(
        resolutions(source, "_C/f"),
        "self Local, _C__y Local, _C__a Local, __z__ GlobalImplicit, _C__w GlobalImplicit"
    );
    assert_eq!(resolutions("class __:\n __x = 1", "__"), "__x Local");
}

#[test]
fn around_a_generic_class_only_type_parameters_are_private() {
    let source = "class C[__T: __U, __U](__B): x = __T";
    assert_eq!(
        resolutions(source, "C"),
        ".type_params Cell, .generic_base Local, _C__T Cell, _C__U Local, __B GlobalImplicit"
    );
    // The bound is visited before `__U` is known, and compiled after.
    assert_eq!(resolutions(source, "C/__T"), ".format Local, __U GlobalImplicit");
    let mut table = table(source);
    let bound = table.scope(scope(&table, "C/__T")).clone();
    let class = table.names.lookup("C");
    let [private, other] = ["__U", "__B"].map(|name| table.names.intern(name));
    let mangled = maybe_mangle(&mut table.names, class, &bound, private);
    assert_eq!(table.names.text(mangled), "_C__U");
    assert_eq!(maybe_mangle(&mut table.names, class, &bound, other), other);
    let mangled = mangle(&mut table.names, class, other);
    assert_eq!(table.names.text(mangled), "_C__B");
}

#[test]
fn debug_is_a_constant_except_in_pattern_values() {
    assert_eq!(resolutions("x = __debug__", ""), "x Local");
    assert_eq!(resolutions("match x:\n case __debug__.y: pass", ""), "x GlobalImplicit, __debug__ GlobalImplicit");
}

#[test]
fn methods_are_functions_directly_in_a_class() {
    let source = "class C:\n def f(self):\n  def g(): pass\n def h[T](self): pass\n lambda: 0";
    let table = table(source);
    let is_method = |path| table.scope(scope(&table, path)).method;
    assert!(is_method("C/f") && is_method("C/<lambda>"));
    assert!(!is_method("C/f/g") && !is_method("C/h/h"));
}

#[test]
fn functions_know_what_they_do() {
    let source = "def f(*a, **k):\n yield\n return 1\nasync def g(): return\nh = [await x async for x in y]";
    let errors = all_errors(source);
    assert_eq!(errors.len(), 1);
    let table = table(source.rsplit_once('\n').expect("several lines").0);
    let f = table.scope(scope(&table, "f"));
    assert!(f.generator && f.returns_value && f.varargs && f.varkeywords && !f.coroutine);
    let g = table.scope(scope(&table, "g"));
    assert!(g.coroutine && !g.generator && !g.returns_value);
}

#[test]
fn scopes_are_found_by_node_and_role() {
    let module = parsed("x: int\ndef f[T: int = str](a: T): lambda: 0\nclass C: y: int\ntype A = int");
    let table = SymbolTable::build(&module).expect("no errors");
    let body = &module.module().body;
    let found = |node, role| table.names.text(table.scope(table.scope_of(node, role)).name);
    let root = node_index(module.module());
    assert_eq!(found(root, ScopeRole::Body), "<module>");
    assert_eq!(found(root, ScopeRole::Annotations), "__annotate__");
    let [_, Stmt::FunctionDef(function), Stmt::ClassDef(class), Stmt::TypeAlias(alias)] = &body[..] else {
        panic!("four statements")
    };
    assert_eq!(found(node_index(function), ScopeRole::Body), "f");
    assert_eq!(found(node_index(function), ScopeRole::TypeParameters), "f");
    assert_eq!(found(node_index(function), ScopeRole::Annotations), "__annotate__");
    let Some(TypeParam::TypeVar(type_var)) = function.type_params.as_ref().and_then(|list| list.first()) else {
        panic!("a type variable")
    };
    assert_eq!(found(node_index(type_var), ScopeRole::Bound), "T");
    assert_eq!(found(node_index(type_var), ScopeRole::Default), "T");
    let [Stmt::Expr(statement)] = &function.body[..] else { panic!("one statement") };
    let Expr::Lambda(lambda) = &*statement.value else { panic!("a lambda") };
    assert_eq!(found(node_index(lambda), ScopeRole::Body), "<lambda>");
    assert_eq!(found(node_index(class), ScopeRole::Body), "C");
    assert_eq!(found(node_index(class), ScopeRole::Annotations), "__annotate__");
    assert_eq!(found(node_index(alias), ScopeRole::Body), "A");
}

#[test]
fn one_build_reports_every_error() {
    let errors = all_errors("from __future__ import nope\ndef f(a, a):\n nonlocal x\nawait y");
    let messages: Vec<_> = errors.iter().map(|error| error.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "future feature nope is not defined",
            "duplicate argument 'a' in function definition",
            "'await' outside function",
            "no binding for nonlocal 'x' found",
        ]
    );
}

#[test]
fn future_features_are_known() {
    let future = table("'doc'\nfrom __future__ import annotations, division").future;
    assert!(future.annotations && !future.barry_as_flufl);
}

#[test]
fn class_cells_are_those_that_inner_scopes_need() {
    for (source, closure, class_dict) in [
        ("class C:\n [lambda: __class__ for x in y]", true, false),
        ("class C:\n __class__\n [__class__ for x in y]", false, false),
        ("class C:\n [lambda: __classdict__ for x in y]", false, true),
        ("class C:\n __classdict__ = 1\n def f(self): pass", false, false),
        ("class C:\n __classdict__ = 1\n x: int", false, true),
        ("from __future__ import annotations\nclass C:\n x: int", false, false),
    ] {
        let table = table(source);
        let class = table.scope(scope(&table, "C"));
        assert_eq!((class.needs_class_closure, class.needs_classdict), (closure, class_dict), "{source}");
    }
}
