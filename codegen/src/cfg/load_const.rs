//! Decides what constants decide: jumps, truth tests, `is None` (`optimize_load_const`).
//!
//! ```text
//! LOAD_CONST 1                                    →   LOAD_SMALL_INT 1
//! LOAD_CONST True · POP_JUMP_IF_FALSE b           →   NOP · NOP
//! LOAD_CONST None · IS_OP 0 · POP_JUMP_IF_TRUE b  →   NOP · NOP · POP_JUMP_IF_NONE b
//! ```
//!
//! Runs before folding: what folding makes of an expression decides nothing.

use super::constants::Constants;
use super::graph::{BlockId, Graph};
use super::redundant_nops::loads_const;
use crate::{Constant, Opcode};

/// Optimizes every block.
pub(super) fn optimize(graph: &mut Graph, constants: &mut Constants) {
    graph.for_each(|graph, id| optimize_block(graph, id, constants));
}

fn optimize_block(graph: &mut Graph, id: BlockId, constants: &mut Constants) {
    let instrs = graph.block_mut(id).instrs_mut();
    // The constant on top of the stack is that of this instruction.
    let (mut opcode, mut oparg) = (Opcode::Nop, 0);
    for index in 0..instrs.len() {
        if instrs[index].opcode == Opcode::LoadConst
            && let Some(value) = small_int(constants.get(instrs[index].oparg))
        {
            instrs[index].set_arg(Opcode::LoadSmallInt, value);
        }
        let instr = instrs[index];
        let copies_constant = opcode == Opcode::LoadConst && instr.opcode == Opcode::Copy && instr.oparg == 1;
        if !copies_constant {
            (opcode, oparg) = (instr.opcode, instr.oparg);
        }
        let Some(next) = instrs.get(index + 1).map(|next| next.opcode) else { continue };
        if !loads_const(opcode) || !is_decided(next) {
            continue;
        }
        let Some(constant) = constants.loaded(opcode, oparg) else { continue };
        match next {
            Opcode::PopJumpIfFalse | Opcode::PopJumpIfTrue | Opcode::JumpIfFalse | Opcode::JumpIfTrue => {
                if matches!(next, Opcode::PopJumpIfFalse | Opcode::PopJumpIfTrue) {
                    instrs[index].set(Opcode::Nop);
                }
                let jumps_if = matches!(next, Opcode::PopJumpIfTrue | Opcode::JumpIfTrue);
                if constant.is_truthy() == jumps_if {
                    instrs[index + 1].opcode = Opcode::Jump;
                } else {
                    instrs[index + 1].set(Opcode::Nop);
                }
            }
            Opcode::IsOp if matches!(constant, Constant::None) => fold_is_none(&mut instrs[index..]),
            Opcode::ToBool => {
                let truth = constants.add(Constant::Bool(constant.is_truthy()));
                instrs[index].set(Opcode::Nop);
                instrs[index + 1].set_arg(Opcode::LoadConst, truth);
            }
            _ => {}
        }
    }
}

/// Whether a constant before it can decide what the opcode does.
const fn is_decided(opcode: Opcode) -> bool {
    matches!(
        opcode,
        Opcode::PopJumpIfFalse
            | Opcode::PopJumpIfTrue
            | Opcode::JumpIfFalse
            | Opcode::JumpIfTrue
            | Opcode::IsOp
            | Opcode::ToBool
    )
}

/// `LOAD_CONST None · IS_OP · [TO_BOOL] · POP_JUMP_IF_*` at the start of `instrs`.
fn fold_is_none(instrs: &mut [super::graph::Instr]) {
    let Some(after) = instrs.get_mut(2) else { return };
    let mut jump = 2;
    if after.opcode == Opcode::ToBool {
        // Superfluous whether or not a jump follows: `is` gives a bool.
        after.set(Opcode::Nop);
        jump = 3;
    }
    let inverted = instrs[1].oparg != 0;
    let if_none = match instrs.get(jump).map(|instr| instr.opcode) {
        Some(Opcode::PopJumpIfTrue) => !inverted,
        Some(Opcode::PopJumpIfFalse) => inverted,
        _ => return,
    };
    instrs[0].set(Opcode::Nop);
    instrs[1].set(Opcode::Nop);
    instrs[jump].opcode = if if_none { Opcode::PopJumpIfNone } else { Opcode::PopJumpIfNotNone };
}

/// The operand of `LOAD_SMALL_INT`, for ints from 0 to 255.
pub(super) fn small_int(constant: &Constant) -> Option<i32> {
    let value = constant.as_small_int()?;
    u8::try_from(value).ok().map(i32::from)
}
