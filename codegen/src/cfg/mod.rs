//! Instruction sequence → control-flow graph → optimized instructions, as `flowgraph.c` does it.
//!
//! The passes, their order and their side effects are CPython 3.14's; what a pass leaves behind
//! (NOPs, slots of removed instructions, unused constants) decides what later ones do.
//!
//! Invariant: one pass, one file; this list is the order.

mod basic_block;
mod cold_blocks;
mod constants;
mod displays;
mod exception_targets;
mod fold_constants;
mod from_sequence;
mod graph;
mod inline_blocks;
mod line_numbers;
mod load_const;
mod load_fast_borrow;
mod localsplus;
mod normalize_jumps;
mod pseudo_jumps;
mod pseudo_ops;
mod redundant_nops;
mod stack_depth;
mod superinstructions;
mod swap;
mod to_sequence;
mod uninitialized;
mod unreachable;
mod unused_constants;

use crate::{CodeUnit, OptimizedUnit, Target};
use constants::Constants;
pub use graph::Graph;

/// Optimizes a code unit.
/// `graph` is working memory: the same one for every unit of a module.
pub fn optimize(mut unit: CodeUnit, target: &Target, graph: &mut Graph) -> OptimizedUnit {
    let sequence = std::mem::take(&mut unit.sequence);
    let mut constants = Constants::new(std::mem::take(&mut unit.constants));
    from_sequence::build(graph, &sequence);
    drop(sequence);

    // `_PyCfg_OptimizeCodeUnit`. After this, each instruction knows its handler.
    exception_targets::label(graph);
    inline_blocks::inline(graph);
    unreachable::remove(graph);
    line_numbers::resolve(graph);
    // After this, constants have decided what they decide; what is folded next decides nothing.
    load_const::optimize(graph, &mut constants);
    basic_block::optimize(graph, &mut constants);
    redundant_nops::remove_with_pairs(graph);
    unreachable::remove(graph);
    redundant_nops::remove_with_jumps(graph);
    // After this, no constant appears or vanishes.
    unit.constants = unused_constants::remove(graph, constants);
    uninitialized::add_checks(graph, unit.var_names.len(), unit.parameter_count);
    superinstructions::insert(graph);
    cold_blocks::push_to_end(graph);
    line_numbers::resolve(graph);

    // `_PyCfg_OptimizedCfgToInstructionSequence`.
    pseudo_jumps::convert(graph);
    let deepest = stack_depth::calculate(graph);
    localsplus::prepare(graph, &unit);
    pseudo_ops::convert(graph);
    // After this, the order of blocks is final.
    normalize_jumps::normalize(graph);
    // After this, nothing may be inserted: loads borrow.
    load_fast_borrow::optimize(graph, target);
    let instructions = to_sequence::flatten(graph);
    OptimizedUnit { unit, instructions, stack_size: u32::try_from(deepest.max(1)).unwrap_or(1) }
}
