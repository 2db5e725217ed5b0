//! One sound code object for each construct, and for each rule one that breaks it.

use super::{Rule, verify};
use crate::Opcode::{self, *};
use crate::{CodeFlags, CodeObject, Constant, Encoding, LocalKind};
use pyclast_syntax::PyString;

const ARGUMENT: u8 = LocalKind::LOCAL | LocalKind::ARG_POS | LocalKind::ARG_KW;

/// A function of one argument `a`, one local `b`, one name and one constant.
fn function(instructions: &[(Opcode, u8)]) -> CodeObject {
    let mut code = Vec::new();
    for &(opcode, oparg) in instructions {
        let Encoding::Real(byte) = opcode.encoding() else { panic!("{} is a pseudo opcode", opcode.name()) };
        code.extend_from_slice(&[byte, oparg]);
        code.resize(code.len() + 2 * opcode.caches(), 0);
    }
    let units = code.len() / 2;
    CodeObject {
        arg_count: 1,
        pos_only_arg_count: 0,
        kw_only_arg_count: 0,
        stack_size: 4,
        flags: CodeFlags(0x3),
        code: code.into(),
        constants: [Constant::None].into(),
        names: [PyString::new("n")].into(),
        local_names: ["a", "b"].map(PyString::new).into(),
        local_kinds: [ARGUMENT, LocalKind::LOCAL].map(LocalKind).into(),
        filename: PyString::new("f.py"),
        name: PyString::new("f"),
        qualname: PyString::new("f"),
        first_line: 1,
        line_table: without_lines(units),
        exception_table: [].into(),
    }
}

/// A line table of `units` code units without a line.
fn without_lines(units: usize) -> std::sync::Arc<[u8]> {
    (0..units).map(|_| 0x80 | 15 << 3).collect()
}

fn generator(instructions: &[(Opcode, u8)]) -> CodeObject {
    let prologue = [(ReturnGenerator, 0), (PopTop, 0), (Resume, 0)];
    let mut code = function(&[&prologue, instructions].concat());
    code.flags.insert(CodeFlags::GENERATOR);
    code
}

fn with_variables(mut code: CodeObject, variables: &[(&str, u8)]) -> CodeObject {
    code.local_names = variables.iter().map(|(name, _)| PyString::new(name)).collect();
    code.local_kinds = variables.iter().map(|&(_, kind)| LocalKind(kind)).collect();
    code
}

fn with_handlers(mut code: CodeObject, table: &[u8]) -> CodeObject {
    code.exception_table = table.into();
    code
}

const RETURN_NONE: [(Opcode, u8); 2] = [(LoadConst, 0), (ReturnValue, 0)];

/// `RESUME`, the instructions, `return None`.
fn body(instructions: &[(Opcode, u8)]) -> CodeObject {
    function(&[&[(Resume, 0)], instructions, &RETURN_NONE].concat())
}

#[test]
fn sound_code_is_accepted() {
    let cell = with_variables(
        function(&[(CopyFreeVars, 1), (MakeCell, 0), (Resume, 0), (LoadDeref, 1), (ReturnValue, 0)]),
        &[("a", ARGUMENT | LocalKind::CELL), ("f", LocalKind::FREE)],
    );
    let sound = [
        body(&[]),
        body(&[(LoadFastBorrow, 0), (StoreName, 0)]),
        body(&[(LoadFastBorrow, 0), (PopJumpIfNone, 1), (NotTaken, 0)]),
        body(&[(LoadFast, 0), (ForIter, 3), (StoreFast, 1), (JumpBackward, 5), (EndFor, 0), (PopIter, 0)]),
        generator(&[(LoadFast, 0), (YieldValue, 0), (Resume, 1), (PopTop, 0), (LoadConst, 0), (ReturnValue, 0)]),
        // units: 0 RESUME, 1 NOP, 2 LOAD_CONST, 3 RETURN_VALUE, 4 RERAISE
        with_handlers(
            function(&[(Resume, 0), (Nop, 0), (LoadConst, 0), (ReturnValue, 0), (Reraise, 0)]),
            &[0x81, 1, 4, 0],
        ),
        cell,
    ];
    for code in sound {
        assert_eq!(verify(&code), Ok(()));
    }
}

#[test]
fn each_rule_refuses_the_code_that_breaks_it() {
    for (rule, code) in broken() {
        match verify(&code) {
            Ok(()) => panic!("{rule:?}: accepted"),
            Err(error) => assert_eq!(error.rule, rule, "{error}"),
        }
    }
}

fn broken() -> Vec<(Rule, CodeObject)> {
    [broken_instructions(), broken_tables(), broken_order(), broken_flow()].into_iter().flatten().collect()
}

