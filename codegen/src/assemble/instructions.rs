//! Instructions → code units (`write_instr`).
//!
//! ```text
//! LOAD_CONST 300      45 01 52 2c        EXTENDED_ARG 1, LOAD_CONST 44
//! LOAD_ATTR 3         50 03 00 00 …      nine caches, all zero
//! ```
//!
//! Invariant: two bytes a code unit; instruction `i` starts at `2 * offsets[i]`.

use crate::{Encoding, FinalInstruction, Opcode};

/// Encodes the instructions.
pub(super) fn encode(instructions: &[FinalInstruction], offsets: &[u32]) -> Vec<u8> {
    let units = offsets.last().copied().unwrap_or(0) as usize;
    // Caches are zero.
    let mut code = vec![0; 2 * units];
    for (instruction, &offset) in instructions.iter().zip(offsets) {
        let place = 2 * offset as usize;
        // A negative operand is not extended; `write_instr` compares as signed.
        let place = if instruction.oparg > 0xFF { write_prefixes(&mut code, place, instruction.oparg) } else { place };
        code[place] = number(instruction.opcode);
        code[place + 1] = instruction.oparg.to_le_bytes()[0];
    }
    code
}

/// Writes an `EXTENDED_ARG` for each byte of the operand above the lowest; returns the place after.
fn write_prefixes(code: &mut [u8], mut place: usize, oparg: i32) -> usize {
    let [highest, high, low, _] = oparg.to_be_bytes();
    for prefix in [highest, high, low].into_iter().skip_while(|&byte| byte == 0) {
        code[place] = number(Opcode::ExtendedArg);
        code[place + 1] = prefix;
        place += 2;
    }
    place
}

/// The byte of an opcode.
fn number(opcode: Opcode) -> u8 {
    match opcode.encoding() {
        Encoding::Real(number) => number,
        // The graph hands on no other pseudo opcodes than the jumps resolved before.
        Encoding::Pseudo(number) => {
            debug_assert!(false, "pseudo opcode {number} reached the assembler");
            0
        }
    }
}
