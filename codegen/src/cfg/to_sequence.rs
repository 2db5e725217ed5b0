//! Graph → final instructions (`_PyCfg_ToInstructionSequence`).
//!
//! ```text
//! block0: … · JUMP block2 · block1: NOP · block2: …   →   … · JUMP 7 · NOP · …
//! ```
//!
//! After: jump operands and handlers are indices of instructions.

use super::graph::{BlockId, Features, Graph, Node};
use crate::{FinalInstruction, Handler};

/// Lists the instructions of all blocks in order, in `instructions`, which is empty.
#[inline(never)]
pub(super) fn to_sequence(graph: &mut Graph, instructions: &mut Vec<FinalInstruction>) {
    let mut position = 0;
    graph.for_each_block(|graph, block| {
        graph[block].mark = position;
        position += u32::try_from(graph.len(block)).expect("instructions are fewer than 2**32");
    });
    instructions.reserve(position as usize);
    let has_handlers = graph.features.has(Features::BLOCK_PUSHES);
    for block in graph.order() {
        let nodes = graph.nodes(block);
        if has_handlers {
            let handler = |handler: BlockId| Handler {
                target: graph[handler].mark,
                start_depth: graph[handler].start_depth,
                preserve_lasti: graph[handler].preserve_lasti,
            };
            instructions.extend(nodes.iter().map(|node| finished(node, node.handler.map(handler))));
        } else {
            instructions.extend(nodes.iter().map(|node| finished(node, None)));
        }
        // A jump is last, or only `NOT_TAKEN` follows it.
        let plain = if graph[block].features.has(Features::BLOCK_PUSHES) { 0 } else { nodes.len().saturating_sub(2) };
        let start = instructions.len() - nodes.len();
        for (node, instruction) in nodes[plain..].iter().zip(&mut instructions[start + plain..]) {
            if let Some(target) = node.destination() {
                instruction.oparg = graph[target].mark.cast_signed();
            }
        }
    }
}

fn finished(node: &Node, handler: Option<Handler>) -> FinalInstruction {
    FinalInstruction { opcode: node.opcode, oparg: node.oparg, location: node.location, handler }
}
