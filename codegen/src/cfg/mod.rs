//! Instruction sequence → control-flow graph → optimized instructions (`flowgraph.c`).
//!
//! ```text
//! x = 1 + 2     LOAD_CONST 1 · LOAD_CONST 2 · BINARY_OP + · STORE_NAME x · LOAD_CONST None · RETURN_VALUE
//!            →  LOAD_SMALL_INT 3 · STORE_NAME x · LOAD_CONST None · RETURN_VALUE
//! ```
//!
//! [`optimize`] is the list of passes in CPython's order, each with what holds after it. One pass is
//! one file. Debug builds check the invariants of [`verify`] between passes.
//!
//! Passes are not inlined into [`optimize`]: each has the registers to itself, and shows in profiles.
//! Which opcode comes next no processor can predict, so passes look up what an opcode means to them and
//! calculate with it where they can, rather than branch.
//!
//! Invariant: equal input gives equal output, instruction by instruction, as CPython's does: order of
//! blocks, locations and handlers included.

mod basic_block;
mod cold_blocks;
mod constant_pool;
mod displays;
mod exception_targets;
mod fold_constants;
mod from_sequence;
mod graph;
mod inline_blocks;
mod jump_threading;
mod line_numbers;
mod load_const;
mod load_fast_borrow;
mod normalize_jumps;
mod prefix;
mod pseudo_conditional_jumps;
mod pseudo_ops;
mod redundant_jumps;
mod redundant_nops;
mod stack_depth;
mod superinstructions;
mod swap;
#[cfg(test)]
mod tests;
mod text;
mod to_sequence;
mod uninitialized;
mod unreachable;
mod unused_constants;
mod verify;

use crate::{CodeUnit, OptimizedUnit, Target};
use constant_pool::ConstantPool;
use verify::{Stage, verify};

pub use graph::Graph;

/// Optimizes a code unit. `graph` is working memory: the same one for every unit of a module.
pub fn optimize(mut unit: CodeUnit, target: &Target, graph: &mut Graph) -> OptimizedUnit {
    // after: blocks end in jumps and exits; jumps go to blocks
    let mut sequence = std::mem::take(&mut unit.sequence);
    from_sequence::from_sequence(graph, &mut sequence);
    graph.recycle(sequence);
    verify(graph, Stage::Built);

    let mut constants = ConstantPool::new(std::mem::take(&mut unit.constants));
    optimize_graph(graph, &mut constants, unit.var_names.len(), unit.parameter_count);
    unit.constants = constants.into_constants();

    // after: no pseudo conditional jump; the effect of every instruction is known
    pseudo_conditional_jumps::convert_pseudo_conditional_jumps(graph);
    // after: every reachable block knows its depth on entry
    let stack_depth = stack_depth::calculate_stack_depth(graph);
    // after: cells are fast locals; generators return themselves first
    prefix::prepare_locals_plus(graph, &unit);
    // after: JUMP and JUMP_NO_INTERRUPT are the only pseudo opcodes; the order of blocks is final
    pseudo_ops::convert_pseudo_ops(graph);
    verify(graph, Stage::Real);
    // after: conditional jumps go forward and NOT_TAKEN follows them
    normalize_jumps::normalize_jumps(graph);
    verify(graph, Stage::Normalized);
    // after: instructions stay as and where they are
    load_fast_borrow::optimize_load_fast(graph, target);

    let mut instructions = std::mem::take(&mut graph.instructions);
    to_sequence::to_sequence(graph, &mut instructions);
    OptimizedUnit { unit, instructions, stack_size: stack_depth.max(1) }
}

/// `_PyCfg_OptimizeCodeUnit`
fn optimize_graph(graph: &mut Graph, constants: &mut ConstantPool, locals: usize, parameters: usize) {
    // after: every instruction has its handler; no POP_BLOCK
    exception_targets::label_exception_targets(graph);
    // after: an unconditional jump goes neither to a small exit nor to a block without line
    inline_blocks::inline_small_or_lineless_blocks(graph);
    // after: unreachable blocks are empty; predecessors are counted
    unreachable::remove_unreachable_blocks(graph);
    // after: exits without line are reached from one line
    line_numbers::resolve_line_numbers(graph);
    // after: small integers are LOAD_SMALL_INT; no constant is tested at once
    load_const::optimize_load_const(graph, constants);
    // after: operators have no constant operands that fold; jumps go to no jump
    basic_block::optimize_basic_blocks(graph, constants);
    // after: nothing is pushed only to be popped; each NOP is the only instruction of its line
    redundant_nops::remove_redundant_nops_and_pairs(graph);
    // after: what tests of constants made unreachable is empty
    unreachable::remove_newly_unreachable_blocks(graph);
    // after: no jump goes to the next instruction
    redundant_jumps::remove_redundant_nops_and_jumps(graph);
    verify(graph, Stage::Optimized);
    // after: constants are loaded or first
    unused_constants::remove_unused_constants(graph, constants.constants_mut());
    // after: a plain LOAD_FAST finds a value
    uninitialized::check_uninitialized_loads(graph, locals, parameters);
    // after: neighbouring uses of low locals are one instruction
    superinstructions::insert_superinstructions(graph);
    // after: no warm block follows a cold one
    cold_blocks::push_cold_blocks_to_end(graph);
    // after: new jumps have a line where they can
    line_numbers::resolve_line_numbers(graph);
}
