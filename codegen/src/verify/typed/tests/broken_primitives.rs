//! Code that mixes up machine values and objects, types of machine values, or divides by what may be zero.

use super::*;
use Opcode::{
    ConvertPrimitive, LoadConst, LoadFast, LoadLocal, LoadSmallInt, NotTaken, PopJumpIfNone, PopJumpIfNonzero,
    PopJumpIfZero, PopTop, PrimitiveBinaryOp, PrimitiveBox, PrimitiveCompareOp, PrimitiveLoadConst, PrimitiveUnaryOp,
    PrimitiveUnbox, ReturnPrimitive, ReturnValue, StoreFast, StoreLocal,
};

const ADD: u32 = 0;
const DIVIDE: u32 = 3;

fn load(value: i64) -> Item {
    with(PrimitiveLoadConst, number(value, 7))
}

fn narrow(value: i64) -> Item {
    with(PrimitiveLoadConst, number(value, 1))
}

fn double(value: f64) -> Item {
    with(PrimitiveLoadConst, Constant::tuple([Constant::Float(value), Constant::int(9)]))
}

fn drop_top() -> Item {
    op(PopTop, 0)
}

#[test]
fn representation() {
    refused(vec![
        ("a primitive is wanted", body(&[], &[op(LoadFast, 0), op(PrimitiveBox, 7), drop_top()])),
        ("Int8 is wanted", body(&[], &[load(1), op(PrimitiveBox, 1), drop_top()])),
        ("builtins.int is wanted", body(&[], &[op(LoadFast, 0), op(PrimitiveUnbox, 7), drop_top()])),
        ("builtins.float is wanted", body(&[], &[op(LoadConst, 0), op(PrimitiveUnbox, 9), drop_top()])),
        ("builtins.bool is wanted", body(&[], &[op(LoadSmallInt, 1), op(PrimitiveUnbox, 12), drop_top()])),
        ("an object is wanted", body(&[], &[load(1), op(PrimitiveUnbox, 7), drop_top()])),
        ("no operand 8", body(&[], &[op(LoadSmallInt, 1), op(PrimitiveUnbox, 8), drop_top()])),
        ("no such constant", body(&[], &[with(PrimitiveLoadConst, number(200, 1)), drop_top()])),
        ("no such constant", body(&[], &[with(PrimitiveLoadConst, number(-1, 6)), drop_top()])),
        ("no such constant", body(&[], &[with(PrimitiveLoadConst, number(1, 12)), drop_top()])),
        ("no such constant", body(&[], &[with(PrimitiveLoadConst, number(1, 9)), drop_top()])),
        ("an object is wanted", body(&[], &[load(1), op(StoreFast, 2)])),
        ("an object is wanted", function(&[], object(), &[load(1), op(ReturnValue, 0)])),
        ("promised", function(&[], int64(), &[op(LoadSmallInt, 1), op(ReturnValue, 0)])),
        ("a primitive is wanted", function(&[], int64(), &[op(LoadSmallInt, 1), op(ReturnPrimitive, 7)])),
        ("Int64 is wanted", function(&[], int64(), &[narrow(1), op(ReturnPrimitive, 7)])),
        ("Int64 is wanted", function(&[], int64(), &[narrow(1), op(ReturnPrimitive, 1)])),
        ("does not return a primitive", function(&[], object(), &[load(1), op(ReturnPrimitive, 7)])),
    ]);
}

