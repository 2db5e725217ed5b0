//! Checks loads of locals that may be unbound
//! (`flowgraph.c: add_checks_for_loads_of_uninitialized_variables`).
//!
//! ```text
//! if a: x = 1
//! return x            LOAD_FAST x  →  LOAD_FAST_CHECK x
//! ```
//!
//! A forward data-flow problem over sets of possibly unbound locals, held as 64 bits; locals from 64
//! on are followed within one block only.
//!
//! After: a plain `LOAD_FAST` always finds a value.

use super::graph::{Block, BlockId, Features, Graph, Node};
use crate::Opcode;

/// Locals that the data-flow analysis follows.
const FOLLOWED: usize = 64;

/// What an instruction does to a local.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Effect {
    None,
    Load,
    /// A checked load, or a store.
    Bind,
    MayUnbind,
}

/// By opcode: what it does to the local that is its operand.
const EFFECTS: [Effect; Opcode::ALL.len()] = {
    let mut effects = [Effect::None; Opcode::ALL.len()];
    effects[Opcode::LoadFast as usize] = Effect::Load;
    effects[Opcode::LoadFastCheck as usize] = Effect::Bind;
    effects[Opcode::StoreFast as usize] = Effect::Bind;
    effects[Opcode::DeleteFast as usize] = Effect::MayUnbind;
    effects[Opcode::LoadFastAndClear as usize] = Effect::MayUnbind;
    effects[Opcode::StoreFastMaybeNull as usize] = Effect::MayUnbind;
    effects
};

/// What an instruction does, and to which local.
#[inline]
fn effect(node: &Node) -> (Effect, usize) {
    (EFFECTS[node.opcode as usize], node.oparg.cast_unsigned() as usize)
}

/// Turns loads into checked loads where the local may be unbound; the first `bound` of the locals are
/// parameters.
#[inline(never)]
pub(super) fn check_uninitialized_loads(graph: &mut Graph, locals: usize, bound: usize) {
    if locals == 0 || !graph.features.has(Features::LOCAL_LOADS) {
        return;
    }
    if locals > FOLLOWED {
        check_many_locals(graph, locals);
    }
    let unbound = (bound..locals.min(FOLLOWED)).fold(0, |mask, local| mask | 1_u64 << local);
    let mut nodes = graph.lend_nodes();
    let mut work = graph.start_visit();
    push(graph, &mut work, BlockId::ENTRY, unbound);
    if graph.features.has(Features::UNBINDING) {
        graph.for_each_block(|graph, block| scan_block(graph, &mut nodes, block, &mut work));
    }
    while let Some(block) = work.pop() {
        graph[block].visited = false;
        scan_block(graph, &mut nodes, block, &mut work);
    }
    graph.finish_visit(work);
    graph.return_nodes(nodes);
}

/// Puts a block on the work list if the locals are news to it (`maybe_push`).
fn push(graph: &mut Graph, work: &mut Vec<BlockId>, block: BlockId, unbound: u64) {
    let known = graph[block].unbound_locals;
    if known | unbound != known {
        graph[block].unbound_locals = known | unbound;
        graph.visit(work, block);
    }
}

/// `scan_block_for_locals`, with the instructions of all blocks
fn scan_block(graph: &mut Graph, nodes: &mut [Node], block: BlockId, work: &mut Vec<BlockId>) {
    let Block { unbound_locals: mut unbound, next, features, .. } = graph[block];
    let nodes = &mut nodes[graph[block].slots()];
    let unbinds = graph.features.has(Features::UNBINDING);
    if graph.features.has(Features::BLOCK_PUSHES) {
        // What a handler was told last.
        let mut told = None;
        for node in &mut *nodes {
            if unbound == 0 && !unbinds {
                return;
            }
            // The instruction may raise before it has its effect.
            let raised = node.handler.map(|handler| (handler, unbound));
            if let Some((handler, before)) = raised
                && raised != told
            {
                told = raised;
                push(graph, work, handler, before);
            }
            apply(node, &mut unbound);
        }
    } else if features.has(Features::LOCALS) {
        for node in &mut *nodes {
            if unbound == 0 && !unbinds {
                return;
            }
            apply(node, &mut unbound);
        }
    }
    let last = nodes.last();
    if let Some(next) = next
        && !last.is_some_and(Node::ends_flow)
    {
        push(graph, work, next, unbound);
    }
    if let Some(target) = last.filter(|last| last.opcode.has_jump()).and_then(|jump| jump.target) {
        push(graph, work, target, unbound);
    }
}

/// What an instruction does to the locals that may be unbound; a load of one of them is checked, which is
/// rare: nothing else is branched on.
#[inline]
fn apply(node: &mut Node, unbound: &mut u64) {
    let (effect, local) = effect(node);
    let bit = u64::from(effect != Effect::None && local < FOLLOWED) << (local % FOLLOWED);
    if effect == Effect::Load && *unbound & bit != 0 {
        node.opcode = Opcode::LoadFastCheck;
    }
    *unbound = if effect == Effect::MayUnbind { *unbound | bit } else { *unbound & !bit };
}

/// Checks the locals from 64 on, block by block (`fast_scan_many_locals`).
fn check_many_locals(graph: &mut Graph, locals: usize) {
    // By local: the last block (counted from 1) in which it is known to be bound.
    let mut bound_in = vec![0_u32; locals - FOLLOWED];
    let mut block_number = 0;
    graph.for_each_block(|graph, block| {
        block_number += 1;
        for node in graph.nodes_mut(block) {
            let (effect, local) = effect(node);
            if effect == Effect::None {
                continue;
            }
            let Some(bound_in) = local.checked_sub(FOLLOWED).and_then(|local| bound_in.get_mut(local)) else {
                continue;
            };
            if effect == Effect::Load && *bound_in != block_number {
                node.opcode = Opcode::LoadFastCheck;
            }
            *bound_in = if effect == Effect::MayUnbind { block_number - 1 } else { block_number };
        }
    });
}
