//! Evaluates operators whose operands are constants (`fold_const_unaryop`, `fold_const_binop`).
//!
//! ```text
//! LOAD_CONST 1 · LOAD_CONST 2 · BINARY_OP +      →   NOP · NOP · LOAD_SMALL_INT 3
//! ```
//!
//! Operands are found backwards, NOPs skipped, within the block; they become NOPs without location.

use super::constants::Constants;
use super::graph::Instr;
use super::load_const::small_int;
use super::redundant_nops::loads_const;
use crate::arithmetic::{self, Unary};
use crate::{Constant, Opcode};
use pyclast_syntax::Location;

/// Folds a unary operator.
pub(super) fn fold_unary(instrs: &mut [Instr], index: usize, constants: &mut Constants) {
    let operator = match instrs[index].opcode {
        Opcode::UnaryNegative => Unary::Negative,
        Opcode::UnaryInvert => Unary::Invert,
        Opcode::UnaryNot => Unary::Not,
        _ => Unary::Positive,
    };
    let Some([operand]) = const_loads::<1>(instrs, index) else { return };
    let Some(value) = load(instrs, operand, constants) else { return };
    if let Some(result) = arithmetic::unary(operator, &value) {
        nop_out(instrs, &[operand]);
        make_load_const(&mut instrs[index], result, constants);
    }
}

/// Folds a binary operator.
pub(super) fn fold_binary(instrs: &mut [Instr], index: usize, constants: &mut Constants) {
    let Some([left, right]) = const_loads::<2>(instrs, index) else { return };
    let values = (load(instrs, left, constants), load(instrs, right, constants));
    let (Some(left_value), Some(right_value)) = values else { return };
    if let Some(result) = arithmetic::binary(instrs[index].oparg, &left_value, &right_value) {
        nop_out(instrs, &[left, right]);
        make_load_const(&mut instrs[index], result, constants);
    }
}

fn const_loads<const COUNT: usize>(instrs: &[Instr], index: usize) -> Option<[usize; COUNT]> {
    let mut places = [0; COUNT];
    find_const_loads(instrs, index, &mut places).then_some(places)
}

/// Fills `places` with the constant loads right before `index`, if these are all there is but NOPs
/// (`get_const_loading_instrs`).
pub(super) fn find_const_loads(instrs: &[Instr], index: usize, places: &mut [usize]) -> bool {
    let mut before = instrs[..index].iter().enumerate().rev().filter(|(_, instr)| instr.opcode != Opcode::Nop);
    places.iter_mut().rev().all(|place| match before.next() {
        Some((found, instr)) if loads_const(instr.opcode) => {
            *place = found;
            true
        }
        _ => false,
    })
}

/// What the instruction at `place` loads.
pub(super) fn load(instrs: &[Instr], place: usize, constants: &Constants) -> Option<Constant> {
    constants.loaded(instrs[place].opcode, instrs[place].oparg)
}

/// `nop_out`
pub(super) fn nop_out(instrs: &mut [Instr], places: &[usize]) {
    for &place in places {
        instrs[place].set(Opcode::Nop);
        instrs[place].location = Location::NONE;
    }
}

/// `instr_make_load_const`
pub(super) fn make_load_const(instr: &mut Instr, constant: Constant, constants: &mut Constants) {
    match small_int(&constant) {
        Some(value) => instr.set_arg(Opcode::LoadSmallInt, value),
        None => instr.set_arg(Opcode::LoadConst, constants.add(constant)),
    }
}
