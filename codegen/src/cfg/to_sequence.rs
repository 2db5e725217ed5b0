//! Graph → final instructions (`cfg_to_instruction_sequence`).
//!
//! Blocks become positions: a jump's operand is the index of the instruction it leads to.

use super::graph::{BlockId, Graph};
use crate::{FinalInstruction, Handler};

/// The instructions in order.
pub(super) fn flatten(graph: &Graph) -> Vec<FinalInstruction> {
    let mut starts = vec![0; graph.block_count()];
    let mut length = 0_u32;
    for id in graph.order() {
        starts[id.index()] = length;
        length += u32::try_from(graph.block(id).len()).expect("instructions are fewer than 2**32");
    }
    let start = |id: BlockId| starts[id.index()];
    let mut instructions = Vec::with_capacity(length as usize);
    for id in graph.order() {
        instructions.extend(graph.block(id).instrs().iter().map(|instr| FinalInstruction {
            opcode: instr.opcode,
            oparg: instr.target.map_or(instr.oparg, |target| start(target).cast_signed()),
            location: instr.location,
            handler: instr.handler.map(|handler| Handler {
                target: start(handler),
                start_depth: graph.block(handler).start_depth,
                preserve_lasti: graph.block(handler).preserve_lasti,
            }),
        }));
    }
    instructions
}
