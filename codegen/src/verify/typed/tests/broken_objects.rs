//! Code that gives objects of the wrong class, or none, to opcodes that trust them.

use super::*;
use Opcode::{
    BuildCheckedList, BuildCheckedMap, BuildList, Call, Cast, FastLen, InvokeFunction, InvokeMethod, ListAppend,
    LoadClass, LoadConst, LoadFast, LoadField, LoadGlobal, LoadIterableArg, LoadMappingArg, LoadMethodStatic,
    LoadSmallInt, LoadType, NotTaken, PopJumpIfNone, PopTop, PrimitiveLoadConst, PushNull, RefineType, ReturnValue,
    SequenceGet, SequenceSet, StoreFast, StoreField, Swap, TpAlloc,
};

fn a_is_a() -> [(i64, Constant); 1] {
    [(0, class_a())]
}

fn drop_top() -> Item {
    op(PopTop, 0)
}

#[test]
fn fields() {
    let a = &a_is_a();
    let receiver = "m.A is wanted";
    refused(vec![
        (receiver, body(&[], &[op(LoadFast, 0), with(LoadField, field("x")), drop_top()])),
        (receiver, body(a, &[op(LoadConst, 0), with(LoadField, field("x")), drop_top()])),
        (receiver, body(&[(0, words(&["m", "A", "?"]))], &[op(LoadFast, 0), with(LoadField, field("x")), drop_top()])),
        // What a field gives is no better than its type: `o` may be None, `x` is an int.
        (receiver, body(a, &[op(LoadFast, 0), with(LoadField, field("o")), with(LoadField, field("x")), drop_top()])),
        (receiver, body(a, &[op(LoadFast, 0), with(LoadField, field("x")), with(LoadField, field("x")), drop_top()])),
        ("is not known", body(a, &[op(LoadFast, 0), with(LoadField, field("y")), drop_top()])),
        (
            "an object is wanted",
            body(a, &[op(LoadFast, 0), with(LoadField, field("n")), with(LoadField, field("x")), drop_top()]),
        ),
        ("m.A is wanted", body(&[], &[op(LoadSmallInt, 1), op(LoadFast, 0), with(StoreField, field("x"))])),
        ("builtins.int is wanted", body(a, &[op(LoadConst, 0), op(LoadFast, 0), with(StoreField, field("x"))])),
        ("builtins.int is wanted", body(a, &[op(LoadFast, 1), op(LoadFast, 0), with(StoreField, field("x"))])),
        ("a primitive is wanted", body(a, &[op(LoadSmallInt, 1), op(LoadFast, 0), with(StoreField, field("n"))])),
        (
            "an object is wanted",
            body(a, &[with(PrimitiveLoadConst, number(1, 7)), op(LoadFast, 0), with(StoreField, field("x"))]),
        ),
        (
            "Int64 is wanted",
            body(a, &[with(PrimitiveLoadConst, number(1, 5)), op(LoadFast, 0), with(StoreField, field("n"))]),
        ),
        ("no such constant", body(a, &[op(LoadFast, 0), with(LoadField, text("x")), drop_top()])),
        ("no such constant", body(a, &[op(LoadFast, 0), with(LoadField, class_a()), drop_top()])),
        ("EXTENDED_OPCODE", body(a, &[op(LoadFast, 0), Item::Misstated(LoadType, 0, 9), drop_top()])),
    ]);
}

