//! Checks that are put into code which lacks them.

use super::*;
use crate::assemble::{Assembler, assemble};
use crate::verify::typed::{Draft, with_missing_checks};
use crate::{CodeUnit, FinalInstruction, Handler, InstructionSequence, OptimizedUnit};
use Opcode::{
    Cast, Copy, InvokeFunction, LoadConst, LoadFast, LoadField, LoadSmallInt, NotTaken, PopJumpIfTrue, PopTop,
    PrimitiveLoadConst, RefineType, Resume, ReturnValue, Swap,
};
use std::sync::Arc;

/// A unit of two unchecked arguments.
fn unit(constants: Vec<Constant>, instructions: &[(Opcode, i32)]) -> OptimizedUnit {
    let names = |names: &[&str]| names.iter().map(|name| PyString::new(name)).collect();
    OptimizedUnit {
        unit: CodeUnit {
            name: PyString::new("k"),
            qualname: PyString::new("k"),
            first_line: 1,
            arg_count: 2,
            pos_only_arg_count: 0,
            kw_only_arg_count: 0,
            flags: CodeFlags(CodeFlags::STATICALLY_COMPILED.0 | 3),
            parameter_count: 2,
            constants,
            trailing_constant: Some(Constant::tuple([Constant::tuple([]), object()])),
            names: [].into(),
            var_names: names(&["a", "b"]),
            hidden_locals: Vec::new(),
            cell_vars: Vec::new(),
            free_vars: Vec::new(),
            sequence: InstructionSequence::default(),
        },
        instructions: instructions
            .iter()
            .map(|&(opcode, oparg)| FinalInstruction {
                opcode,
                oparg,
                location: pyclast_syntax::Location::NONE,
                handler: None,
            })
            .collect(),
        stack_size: 4,
    }
}

/// The opcodes with their checks; what they make is proved.
#[expect(clippy::needless_pass_by_value, reason = "what a test wrote is of no use afterwards")]
fn woven(unit: OptimizedUnit) -> Vec<Opcode> {
    let filename = PyString::new("m.py");
    let mut world = world();
    let code = Arc::new(assemble(unit.clone(), &filename));
    let refused = prove(&code, &mut world).expect_err("nothing is missing");
    let (checked, constants) = with_missing_checks(&Draft::new(&unit), &code, &mut world)
        .unwrap_or_else(|| panic!("not to be helped: {refused}"));
    let opcodes = checked.instructions.iter().map(|instruction| instruction.opcode).collect();
    let mut code = CodeObject { constants, stack_size: checked.stack_size, ..(*code).clone() };
    Assembler::default().reassemble(&mut code, &checked.instructions);
    prove(&code, &mut world).expect("nothing is missing any more");
    opcodes
}

#[test]
fn a_check_comes_before_what_trusts_it() {
    let body =
        [(Resume, 0), (LoadFast, 0), (LoadField, 1), (PopTop, 0), (LoadFast, 0), (LoadField, 1), (ReturnValue, 0)];
    let opcodes = woven(unit(vec![Constant::None, field("x")], &body));
    // The second read is of what was checked.
    assert_eq!(opcodes, [Resume, LoadFast, Cast, LoadField, PopTop, LoadFast, LoadField, ReturnValue]);
}

#[test]
fn a_check_reaches_down_the_stack() {
    let constants = vec![Constant::None, number(1, 7), call(function_f(), 2)];
    let invoke = (InvokeFunction, 2 | 2 << VALUES_SHIFT);
    let body =
        [(Resume, 0), (LoadFast, 0), (PrimitiveLoadConst, 1), invoke, (PopTop, 0), (LoadConst, 0), (ReturnValue, 0)];
    let opcodes = woven(unit(constants, &body));
    // A copy is checked: the function may hand over what it gets.
    assert_eq!(opcodes[2..9], [PrimitiveLoadConst, Swap, Copy, Cast, PopTop, Swap, InvokeFunction]);
}

#[test]
fn a_check_is_of_the_value_it_is_for() {
    let body = [
        (Resume, 0),
        (LoadFast, 0),
        (LoadFast, 1),
        (Cast, 2),
        (Opcode::StoreField, 1),
        (LoadConst, 0),
        (ReturnValue, 0),
    ];
    let opcodes = woven(unit(vec![Constant::None, field("x"), class_a()], &body));
    assert_eq!(opcodes[3..10], [Cast, Swap, Copy, Cast, PopTop, Swap, Opcode::StoreField]);
}

#[test]
fn jumps_and_handlers_move() {
    let body = [
        (Resume, 0),
        (LoadFast, 0),
        (RefineType, 1),
        (PopTop, 0),
        (LoadFast, 1),
        (Opcode::ToBool, 0),
        (PopJumpIfTrue, 9),
        (NotTaken, 0),
        (Opcode::Nop, 0),
        (LoadFast, 1),
        (LoadField, 2),
        (ReturnValue, 0),
        (Opcode::Reraise, 0),
    ];
    let mut unit = unit(vec![Constant::None, class_a(), field("x")], &body);
    for instruction in &mut unit.instructions[2..11] {
        instruction.handler = Some(Handler { target: 12, start_depth: 1, preserve_lasti: false });
    }
    let opcodes = woven(unit);
    // What is refined may be handed over later, what a field is read from is not.
    assert_eq!(opcodes.len(), body.len() + 4);
}

#[test]
fn what_can_never_be_is_checked_all_the_same() {
    let constants = vec![Constant::None, field("x")];
    let body = [(Resume, 0), (LoadSmallInt, 1), (LoadField, 1), (ReturnValue, 0)];
    let unit = unit(constants, &body);
    assert!(prove(&assemble(unit.clone(), &PyString::new("m.py")), &mut world()).is_err());
    assert_eq!(woven(unit), [Resume, LoadSmallInt, Cast, LoadField, ReturnValue]);
}

#[test]
fn a_collection_that_may_be_missing_is_checked_to_be_that_collection() {
    let optional = Constant::tuple([
        Constant::str("__static__"),
        Constant::str("chklist"),
        Constant::tuple([class_a()]),
        Constant::str("?"),
        Constant::str("!"),
    ]);
    let length =
        [(Resume, 0), (LoadFast, 0), (Cast, 1), (Opcode::FastLen, 0), (Opcode::PrimitiveBox, 7), (ReturnValue, 0)];
    let opcodes = woven(unit(vec![Constant::None, optional.clone()], &length));
    assert_eq!(opcodes[2..5], [Cast, Cast, Opcode::FastLen]);
    let (index, get) = ((PrimitiveLoadConst, 2), (Opcode::SequenceGet, 0x100));
    let item = [(Resume, 0), (LoadFast, 0), (Cast, 1), index, get, (ReturnValue, 0)];
    let opcodes = woven(unit(vec![Constant::None, optional, number(0, 7)], &item));
    assert_eq!(opcodes[2..8], [Cast, PrimitiveLoadConst, Swap, Cast, Swap, Opcode::SequenceGet]);
}

#[test]
fn what_is_handed_over_is_no_result_of_a_cast() {
    let body = [
        (Resume, 0),
        (LoadFast, 1),
        (Cast, 2),
        (LoadFast, 0),
        (Cast, 3),
        (Opcode::StoreField, 1),
        (LoadConst, 0),
        (ReturnValue, 0),
    ];
    let opcodes = woven(unit(vec![Constant::None, field("x"), int(), class_a()], &body));
    assert_eq!(opcodes[1..8], [LoadFast, Copy, Cast, PopTop, LoadFast, Cast, Opcode::StoreField]);
}
