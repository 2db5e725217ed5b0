//! The peephole optimizer: one pass over each block (`optimize_basic_block`).
//!
//! ```text
//! COMPARE_OP == · TO_BOOL               →   NOP · COMPARE_OP == (to bool)
//! BUILD_TUPLE 2 · UNPACK_SEQUENCE 2     →   NOP · SWAP 2
//! POP_JUMP_IF_FALSE a … a: JUMP b       →   NOP … POP_JUMP_IF_FALSE b
//! ```
//!
//! Where two instructions become one, the first becomes the NOP.

use super::constants::Constants;
use super::graph::{BlockId, Graph, Instr};
use super::{displays, fold_constants, swap};
use crate::Opcode;

/// `INTRINSIC_UNARY_POSITIVE`
const UNARY_POSITIVE: i32 = 5;
/// `INTRINSIC_LIST_TO_TUPLE`
const LIST_TO_TUPLE: i32 = 6;
/// The operand bit of `COMPARE_OP` that makes its result a bool.
const COMPARE_TO_BOOL: i32 = 16;

/// What to do after an instruction.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Next,
    Again,
}

/// Optimizes every block.
pub(super) fn optimize(graph: &mut Graph, constants: &mut Constants) {
    graph.for_each(|graph, id| {
        let mut index = 0;
        while index < graph.block(id).len() {
            if optimize_at(graph, id, index, constants) == Step::Next {
                index += 1;
            }
        }
        swap::optimize(graph, id);
    });
}

fn optimize_at(graph: &mut Graph, id: BlockId, index: usize, constants: &mut Constants) -> Step {
    let instr = graph.block(id).instrs()[index];
    if instr.opcode.has_jump() {
        return thread_jump(graph, id, index);
    }
    let instrs = graph.block_mut(id).instrs_mut();
    match instr.opcode {
        Opcode::BuildTuple if !unpack_tuple(instrs, index) => displays::fold_tuple(instrs, index, constants),
        Opcode::BuildList | Opcode::BuildSet => displays::optimize_list_or_set(instrs, index, constants),
        Opcode::ListAppend | Opcode::SetAdd => displays::fold_long_list_or_set(instrs, index, constants),
        Opcode::CallIntrinsic1 if instr.oparg == LIST_TO_TUPLE => {
            let folded = displays::fold_list_to_tuple(instrs, index, constants);
            if !folded && next_opcode(instrs, index) == Some(Opcode::GetIter) {
                // A list can be iterated over as well.
                instrs[index].set(Opcode::Nop);
            }
        }
        Opcode::CallIntrinsic1 if instr.oparg == UNARY_POSITIVE => fold_constants::fold_unary(instrs, index, constants),
        Opcode::UnaryNot if join_not(instrs, index) => {}
        Opcode::UnaryNot | Opcode::UnaryInvert | Opcode::UnaryNegative => {
            fold_constants::fold_unary(instrs, index, constants);
        }
        Opcode::BinaryOp => fold_constants::fold_binary(instrs, index, constants),
        _ => optimize_pair(instrs, index),
    }
    Step::Next
}

fn next_opcode(instrs: &[Instr], index: usize) -> Option<Opcode> {
    instrs.get(index + 1).map(|next| next.opcode)
}

/// Packing values to unpack them at once: exchanges them instead.
fn unpack_tuple(instrs: &mut [Instr], index: usize) -> bool {
    let [built, unpacked, ..] = &mut instrs[index..] else { return false };
    if unpacked.opcode != Opcode::UnpackSequence || unpacked.oparg != built.oparg || !(1..=3).contains(&built.oparg) {
        return false;
    }
    if built.oparg == 1 {
        unpacked.set(Opcode::Nop);
    } else {
        unpacked.opcode = Opcode::Swap;
    }
    built.set(Opcode::Nop);
    true
}

/// `not` before a truth test or another `not`.
fn join_not(instrs: &mut [Instr], index: usize) -> bool {
    let joined = match next_opcode(instrs, index) {
        Some(Opcode::ToBool) => Opcode::UnaryNot,
        Some(Opcode::UnaryNot) => Opcode::Nop,
        _ => return false,
    };
    instrs[index].set(Opcode::Nop);
    instrs[index + 1].set(joined);
    true
}

/// Pairs that become one instruction, and single instructions that do nothing.
fn optimize_pair(instrs: &mut [Instr], index: usize) {
    let instr = instrs[index];
    let next = instrs.get(index + 1).copied();
    match (instr.opcode, next.map(|next| next.opcode)) {
        (Opcode::StoreFast, Some(Opcode::StoreFast))
            if next.is_some_and(|next| next.oparg == instr.oparg && next.location.line == instr.location.line) =>
        {
            instrs[index].set(Opcode::PopTop);
        }
        (Opcode::Swap, _) if instr.oparg == 1 => instrs[index].set(Opcode::Nop),
        (Opcode::LoadGlobal, Some(Opcode::PushNull)) if instr.oparg & 1 == 0 => {
            instrs[index].oparg |= 1;
            instrs[index + 1].set(Opcode::Nop);
        }
        (Opcode::CompareOp, Some(Opcode::ToBool)) => {
            instrs[index].set(Opcode::Nop);
            instrs[index + 1].set_arg(Opcode::CompareOp, instr.oparg | COMPARE_TO_BOOL);
        }
        (Opcode::ContainsOp | Opcode::IsOp, Some(next @ (Opcode::ToBool | Opcode::UnaryNot))) => {
            let inverted = i32::from(next == Opcode::UnaryNot);
            instrs[index].set(Opcode::Nop);
            instrs[index + 1].set_arg(instr.opcode, instr.oparg ^ inverted);
        }
        (Opcode::ToBool, Some(Opcode::ToBool)) => instrs[index].set(Opcode::Nop),
        _ => {}
    }
}

/// A jump to a jump goes where that one goes.
fn thread_jump(graph: &mut Graph, id: BlockId, index: usize) -> Step {
    let instr = graph.block(id).instrs()[index];
    let Some(target) = instr.target else { return Step::Next };
    let Some(&first) = graph.block(target).first() else { return Step::Next };
    let threaded = match (instr.opcode, first.opcode) {
        (
            Opcode::PopJumpIfFalse | Opcode::PopJumpIfTrue | Opcode::PopJumpIfNone | Opcode::PopJumpIfNotNone,
            Opcode::Jump,
        ) => instr.opcode,
        (Opcode::JumpIfFalse, Opcode::Jump | Opcode::JumpIfFalse)
        | (Opcode::JumpIfTrue, Opcode::Jump | Opcode::JumpIfTrue) => instr.opcode,
        (Opcode::JumpIfFalse, Opcode::JumpIfTrue) | (Opcode::JumpIfTrue, Opcode::JumpIfFalse) => {
            // The opposite test fails: on to what follows it.
            let next = graph.block(target).next;
            graph.block_mut(id).instrs_mut()[index].target = next;
            return Step::Again;
        }
        (Opcode::Jump | Opcode::JumpNoInterrupt, Opcode::Jump) => Opcode::Jump,
        (Opcode::Jump | Opcode::JumpNoInterrupt, Opcode::JumpNoInterrupt) => instr.opcode,
        _ => return Step::Next,
    };
    if instr.target == first.target {
        return Step::Next;
    }
    // The NOP keeps the line of the jump; the new one has the target's.
    let block = graph.block_mut(id);
    block.instrs_mut()[index].set(Opcode::Nop);
    block.append(threaded, 0, first.location, first.target);
    Step::Again
}
