//! Expectations are the bytes that CPython 3.14.8 writes.

use super::{assemble, jumps, location_table};
use crate::{CodeFlags, CodeObject, CodeUnit, FinalInstruction, Handler, InstructionSequence, Opcode, OptimizedUnit};
use pyclast_syntax::{Location, PyString};

fn at(opcode: Opcode, oparg: i32, location: Location) -> FinalInstruction {
    FinalInstruction { opcode, oparg, location, handler: None }
}

fn plain(opcode: Opcode, oparg: i32) -> FinalInstruction {
    at(opcode, oparg, Location::NONE)
}

fn unit(instructions: Vec<FinalInstruction>) -> OptimizedUnit {
    let unit = CodeUnit {
        name: PyString::new("f"),
        qualname: PyString::new("f"),
        first_line: 1,
        arg_count: 0,
        pos_only_arg_count: 0,
        kw_only_arg_count: 0,
        flags: CodeFlags(3),
        parameter_count: 0,
        constants: Vec::new(),
        trailing_constant: None,
        names: [].into(),
        var_names: Vec::new(),
        hidden_locals: Vec::new(),
        cell_vars: Vec::new(),
        free_vars: Vec::new(),
        sequence: InstructionSequence::default(),
    };
    OptimizedUnit { unit, instructions, stack_size: 0 }
}

fn assembled(instructions: Vec<FinalInstruction>) -> CodeObject {
    assemble(unit(instructions), &PyString::new("f.py"))
}

fn locations(instructions: &[FinalInstruction], offsets: &[u32], first_line: i32) -> Vec<u8> {
    let mut table = Vec::new();
    location_table::encode(instructions, offsets, first_line, &mut table);
    table
}

#[test]
fn a_function_of_cpython_is_assembled_byte_for_byte() {
    // def f(a):
    //     while a: a
    let mut unit = unit(vec![
        at(Opcode::Resume, 0, Location::new(1, 1, 0, 0)),
        at(Opcode::LoadFastBorrow, 0, Location::new(2, 2, 10, 11)),
        at(Opcode::ToBool, 0, Location::new(2, 2, 10, 11)),
        at(Opcode::PopJumpIfFalse, 8, Location::new(2, 2, 10, 11)),
        at(Opcode::NotTaken, 0, Location::new(2, 2, 10, 11)),
        at(Opcode::LoadFastBorrow, 0, Location::new(2, 2, 13, 14)),
        at(Opcode::PopTop, 0, Location::new(2, 2, 13, 14)),
        at(Opcode::Jump, 1, Location::new(2, 2, 13, 14)),
        at(Opcode::LoadConst, 0, Location::new(2, 2, 10, 11)),
        at(Opcode::ReturnValue, 0, Location::new(2, 2, 10, 11)),
    ]);
    unit.unit.arg_count = 1;
    unit.unit.var_names = vec![PyString::new("a")];
    unit.unit.hidden_locals = vec![false];
    let code = assemble(unit, &PyString::new("f.py"));
    assert_eq!(code.code[..], EXPECTED_CODE[..]);
    assert_eq!(code.line_table[..], EXPECTED_LINES[..]);
    assert_eq!(code.local_kinds.iter().map(|kind| kind.0).collect::<Vec<_>>(), [0x26]);
    assert_eq!(code.stack_size, 1);
}

const EXPECTED_CODE: &[u8] = b"\x80\x00\x56\x00\x27\x00\x00\x00\x00\x00\x00\x00\x64\x05\x00\x00\x1c\x00\x56\x00\x1f\x00\x4b\x0c\x00\x00\x52\x00\x23\x00";
const EXPECTED_LINES: &[u8] = b"\x80\x00\xdf\x0a\x0b\x8b\x51\x89\x21";

