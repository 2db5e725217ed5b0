//! A linear list of instructions with labels (`instruction_sequence.c`).
//!
//! The graph takes the instructions over as they are and rewrites them in place.
//!
//! Invariant: a jump's operand is a [`Label`]'s number until the graph resolves it.

use super::BlockId;
use crate::Opcode;
use pyclast_syntax::Location;
use std::ops::Range;

/// A jump target within one code unit.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct Label(pub u32);

/// One instruction (`cfg_instr`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Instruction {
    /// The opcode; pseudo opcodes allowed.
    pub opcode: Opcode,
    /// The operand; a [`Label`]'s number if `opcode.has_target()`, until `target` is known.
    pub oparg: i32,
    /// Where it comes from.
    pub location: Location,
    /// In the graph: where it jumps to, or the handler it pushes.
    pub(crate) target: Option<BlockId>,
    /// In the graph: where its exceptions go (`i_except`).
    pub(crate) handler: Option<BlockId>,
}

impl Instruction {
    /// An instruction that no graph knows yet.
    #[inline]
    pub const fn new(opcode: Opcode, oparg: i32, location: Location) -> Self {
        Self { opcode, oparg, location, target: None, handler: None }
    }
}

/// Instructions and the places of labels.
#[derive(Clone, Debug, Default)]
pub struct InstructionSequence {
    instructions: Vec<Instruction>,
    /// The indices of those with a target.
    jumps: Vec<u32>,
    /// By label: the index of the instruction it stands before; `u32::MAX` if not placed.
    labels: Vec<u32>,
    /// The module's deferred annotations, put in place of `ANNOTATIONS_PLACEHOLDER`.
    annotations: Option<Box<InstructionSequence>>,
}

impl InstructionSequence {
    const UNPLACED: u32 = u32::MAX;
    /// Where `ANNOTATIONS_PLACEHOLDER` is, if anywhere.
    const PLACEHOLDER: usize = 1;

    /// Forgets everything; the memory stays.
    pub(crate) fn clear(&mut self) {
        self.instructions.clear();
        self.jumps.clear();
        self.labels.clear();
        self.annotations = None;
    }

    /// For how many instructions there is memory.
    pub(crate) fn room(&self) -> usize {
        self.instructions.capacity()
    }

    /// A fresh label.
    pub fn new_label(&mut self) -> Label {
        self.labels.push(Self::UNPLACED);
        Label(u32::try_from(self.labels.len() - 1).expect("labels are fewer than 2**32"))
    }

    /// Places a label before the next instruction.
    pub fn use_label(&mut self, label: Label) {
        self.labels[label.0 as usize] = self.position();
    }

    /// The last instruction, if the next one is reached through it only.
    pub fn only_before(&self) -> Option<Instruction> {
        let here = self.position();
        self.instructions.last().filter(|_| !self.labels.contains(&here)).copied()
    }

    /// Appends an instruction without target.
    #[inline]
    pub fn push(&mut self, instruction: Instruction) {
        debug_assert!(!instruction.opcode.has_target(), "{} has a target", instruction.opcode.name());
        self.instructions.push(instruction);
    }

    /// Appends a jump or block push.
    pub fn push_jump(&mut self, opcode: Opcode, target: Label, location: Location) {
        debug_assert!(opcode.has_target(), "{} does not jump", opcode.name());
        self.jumps.push(self.position());
        self.instructions.push(Instruction::new(opcode, target.0.cast_signed(), location));
    }

    /// Inserts a jump or block push; labels at or after the place move with theirs
    /// (`_PyInstructionSequence_InsertInstruction`).
    pub fn insert_jump(&mut self, index: usize, opcode: Opcode, target: Label, location: Location) {
        let inserted = u32::try_from(index).expect("instructions are fewer than 2**32");
        self.instructions.insert(index, Instruction::new(opcode, target.0.cast_signed(), location));
        for place in self.jumps.iter_mut().chain(&mut self.labels) {
            if *place != Self::UNPLACED && *place >= inserted {
                *place += 1;
            }
        }
        self.jumps.push(inserted);
    }

    /// Whether there is more than one block from that index on.
    pub fn branches_since(&self, index: usize) -> bool {
        self.jumps.iter().chain(&self.labels).any(|&place| place != Self::UNPLACED && place as usize > index)
    }

    /// Makes an instruction one that does nothing.
    pub fn blank(&mut self, index: usize) {
        let instruction = &mut self.instructions[index];
        debug_assert!(!instruction.opcode.has_target(), "{} has a target", instruction.opcode.name());
        *instruction = Instruction::new(Opcode::Nop, 0, instruction.location);
    }

    /// Makes two instructions in a row others that neither had nor get a target, wherever they stand.
    pub fn replace_pairs(&mut self, replace: impl Fn(Instruction, Instruction) -> Option<[Instruction; 2]>) {
        for index in 1..self.instructions.len() {
            let pair = &mut self.instructions[index - 1..=index];
            if let Some(others) = replace(pair[0], pair[1]) {
                pair.copy_from_slice(&others);
            }
        }
    }

    /// Blocks, by where they begin and end: a jump ends one, a label begins one.
    pub fn blocks(&self) -> Vec<Range<usize>> {
        let ends = self.jumps.iter().map(|&jump| jump as usize + 1);
        let starts = self.labels.iter().filter(|&&place| place != Self::UNPLACED).map(|&place| place as usize);
        let mut borders: Vec<usize> = ends.chain(starts).chain([0, self.instructions.len()]).collect();
        borders.sort_unstable();
        borders.dedup();
        borders.windows(2).map(|pair| pair[0]..pair[1]).collect()
    }

    /// The indices of the instructions with a target, in no order.
    pub(crate) fn jumps(&self) -> &[u32] {
        &self.jumps
    }

    /// Puts the deferred annotations in place of `ANNOTATIONS_PLACEHOLDER`, and hands out the
    /// instructions, whose memory was `spare`.
    pub(crate) fn take_instructions(&mut self, spare: Vec<Instruction>) -> Vec<Instruction> {
        let mut instructions = std::mem::replace(&mut self.instructions, spare);
        // It follows the `RESUME` that a module begins with.
        if let Some(Instruction { opcode: Opcode::AnnotationsPlaceholder, .. }) = instructions.get(Self::PLACEHOLDER) {
            let annotations = self.annotations.take().map_or_else(Vec::new, |sequence| sequence.instructions);
            let count = u32::try_from(annotations.len()).expect("instructions are fewer than 2**32");
            for place in self.jumps.iter_mut().chain(&mut self.labels) {
                if *place != Self::UNPLACED && *place as usize > Self::PLACEHOLDER {
                    *place = *place - 1 + count;
                }
            }
            instructions.splice(Self::PLACEHOLDER..=Self::PLACEHOLDER, annotations);
        }
        instructions
    }

    /// Sets the sequence that replaces `ANNOTATIONS_PLACEHOLDER`.
    pub fn set_annotations(&mut self, annotations: InstructionSequence) {
        self.annotations = Some(Box::new(annotations));
    }

    /// The instructions.
    pub fn instructions(&self) -> &[Instruction] {
        &self.instructions
    }

    /// The instruction a label stands before (may be one past the last); `None` if not placed.
    pub fn label_position(&self, label: Label) -> Option<usize> {
        let place = self.labels[label.0 as usize];
        (place != Self::UNPLACED).then_some(place as usize)
    }

    fn position(&self) -> u32 {
        u32::try_from(self.instructions.len()).expect("instructions are fewer than 2**32")
    }
}
