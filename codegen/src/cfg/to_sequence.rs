//! Graph → final instructions (`_PyCfg_ToInstructionSequence`).
//!
//! ```text
//! block0: … · JUMP block2 · block1: NOP · block2: …   →   … · JUMP 7 · NOP · …
//! ```
//!
//! After: jump operands and handlers are indices of instructions.

use super::graph::Graph;
use crate::{FinalInstruction, Handler};

/// Lists the instructions of all blocks in order.
pub(super) fn to_sequence(graph: &mut Graph) -> Vec<FinalInstruction> {
    let mut position = 0;
    graph.for_each_block(|graph, block| {
        graph[block].mark = position;
        position += u32::try_from(graph.len(block)).expect("instructions are fewer than 2**32");
    });
    let mut instructions = Vec::with_capacity(position as usize);
    for block in graph.order() {
        instructions.extend(graph.nodes(block).iter().map(|node| FinalInstruction {
            opcode: node.opcode,
            oparg: node.destination().map_or(node.oparg, |target| graph[target].mark.cast_signed()),
            location: node.location,
            handler: node.handler.map(|handler| Handler {
                target: graph[handler].mark,
                start_depth: graph[handler].start_depth,
                preserve_lasti: graph[handler].preserve_lasti,
            }),
        }));
    }
    instructions
}
