//! Small code objects, sound and broken ones, in a world of two classes.
//!
//! ```text
//! module m:   class A: x: int; n: int64; o: A | None; def g(self, y: int) -> A; async def co(self) -> A
//!             class B(A): …        def f(a: A, n: int64) -> int64
//! ```

mod broken_objects;
mod broken_primitives;
mod sound;
mod woven;

use super::{World, prove};
use crate::{CodeFlags, CodeObject, Constant, EXTENDED_OPCODE, Encoding, LocalKind, Opcode, VALUES_SHIFT};
use pyclast_syntax::PyString;
use pyclast_syntax::type_facts::{Descriptor, FunctionDescriptor};
use pyclast_syntax::world_facts::{ClassWorld, FieldWorld, FunctionPart, FunctionWorld, WorldFacts};
use ruff_python_ast::name::Name;

/// An instruction with a number or a constant.
#[derive(Clone, Debug)]
enum Item {
    Number(Opcode, u32),
    Constant(Opcode, Constant),
    /// A typed opcode behind an `EXTENDED_OPCODE` that says something else.
    Misstated(Opcode, u32, u8),
}

fn op(opcode: Opcode, oparg: u32) -> Item {
    Item::Number(opcode, oparg)
}

fn with(opcode: Opcode, constant: Constant) -> Item {
    Item::Constant(opcode, constant)
}

fn text(text: &str) -> Constant {
    Constant::str(text)
}

/// `("m", "C")`: words as a constant.
fn words(parts: &[&str]) -> Constant {
    Constant::tuple(parts.iter().map(|part| text(part)))
}

fn class_a() -> Constant {
    words(&["m", "A"])
}

fn class_b() -> Constant {
    words(&["m", "B"])
}

fn int64() -> Constant {
    words(&["__static__", "int64", "#"])
}

fn int() -> Constant {
    words(&["builtins", "int"])
}

fn object() -> Constant {
    words(&["builtins", "object"])
}

fn checked_list() -> Constant {
    Constant::tuple([text("__static__"), text("chklist"), Constant::tuple([class_a()]), text("!")])
}

fn array() -> Constant {
    Constant::tuple([text("__static__"), text("Array"), Constant::tuple([int64()]), text("!")])
}

fn field(name: &str) -> Constant {
    Constant::tuple([class_a(), text(name)])
}

fn method(name: &str) -> Constant {
    Constant::tuple([class_a(), text(name)])
}

fn function_f() -> Constant {
    Constant::tuple([words(&["m"]), text("f")])
}

fn call(function: Constant, values: i64) -> Constant {
    Constant::tuple([function, Constant::int(values)])
}

fn loaded(function: Constant) -> Constant {
    Constant::tuple([function])
}

fn local(index: i64) -> Constant {
    Constant::tuple([Constant::int(index), int64()])
}

fn number(value: i64, code: i64) -> Constant {
    Constant::tuple([Constant::int(value), Constant::int(code)])
}

/// A function of `a` and `b` with locals `c` and `d`; what is checked of the arguments, and what is returned.
fn function(checks: &[(i64, Constant)], returns: Constant, body: &[Item]) -> CodeObject {
    let argument = LocalKind(LocalKind::LOCAL | LocalKind::ARG_POS | LocalKind::ARG_KW);
    let variable = LocalKind(LocalKind::LOCAL);
    let mut code = CodeObject {
        arg_count: 2,
        pos_only_arg_count: 0,
        kw_only_arg_count: 0,
        stack_size: 8,
        flags: CodeFlags(CodeFlags::STATICALLY_COMPILED.0 | 3),
        code: [].into(),
        constants: [Constant::None].into(),
        names: [PyString::new("n")].into(),
        local_names: ["a", "b", "c", "d"].map(PyString::new).into(),
        local_kinds: [argument, argument, variable, variable].into(),
        filename: PyString::new("m.py"),
        name: PyString::new("k"),
        qualname: PyString::new("k"),
        first_line: 1,
        line_table: [].into(),
        exception_table: [].into(),
    };
    let mut constants = vec![Constant::None];
    let mut units = vec![[128, 0]];
    for item in body {
        append(item, &mut units, &mut constants, &mut code);
    }
    let checks = checks.iter().flat_map(|(index, class)| [Constant::int(*index), class.clone()]);
    constants.push(Constant::tuple([Constant::tuple(checks), returns]));
    code.constants = constants.into();
    code.line_table = units.iter().map(|_| 0x80 | 15 << 3).collect();
    code.code = units.into_iter().flatten().collect();
    code
}

