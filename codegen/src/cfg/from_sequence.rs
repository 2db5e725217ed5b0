//! Instruction sequence → graph (`_PyCfg_FromInstructionSequence`).
//!
//! ```text
//! LOAD_NAME x · POP_JUMP_IF_FALSE L0 · NOP · L0: LOAD_CONST None · RETURN_VALUE
//! → block0: LOAD_NAME x · POP_JUMP_IF_FALSE block2
//!   block1: NOP
//!   block2: LOAD_CONST None · RETURN_VALUE
//! ```
//!
//! A block starts where something jumps to and after each jump or scope exit; a label nothing jumps
//! to starts none. `ANNOTATIONS_PLACEHOLDER` gives way to the module's deferred annotations.
//!
//! After: every jump's target is a block, and no label is left.

use super::graph::{BlockId, Graph, Node};
use crate::{Instruction, InstructionSequence, Label, Opcode};

/// Builds the graph of a sequence.
pub(super) fn from_sequence(graph: &mut Graph, sequence: &InstructionSequence) {
    graph.reset();
    let instructions = sequence.instructions();
    let mut places = Places::of_targets(std::mem::take(&mut graph.places), sequence);
    graph.make_room(instructions.len());
    let mut builder = Builder::new(graph);
    for (index, instruction) in instructions.iter().enumerate() {
        if places.is_target(index) {
            places.set_block(index, builder.use_label());
        }
        if instruction.opcode == Opcode::AnnotationsPlaceholder {
            for annotation in sequence.annotations().map_or(&[][..], InstructionSequence::instructions) {
                builder.push(annotation);
            }
        } else {
            builder.push(instruction);
        }
    }
    if places.is_target(instructions.len()) {
        places.set_block(instructions.len(), builder.use_label());
    }
    let mut jumps = builder.finish();
    for (block, index) in jumps.drain(..) {
        resolve_target(graph, block, index as usize, sequence, &places);
    }
    graph.jumps = jumps;
    graph.places = places.0;
}

/// Turns a label number into a block and marks handlers
/// (`translate_jump_labels_to_targets`, `mark_except_handlers`).
fn resolve_target(graph: &mut Graph, block: BlockId, index: usize, sequence: &InstructionSequence, places: &Places) {
    let node = &mut graph.nodes_mut(block)[index];
    let target = places.block(label_position(sequence, node.oparg));
    node.target = Some(target);
    if node.opcode.is_block_push() {
        graph[target].except_handler = true;
        graph[block].pushes_handler = true;
    }
}

fn label_position(sequence: &InstructionSequence, label: i32) -> usize {
    let label = Label(label.cast_unsigned());
    sequence.label_position(label).expect("targeted labels are placed")
}

/// By instruction index: whether something jumps there, and which block it became.
struct Places(Vec<u32>);

impl Places {
    const PLAIN: u32 = 0;
    const TARGET: u32 = u32::MAX;

    fn of_targets(mut places: Vec<u32>, sequence: &InstructionSequence) -> Self {
        places.clear();
        places.resize(sequence.instructions().len() + 1, Self::PLAIN);
        for instruction in sequence.instructions() {
            if instruction.opcode.has_target() {
                places[label_position(sequence, instruction.oparg)] = Self::TARGET;
            }
        }
        Self(places)
    }

    fn is_target(&self, index: usize) -> bool {
        self.0[index] == Self::TARGET
    }

    fn set_block(&mut self, index: usize, block: BlockId) {
        self.0[index] = number(block.index());
    }

    fn block(&self, index: usize) -> BlockId {
        BlockId::new(self.0[index] as usize)
    }
}

fn number(index: usize) -> u32 {
    u32::try_from(index).expect("instructions are fewer than 2**32")
}

/// Appends instructions to the last block, starting new ones (`cfg_builder`).
struct Builder<'a> {
    graph: &'a mut Graph,
    current: BlockId,
    /// Number of instructions of the current block.
    len: u32,
    /// The last of them.
    last: Opcode,
    /// The instructions with a target, by block and index.
    jumps: Vec<(BlockId, u32)>,
}

impl<'a> Builder<'a> {
    fn new(graph: &'a mut Graph) -> Self {
        let jumps = std::mem::take(&mut graph.jumps);
        Self { graph, current: BlockId::ENTRY, len: 0, last: Opcode::Nop, jumps }
    }

    /// Ends the last block; returns the instructions with a target.
    fn finish(self) -> Vec<(BlockId, u32)> {
        self.graph.close(self.current);
        self.jumps
    }

    /// Places a label: the next instruction starts a block, unless an unlabelled empty one waits.
    fn use_label(&mut self) -> BlockId {
        if self.len > 0 || self.graph[self.current].labelled {
            self.start_block();
        }
        self.graph[self.current].labelled = true;
        self.current
    }

    fn push(&mut self, instruction: &Instruction) {
        let &Instruction { opcode, oparg, location } = instruction;
        if self.last.ends_block() {
            self.start_block();
        }
        if opcode.has_target() {
            self.jumps.push((self.current, self.len));
        }
        self.graph.features.add(opcode);
        self.graph.fill(Node::new(opcode, oparg, location));
        self.len += 1;
        self.last = opcode;
    }

    fn start_block(&mut self) {
        self.graph.close(self.current);
        // Room for what later passes add after a conditional jump, so that the block need not move.
        match self.last {
            Opcode::JumpIfFalse | Opcode::JumpIfTrue => self.graph.reserve(self.current, 3),
            last if last.is_conditional_jump() => self.graph.reserve(self.current, 1),
            _ => {}
        }
        let block = self.graph.new_block();
        self.graph.place_after(self.current, block);
        self.current = block;
        self.len = 0;
        self.last = Opcode::Nop;
    }
}
