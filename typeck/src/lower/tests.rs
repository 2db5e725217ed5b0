//! The facts of small modules; descriptors as CinderX writes them.

use crate::program::{Source, check_program_with_facts};
use crate::{Arena, fold};
use pyclast_syntax::type_facts::{AttributePlan, CallFact, Conversion, Descriptor, TypeCode, TypeFacts, TypeKind};
use pyclast_syntax::{SourceText, SymbolTable, node_index, parse};
use ruff_python_ast::{Expr, Stmt};

fn facts<T>(source: &str, look: impl FnOnce(&TypeFacts, &[Stmt]) -> T) -> T {
    let parsed = parse(SourceText::decode(source.as_bytes()).expect("the source is text")).expect("the source parses");
    let symbols = SymbolTable::build(&parsed).expect("the names are in order");
    let folds = fold(&parsed, false);
    let sources = [Source {
        name: "m",
        parsed: &parsed,
        symbols: &symbols,
        folds: &folds,
        is_package: false,
        is_stub: false,
        bind: true,
        inlines: true,
    }];
    let arena = Arena::default();
    let (program, facts) = check_program_with_facts(&sources, &arena);
    assert_eq!(program.errors, []);
    look(&facts[0], &parsed.module().body)
}

fn text(descriptor: &Descriptor) -> String {
    let path: Vec<_> = descriptor.path.iter().map(ToString::to_string).collect();
    format!("{}:{}{}", descriptor.module, path.join("."), descriptor.marks.iter().collect::<String>())
}

const MODULE: &str = "\
import __static__
from __static__ import int64
from typing import Optional
class C:
    x: int
    def m(self, y: int) -> Optional[str]:
        return None
def f(c: C, n: int64, o: object, d) -> int64:
    c.x
    c.m(d)
    return n
";

#[test]
fn functions_and_classes() {
    facts(MODULE, |facts, body| {
        let [_, _, _, Stmt::ClassDef(class), Stmt::FunctionDef(function)] = body else { panic!("five statements") };
        let fact = &facts.functions[&node_index(function)];
        let checks: Vec<_> =
            fact.checks.iter().map(|(position, class)| format!("{position} {}", text(class))).collect();
        assert_eq!(checks, ["0 m:C", "1 __static__:int64#"]);
        assert_eq!(text(&fact.returns), "__static__:int64#");
        let Stmt::FunctionDef(method) = &class.body[1] else { panic!("a method") };
        assert_eq!(text(&facts.functions[&node_index(method)].returns), "builtins:str?");
        let fact = &facts.classes[&node_index(class)];
        assert_eq!(fact.slots, ["x"]);
        assert_eq!(text(&fact.slot_types[0].1), "builtins:int");
    });
}

#[test]
fn fields_and_calls() {
    facts(MODULE, |facts, body| {
        let Stmt::FunctionDef(function) = &body[4] else { panic!("a function") };
        let [Stmt::Expr(field), Stmt::Expr(call), _] = &function.body[..] else { panic!("three statements") };
        let plan = &facts.attributes[&node_index(&*field.value)];
        assert!(matches!(plan, AttributePlan::Field { class, name } if text(class) == "m:C" && name == "x"));
        let CallFact::Method { invocation, is_virtual, .. } = &facts.calls[&node_index(&*call.value)] else {
            panic!("a method")
        };
        assert_eq!((invocation.function.name.as_str(), *is_virtual, invocation.parameters), ("m", true, 2));
        let Expr::Call(call) = &*call.value else { panic!("a call") };
        let argument = facts.node(node_index(&call.arguments.args[0])).expect("it has a type");
        assert_eq!(facts.get(argument).kind, TypeKind::Dynamic);
    });
}

#[test]
fn conversions() {
    facts(MODULE, |facts, body| {
        let Stmt::FunctionDef(function) = &body[4] else { panic!("a function") };
        let type_of = |position: usize| {
            let parameter = &function.parameters.args[position].parameter;
            facts.node(node_index(parameter)).expect("parameters have types")
        };
        let (class, int64, object, dynamic) = (type_of(0), type_of(1), type_of(2), type_of(3));
        assert!(matches!(facts.conversion(class, Some(dynamic)), Conversion::Cast(to) if text(to) == "m:C"));
        assert_eq!(facts.conversion(dynamic, Some(class)), Conversion::None);
        assert_eq!(facts.conversion(int64, Some(object)), Conversion::Unbox { to: TypeCode::Int64, refine: None });
    });
}

const SHAPES: &str = "\
import __static__
from typing import Optional, final
class Shape:
    def area(self, scale: int) -> int:
        raise NotImplementedError
    def twice(self, scale: int) -> int:
        return self.area(scale)
@final
class Square(Shape):
    def area(self, scale: int) -> int:
        return scale
";

/// The classes that the call in `Shape.twice` is tested for.
fn tested(source: &str) -> Vec<String> {
    facts(source, |facts, _| {
        let found: Vec<_> = facts.implementations.values().flatten().collect();
        assert!(found.iter().all(|known| known.function.class.as_ref() == Some(&known.class)));
        found.iter().map(|known| text(&known.class)).collect()
    })
}

const DOT: &str = "class Dot(Shape):\n    def area(self, scale: int) -> int:\n        return 1\n";

#[test]
fn virtual_methods_have_functions_for_known_classes() {
    assert_eq!(tested(SHAPES), ["m:Square"]);
    assert_eq!(tested(&format!("{SHAPES}{DOT}")), ["m:Dot", "m:Square"]);
    // The method of one takes more, or is its base's: tests would tell too little.
    assert_eq!(tested(&format!("{SHAPES}{}", DOT.replace("scale: int", "scale: object"))), [""; 0]);
    assert_eq!(tested(&format!("{SHAPES}class Line(Shape):\n    pass\n")), [""; 0]);
}

#[test]
fn classes_have_to_be_there_before_anything_is_called() {
    assert_eq!(tested(&format!("{SHAPES}print(1)\n{DOT}")), ["m:Square"]);
    assert_eq!(tested(&format!("{SHAPES}import sys\n{DOT}")), ["m:Square"]);
    assert_eq!(tested(&format!("{SHAPES}{DOT}del Dot\n")), ["m:Square"]);
    let method = DOT.replace("    def", "    print(1)\n    def");
    assert_eq!(tested(&format!("{SHAPES}{method}")), ["m:Square"]);
}
