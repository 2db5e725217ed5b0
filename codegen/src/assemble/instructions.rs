//! Instructions → code units (`write_instr`).
//!
//! ```text
//! LOAD_CONST 300      45 01 52 2c        EXTENDED_ARG 1, LOAD_CONST 44
//! LOAD_ATTR 3         50 03 00 00 …      nine caches, all zero
//! CAST 2              7e 05 0c 02        EXTENDED_OPCODE takes 1, gives 1
//! ```
//!
//! Invariant: two bytes a code unit; instruction `i` starts at `2 * offsets[i]`.

use crate::opcode::by_opcode;
use crate::{EXTENDED_OPCODE, Encoding, FinalInstruction, Opcode};

/// By opcode: its byte. The graph hands on no other pseudo opcodes than the jumps resolved before.
const BYTES: [u8; Opcode::ALL.len()] = by_opcode!(|opcode| match opcode.encoding() {
    Encoding::Real(byte) | Encoding::Extended(byte) => byte,
    Encoding::Pseudo(_) => 0,
});

/// By opcode: the largest operand with which the instruction is one code unit and its caches. A negative
/// operand is not extended; `write_instr` compares as signed.
const LARGEST_SHORT: [i32; Opcode::ALL.len()] = by_opcode!(|opcode| if opcode.is_extended() { i32::MIN } else { 0xFF });

/// Whether an instruction is one code unit and its caches.
#[inline]
pub(super) const fn is_short(opcode: Opcode, oparg: i32) -> bool {
    oparg <= LARGEST_SHORT[opcode as usize]
}

/// Encodes the instructions into `code`, which is emptied first.
#[inline(never)]
pub(super) fn encode(instructions: &[FinalInstruction], offsets: &[u32], code: &mut Vec<u8>) {
    let count = offsets.last().copied().unwrap_or(0) as usize;
    code.clear();
    // Caches are zero.
    code.resize(2 * count, 0);
    let (units, _) = code.as_chunks_mut();
    for (&FinalInstruction { opcode, oparg, .. }, &offset) in instructions.iter().zip(offsets) {
        debug_assert!(!matches!(opcode.encoding(), Encoding::Pseudo(_)), "{} reached the assembler", opcode.name());
        if is_short(opcode, oparg) {
            units[offset as usize] = [BYTES[opcode as usize], oparg.to_le_bytes()[0]];
        } else {
            write_long(&mut units[offset as usize..], opcode, oparg);
        }
    }
}

/// Writes an instruction with prefixes.
#[inline(never)]
fn write_long(mut units: &mut [[u8; 2]], opcode: Opcode, mut oparg: i32) {
    if opcode.is_extended() {
        units = write_unit(units, EXTENDED_OPCODE, opcode.extended_operand(oparg).cast_signed());
        oparg = opcode.assembled_operand(oparg);
    }
    write_unit(units, BYTES[opcode as usize], oparg);
}

/// Writes a byte and its operand, with an `EXTENDED_ARG` for each byte of the operand above the lowest;
/// returns what comes after.
fn write_unit(mut units: &mut [[u8; 2]], byte: u8, oparg: i32) -> &mut [[u8; 2]] {
    let [highest, high, low, lowest] = oparg.to_be_bytes();
    if oparg > 0xFF {
        for prefix in [highest, high, low].into_iter().skip_while(|&byte| byte == 0) {
            units[0] = [BYTES[Opcode::ExtendedArg as usize], prefix];
            units = &mut units[1..];
        }
    }
    units[0] = [byte, lowest];
    &mut units[1..]
}
