//! Invariants of the graph, checked between passes in debug builds.
//!
//! | name | meaning | from stage |
//! | --- | --- | --- |
//! | `order-is-linear` | following `next` from the entry ends and meets no block twice | Built |
//! | `flow-ends-blocks` | jumps and scope exits are last in their block | Built |
//! | `targets-exist` | what jumps or pushes a handler has a target in order | Built |
//! | `flow-stays-inside` | the last block does not fall through, if it can be reached | Built |
//! | `no-pop-block` | every handler is known | Optimized |
//! | `targets-run` | a reachable jump goes to a block from which something runs | Optimized |
//! | `no-pseudo` | `JUMP` and `JUMP_NO_INTERRUPT` are the only pseudo opcodes | Real |
//!
//! A violation is our bug, never the user's: it panics.

use super::graph::{BlockId, Graph};
use crate::{Encoding, Opcode};

/// How far the passes got.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Stage {
    /// After `from_sequence`.
    Built,
    /// After the passes that remove instructions.
    Optimized,
    /// After `pseudo_ops`.
    Real,
}

/// Panics, in debug builds, if an invariant of `stage` does not hold.
pub(super) fn verify(graph: &Graph, stage: Stage) {
    if cfg!(debug_assertions)
        && let Err(violation) = check(graph, stage)
    {
        panic!("after {stage:?}: {violation}");
    }
}

/// Checks all invariants of a stage.
pub(super) fn check(graph: &Graph, stage: Stage) -> Result<(), String> {
    let mut in_order = vec![false; graph.block_count()];
    for block in graph.order() {
        if std::mem::replace(&mut in_order[block.index()], true) {
            return Err(format!("order-is-linear: {block:?} comes twice"));
        }
    }
    for block in graph.order() {
        check_block(graph, block, stage, &in_order)?;
    }
    Ok(())
}

fn check_block(graph: &Graph, block: BlockId, stage: Stage, in_order: &[bool]) -> Result<(), String> {
    let nodes = graph.nodes(block);
    for (index, node) in nodes.iter().enumerate() {
        let opcode = node.opcode;
        let ends_block = opcode.has_jump() || opcode.is_scope_exit();
        if ends_block && index + 1 < nodes.len() {
            return Err(format!("flow-ends-blocks: {opcode:?} inside {block:?}"));
        }
        if opcode.has_target() {
            let target = node.target.filter(|target| in_order[target.index()]);
            let Some(target) = target else {
                return Err(format!("targets-exist: {opcode:?} at the end of {block:?}"));
            };
            if stage >= Stage::Optimized && graph.next_nonempty(Some(target)).is_none() {
                return Err(format!("targets-run: {block:?} jumps to {target:?}, which is empty"));
            }
        }
        if stage >= Stage::Optimized && opcode == Opcode::PopBlock {
            return Err(format!("no-pop-block: in {block:?}"));
        }
        let is_pseudo = matches!(opcode.encoding(), Encoding::Pseudo(_));
        if stage >= Stage::Real && is_pseudo && !matches!(opcode, Opcode::Jump | Opcode::JumpNoInterrupt) {
            return Err(format!("no-pseudo: {opcode:?} in {block:?}"));
        }
    }
    let falls_out = graph[block].next.is_none() && graph.falls_through(block);
    let is_reachable = stage == Stage::Built || graph[block].predecessors > 0;
    if falls_out && is_reachable && !nodes.is_empty() {
        return Err(format!("flow-stays-inside: {block:?} falls through at the end"));
    }
    Ok(())
}
