//! The other pseudo opcodes, in terms of opcodes that exist (`convert_pseudo_ops`).

use super::graph::Graph;
use super::redundant_nops;
use crate::Opcode;

/// Block pushes have done their work; closures and hidden stores are locals.
pub(super) fn convert(graph: &mut Graph) {
    graph.for_each(|graph, id| {
        for instr in graph.block_mut(id).instrs_mut() {
            match instr.opcode {
                opcode if opcode.is_block_push() => instr.set(Opcode::Nop),
                Opcode::LoadClosure => instr.opcode = Opcode::LoadFast,
                Opcode::StoreFastMaybeNull => instr.opcode = Opcode::StoreFast,
                _ => {}
            }
        }
    });
    redundant_nops::remove_with_jumps(graph);
}
