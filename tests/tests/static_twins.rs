//! Which functions of primitive results have a twin, and what the two are.

use pyclast_codegen::{CodeFlags, Constant, Opcode};
use pyclast_tests::static_module::{compiled, named, opcodes};

/// How many code objects `f` has.
fn count(text: &str) -> usize {
    named(&compiled(text), "f").len()
}

#[test]
fn the_function_unboxes_what_its_twin_gives() {
    let module = compiled("def f(a: int64, b: str) -> int64:\n    return a if b < 'x' else 2\n");
    let functions = named(&module, "f");
    let [twin, function] = &functions[..] else { panic!("{} code objects", functions.len()) };
    let expected = [
        Opcode::Resume,
        Opcode::LoadLocal,
        Opcode::LoadFastBorrow,
        Opcode::InvokeFunction,
        Opcode::PrimitiveUnbox,
        Opcode::ReturnPrimitive,
    ];
    assert_eq!(opcodes(function), expected);
    assert!(!opcodes(twin).contains(&Opcode::ReturnPrimitive), "it gives objects");
    assert!(opcodes(twin).contains(&Opcode::PrimitiveBox));
    let boxed = |constant: &Constant| matches!(constant, Constant::Tuple(parts) if parts.len() == 2);
    let (Some(mine), Some(its)) = (function.constants.last(), twin.constants.last()) else { panic!("no constants") };
    assert!(boxed(mine) && boxed(its) && mine != its, "they promise different results");
    assert_eq!(function.qualname, twin.qualname);
    assert_eq!(function.first_line, twin.first_line);
    let names: Vec<String> = module.names.iter().map(ToString::to_string).collect();
    assert!(names.contains(&"<boxed f 3>".to_owned()), "no global of the module is the twin: {names:?}");
}

#[test]
fn what_cannot_leave_the_jit_has_no_twin() {
    for body in [
        "return a + 1",
        "b: int64 = a\n    while b > 10:\n        b -= 1\n    return b",
        "return g(a)",
        "return C(1).x",
        // It leaves to raise, and only so.
        "if a > 1:\n        raise ValueError\n    return a",
    ] {
        let others = "class C:\n    def __init__(self, x: int64) -> None:\n        self.x: int64 = x\n\
                      def g(a: int64) -> int64:\n    return a\n";
        assert_eq!(count(&format!("{others}def f(a: int64) -> int64:\n    {body}\n")), 1, "{body}");
    }
}

#[test]
fn what_may_leave_the_jit_has_a_twin() {
    for body in [
        // The value of a global may be another one.
        "return a if N else 1",
        "return a if len('x') < b else 1",
        // An attribute may be elsewhere.
        "return a if o.x else 1",
        "return a if b < 3 else 1",
        "try:\n        return a\n    except ValueError:\n        return 1",
        "with o:\n        return a",
    ] {
        let text = format!("N = 1\ndef f(a: int64, b: int, o) -> int64:\n    {body}\n    return 0\n");
        assert_eq!(count(&text), 2, "{body}");
    }
    assert_eq!(count("def f(b: int) -> int:\n    return b if b < 3 else 1\n"), 1, "it gives no primitive");
}

#[test]
fn functions_that_no_twin_fits_are_left_to_the_interpreter() {
    let inside = "def outer(b: int) -> int:\n    def f(a: int64) -> int64:\n        return a if b < 3 else 1\n    \
                  return 0\n";
    let keywords = "def f(a: int64, *, b: int = 1) -> int64:\n    return a if b < 3 else 1\n";
    for text in [inside, keywords] {
        let module = compiled(text);
        let functions = named(&module, "f");
        assert_eq!(functions.len(), 1, "{text}");
        assert!(functions[0].flags.intersects(CodeFlags::SUPPRESS_JIT), "{text}");
    }
}