fn broken_instructions() -> Vec<(Rule, CodeObject)> {
    let with_byte = |index: usize, byte: u8| {
        let mut code = body(&[(LoadFastBorrow, 0), (ToBool, 0), (PopTop, 0)]);
        let mut bytes = code.code.to_vec();
        bytes[index] = byte;
        code.code = bytes.into();
        code
    };
    let mut odd = body(&[]);
    odd.code = odd.code[1..].into();
    let mut empty = body(&[]);
    empty.code = [].into();
    let mut more_kinds = body(&[]);
    more_kinds.local_kinds = [LocalKind(ARGUMENT)].into();
    let mut no_argument = body(&[]);
    no_argument.local_kinds = [LocalKind::LOCAL, ARGUMENT].map(LocalKind).into();
    vec![
        (Rule::CodeUnits, odd),
        (Rule::CodeUnits, empty),
        (Rule::UnknownOpcode, with_byte(2, 200)),
        (Rule::UnknownOpcode, with_byte(2, 3)),
        (Rule::UnknownOpcode, function(&[(Resume, 0), (Cache, 0), (LoadConst, 0), (ReturnValue, 0)])),
        (Rule::UnknownOpcode, function(&[(Resume, 0), (EnterExecutor, 0)])),
        (Rule::Caches, with_byte(7, 1)),
        (Rule::ExtendedArg, body(&[(ExtendedArg, 0), (ExtendedArg, 0), (ExtendedArg, 0), (ExtendedArg, 1)])),
        (Rule::ExtendedArg, function(&[(Resume, 0), (LoadConst, 0), (ReturnValue, 0), (ExtendedArg, 1)])),
        (Rule::JumpTarget, body(&[(JumpForward, 200)])),
        (Rule::JumpTarget, body(&[(JumpForward, 2), (LoadFastBorrow, 0), (ToBool, 0), (PopTop, 0)])),
        (Rule::JumpTarget, body(&[(JumpBackward, 200)])),
        (Rule::FallsOffEnd, function(&[(Resume, 0), (Nop, 0)])),
        (Rule::OperandRange, function(&[(Resume, 0), (LoadConst, 1), (ReturnValue, 0)])),
        (Rule::OperandRange, body(&[(LoadName, 1), (PopTop, 0)])),
        (Rule::OperandRange, body(&[(LoadGlobal, 2), (PopTop, 0)])),
        (Rule::OperandRange, body(&[(LoadFastBorrow, 0), (LoadAttr, 2), (PopTop, 0)])),
        (Rule::OperandRange, body(&[(LoadFast, 2), (PopTop, 0)])),
        (Rule::OperandRange, body(&[(LoadFastLoadFast, 0x20), (PopTop, 0), (PopTop, 0)])),
        (Rule::OperandRange, body(&[(LoadFastLoadFast, 0), (BinaryOp, 27), (PopTop, 0)])),
        (Rule::OperandRange, body(&[(LoadFastLoadFast, 0), (CompareOp, 6 << 5), (PopTop, 0)])),
        (Rule::OperandRange, body(&[(LoadFast, 0), (CallIntrinsic1, 12), (PopTop, 0)])),
        (Rule::OperandRange, body(&[(LoadCommonConstant, 5), (PopTop, 0)])),
        (Rule::OperandRange, body(&[(LoadFast, 0), (Swap, 1), (PopTop, 0)])),
        (Rule::VariableKind, body(&[(LoadDeref, 0), (PopTop, 0)])),
        (Rule::VariableKind, body(&[(CopyFreeVars, 1)])),
        (Rule::Variables, more_kinds),
        (Rule::Variables, no_argument),
    ]
}

fn broken_tables() -> Vec<(Rule, CodeObject)> {
    let with_lines = |table: &[u8]| {
        let mut code = body(&[]);
        code.line_table = table.into();
        code
    };
    let handled = |table: &[u8]| {
        with_handlers(function(&[(Resume, 0), (Nop, 0), (LoadConst, 0), (ReturnValue, 0), (Reraise, 0)]), table)
    };
    vec![
        (Rule::LineTable, with_lines(&[0xF8, 0xF8])),
        (Rule::LineTable, with_lines(&[0xFB, 0xF8])),
        (Rule::LineTable, with_lines(&[0x7A])),
        // A long entry that ends in its number.
        (Rule::LineTable, with_lines(&[0xF2, 0x40])),
        // Three code units at line −1.
        (Rule::LineTable, with_lines(&[0xEA, 5])),
        (Rule::ExceptionTable, handled(&[0x81, 1, 4])),
        (Rule::ExceptionTable, handled(&[0x81, 0, 4, 0])),
        (Rule::ExceptionTable, handled(&[0x81, 1, 9, 0])),
        (Rule::ExceptionTable, handled(&[0x81, 2, 4, 0, 0x82, 1, 4, 0])),
    ]
}

