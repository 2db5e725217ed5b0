//! Instructions → code units (`write_instr`).
//!
//! ```text
//! LOAD_CONST 300      45 01 52 2c        EXTENDED_ARG 1, LOAD_CONST 44
//! LOAD_ATTR 3         50 03 00 00 …      nine caches, all zero
//! CAST 2              7e 05 0c 02        EXTENDED_OPCODE takes 1, gives 1
//! ```
//!
//! Invariant: two bytes a code unit; instruction `i` starts at `2 * offsets[i]`.

use crate::{EXTENDED_OPCODE, Encoding, FinalInstruction, Opcode};

/// By opcode: its byte. The graph hands on no other pseudo opcodes than the jumps resolved before.
const BYTES: [u8; Opcode::ALL.len()] = {
    let mut bytes = [0; Opcode::ALL.len()];
    let mut index = 0;
    while index < bytes.len() {
        if let Encoding::Real(byte) | Encoding::Extended(byte) = Opcode::ALL[index].encoding() {
            bytes[index] = byte;
        }
        index += 1;
    }
    bytes
};

/// Encodes the instructions into `code`, which is emptied first.
pub(super) fn encode(instructions: &[FinalInstruction], offsets: &[u32], code: &mut Vec<u8>) {
    let units = offsets.last().copied().unwrap_or(0) as usize;
    code.clear();
    // Caches are zero.
    code.resize(2 * units, 0);
    for (instruction, &offset) in instructions.iter().zip(offsets) {
        let mut place = 2 * offset as usize;
        let FinalInstruction { opcode, mut oparg, .. } = *instruction;
        if opcode.is_extended() {
            place = write_unit(code, place, EXTENDED_OPCODE, opcode.extended_operand(oparg).cast_signed());
            oparg = opcode.assembled_operand(oparg);
        }
        debug_assert!(!matches!(opcode.encoding(), Encoding::Pseudo(_)), "{} reached the assembler", opcode.name());
        write_unit(code, place, BYTES[opcode as usize], oparg);
    }
}

/// Writes a byte and its operand; returns the place after.
#[inline]
fn write_unit(code: &mut [u8], place: usize, byte: u8, oparg: i32) -> usize {
    // A negative operand is not extended; `write_instr` compares as signed.
    let place = if oparg > 0xFF { write_prefixes(code, place, oparg) } else { place };
    code[place..place + 2].copy_from_slice(&[byte, oparg.to_le_bytes()[0]]);
    place + 2
}

/// Writes an `EXTENDED_ARG` for each byte of the operand above the lowest; returns the place after.
fn write_prefixes(code: &mut [u8], mut place: usize, oparg: i32) -> usize {
    let [highest, high, low, _] = oparg.to_be_bytes();
    for prefix in [highest, high, low].into_iter().skip_while(|&byte| byte == 0) {
        code[place..place + 2].copy_from_slice(&[BYTES[Opcode::ExtendedArg as usize], prefix]);
        place += 2;
    }
    place
}
