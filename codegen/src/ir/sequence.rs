//! A linear list of instructions with labels (`instruction_sequence.c`).
//!
//! Invariant: a jump's operand is a [`Label`]'s number until the graph resolves it.

use crate::Opcode;
use pyclast_syntax::Location;

/// A jump target within one code unit.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct Label(pub u32);

/// One instruction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Instruction {
    /// The opcode; pseudo opcodes allowed.
    pub opcode: Opcode,
    /// The operand; a [`Label`]'s number if `opcode.has_target()`.
    pub oparg: i32,
    /// Where it comes from.
    pub location: Location,
}

/// Instructions and the places of labels.
#[derive(Clone, Debug, Default)]
pub struct InstructionSequence {
    instructions: Vec<Instruction>,
    /// By label: the index of the instruction it stands before; `u32::MAX` if not placed.
    labels: Vec<u32>,
    /// The module's deferred annotations, put in place of `ANNOTATIONS_PLACEHOLDER`.
    annotations: Option<Box<InstructionSequence>>,
}

impl InstructionSequence {
    const UNPLACED: u32 = u32::MAX;

    /// Forgets everything; the memory stays.
    pub(crate) fn clear(&mut self) {
        self.instructions.clear();
        self.labels.clear();
        self.annotations = None;
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

    /// Appends an instruction.
    pub fn push(&mut self, instruction: Instruction) {
        self.instructions.push(instruction);
    }

    /// Inserts an instruction; labels at or after the place move with theirs
    /// (`_PyInstructionSequence_InsertInstruction`).
    pub fn insert(&mut self, index: usize, instruction: Instruction) {
        self.instructions.insert(index, instruction);
        for place in &mut self.labels {
            if *place != Self::UNPLACED && *place as usize >= index {
                *place += 1;
            }
        }
    }

    /// Sets the sequence that replaces `ANNOTATIONS_PLACEHOLDER`.
    pub fn set_annotations(&mut self, annotations: InstructionSequence) {
        self.annotations = Some(Box::new(annotations));
    }

    /// The sequence that replaces `ANNOTATIONS_PLACEHOLDER`.
    pub fn annotations(&self) -> Option<&InstructionSequence> {
        self.annotations.as_deref()
    }

    /// The instructions.
    pub fn instructions(&self) -> &[Instruction] {
        &self.instructions
    }

    /// Number of labels.
    pub fn label_count(&self) -> usize {
        self.labels.len()
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