fn broken_order() -> Vec<(Rule, CodeObject)> {
    let free = [("a", ARGUMENT), ("f", LocalKind::FREE)];
    let cell = [("a", ARGUMENT), ("c", LocalKind::CELL)];
    let send = [(LoadFast, 0), (LoadConst, 0)];
    vec![
        (Rule::Prologue, function(&RETURN_NONE)),
        (Rule::Prologue, with_variables(body(&[]), &free)),
        (Rule::Prologue, with_variables(body(&[]), &cell)),
        (Rule::Prologue, function(&[&[(Resume, 1)], &RETURN_NONE[..]].concat())),
        (Rule::NotTaken, body(&[(LoadFastBorrow, 0), (PopJumpIfNone, 1), (Nop, 0)])),
        (
            Rule::LoopEnd,
            body(&[(LoadFast, 0), (ForIter, 3), (StoreFast, 1), (JumpBackward, 5), (PopTop, 0), (PopIter, 0)]),
        ),
        (
            Rule::LoopEnd,
            body(&[(LoadFast, 0), (ForIter, 3), (StoreFast, 1), (JumpBackward, 5), (EndFor, 0), (PopTop, 0)]),
        ),
        (Rule::SendOrder, generator(&[&send[..], &[(Send, 0), (PopTop, 0), (ReturnValue, 0)]].concat())),
        (Rule::SendOrder, generator(&[&[(LoadFast, 0), (YieldValue, 0), (PopTop, 0)], &RETURN_NONE[..]].concat())),
        (Rule::AsyncLoopEnd, body(&[(LoadFastLoadFast, 0), (EndAsyncFor, 1)])),
        (Rule::Generator, body(&[(LoadFast, 0), (YieldValue, 0), (Resume, 1), (PopTop, 0)])),
        (Rule::Generator, {
            let mut code = body(&[]);
            code.flags.insert(CodeFlags::GENERATOR);
            code
        }),
    ]
}

fn broken_flow() -> Vec<(Rule, CodeObject)> {
    let handler = |instructions: &[(Opcode, u8)], table: &[u8]| with_handlers(function(instructions), table);
    vec![
        (Rule::StackUnderflow, body(&[(PopTop, 0)])),
        (Rule::StackUnderflow, body(&[(LoadFast, 0), (Copy, 2), (PopTop, 0), (PopTop, 0)])),
        (Rule::StackUnderflow, body(&[(LoadFast, 0), (ListAppend, 1)])),
        (Rule::StackOverflow, body(&[(LoadFastLoadFast, 0), (LoadFastLoadFast, 0), (LoadFast, 0)])),
        (Rule::StackOverflow, body(&[(LoadFast, 0), (UnpackSequence, 255)])),
        (Rule::StackDepth, body(&[(LoadFastBorrow, 0), (PopJumpIfNone, 2), (NotTaken, 0), (LoadConst, 0)])),
        // A loop that leaves a value behind.
        (Rule::StackDepth, function(&[(Resume, 0), (LoadConst, 0), (JumpBackward, 3)])),
        (
            Rule::HandlerDepth,
            handler(&[(Resume, 0), (Nop, 0), (LoadConst, 0), (ReturnValue, 0), (Reraise, 0)], &[0x81, 1, 4, 2]),
        ),
        (Rule::UnboundLocal, body(&[(LoadFast, 1), (PopTop, 0)])),
        (Rule::UnboundLocal, body(&[(LoadFastBorrow, 0), (StoreName, 0), (DeleteFast, 0), (LoadFast, 0), (PopTop, 0)])),
        // Bound on one path only.
        (
            Rule::UnboundLocal,
            body(&[
                (LoadFastBorrow, 0),
                (PopJumpIfNone, 3),
                (NotTaken, 0),
                (LoadConst, 0),
                (StoreFast, 1),
                (LoadFast, 1),
                (PopTop, 0),
            ]),
        ),
        (Rule::NullOperand, function(&[(Resume, 0), (PushNull, 0), (ReturnValue, 0)])),
        (Rule::NullOperand, body(&[(LoadFastAndClear, 1), (StoreName, 0)])),
        // The callable and the place of `self` exchanged.
        (Rule::NullOperand, body(&[(PushNull, 0), (LoadFast, 0), (Call, 0), (PopTop, 0)])),
        (Rule::BorrowedKill, body(&[(LoadFastBorrow, 0), (LoadConst, 0), (StoreFast, 0), (PopTop, 0)])),
        (Rule::BorrowedKill, body(&[(LoadFastBorrow, 0), (DeleteFast, 0), (PopTop, 0)])),
        (Rule::BorrowedKill, body(&[(LoadFastBorrow, 0), (StoreFast, 1)])),
        (Rule::BorrowedKill, body(&[(LoadFastBorrow, 0), (Copy, 1), (PopTop, 0), (StoreFast, 1)])),
        (
            Rule::BorrowedBlockEnd,
            body(&[(LoadFastBorrow, 0), (LoadConst, 0), (PopJumpIfNone, 1), (NotTaken, 0), (PopTop, 0)]),
        ),
        // A handler at depth 1 finds the borrowed reference; its local changes there.
        (
            Rule::BorrowedKill,
            handler(
                &[
                    (Resume, 0),
                    (LoadFastBorrow, 0),
                    (LoadName, 0),
                    (PopTop, 0),
                    (ReturnValue, 0),
                    (StoreFast, 0),
                    (ReturnValue, 0),
                ],
                &[0x82, 1, 5, 2],
            ),
        ),
    ]
}