#[test]
fn locals() {
    refused(vec![
        ("may have no value", body(&[], &[with(LoadLocal, local(2)), drop_top()])),
        // Stored on one path only.
        (
            "may have no value",
            body(
                &[],
                &[
                    op(LoadFast, 0),
                    op(PopJumpIfNone, 5),
                    op(NotTaken, 0),
                    load(1),
                    with(StoreLocal, local(2)),
                    with(LoadLocal, local(2)),
                    drop_top(),
                ],
            ),
        ),
        ("is any object", body(&[], &[with(LoadLocal, local(0)), drop_top()])),
        (
            "would take for an object",
            body(&[], &[load(1), with(StoreLocal, local(2)), op(LoadConst, 0), op(StoreFast, 2)]),
        ),
        (
            "would take for an object",
            body(&[(0, int64())], &[op(LoadFast, 0), drop_top(), with(LoadLocal, local(0)), drop_top()]),
        ),
        ("would take for an object", body(&[], &[load(1), with(StoreLocal, local(2)), op(Opcode::DeleteFast, 2)])),
        (
            "two types",
            body(
                &[],
                &[
                    load(1),
                    with(StoreLocal, local(2)),
                    narrow(1),
                    with(StoreLocal, Constant::tuple([Constant::int(2), words(&["__static__", "int8", "#"])])),
                ],
            ),
        ),
        ("Int64 is wanted", body(&[], &[narrow(1), with(StoreLocal, local(2))])),
        ("Int64 is wanted", body(&[], &[op(LoadSmallInt, 1), with(StoreLocal, local(2))])),
        ("no such constant", body(&[], &[load(1), with(StoreLocal, local(9))])),
        ("no such constant", body(&[], &[load(1), with(StoreLocal, Constant::tuple([Constant::int(2), class_a()]))])),
        // A primitive argument is not to be loaded as an object.
        ("an object is wanted", body(&[(0, int64())], &[op(LoadFast, 0), op(StoreFast, 2)])),
    ]);
}

#[test]
fn operators() {
    refused(vec![
        ("Int64 is wanted", body(&[], &[load(1), narrow(1), op(PrimitiveBinaryOp, ADD), drop_top()])),
        ("a primitive is wanted", body(&[], &[load(1), op(LoadSmallInt, 1), op(PrimitiveBinaryOp, ADD), drop_top()])),
        ("does not take Double", body(&[], &[double(1.0), double(1.0), op(PrimitiveBinaryOp, ADD), drop_top()])),
        ("does not take Int64", body(&[], &[load(1), load(1), op(PrimitiveBinaryOp, 14), drop_top()])),
        // The unsigned quotient of signed numbers.
        ("does not take Int64", body(&[], &[load(1), load(1), op(PrimitiveBinaryOp, 4), drop_top()])),
        ("no operand 18", body(&[], &[double(1.0), double(1.0), op(PrimitiveBinaryOp, 18), drop_top()])),
        ("no operand 21", body(&[], &[load(1), load(1), op(PrimitiveBinaryOp, 21), drop_top()])),
        ("does not take Double", body(&[], &[double(1.0), op(PrimitiveUnaryOp, 0), drop_top()])),
        ("does not take Int64", body(&[], &[load(1), op(PrimitiveUnaryOp, 2), drop_top()])),
        ("a primitive is wanted", body(&[], &[op(LoadFast, 0), op(PrimitiveUnaryOp, 3), drop_top()])),
        ("no operand 4", body(&[], &[load(1), op(PrimitiveUnaryOp, 4), drop_top()])),
        ("does not take Int64", body(&[], &[load(1), load(1), op(PrimitiveCompareOp, 10), drop_top()])),
        ("Int64 is wanted", body(&[], &[load(1), narrow(1), op(PrimitiveCompareOp, 0), drop_top()])),
        ("no operand 16", body(&[], &[load(1), load(1), op(PrimitiveCompareOp, 16), drop_top()])),
        ("Int8 is wanted", body(&[], &[load(1), op(ConvertPrimitive, 5 << 4 | 1), drop_top()])),
        ("does not convert", body(&[], &[double(1.0), op(ConvertPrimitive, 7 << 4 | 9), drop_top()])),
        ("does not convert", body(&[], &[load(1), op(ConvertPrimitive, 5 << 4 | 7), drop_top()])),
        ("does not convert", body(&[], &[load(1), op(ConvertPrimitive, 12 << 4 | 7), drop_top()])),
        ("no operand", body(&[], &[load(1), op(ConvertPrimitive, 8 << 4 | 7), drop_top()])),
        ("a primitive is wanted", body(&[], &[op(LoadFast, 0), op(PopJumpIfZero, 0)])),
        ("has no truth", body(&[], &[double(0.0), op(PopJumpIfNonzero, 0)])),
        (
            "before it is converted",
            body(&[], &[narrow(100), narrow(100), op(PrimitiveBinaryOp, ADD), op(PrimitiveBox, 1), drop_top()]),
        ),
    ]);
}

