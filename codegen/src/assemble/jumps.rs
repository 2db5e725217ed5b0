//! Jumps to instruction indices → jumps over distances in code units.
//!
//! ```text
//! 3 JUMP →7      JUMP_FORWARD  n     n = start of 7 − end of 3 (caches included)
//! 9 JUMP →7      JUMP_BACKWARD n     n = end of 9 − start of 7
//! ```
//!
//! Distances decide how many `EXTENDED_ARG` a jump needs, and these move everything behind them, so
//! sizes are computed again until none changes. The start of that iteration matters: the first
//! consistent answer is the one CPython writes.
//!
//! Invariant: afterwards no pseudo opcode is left, and `offsets[i]` is where instruction `i`
//! (its first `EXTENDED_ARG`) starts.

use crate::{FinalInstruction, Opcode};

/// Code units between a `SEND` and its `END_SEND` (`END_SEND_OFFSET`).
///
/// `END_ASYNC_FOR` names its `END_SEND`, which the monitoring of `async for` has to find; the graph
/// knows only the `SEND` as its target.
const END_SEND_OFFSET: i32 = 5;

/// Rounds of CPython's iteration before the sizes are computed from the smallest ones up. Real code
/// needs two or three.
const ROUND_LIMIT: usize = 64;

/// Code units of an instruction: prefixes, itself, caches (`_PyCompile_InstrSize`).
pub(super) fn size(instruction: FinalInstruction) -> u32 {
    let oparg = instruction.oparg;
    let caches = u32::try_from(instruction.opcode.caches()).expect("an opcode has few caches");
    if oparg <= 0xFF {
        return 1 + caches;
    }
    2 + u32::from(oparg > 0xFFFF) + u32::from(oparg > 0xFF_FFFF) + caches
}

/// A jump and the index of the instruction it goes to.
#[derive(Clone, Copy)]
pub(super) struct Jump {
    index: usize,
    target: usize,
}

/// Gives `JUMP` and `JUMP_NO_INTERRUPT` their direction (`resolve_unconditional_jumps`); returns all
/// jumps.
pub(super) fn resolve_directions(instructions: &mut [FinalInstruction]) -> Vec<Jump> {
    let count = instructions.len();
    let mut jumps = Vec::new();
    for (index, instruction) in instructions.iter_mut().enumerate() {
        if !instruction.opcode.has_jump() {
            continue;
        }
        let target = usize::try_from(instruction.oparg).unwrap_or(0).min(count);
        instruction.opcode = match (instruction.opcode, target > index) {
            (Opcode::Jump | Opcode::JumpNoInterrupt, true) => Opcode::JumpForward,
            (Opcode::Jump, false) => Opcode::JumpBackward,
            (Opcode::JumpNoInterrupt, false) => Opcode::JumpBackwardNoInterrupt,
            (other, _) => other,
        };
        jumps.push(Jump { index, target });
    }
    jumps
}

/// Replaces the targets of jumps by distances; returns the offset of every instruction and, last,
/// the size of all (`resolve_jump_offsets`).
pub(super) fn resolve_distances(instructions: &mut [FinalInstruction], jumps: &[Jump]) -> Vec<u32> {
    // The first sizes are those of the indices: an index above 255 counts as extended.
    let mut offsets = vec![0; instructions.len() + 1];
    for _ in 0..ROUND_LIMIT {
        place(instructions, &mut offsets);
        if !update_distances(instructions, jumps, &offsets) {
            return offsets;
        }
    }
    // Sizes may in theory go back and forth for ever. From the smallest sizes they only grow.
    for jump in jumps {
        instructions[jump.index].oparg = 0;
    }
    loop {
        place(instructions, &mut offsets);
        if !update_distances(instructions, jumps, &offsets) {
            return offsets;
        }
    }
}

/// Offsets by the sizes that the current operands give.
fn place(instructions: &[FinalInstruction], offsets: &mut [u32]) {
    let mut offset = 0;
    for (place, &instruction) in offsets.iter_mut().zip(instructions) {
        *place = offset;
        offset += size(instruction);
    }
    if let Some(end) = offsets.last_mut() {
        *end = offset;
    }
}

/// Recomputes the operand of every jump; whether the size of any changed.
fn update_distances(instructions: &mut [FinalInstruction], jumps: &[Jump], offsets: &[u32]) -> bool {
    let mut resized = false;
    for jump in jumps {
        let end = offsets[jump.index + 1].cast_signed();
        let target = offsets[jump.target].cast_signed();
        let instruction = &mut instructions[jump.index];
        let old_size = size(*instruction);
        instruction.oparg = if instruction.opcode == Opcode::EndAsyncFor {
            end - target - END_SEND_OFFSET
        } else {
            (target - end).abs()
        };
        resized |= size(*instruction) != old_size;
    }
    resized
}
