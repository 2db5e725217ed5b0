//! Instruction sequence → graph (`_PyCfg_FromInstructionSequence`).
//!
//! A block starts at each instruction that something targets, and after each that jumps or leaves.
//!
//! After: targets are blocks; labels are gone; the deferred annotations stand where their placeholder
//! stood.

use super::graph::{BlockId, Graph};
use crate::{InstructionSequence, Label, Opcode};

/// Makes the graph of a sequence.
pub(super) fn build(graph: &mut Graph, sequence: &InstructionSequence) {
    graph.clear();
    let entry = graph.new_block();
    let mut cursor = Cursor { current: entry };
    // By label position: the block that starts there.
    let targeted = targeted_positions(sequence);
    let mut starts: Vec<Option<BlockId>> = vec![None; sequence.instructions().len() + 1];
    for (index, instruction) in sequence.instructions().iter().enumerate() {
        if instruction.opcode == Opcode::AnnotationsPlaceholder {
            for instruction in sequence.annotations().map_or(&[][..], InstructionSequence::instructions) {
                cursor.start_if_terminated(graph, false);
                graph.block_mut(cursor.current).append(instruction.opcode, instruction.oparg, instruction.location, None);
            }
            continue;
        }
        cursor.start_if_terminated(graph, targeted[index]);
        if targeted[index] {
            starts[index] = Some(cursor.current);
        }
        let block = graph.block_mut(cursor.current);
        block.append(instruction.opcode, instruction.oparg, instruction.location, None);
    }
    resolve_targets(graph, sequence, &starts);
}

/// Where the next instruction goes.
struct Cursor {
    current: BlockId,
}

impl Cursor {
    /// `cfg_builder_maybe_start_new_block`
    fn start_if_terminated(&mut self, graph: &mut Graph, label_here: bool) {
        let block = graph.block_mut(self.current);
        let ended = block.last().is_some_and(|last| last.opcode.has_jump() || last.opcode.is_scope_exit());
        if !ended && !(label_here && (!block.is_empty() || block.labelled)) {
            block.labelled |= label_here;
            return;
        }
        let new = graph.new_block();
        graph.block_mut(new).labelled = label_here;
        graph.block_mut(self.current).next = Some(new);
        self.current = new;
    }
}

/// By instruction: whether something targets it.
fn targeted_positions(sequence: &InstructionSequence) -> Vec<bool> {
    let mut targeted = vec![false; sequence.instructions().len() + 1];
    for instruction in sequence.instructions() {
        if instruction.opcode.has_target() {
            targeted[position(sequence, instruction.oparg)] = true;
        }
    }
    targeted
}

fn position(sequence: &InstructionSequence, oparg: i32) -> usize {
    let label = Label(oparg.cast_unsigned());
    sequence.label_position(label).expect("every label that is targeted is placed")
}

/// `translate_jump_labels_to_targets`
fn resolve_targets(graph: &mut Graph, sequence: &InstructionSequence, starts: &[Option<BlockId>]) {
    for block in graph.blocks_mut() {
        for instr in block.instrs_mut() {
            if instr.opcode.has_target() {
                let start = starts[position(sequence, instr.oparg)];
                instr.target = Some(start.expect("a unit does not end with a label"));
            }
        }
    }
}