#[test]
fn types() {
    let a = &a_is_a();
    refused(vec![
        ("m.B is wanted", body(a, &[op(LoadFast, 0), with(RefineType, class_b()), drop_top()])),
        ("m.A is wanted", body(&[], &[op(LoadGlobal, 0), with(RefineType, class_a()), drop_top()])),
        ("exactly m.A is wanted", body(a, &[op(LoadFast, 0), with(RefineType, words(&["m", "A", "!"])), drop_top()])),
        ("a class is wanted", body(a, &[op(LoadFast, 1), with(RefineType, int64()), drop_top()])),
        ("a class is wanted", body(a, &[op(LoadFast, 1), with(Cast, int64()), drop_top()])),
        ("an object is wanted", body(a, &[with(PrimitiveLoadConst, number(1, 7)), with(Cast, int()), drop_top()])),
        ("no such constant", body(a, &[op(LoadFast, 1), with(Cast, Constant::tuple([])), drop_top()])),
        ("m.B is wanted", function(a, class_b(), &[op(LoadFast, 0), op(ReturnValue, 0)])),
        ("m.A is wanted", function(a, class_a(), &[op(LoadConst, 0), op(ReturnValue, 0)])),
        ("is not made without __new__", body(a, &[with(TpAlloc, class_b()), drop_top()])),
        ("a class is wanted", body(a, &[with(TpAlloc, int64()), drop_top()])),
        ("a class is wanted", body(a, &[with(LoadClass, int64()), drop_top()])),
        ("an object is wanted", body(a, &[with(PrimitiveLoadConst, number(1, 7)), op(LoadType, 0), drop_top()])),
        ("no operand", body(a, &[op(LoadFast, 0), op(LoadType, 1), drop_top()])),
        // A cast of one path does not hold on the other.
        (
            "m.A is wanted",
            body(
                &[],
                &[
                    op(LoadFast, 1),
                    op(PopJumpIfNone, 5),
                    op(NotTaken, 0),
                    op(LoadFast, 0),
                    with(Cast, class_a()),
                    op(StoreFast, 0),
                    op(LoadFast, 0),
                    with(LoadField, field("x")),
                    drop_top(),
                ],
            ),
        ),
        // What is not None is not what is: the wrong way of the test.
        (
            "m.A is wanted",
            body(
                &[(0, words(&["m", "A", "?"]))],
                &[
                    op(LoadFast, 0),
                    op(Opcode::PopJumpIfNotNone, 5),
                    op(NotTaken, 0),
                    op(LoadFast, 0),
                    with(LoadField, field("x")),
                    drop_top(),
                ],
            ),
        ),
        // The variable was stored between the test and its use.
        (
            "m.A is wanted",
            body(
                &[(0, words(&["m", "A", "?"])), (1, words(&["m", "A", "?"]))],
                &[
                    op(LoadFast, 0),
                    op(PopJumpIfNone, 7),
                    op(NotTaken, 0),
                    op(LoadFast, 1),
                    op(StoreFast, 0),
                    op(LoadFast, 0),
                    with(LoadField, field("x")),
                    drop_top(),
                ],
            ),
        ),
    ]);
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of cases")]
fn calls() {
    let a = &a_is_a();
    let one = || with(PrimitiveLoadConst, number(1, 7));
    refused(vec![
        (
            "m.A is wanted",
            body(&[], &[op(LoadFast, 0), one(), with(InvokeFunction, call(function_f(), 2)), drop_top()]),
        ),
        (
            "a primitive is wanted",
            body(a, &[op(LoadFast, 0), op(LoadSmallInt, 1), with(InvokeFunction, call(function_f(), 2)), drop_top()]),
        ),
        (
            "Int64 is wanted",
            body(
                a,
                &[
                    op(LoadFast, 0),
                    with(PrimitiveLoadConst, number(1, 1)),
                    with(InvokeFunction, call(function_f(), 2)),
                    drop_top(),
                ],
            ),
        ),
        ("1 arguments for 2", body(a, &[op(LoadFast, 0), with(InvokeFunction, call(function_f(), 1)), drop_top()])),
        (
            "is not known",
            body(a, &[with(InvokeFunction, call(Constant::tuple([words(&["m"]), text("h")]), 0)), drop_top()]),
        ),
        ("no such constant", body(a, &[with(InvokeFunction, call(class_a(), -1)), drop_top()])),
        (
            "an object is wanted",
            body(
                a,
                &[
                    one(),
                    with(InvokeFunction, call(Constant::tuple([words(&["builtins"]), text("abs")]), 1)),
                    drop_top(),
                ],
            ),
        ),
        // What a function returns as a primitive is none of an object.
        (
            "an object is wanted",
            body(
                a,
                &[op(LoadFast, 0), one(), with(InvokeFunction, call(function_f(), 2)), with(Cast, int()), drop_top()],
            ),
        ),
        (
            "m.A is wanted",
            body(&[], &[op(LoadFast, 0), with(LoadMethodStatic, loaded(method("g"))), op(PopTop, 0), op(PopTop, 0)]),
        ),
        (
            "a method is wanted, not a function",
            body(a, &[op(LoadFast, 0), with(LoadMethodStatic, loaded(function_f())), op(PopTop, 0), op(PopTop, 0)]),
        ),
        (
            "builtins.type is wanted",
            body(
                a,
                &[
                    op(LoadFast, 0),
                    with(LoadMethodStatic, Constant::tuple([method("g"), Constant::Bool(true)])),
                    op(PopTop, 0),
                    op(PopTop, 0),
                ],
            ),
        ),
        (
            "builtins.int is wanted",
            body(
                a,
                &[
                    op(LoadFast, 0),
                    with(LoadMethodStatic, loaded(method("g"))),
                    op(LoadConst, 0),
                    with(InvokeMethod, call(method("g"), 1)),
                    drop_top(),
                ],
            ),
        ),
        (
            "a method is wanted",
            body(
                a,
                &[
                    op(LoadFast, 1),
                    op(LoadFast, 0),
                    op(LoadSmallInt, 1),
                    with(InvokeMethod, call(method("g"), 1)),
                    drop_top(),
                ],
            ),
        ),
        (
            "not the one loaded",
            body(
                a,
                &[
                    op(LoadFast, 0),
                    with(LoadMethodStatic, loaded(method("g"))),
                    with(InvokeMethod, call(method("co"), 0)),
                    drop_top(),
                ],
            ),
        ),
        (
            "an object is wanted, there is a method",
            body(
                a,
                &[
                    op(LoadFast, 0),
                    with(LoadMethodStatic, loaded(method("g"))),
                    op(Swap, 2),
                    op(StoreFast, 2),
                    drop_top(),
                ],
            ),
        ),
        (
            "another block than it is loaded in",
            body(
                a,
                &[
                    op(LoadFast, 0),
                    with(LoadMethodStatic, loaded(method("g"))),
                    op(LoadFast, 1),
                    op(PopJumpIfNone, 0),
                    op(NotTaken, 0),
                    op(LoadSmallInt, 1),
                    with(InvokeMethod, call(method("g"), 1)),
                    drop_top(),
                ],
            ),
        ),
        (
            "the one that was loaded last",
            body(
                a,
                &[
                    op(LoadFast, 0),
                    with(LoadMethodStatic, loaded(method("co"))),
                    op(LoadFast, 0),
                    with(LoadMethodStatic, loaded(method("co"))),
                    op(Swap, 2),
                    op(Swap, 3),
                    op(Swap, 2),
                    op(Swap, 4),
                    op(Swap, 2),
                    op(Swap, 3),
                    op(Swap, 4),
                    with(InvokeMethod, call(method("co"), 0)),
                    drop_top(),
                    with(InvokeMethod, call(method("co"), 0)),
                    drop_top(),
                ],
            ),
        ),
        (
            "is handed over",
            body(a, &[op(LoadFast, 1), with(Cast, int()), op(LoadFast, 0), with(StoreField, field("x"))]),
        ),
        // A coroutine is not what it gives.
        (
            "m.A is wanted",
            body(
                a,
                &[
                    op(LoadFast, 0),
                    with(InvokeFunction, call(method("co"), 1)),
                    with(LoadField, field("x")),
                    drop_top(),
                ],
            ),
        ),
        (
            "an object is wanted",
            body(
                a,
                &[op(LoadFast, 1), op(PushNull, 0), with(PrimitiveLoadConst, number(1, 7)), op(Call, 1), drop_top()],
            ),
        ),
        ("no operand 2", body(a, &[op(LoadFast, 0), op(LoadFast, 1), op(LoadMappingArg, 2), drop_top()])),
        ("an object is wanted", body(a, &[one(), op(LoadIterableArg, 0), op(PopTop, 0), drop_top()])),
        (
            "primitives only",
            body(
                a,
                &[
                    with(Opcode::InvokeNative, Constant::tuple([words(&["lib", "f"]), Constant::tuple([class_a()])])),
                    drop_top(),
                ],
            ),
        ),
    ]);
}

#[test]
fn collections() {
    let a = &a_is_a();
    let zero = || with(PrimitiveLoadConst, number(0, 7));
    refused(vec![
        ("exactly builtins.list is wanted", body(a, &[op(LoadFast, 1), zero(), op(SequenceGet, 0), drop_top()])),
        ("builtins.list is wanted", body(a, &[op(LoadFast, 1), zero(), op(SequenceGet, 2), drop_top()])),
        ("known layout", body(a, &[op(BuildList, 0), zero(), op(SequenceGet, 0x100), drop_top()])),
        ("known layout", body(a, &[op(BuildList, 0), zero(), op(SequenceGet, 0xF0), drop_top()])),
        ("a primitive is wanted", body(a, &[op(BuildList, 0), op(LoadSmallInt, 0), op(SequenceGet, 0), drop_top()])),
        ("no operand 1", body(a, &[op(BuildList, 0), zero(), op(SequenceGet, 1), drop_top()])),
        (
            "m.B is wanted",
            body(
                &[(0, checked_list())],
                &[op(LoadFast, 0), zero(), op(SequenceGet, 0x100), with(RefineType, class_b()), drop_top()],
            ),
        ),
        (
            "no operand 256",
            body(&[(0, checked_list())], &[op(LoadFast, 1), op(LoadFast, 0), zero(), op(SequenceSet, 256)]),
        ),
        ("an object is wanted", body(a, &[zero(), op(BuildList, 0), zero(), op(SequenceSet, 0)])),
        ("an object is wanted", body(a, &[zero(), op(BuildList, 1), op(Opcode::UnpackSequence, 1), drop_top()])),
        (
            "m.A is wanted",
            body(
                a,
                &[
                    op(LoadFast, 0),
                    op(BuildList, 1),
                    op(Opcode::Nop, 0),
                    op(Opcode::UnpackSequence, 1),
                    with(RefineType, class_a()),
                    drop_top(),
                ],
            ),
        ),
        (
            "a primitive is wanted",
            body(&[(0, array())], &[op(LoadConst, 0), op(LoadFast, 0), zero(), op(SequenceSet, 0xF0)]),
        ),
        ("no operand", body(a, &[op(BuildList, 0), zero(), op(Opcode::ListDel, 0)])),
        ("exactly builtins.list is wanted", body(a, &[op(LoadFast, 1), op(FastLen, 0), drop_top()])),
        ("exactly builtins.dict is wanted", body(a, &[op(BuildList, 0), op(FastLen, 1), drop_top()])),
        ("exactly builtins.dict is wanted", body(a, &[op(LoadSmallInt, 5), op(FastLen, 1), drop_top()])),
        ("layout", body(a, &[op(BuildList, 0), op(FastLen, 4), drop_top()])),
        ("no operand 6", body(a, &[op(BuildList, 0), op(FastLen, 6), drop_top()])),
        ("m.A is wanted", body(a, &[op(LoadFast, 1), with(BuildCheckedList, call(checked_list(), 1)), drop_top()])),
        ("no checked collection", body(a, &[op(LoadFast, 1), with(BuildCheckedList, call(class_a(), 1)), drop_top()])),
        ("no checked collection", body(a, &[with(BuildCheckedMap, call(checked_list(), 0)), drop_top()])),
        ("builtins.list is wanted", body(a, &[op(LoadFast, 1), op(LoadFast, 0), op(ListAppend, 1), drop_top()])),
    ]);
}
