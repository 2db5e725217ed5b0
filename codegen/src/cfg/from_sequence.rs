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

use super::graph::{BlockId, Features, Graph, Node};
use crate::{InstructionSequence, Label};

/// Makes a graph of a sequence: its instructions stay where they are, blocks are ranges of them.
#[inline(never)]
pub(super) fn from_sequence(graph: &mut Graph, sequence: &mut InstructionSequence) {
    graph.take_over(sequence);
    // Blocks are made while they are read.
    let mut nodes = graph.lend_nodes();
    let mut places = Places::of_targets(std::mem::take(&mut graph.places), &nodes, sequence);
    let end = split_into_blocks(graph, &nodes, &mut places);
    places.set_end(end);
    for &jump in sequence.jumps() {
        let node = &mut nodes[jump as usize];
        let target = places.block(label_position(sequence, node.oparg));
        node.target = Some(target);
        // `mark_except_handlers`
        if node.opcode.is_block_push() {
            graph[target].except_handler = true;
        }
    }
    graph.return_nodes(nodes);
    graph.places = places.0;
}

/// Starts blocks at labels and after jumps and exits. The block that labels at the end stand for.
#[inline(never)]
fn split_into_blocks(graph: &mut Graph, nodes: &[Node], places: &mut Places) -> BlockId {
    let mut open = OpenBlock { block: BlockId::ENTRY, start: 0 };
    let mut features = Features::default();
    let mut has_ended = false;
    for (index, (node, place)) in nodes.iter().zip(&mut places.0).enumerate() {
        let is_target = *place == Places::TARGET;
        if is_target | has_ended {
            let index = number(index);
            if is_target {
                *place = number(open.use_label(graph, index, &mut features).index());
            } else {
                open.next(graph, index, &mut features);
            }
        }
        let kinds = Features::of(node.opcode, node.location);
        features.add(kinds);
        has_ended = kinds.has(Features::BLOCK_ENDS);
    }
    let count = number(nodes.len());
    if places.is_target(nodes.len()) {
        open.use_label(graph, count, &mut features);
    }
    graph.close(open.block, count, features);
    open.block
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

    /// (`translate_jump_labels_to_targets`)
    fn of_targets(mut places: Vec<u32>, nodes: &[Node], sequence: &InstructionSequence) -> Self {
        places.clear();
        places.resize(nodes.len() + 1, Self::PLAIN);
        for &jump in sequence.jumps() {
            places[label_position(sequence, nodes[jump as usize].oparg)] = Self::TARGET;
        }
        Self(places)
    }

    fn is_target(&self, index: usize) -> bool {
        self.0[index] == Self::TARGET
    }

    fn set_end(&mut self, block: BlockId) {
        if let Some(end) = self.0.last_mut() {
            *end = number(block.index());
        }
    }

    fn block(&self, index: usize) -> BlockId {
        BlockId::new(self.0[index] as usize)
    }
}

fn number(index: usize) -> u32 {
    u32::try_from(index).expect("instructions are fewer than 2**32")
}

/// The block that instructions are added to (`cfg_builder`).
struct OpenBlock {
    block: BlockId,
    /// The index of its first instruction.
    start: u32,
}

impl OpenBlock {
    /// Places a label: the instruction at `index` starts a block, unless an unlabelled empty one waits.
    fn use_label(&mut self, graph: &mut Graph, index: u32, features: &mut Features) -> BlockId {
        if index > self.start || graph[self.block].labelled {
            self.next(graph, index, features);
        }
        graph[self.block].labelled = true;
        self.block
    }

    /// Ends the block, whose `features` are known now; the instruction at `start` is the first of a new
    /// one.
    #[inline(never)]
    fn next(&mut self, graph: &mut Graph, start: u32, features: &mut Features) {
        graph.close(self.block, start, std::mem::take(features));
        let block = graph.new_block_at(start);
        graph.place_after(self.block, block);
        *self = Self { block, start };
    }
}