#[test]
fn every_kind_of_location_has_its_form() {
    // (location, first line) and the entry for one code unit.
    let cases: [(Location, i32, &[u8]); 9] = [
        (Location::NONE, 1, &[0xF8]),
        (Location::new(3, 3, -1, -1), 1, &[0xE8, 4]),
        (Location::new(1, 1, -1, -1), 3, &[0xE8, 5]),
        (Location::new(1, 1, 9, 12), 1, &[0x88, 0x13]),
        (Location::new(1, 1, 79, 94), 1, &[0xC8, 0x7F]),
        (Location::new(2, 2, 9, 12), 1, &[0xD8, 9, 12]),
        (Location::new(3, 3, 127, 127), 1, &[0xE0, 127, 127]),
        (Location::new(1, 3, 4, 5), 1, &[0xF0, 0, 2, 5, 6]),
        (Location::new(100, 100, 4, 200), 1, &[0xF0, 0x46, 3, 0, 5, 0x49, 3]),
    ];
    for (location, first_line, expected) in cases {
        let table = locations(&[at(Opcode::Nop, 0, location)], &[0, 1], first_line);
        assert_eq!(table, expected, "{location:?}");
    }
}

#[test]
fn a_long_run_is_split_every_eight_code_units() {
    let location = Location::new(1, 1, 0, 1);
    let instructions = vec![at(Opcode::LoadAttr, 0, location); 2];
    let table = locations(&instructions, &[0, 10, 20], 1);
    assert_eq!(table, [0x87, 1, 0x87, 1, 0x83, 1]);
}

#[test]
fn next_location_is_taken_from_the_instruction_after() {
    let location = Location::new(5, 5, 0, 1);
    let mut instructions =
        vec![at(Opcode::Nop, 0, Location::NEXT), at(Opcode::Nop, 0, Location::NEXT), at(Opcode::Nop, 0, location)];
    instructions.push(at(Opcode::ReturnValue, 0, Location::NEXT));
    location_table::resolve_next_locations(&mut instructions);
    let locations: Vec<_> = instructions.iter().map(|instruction| instruction.location).collect();
    assert_eq!(locations, [location, location, location, Location::NONE]);
}

#[test]
fn handlers_are_written_as_ranges() {
    let handler = |target, start_depth, preserve_lasti| Some(Handler { target, start_depth, preserve_lasti });
    let mut instructions = vec![plain(Opcode::Nop, 0); 2];
    instructions.extend(vec![FinalInstruction { handler: handler(203, 1, false), ..plain(Opcode::Nop, 0) }; 100]);
    instructions.extend(vec![FinalInstruction { handler: handler(204, 4, true), ..plain(Opcode::Nop, 0) }; 100]);
    instructions.extend(vec![plain(Opcode::Nop, 0); 3]);
    let code = assembled(instructions);
    // 2..102 → 203, depth 0; 102..202 → 204, depth 2, lasti.
    let expected = [0x82, 0x41, 36, 0x43, 11, 0, /* */ 0xC1, 38, 0x41, 36, 0x43, 12, 5];
    assert_eq!(code.exception_table[..], expected);
}

#[test]
fn a_jump_over_255_code_units_is_extended_and_moves_its_target() {
    let mut instructions = vec![plain(Opcode::Jump, 257)];
    instructions.extend(vec![plain(Opcode::Nop, 0); 256]);
    instructions.push(plain(Opcode::Jump, 0));
    let code = assembled(instructions);
    assert_eq!(code.code[..4], [69, 1, 77, 0]);
    // Back over itself (with its prefix and cache), 256 NOPs and the first jump.
    assert_eq!(code.code[code.code.len() - 6..], [69, 1, 75, 5, 0, 0]);
}

#[test]
fn an_index_above_255_does_not_extend_a_short_jump() {
    let mut instructions = vec![plain(Opcode::Nop, 0); 300];
    instructions.push(plain(Opcode::Jump, 302));
    instructions.extend(vec![plain(Opcode::Nop, 0); 2]);
    assert_eq!(assembled(instructions).code[600..], [77, 1, 27, 0, 27, 0]);
}

#[test]
fn end_async_for_names_its_end_send() {
    let mut instructions = vec![plain(Opcode::Send, 0)];
    instructions.extend(vec![plain(Opcode::Nop, 0); 10]);
    instructions.push(plain(Opcode::EndAsyncFor, 0));
    let mut places = jumps::Places::default();
    places.resolve_jumps(&mut instructions);
    assert_eq!(places.offsets().last(), Some(&13));
    assert_eq!(instructions[11].oparg, 13 - 5);
}
