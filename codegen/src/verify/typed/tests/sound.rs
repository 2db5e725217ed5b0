//! Code that gives opcodes what they trust, and how it is proved.

use super::*;
use Opcode::{
    BuildList, Cast, Copy, ForIter, GetIter, InvokeFunction, JumpBackward, LoadConst, LoadFast, LoadField, LoadLocal,
    LoadMethodStatic, LoadSmallInt, NotTaken, PopJumpIfFalse, PopJumpIfNone, PopJumpIfZero, PopTop, PrimitiveBinaryOp,
    PrimitiveBox, PrimitiveCompareOp, PrimitiveLoadConst, RefineType, ReturnPrimitive, ReturnValue, SequenceGet,
    StoreFast, StoreField, StoreLocal, ToBool,
};

fn accepted(code: &CodeObject) {
    if let Err(error) = prove(code, &mut world()) {
        panic!("{error}");
    }
}

fn optional_a() -> Constant {
    words(&["m", "A", "?"])
}

fn read_field(local: u32) -> [Item; 3] {
    [op(LoadFast, local), with(LoadField, field("x")), op(PopTop, 0)]
}

#[test]
fn a_cast_holds_for_the_variable() {
    let items = [&[op(LoadFast, 0), with(Cast, class_a()), op(PopTop, 0)], &read_field(0)[..]].concat();
    accepted(&body(&[], &items));
}

#[test]
fn a_test_for_none_holds_where_it_leads() {
    let tests: [&[Item]; 2] =
        [&[op(PopJumpIfNone, 5), op(NotTaken, 0)], &[op(ToBool, 0), op(PopJumpIfFalse, 5), op(NotTaken, 0)]];
    for test in tests {
        accepted(&body(&[(0, optional_a())], &[&[op(LoadFast, 0)], test, &read_field(0)].concat()));
        // As of a field kept in a temporary.
        let kept = [op(LoadFast, 0), op(Copy, 1), op(StoreFast, 2)];
        accepted(&body(&[(0, optional_a())], &[&kept[..], test, &read_field(2)].concat()));
    }
}

#[test]
fn ints_have_a_tag_and_a_digit() {
    for place in [0, 2] {
        accepted(&body(&[], &[op(LoadSmallInt, 5), op(Opcode::FastLen, place), op(PopTop, 0)]));
    }
}

#[test]
fn checked_lists_give_what_they_hold() {
    let items = [
        op(LoadFast, 0),
        op(GetIter, 0),
        op(ForIter, 5),
        with(LoadField, field("x")),
        op(PopTop, 0),
        op(JumpBackward, 7),
        op(Opcode::EndFor, 0),
        op(Opcode::PopIter, 0),
        op(LoadFast, 0),
        with(PrimitiveLoadConst, number(0, 7)),
        op(SequenceGet, 0x100),
        with(RefineType, class_a()),
        op(PopTop, 0),
    ];
    accepted(&body(&[(0, checked_list())], &items));
}

#[test]
fn methods_and_functions() {
    let items = [
        op(LoadFast, 0),
        with(LoadMethodStatic, loaded(method("g"))),
        op(LoadSmallInt, 1),
        with(Opcode::InvokeMethod, call(method("g"), 1)),
        with(LoadField, field("n")),
        op(LoadFast, 0),
        with(StoreField, field("n")),
        op(LoadFast, 0),
        with(PrimitiveLoadConst, number(1, 7)),
        with(InvokeFunction, call(function_f(), 2)),
        op(ReturnPrimitive, 7),
    ];
    accepted(&function(&[(0, class_b())], int64(), &items));
}

#[test]
fn a_loop_over_machine_values() {
    let items = [
        with(PrimitiveLoadConst, number(0, 7)),
        with(StoreLocal, local(2)),
        with(LoadLocal, local(0)),
        with(LoadLocal, local(2)),
        op(PrimitiveCompareOp, 4),
        op(PopJumpIfZero, 9),
        with(LoadLocal, local(2)),
        with(PrimitiveLoadConst, number(1, 7)),
        op(PrimitiveBinaryOp, 0),
        with(StoreLocal, local(2)),
        op(JumpBackward, 19),
        with(LoadLocal, local(2)),
        op(PrimitiveBox, 7),
        op(ReturnValue, 0),
    ];
    let mut items = items.to_vec();
    items[5] = op(PopJumpIfZero, 10);
    accepted(&function(&[(0, int64())], words(&["builtins", "int", "!"]), &items));
}

#[test]
fn a_divisor_that_was_tested() {
    let divide = [with(LoadLocal, local(0)), with(LoadLocal, local(1)), op(PrimitiveBinaryOp, 3), op(PopTop, 0)];
    let tests = [
        with(LoadLocal, local(1)),
        op(PopJumpIfZero, 16),
        with(LoadLocal, local(1)),
        with(PrimitiveLoadConst, number(-1, 7)),
        op(PrimitiveCompareOp, 1),
        op(PopJumpIfZero, 7),
    ];
    accepted(&body(&[(0, int64()), (1, int64())], &[&tests[..], &divide].concat()));
    let mut constant = divide.to_vec();
    constant[1] = with(PrimitiveLoadConst, number(7, 7));
    accepted(&body(&[(0, int64())], &constant));
}

#[test]
fn what_is_built_is_known() {
    accepted(&body(&[], &[op(BuildList, 0), with(RefineType, words(&["builtins", "list", "!"])), op(PopTop, 0)]));
    accepted(&function(&[], words(&["builtins", "None", "!"]), &[op(LoadConst, 0), op(ReturnValue, 0)]));
}

#[test]
fn what_comes_out_of_a_list_is_what_went_in() {
    let through_list =
        [op(LoadFast, 0), op(BuildList, 1), op(Opcode::UnpackSequence, 1), with(RefineType, class_a()), op(PopTop, 0)];
    accepted(&body(&[(0, class_a())], &through_list));
}
