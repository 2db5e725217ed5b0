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

use super::graph::{BlockId, Graph};
use crate::{Instruction, InstructionSequence, Label, Opcode};

/// Builds the graph of a sequence.
pub(super) fn from_sequence(sequence: &InstructionSequence) -> Graph {
    let instructions = sequence.instructions();
    let mut places = Places::of_targets(sequence);
    let mut builder = Builder::new(instructions.len());
    for (index, instruction) in instructions.iter().enumerate() {
        if places.is_target(index) {
            let block = builder.use_label();
            places.set_block(index, block);
        }
        if instruction.opcode == Opcode::AnnotationsPlaceholder {
            for annotation in sequence.annotations().map_or(&[][..], InstructionSequence::instructions) {
                builder.push(*annotation);
            }
        } else {
            builder.push(*instruction);
        }
    }
    if places.is_target(instructions.len()) {
        let block = builder.use_label();
        places.set_block(instructions.len(), block);
    }
    let mut graph = builder.graph;
    resolve_targets(&mut graph, sequence, &places);
    graph
}

/// Turns label numbers into blocks and marks handlers
/// (`translate_jump_labels_to_targets`, `mark_except_handlers`).
fn resolve_targets(graph: &mut Graph, sequence: &InstructionSequence, places: &Places) {
    graph.for_each_block(|graph, block| {
        for index in 0..graph.len(block) {
            let node = graph.nodes(block)[index];
            if !node.opcode.has_target() {
                continue;
            }
            let target = places.block(label_position(sequence, node.oparg));
            graph.nodes_mut(block)[index].target = Some(target);
            if node.opcode.is_block_push() {
                graph[target].except_handler = true;
                graph.has_handlers = true;
            }
        }
    });
}

fn label_position(sequence: &InstructionSequence, label: i32) -> usize {
    let label = Label(label.cast_unsigned());
    sequence.label_position(label).expect("targeted labels are placed")
}

/// By instruction index: whether something jumps there, and which block it became.
struct Places(Vec<Place>);

#[derive(Clone, Copy)]
enum Place {
    Plain,
    Target,
    Block(BlockId),
}

impl Places {
    fn of_targets(sequence: &InstructionSequence) -> Self {
        let mut places = vec![Place::Plain; sequence.instructions().len() + 1];
        for instruction in sequence.instructions() {
            if instruction.opcode.has_target() {
                places[label_position(sequence, instruction.oparg)] = Place::Target;
            }
        }
        Self(places)
    }

    fn is_target(&self, index: usize) -> bool {
        matches!(self.0[index], Place::Target)
    }

    fn set_block(&mut self, index: usize, block: BlockId) {
        self.0[index] = Place::Block(block);
    }

    fn block(&self, index: usize) -> BlockId {
        match self.0[index] {
            Place::Block(block) => block,
            Place::Plain | Place::Target => unreachable!("every targeted place became a block"),
        }
    }
}

/// Appends instructions to the last block, starting new ones (`cfg_builder`).
struct Builder {
    graph: Graph,
    current: BlockId,
}

impl Builder {
    fn new(size: usize) -> Self {
        Self { graph: Graph::with_capacity(size), current: BlockId::ENTRY }
    }

    /// Places a label: the next instruction starts a block, unless an unlabelled empty one waits.
    fn use_label(&mut self) -> BlockId {
        if self.graph.len(self.current) > 0 || self.graph[self.current].labelled {
            self.start_block();
        }
        self.graph[self.current].labelled = true;
        self.current
    }

    fn push(&mut self, instruction: Instruction) {
        let ended = self.graph.last(self.current);
        if ended.is_some_and(|node| node.opcode.has_jump() || node.opcode.is_scope_exit()) {
            self.start_block();
        }
        self.graph.append(self.current, instruction.opcode, instruction.oparg, instruction.location);
    }

    fn start_block(&mut self) {
        // Room for what later passes add after a conditional jump, so that the block need not move.
        let room = match self.graph.last(self.current).map(|node| node.opcode) {
            Some(Opcode::JumpIfFalse | Opcode::JumpIfTrue) => 3,
            Some(opcode) if opcode.is_conditional_jump() => 1,
            _ => 0,
        };
        self.graph.reserve(self.current, room);
        let block = self.graph.new_block();
        self.graph.place_after(self.current, block);
        self.current = block;
    }
}