fn append(item: &Item, units: &mut Vec<[u8; 2]>, constants: &mut Vec<Constant>, code: &mut CodeObject) {
    let (opcode, oparg, stated) = match item {
        Item::Number(opcode, oparg) => (*opcode, *oparg, None),
        Item::Misstated(opcode, oparg, stated) => (*opcode, *oparg, Some(*stated)),
        Item::Constant(opcode, constant) => {
            constants.push(constant.clone());
            code.constants = constants.clone().into();
            (*opcode, u32::try_from(constants.len() - 1).expect("tests have few constants"), None)
        }
    };
    let low = u8::try_from(oparg & 255).expect("it is a byte");
    let prefix = u8::try_from(oparg >> 8).expect("operands of tests have two bytes");
    let byte = match opcode.encoding() {
        Encoding::Real(byte) => byte,
        Encoding::Extended(byte) => {
            let values = super::structure::with_values(code, opcode, oparg).map_or(0, |oparg| oparg >> VALUES_SHIFT);
            let effect = opcode.extended_operand((oparg | values << VALUES_SHIFT).cast_signed());
            units.push([EXTENDED_OPCODE, stated.unwrap_or(u8::try_from(effect).expect("few values"))]);
            byte
        }
        Encoding::Pseudo(_) => panic!("{} is a pseudo opcode", opcode.name()),
    };
    if prefix > 0 {
        units.push([69, prefix]);
    }
    units.push([byte, low]);
    units.resize(units.len() + opcode.caches(), [0, 0]);
}

/// The body, then `return None`.
fn body(checks: &[(i64, Constant)], items: &[Item]) -> CodeObject {
    let end = [op(Opcode::LoadConst, 0), op(Opcode::ReturnValue, 0)];
    function(checks, object(), &[items, &end].concat())
}

fn world() -> World {
    let plain = |module: &str, path: &[&str], marks: &str| {
        let path = path.iter().map(|name| Name::new(*name));
        Descriptor::new(Name::new(module), path, None).marked(marks.chars())
    };
    let (a, b) = (plain("m", &["A"], ""), plain("m", &["B"], ""));
    let int64 = plain("__static__", &["int64"], "#");
    let object = plain("builtins", &["object"], "");
    let class = |mro: &[&Descriptor]| ClassWorld {
        class: mro[0].clone(),
        mro: mro.iter().map(|&base| base.clone()).collect(),
        is_final: false,
    };
    let field =
        |name: &str, holds: Descriptor| FieldWorld { class: a.clone(), name: Name::new(name), holds: Some(holds) };
    let function =
        |class: Option<&Descriptor>, name: &str, parameters: Vec<Descriptor>, returns: Descriptor| FunctionWorld {
            function: FunctionDescriptor { class: class.cloned(), module: Name::new("m"), name: Name::new(name) },
            part: FunctionPart::Whole,
            parameters: Some(parameters.into_iter().map(Some).collect()),
            returns: Some(returns),
            is_coroutine: name == "co",
            is_static: false,
        };
    World::new(&WorldFacts {
        module: Name::new("m"),
        classes: vec![class(&[&a, &object]), class(&[&b, &a, &object])],
        fields: vec![
            field("x", plain("builtins", &["int"], "")),
            field("n", int64.clone()),
            field("o", plain("m", &["A"], "?")),
        ],
        functions: vec![
            function(None, "f", vec![a.clone(), int64.clone()], int64),
            function(Some(&a), "g", vec![a.clone(), plain("builtins", &["int"], "")], a.clone()),
            function(Some(&a), "co", vec![a.clone()], a.clone()),
        ],
        allocated: vec![a],
    })
}

/// Each is refused, for that reason.
fn refused(cases: Vec<(&str, CodeObject)>) {
    for (number, (reason, code)) in cases.into_iter().enumerate() {
        match prove(&code, &mut world()) {
            Ok(()) => panic!("case {number}, {reason:?}: accepted"),
            Err(error) => assert!(error.to_string().contains(reason), "case {number}: {error}, not {reason:?}"),
        }
    }
}
