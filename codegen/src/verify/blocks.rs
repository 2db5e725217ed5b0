//! The basic blocks of a code object, and what an analysis knows where they start.
//!
//! ```text
//! 0 LOAD_FAST a · 1 POP_JUMP_IF_FALSE →4 | 2 NOT_TAKEN · 3 RETURN_VALUE | 4 LOAD_FAST b …      blocks 0, 1, 2
//! ```
//!
//! Invariant: a block that was reached and whose state changed since it was followed is pending.

use super::instructions::{ENDS, Program, does};
use super::tables::Handlers;
use std::ops::Range;

/// Where blocks start and end.
pub(super) struct Blocks {
    /// By instruction: the block that starts there; [`NO_BLOCK`] if none does.
    numbers: Vec<u32>,
    /// By block: its first instruction, and the one behind its last.
    ranges: Vec<(u32, u32)>,
}

const NO_BLOCK: u32 = u32::MAX;

impl Blocks {
    /// A block starts at the first instruction, where a jump goes, behind one, and where a handler starts.
    pub(super) fn new(program: &Program, handlers: &Handlers) -> Self {
        let count = program.instructions.len();
        let mut numbers = vec![NO_BLOCK; count];
        let mut start = |index: usize| {
            if let Some(number) = numbers.get_mut(index) {
                *number = 0;
            }
        };
        start(0);
        for &index in &program.jumps {
            let index = index as usize;
            program.instructions[index].target().into_iter().for_each(&mut start);
            start(index + 1);
        }
        handlers.entries.iter().for_each(|entry| start(entry.target));
        let mut ranges: Vec<(u32, u32)> = Vec::with_capacity(2 * program.jumps.len() + handlers.entries.len() + 1);
        // The block that goes on here, if one does: behind a return there may be instructions that nobody reaches.
        let mut open = None;
        for ((number, instruction), index) in numbers.iter_mut().zip(&program.instructions).zip(0..) {
            if *number != NO_BLOCK {
                *number = u32::try_from(ranges.len()).unwrap_or(NO_BLOCK);
                open = Some(ranges.len());
                ranges.push((index, index));
            }
            if let Some(block) = open {
                ranges[block].1 = index + 1;
                if does(instruction.opcode, ENDS) {
                    open = None;
                }
            }
        }
        Self { numbers, ranges }
    }

    /// Whether a block starts at an instruction.
    pub(super) fn starts_at(&self, index: usize) -> bool {
        self.numbers[index] != NO_BLOCK
    }

    /// The block that starts at an instruction.
    pub(super) fn at(&self, index: usize) -> usize {
        self.numbers[index] as usize
    }

    /// The instructions of a block.
    pub(super) fn range(&self, block: usize) -> Range<usize> {
        let (start, end) = self.ranges[block];
        start as usize..end as usize
    }
}

/// What is known where blocks start, and which of them are to be followed.
pub(super) struct Reached<S> {
    /// By block: the state at its start, once reached.
    pub(super) states: Vec<Option<S>>,
    /// A bit for each block.
    pending: Vec<u64>,
    /// No word before this one has a bit.
    first: usize,
}

impl<S> Reached<S> {
    pub(super) fn new(blocks: &Blocks) -> Self {
        let count = blocks.ranges.len();
        let mut states = Vec::new();
        states.resize_with(count, || None);
        Self { states, pending: vec![0; count.div_ceil(64)], first: 0 }
    }

    /// The state of a block is new.
    pub(super) fn note(&mut self, block: usize) {
        self.pending[block / 64] |= 1 << (block % 64);
        self.first = self.first.min(block / 64);
    }

    /// A pending block, the first in the code first: what comes before a block is mostly known when it is followed.
    pub(super) fn take(&mut self) -> Option<usize> {
        while let Some(word) = self.pending.get_mut(self.first) {
            if *word != 0 {
                let bit = word.trailing_zeros() as usize;
                *word &= *word - 1;
                return Some(self.first * 64 + bit);
            }
            self.first += 1;
        }
        None
    }
}
