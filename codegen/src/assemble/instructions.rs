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
    let mut code = Vec::with_capacity(2 * units);
    let extended_arg = number(Opcode::ExtendedArg);
    for instruction in instructions {
        let [highest, high, low, lowest] = instruction.oparg.to_be_bytes();
        let prefixes = [highest, high, low];
        // A negative operand is not extended; `write_instr` compares as signed.
        let first = if instruction.oparg < 0 {
            prefixes.len()
        } else {
            prefixes.iter().position(|&byte| byte != 0).unwrap_or(prefixes.len())
        };
        for &prefix in &prefixes[first..] {
            code.extend_from_slice(&[extended_arg, prefix]);
        }
        code.extend_from_slice(&[number(instruction.opcode), lowest]);
        code.resize(code.len() + 2 * instruction.opcode.caches(), 0);
    }
    code
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
