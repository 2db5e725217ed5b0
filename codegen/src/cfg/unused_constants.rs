//! Drops constants that no instruction loads (`flowgraph.c: remove_unused_consts`).
//!
//! ```text
//! x = 1 + 2        constants (1, 2, None), loads: None, LOAD_SMALL_INT 3   →   (1, None)
//! ```
//!
//! The first constant always stays: it may be the docstring.

use super::graph::{Features, Graph, Node};
use crate::{Constant, Opcode};

const UNUSED: i32 = -1;
const USED: i32 = 0;

/// Removes what is not loaded and renumbers the rest.
#[inline(never)]
pub(super) fn remove_unused_constants(graph: &mut Graph, constants: &mut Vec<Constant>) {
    if constants.is_empty() {
        return;
    }
    let mut new_index = std::mem::take(&mut graph.constant_uses);
    new_index.clear();
    new_index.resize(constants.len(), UNUSED);
    new_index[0] = USED;
    graph.for_each_block(|graph, block| {
        if !graph[block].features.has(Features::CONSTANTS) {
            return;
        }
        for node in graph.nodes(block) {
            new_index[place(constant_index(node))] = USED;
        }
    });
    if new_index.contains(&UNUSED) {
        renumber(graph, constants, &mut new_index);
    }
    graph.constant_uses = new_index;
}

/// Removes what is not used, and makes indices of the marks.
fn renumber(graph: &mut Graph, constants: &mut Vec<Constant>, new_index: &mut [i32]) {
    let mut old_index = 0;
    constants.retain(|_| {
        old_index += 1;
        new_index[old_index - 1] == USED
    });
    for (next, index) in (0..).zip(new_index.iter_mut().filter(|index| **index == USED)) {
        *index = next;
    }
    graph.for_each_block(|graph, block| {
        if !graph[block].features.has(Features::CONSTANTS) {
            return;
        }
        for node in graph.nodes_mut(block) {
            let old = constant_index(node);
            node.oparg += new_index[place(old)] - old;
        }
    });
}

/// By opcode: the bits of its operand that are the index of a constant.
const INDEX_BITS: [i32; Opcode::ALL.len()] = {
    let mut bits = [0; Opcode::ALL.len()];
    let mut index = 0;
    while index < bits.len() {
        let opcode = Opcode::ALL[index];
        if opcode.has_constant() {
            bits[index] = opcode.assembled_operand(-1);
        }
        index += 1;
    }
    bits
};

/// The constant an instruction loads. For all others it is the first, which is used anyway and stays where
/// it is: so there is nothing to branch on.
#[inline]
fn constant_index(node: &Node) -> i32 {
    node.oparg & INDEX_BITS[node.opcode as usize]
}

const fn place(index: i32) -> usize {
    index.cast_unsigned() as usize
}
