//! What changes a static interface, and what does not.

use super::{StaticInterface, static_interface};
use crate::{SourceText, SymbolTable, parse};

fn interface(source: &str) -> StaticInterface {
    let source = SourceText::decode(source.as_bytes()).expect("the source is text");
    let module = parse(source).expect("the source parses");
    let symbols = SymbolTable::build(&module).expect("the source has a symbol table");
    static_interface(&module, &symbols).0
}

const MODULE: &str = "import __static__
from lib import C
class D(C):
    x: int
    def __init__(self, y: C) -> None:
        self.y = y
    def m(self) -> 'Optional[E]':
        return None
def f(a: int = 1) -> int:
    return a
";

#[test]
fn bodies_and_layout_leave_it_equal() {
    let base = interface(MODULE);
    let same = [
        MODULE.replace("return None", "print(1)\n        return None"),
        MODULE.replace("return a", "return a + 1  # more"),
        MODULE.replace("class D", "# a comment\n\nclass D"),
        MODULE.replace("(a: int = 1)", "(\n    a: int = 1,  # one\n)"),
        format!("{MODULE}print(f())\n"),
    ];
    for text in same {
        assert_eq!(interface(&text), base, "{text}");
    }
}

#[test]
fn what_others_see_changes_its_name_only() {
    let base = interface(MODULE);
    let changes = [
        (MODULE.replace("a: int = 1", "a: int = 2"), "f"),
        (MODULE.replace("-> int:", "-> object:"), "f"),
        (MODULE.replace("def f", "@inline\ndef f"), "f"),
        (MODULE.replace("x: int", "x: str"), "D"),
        (MODULE.replace("self.y = y", "self.z = y"), "D"),
        (MODULE.replace("'Optional[E]'", "int"), "D"),
        (MODULE.replace("D(C)", "D(object)"), "D"),
        (format!("{MODULE}X: Final = 1\n"), "X"),
    ];
    for (text, name) in changes {
        let changed = interface(&text);
        let differing = |name: &&String| changed.names.get(*name) != base.names.get(*name);
        let differing: Vec<&String> = changed.names.keys().filter(differing).collect();
        assert_eq!(differing, [name], "{text}");
    }
    let inlined = MODULE.replace("def f", "@inline\ndef f");
    assert_ne!(interface(&inlined), interface(&inlined.replace("return a", "return a + 1")));
}

#[test]
fn mentions_are_those_of_the_declaration() {
    let interface = interface(MODULE);
    let mentions: Vec<&str> = interface.names["D"].mentions.iter().map(String::as_str).collect();
    assert_eq!(mentions, ["C", "E", "Optional", "int", "self.y", "x", "y"]);
    assert_eq!(interface.names["f"].mentions.iter().collect::<Vec<_>>(), ["int"]);
    assert_eq!(interface.names["C"].imports.len(), 1);
}