#[test]
fn division() {
    let arguments = &[(0, int64()), (1, int64())];
    let divide = |divisor: Item| [with(LoadLocal, local(0)), divisor, op(PrimitiveBinaryOp, DIVIDE), drop_top()];
    refused(vec![
        ("may be zero", body(arguments, &divide(with(LoadLocal, local(1))))),
        ("may be zero", body(arguments, &divide(load(0)))),
        ("may be -1", body(arguments, &divide(load(-1)))),
        // Tested against zero only.
        (
            "may be -1",
            body(
                arguments,
                &[
                    with(LoadLocal, local(1)),
                    op(PopJumpIfZero, 7),
                    with(LoadLocal, local(0)),
                    with(LoadLocal, local(1)),
                    op(PrimitiveBinaryOp, DIVIDE),
                    drop_top(),
                ],
            ),
        ),
        // The dividend is another one on each path.
        (
            "may be -1",
            body(
                arguments,
                &[
                    with(LoadLocal, local(1)),
                    op(PopJumpIfZero, 15),
                    op(LoadConst, 0),
                    op(PopJumpIfNone, 5),
                    op(NotTaken, 0),
                    load(7),
                    with(StoreLocal, local(0)),
                    with(LoadLocal, local(0)),
                    with(LoadLocal, local(1)),
                    op(PrimitiveBinaryOp, DIVIDE),
                    drop_top(),
                ],
            ),
        ),
        // The wrong way of the test.
        (
            "may be zero",
            body(
                arguments,
                &[
                    with(LoadLocal, local(1)),
                    op(PopJumpIfNonzero, 7),
                    with(LoadLocal, local(0)),
                    with(LoadLocal, local(1)),
                    op(PrimitiveBinaryOp, DIVIDE),
                    drop_top(),
                ],
            ),
        ),
        // Another value was tested.
        (
            "may be zero",
            body(
                arguments,
                &[
                    with(LoadLocal, local(0)),
                    op(PopJumpIfZero, 7),
                    with(LoadLocal, local(0)),
                    with(LoadLocal, local(1)),
                    op(PrimitiveBinaryOp, DIVIDE),
                    drop_top(),
                ],
            ),
        ),
        // Stored between test and use.
        (
            "may be zero",
            body(
                arguments,
                &[
                    with(LoadLocal, local(1)),
                    op(PopJumpIfZero, 11),
                    with(LoadLocal, local(0)),
                    with(StoreLocal, local(1)),
                    with(LoadLocal, local(0)),
                    with(LoadLocal, local(1)),
                    op(PrimitiveBinaryOp, DIVIDE),
                    drop_top(),
                ],
            ),
        ),
    ]);
}

#[test]
fn entry() {
    let broken = |checks: &[(i64, Constant)]| body(checks, &[]);
    let mut without = broken(&[]);
    without.constants = [Constant::None].into();
    let mut other = function(&[(0, class_b())], int64(), &[load(1), op(ReturnPrimitive, 7)]);
    other.qualname = PyString::new("f");
    let mut module = broken(&[]);
    module.constants = [Constant::None, Constant::Code(other.into()), module.constants[1].clone()].into();
    let mut captured = broken(&[(0, int64())]);
    captured.local_kinds = [0x66, 0x26, 0x20, 0x20].map(LocalKind).into();
    let Encoding::Real(make_cell) = Opcode::MakeCell.encoding() else { panic!("MAKE_CELL is no pseudo opcode") };
    captured.code = [&[make_cell, 0], &captured.code[..]].concat().into();
    captured.line_table = [&[0x80 | 15 << 3], &captured.line_table[..]].concat().into();
    refused(vec![
        ("no checks", without),
        ("names no argument", broken(&[(2, class_a())])),
        ("not in order", broken(&[(1, class_a()), (0, class_a())])),
        ("checked to be an object", broken(&[(0, object())])),
        ("no type", broken(&[(0, text("A"))])),
        ("another signature", module),
        ("captured", captured),
    ]);
}
