//! Finds loads of locals that may be unbound; they become `LOAD_FAST_CHECK`
//! (`add_checks_for_loads_of_uninitialized_variables`).
//!
//! ```text
//! if a: x = 1
//! return x          LOAD_FAST_CHECK x
//! ```
//!
//! The first 64 locals are followed through the graph; the others within single blocks only.

use super::graph::{BlockId, Graph};
use crate::Opcode;

/// Locals followed through the graph: bits of a mask.
const TRACKED: usize = 64;

/// Checks the loads of a unit of `local_count` locals whose first `parameter_count` are bound.
pub(super) fn add_checks(graph: &mut Graph, local_count: usize, parameter_count: usize) {
    if local_count == 0 {
        return;
    }
    if local_count > TRACKED {
        check_within_blocks(graph, local_count);
    }
    let unbound_at_start = bits_below(local_count) & !bits_below(parameter_count);
    let mut scan = Scan { unsafe_at: vec![0; graph.block_count()], waiting: vec![false; graph.block_count()], pending: Vec::new() };
    scan.reach(Graph::ENTRY, unbound_at_start);
    graph.for_each(|graph, id| scan.block(graph, id));
    while let Some(id) = scan.pending.pop() {
        scan.waiting[id.index()] = false;
        scan.block(graph, id);
    }
}

/// The lowest `count` bits.
const fn bits_below(count: usize) -> u64 {
    if count >= TRACKED { u64::MAX } else { (1 << count) - 1 }
}

struct Scan {
    /// By block: locals that may be unbound on entry.
    unsafe_at: Vec<u64>,
    /// By block: it is in `pending`.
    waiting: Vec<bool>,
    pending: Vec<BlockId>,
}

impl Scan {
    /// `maybe_push`
    fn reach(&mut self, id: BlockId, mask: u64) {
        let known = &mut self.unsafe_at[id.index()];
        if *known | mask != *known {
            *known |= mask;
            if !std::mem::replace(&mut self.waiting[id.index()], true) {
                self.pending.push(id);
            }
        }
    }

    /// `scan_block_for_locals`
    fn block(&mut self, graph: &mut Graph, id: BlockId) {
        let mut mask = self.unsafe_at[id.index()];
        let block = graph.block_mut(id);
        let mut last_handler = None;
        let mut last_mask = 0;
        for instr in block.instrs_mut() {
            if let Some(handler) = instr.handler
                && (last_handler != Some(handler) || last_mask != mask)
            {
                self.reach(handler, mask);
                (last_handler, last_mask) = (Some(handler), mask);
            }
            let Some(bit) = u32::try_from(instr.oparg).ok().and_then(|oparg| 1_u64.checked_shl(oparg)) else {
                continue;
            };
            match instr.opcode {
                Opcode::DeleteFast | Opcode::LoadFastAndClear | Opcode::StoreFastMaybeNull => mask |= bit,
                Opcode::StoreFast | Opcode::LoadFastCheck => mask &= !bit,
                Opcode::LoadFast => {
                    if mask & bit != 0 {
                        instr.opcode = Opcode::LoadFastCheck;
                    }
                    mask &= !bit;
                }
                _ => {}
            }
        }
        let block = graph.block(id);
        let jump = block.last().filter(|last| last.opcode.has_jump()).and_then(|last| last.target);
        let fallthrough = block.next.filter(|_| block.has_fallthrough());
        for successor in fallthrough.into_iter().chain(jump) {
            self.reach(successor, mask);
        }
    }
}

/// `fast_scan_many_locals`: beyond the first 64, a local is bound only if the same block bound or
/// loaded it before.
fn check_within_blocks(graph: &mut Graph, local_count: usize) {
    // By local: the number of the block in which it was last known to be bound.
    let mut bound_in = vec![0_u32; local_count - TRACKED];
    let mut number = 0;
    graph.for_each(|graph, id| {
        number += 1;
        for instr in graph.block_mut(id).instrs_mut() {
            let local = usize::try_from(instr.oparg).ok().and_then(|oparg| oparg.checked_sub(TRACKED));
            match instr.opcode {
                Opcode::DeleteFast | Opcode::LoadFastAndClear | Opcode::StoreFastMaybeNull => {
                    if let Some(local) = local {
                        bound_in[local] = number - 1;
                    }
                }
                Opcode::StoreFast | Opcode::LoadFast => {
                    if let Some(local) = local {
                        if instr.opcode == Opcode::LoadFast && bound_in[local] != number {
                            instr.opcode = Opcode::LoadFastCheck;
                        }
                        bound_in[local] = number;
                    }
                }
                _ => {}
            }
        }
    });
}
