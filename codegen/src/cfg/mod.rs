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

/// Optimizes a code unit.
pub fn optimize(mut unit: CodeUnit, target: &Target) -> OptimizedUnit {
    let sequence = std::mem::take(&mut unit.sequence);
    let mut constants = Constants::new(std::mem::take(&mut unit.constants));
    let mut graph = from_sequence::build(&sequence);
    drop(sequence);

    // `_PyCfg_OptimizeCodeUnit`. After this, each instruction knows its handler.
    exception_targets::label(&mut graph);
    inline_blocks::inline(&mut graph);
    unreachable::remove(&mut graph);
    line_numbers::resolve(&mut graph);
    // After this, constants have decided what they decide; what is folded next decides nothing.
    load_const::optimize(&mut graph, &mut constants);
    basic_block::optimize(&mut graph, &mut constants);
    redundant_nops::remove_with_pairs(&mut graph);
    unreachable::remove(&mut graph);
    redundant_nops::remove_with_jumps(&mut graph);
    // After this, no constant appears or vanishes.
    unit.constants = unused_constants::remove(&mut graph, constants);
    uninitialized::add_checks(&mut graph, unit.var_names.len(), unit.parameter_count);
    superinstructions::insert(&mut graph);
    cold_blocks::push_to_end(&mut graph);
    line_numbers::resolve(&mut graph);

    // `_PyCfg_OptimizedCfgToInstructionSequence`.
    pseudo_jumps::convert(&mut graph);
    let deepest = stack_depth::calculate(&mut graph);
    localsplus::prepare(&mut graph, &unit);
    pseudo_ops::convert(&mut graph);
    // After this, the order of blocks is final.
    normalize_jumps::normalize(&mut graph);
    // After this, nothing may be inserted: loads borrow.
    load_fast_borrow::optimize(&mut graph, target);
    let instructions = to_sequence::flatten(&graph);
    OptimizedUnit { unit, instructions, stack_size: u32::try_from(deepest.max(1)).unwrap_or(1) }
}
