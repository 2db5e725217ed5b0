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

use super::instructions::is_short;
use crate::opcode::by_opcode;
use crate::{FinalInstruction, Opcode};

/// Code units between a `SEND` and its `END_SEND` (`END_SEND_OFFSET`).
///
/// `END_ASYNC_FOR` names its `END_SEND`, which the monitoring of `async for` has to find; the graph
/// knows only the `SEND` as its target.
const END_SEND_OFFSET: i32 = 5;

/// Rounds of CPython's iteration before the sizes are computed from the smallest ones up. Real code
/// needs two or three.
const ROUND_LIMIT: usize = 64;

/// By opcode: code units of the instruction without prefixes.
const UNITS: [u8; Opcode::ALL.len()] = by_opcode!(|opcode| 1 + opcode.caches().to_le_bytes()[0]);

/// Code units of an instruction: prefixes, itself, caches (`_PyCompile_InstrSize`).
#[inline]
fn size(opcode: Opcode, oparg: i32) -> u32 {
    let units = u32::from(UNITS[opcode as usize]);
    if is_short(opcode, oparg) { units } else { units + all_prefixes(opcode, oparg) }
}

/// Code units before an instruction that is not short.
#[inline(never)]
fn all_prefixes(opcode: Opcode, oparg: i32) -> u32 {
    if opcode.is_extended() {
        let prefix = opcode.extended_operand(oparg).cast_signed();
        return 1 + prefixes(prefix) + prefixes(opcode.assembled_operand(oparg));
    }
    prefixes(oparg)
}

/// `EXTENDED_ARG`s before an operand.
fn prefixes(oparg: i32) -> u32 {
    if oparg <= 0xFF {
        return 0;
    }
    1 + u32::from(oparg > 0xFFFF) + u32::from(oparg > 0xFF_FFFF)
}

/// A jump and the index of the instruction it goes to.
#[derive(Clone, Copy, Debug)]
struct Jump {
    index: usize,
    target: usize,
}

/// Where instructions and jumps are.
#[derive(Debug, Default)]
pub(super) struct Places {
    jumps: Vec<Jump>,
    /// By instruction: where it starts; and, last, the size of all.
    offsets: Vec<u32>,
}

impl Places {
    /// Where each instruction starts; and, last, the size of all.
    pub(super) fn offsets(&self) -> &[u32] {
        &self.offsets
    }

    /// Gives jumps their direction, and distances instead of targets.
    pub(super) fn resolve_jumps(&mut self, instructions: &mut [FinalInstruction]) {
        self.resolve_directions(instructions);
        self.resolve_distances(instructions);
    }

    /// Gives `JUMP` and `JUMP_NO_INTERRUPT` their direction (`resolve_unconditional_jumps`).
    #[inline(never)]
    fn resolve_directions(&mut self, instructions: &mut [FinalInstruction]) {
        let count = instructions.len();
        self.jumps.clear();
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
            self.jumps.push(Jump { index, target });
        }
    }

    /// Replaces the targets of jumps by distances (`resolve_jump_offsets`).
    fn resolve_distances(&mut self, instructions: &mut [FinalInstruction]) {
        // The first sizes are those of the indices: an index above 255 counts as extended.
        for _ in 0..ROUND_LIMIT {
            self.place(instructions);
            if !self.update_distances(instructions) {
                return;
            }
        }
        // Sizes may in theory go back and forth for ever. From the smallest sizes they only grow.
        for jump in &self.jumps {
            instructions[jump.index].oparg = 0;
        }
        loop {
            self.place(instructions);
            if !self.update_distances(instructions) {
                return;
            }
        }
    }

    /// Offsets by the sizes that the current operands give.
    #[inline(never)]
    fn place(&mut self, instructions: &[FinalInstruction]) {
        let mut offset = 0;
        self.offsets.clear();
        self.offsets.extend(instructions.iter().map(|instruction| {
            let place = offset;
            offset += size(instruction.opcode, instruction.oparg);
            place
        }));
        self.offsets.push(offset);
    }

    /// Recomputes the operand of every jump; whether the size of any changed.
    fn update_distances(&self, instructions: &mut [FinalInstruction]) -> bool {
        let mut resized = false;
        for jump in &self.jumps {
            let end = self.offsets[jump.index + 1].cast_signed();
            let target = self.offsets[jump.target].cast_signed();
            let FinalInstruction { opcode, oparg, .. } = &mut instructions[jump.index];
            let distance =
                if *opcode == Opcode::EndAsyncFor { end - target - END_SEND_OFFSET } else { (target - end).abs() };
            resized |= size(*opcode, *oparg) != size(*opcode, distance);
            *oparg = distance;
        }
        resized
    }
}
