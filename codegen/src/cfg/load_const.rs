//! Small integers, and constants that are tested at once (`flowgraph.c: optimize_load_const`).
//!
//! ```text
//! LOAD_CONST 5                                   →  LOAD_SMALL_INT 5
//! LOAD_CONST True · POP_JUMP_IF_FALSE block2     →  NOP · NOP
//! LOAD_CONST None · IS_OP 0 · POP_JUMP_IF_TRUE b →  NOP · NOP · POP_JUMP_IF_NONE b
//! ```
//!
//! Runs before folding, so a folded constant that is tested keeps its test.

use super::constant_pool::{ConstantPool, small_int};
use super::graph::{BlockId, Features, Graph, Node};
use crate::{Constant, Opcode};

/// Optimizes constant loads of every block.
#[inline(never)]
pub(super) fn optimize_load_const(graph: &mut Graph, constants: &mut ConstantPool) {
    let mut jumps_changed = false;
    graph.for_each_block(|graph, block| jumps_changed |= optimize_block(graph, block, constants));
    graph.ways_changed |= jumps_changed;
}

/// Whether a jump changed (`basicblock_optimize_load_const`).
fn optimize_block(graph: &mut Graph, block: BlockId, constants: &mut ConstantPool) -> bool {
    if !graph[block].features.has(Features::CONSTANTS) {
        return false;
    }
    let mut jump_changed = false;
    let nodes = graph.nodes_mut(block);
    // The load whose value is on top of the stack; a `COPY 1` of it does not change that.
    let mut load: Option<Node> = None;
    for index in 0..nodes.len() {
        let node = &mut nodes[index];
        match node.opcode {
            Opcode::LoadConst => {
                if let Some(value) = small_int(constants.loaded(node.oparg)) {
                    node.set(Opcode::LoadSmallInt, value);
                }
                load = Some(*node);
            }
            Opcode::LoadSmallInt => load = Some(*node),
            Opcode::Copy if node.oparg == 1 && load.is_some_and(|load| load.opcode == Opcode::LoadConst) => {}
            _ => {
                load = None;
                continue;
            }
        }
        if let Some(load) = load {
            jump_changed |= optimize_test(&mut nodes[index..], &load, constants);
        }
    }
    if jump_changed {
        graph.add_features(block, Features::only(Features::JUMPS));
    }
    jump_changed
}

/// Rewrites what tests the constant that the first of `nodes` puts on the stack. Whether a jump became
/// unconditional or none.
fn optimize_test(nodes: &mut [Node], load: &Node, constants: &mut ConstantPool) -> bool {
    let [first, next, rest @ ..] = nodes else { return false };
    match next.opcode {
        Opcode::PopJumpIfFalse | Opcode::PopJumpIfTrue | Opcode::JumpIfFalse | Opcode::JumpIfTrue => {
            if matches!(next.opcode, Opcode::PopJumpIfFalse | Opcode::PopJumpIfTrue) {
                first.set_nop();
            }
            let jumps_if = matches!(next.opcode, Opcode::PopJumpIfTrue | Opcode::JumpIfTrue);
            if is_true(load, constants) == jumps_if {
                next.opcode = Opcode::Jump;
            } else {
                next.set_nop();
            }
            return true;
        }
        Opcode::IsOp if is_none(load, constants) => fuse_none_test(first, next, rest),
        Opcode::ToBool => {
            let value = Constant::Bool(is_true(load, constants));
            first.set_nop();
            next.set(Opcode::LoadConst, constants.add(value));
        }
        _ => {}
    }
    false
}

/// `LOAD_CONST None · IS_OP · [TO_BOOL] · POP_JUMP_IF_…` → `POP_JUMP_IF_[NOT_]NONE`.
fn fuse_none_test(load: &mut Node, is_op: &mut Node, rest: &mut [Node]) {
    let mut rest = rest.iter_mut();
    let Some(mut jump) = rest.next() else { return };
    if jump.opcode == Opcode::ToBool {
        jump.set_nop();
        let Some(after) = rest.next() else { return };
        jump = after;
    }
    let is_inverted = is_op.oparg != 0;
    jump.opcode = match (jump.opcode, is_inverted) {
        (Opcode::PopJumpIfFalse, false) | (Opcode::PopJumpIfTrue, true) => Opcode::PopJumpIfNotNone,
        (Opcode::PopJumpIfFalse, true) | (Opcode::PopJumpIfTrue, false) => Opcode::PopJumpIfNone,
        _ => return,
    };
    load.set_nop();
    is_op.set_nop();
}

fn is_true(load: &Node, constants: &ConstantPool) -> bool {
    match load.opcode {
        Opcode::LoadSmallInt => load.oparg != 0,
        _ => constants.loaded(load.oparg).is_truthy(),
    }
}

fn is_none(load: &Node, constants: &ConstantPool) -> bool {
    load.opcode == Opcode::LoadConst && matches!(constants.loaded(load.oparg), Constant::None)
}
