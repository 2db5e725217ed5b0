//! Fuses neighbouring uses of locals (`flowgraph.c: insert_superinstructions`).
//!
//! ```text
//! LOAD_FAST a · LOAD_FAST b      →  LOAD_FAST_LOAD_FAST a, b
//! STORE_FAST a · LOAD_FAST a     →  STORE_FAST_LOAD_FAST a, a
//! ```
//!
//! Both locals fit four bits and the lines do not differ.

use super::graph::{Features, Graph, Node};
use super::redundant_nops::remove_redundant_nops;
use crate::Opcode;

/// The number of locals that fit half an operand.
const PAIRABLE: i32 = 16;

/// Fuses from left to right, then removes the freed instructions.
#[inline(never)]
pub(super) fn insert_superinstructions(graph: &mut Graph) {
    graph.for_each_block(|graph, block| {
        if !graph[block].features.has(Features::LOCALS) {
            return;
        }
        let mut fused_some = false;
        let nodes = graph.nodes_mut(block);
        let mut first_use = Use::None;
        for index in 0..nodes.len() {
            let second_use = USES[nodes[index].opcode as usize];
            if let Some(fused) = FUSED[first_use as usize][second_use as usize]
                && let [first, second] = &mut nodes[index - 1..=index]
                && fuse(first, second, fused)
            {
                fused_some = true;
                // It is a `NOP` now.
                first_use = Use::None;
            } else {
                first_use = second_use;
            }
        }
        if fused_some {
            graph.note_nop(block);
        }
    });
    remove_redundant_nops(graph);
}

/// How an instruction uses a local.
#[derive(Clone, Copy)]
enum Use {
    None,
    Load,
    Store,
}

/// By opcode: how it uses a local.
const USES: [Use; Opcode::ALL.len()] = {
    let mut uses = [Use::None; Opcode::ALL.len()];
    uses[Opcode::LoadFast as usize] = Use::Load;
    uses[Opcode::StoreFast as usize] = Use::Store;
    uses
};

/// By the uses of two neighbours: what they may become.
const FUSED: [[Option<Opcode>; 3]; 3] = {
    let mut fused = [[None; 3]; 3];
    fused[Use::Load as usize][Use::Load as usize] = Some(Opcode::LoadFastLoadFast);
    fused[Use::Store as usize][Use::Load as usize] = Some(Opcode::StoreFastLoadFast);
    fused[Use::Store as usize][Use::Store as usize] = Some(Opcode::StoreFastStoreFast);
    fused
};

/// Whether it fused the two (`make_super_instruction`).
fn fuse(first: &mut Node, second: &mut Node, fused: Opcode) -> bool {
    let (line, next_line) = (first.location.line, second.location.line);
    let differ = line >= 0 && next_line >= 0 && line != next_line;
    if differ || first.oparg >= PAIRABLE || second.oparg >= PAIRABLE {
        return false;
    }
    first.set(fused, first.oparg << 4 | second.oparg);
    second.set_nop();
    true
}
