//! Folds operators and tuples of constants (`flowgraph.c: fold_const_binop`, `fold_const_unaryop`,
//! `fold_tuple_of_constants`).
//!
//! ```text
//! LOAD_SMALL_INT 1 · LOAD_SMALL_INT 2 · BINARY_OP +   →  NOP · NOP · LOAD_SMALL_INT 3
//! LOAD_CONST "a" · LOAD_SMALL_INT 1 · BUILD_TUPLE 2   →  NOP · NOP · LOAD_CONST ("a", 1)
//! ```
//!
//! Operands are the constant loads before the operator in its block, with only `NOP`s between them.
//! They lose their location; the result is at the operator's.

use super::constant_pool::ConstantPool;
use super::graph::Node;
use crate::arithmetic::{self, Unary};
use crate::{Constant, Opcode};
use smallvec::SmallVec;

/// `_PY_STACK_USE_GUIDELINE`: larger displays are built piece by piece.
pub(super) const STACK_USE_GUIDELINE: usize = 30;

/// Indices of constant loads, in order.
pub(super) type Loads = SmallVec<[usize; STACK_USE_GUIDELINE]>;

/// The `count` constant loads before `end`, nothing but `NOP`s between them and up to `end`
/// (`get_const_loading_instrs`).
pub(super) fn constant_loads(nodes: &[Node], end: usize, count: usize) -> Option<Loads> {
    let mut loads = Loads::new();
    for (index, node) in nodes[..end].iter().enumerate().rev() {
        if loads.len() == count {
            break;
        }
        if node.loads_constant() {
            loads.push(index);
        } else if node.opcode != Opcode::Nop {
            return None;
        }
    }
    loads.reverse();
    (loads.len() == count).then_some(loads)
}

/// The values of constant loads.
pub(super) fn values<'a>(
    nodes: &'a [Node],
    loads: &'a [usize],
    constants: &'a ConstantPool,
) -> impl Iterator<Item = Constant> + 'a {
    loads.iter().map(|&load| constants.value(&nodes[load]))
}

/// Removes instructions that are folded into another (`nop_out`).
pub(super) fn erase(nodes: &mut [Node], indices: &[usize]) {
    for &index in indices {
        nodes[index].erase();
    }
}

/// Folds the `BINARY_OP` at `index`.
pub(super) fn fold_binary(nodes: &mut [Node], index: usize, constants: &mut ConstantPool) {
    let Some(loads) = constant_loads(nodes, index, 2) else { return };
    let [left, right] = [loads[0], loads[1]].map(|load| constants.value(&nodes[load]));
    if let Some(result) = arithmetic::binary(nodes[index].oparg, &left, &right) {
        erase(nodes, &loads);
        constants.make_load(&mut nodes[index], result);
    }
}

/// Folds the unary operator at `index`; `CALL_INTRINSIC_1` is unary `+`.
pub(super) fn fold_unary(nodes: &mut [Node], index: usize, constants: &mut ConstantPool) {
    let operator = match nodes[index].opcode {
        Opcode::UnaryNegative => Unary::Negative,
        Opcode::UnaryInvert => Unary::Invert,
        Opcode::UnaryNot => Unary::Not,
        _ => Unary::Positive,
    };
    let Some(loads) = constant_loads(nodes, index, 1) else { return };
    let operand = constants.value(&nodes[loads[0]]);
    if let Some(result) = arithmetic::unary(operator, &operand) {
        erase(nodes, &loads);
        constants.make_load(&mut nodes[index], result);
    }
}

/// Folds the `BUILD_TUPLE` at `index`.
pub(super) fn fold_tuple(nodes: &mut [Node], index: usize, constants: &mut ConstantPool) {
    let Some(count) = display_size(&nodes[index]) else { return };
    let Some(loads) = constant_loads(nodes, index, count) else { return };
    let tuple = Constant::tuple(values(nodes, &loads, constants));
    erase(nodes, &loads);
    constants.make_load(&mut nodes[index], tuple);
}

/// The number of items of a display, unless it is too large to fold.
pub(super) fn display_size(build: &Node) -> Option<usize> {
    usize::try_from(build.oparg).ok().filter(|&count| count <= STACK_USE_GUIDELINE)
}
