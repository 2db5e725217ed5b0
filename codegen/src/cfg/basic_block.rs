//! Peephole optimization of each block (`flowgraph.c: optimize_basic_block`).
//!
//! ```text
//! LOAD_GLOBAL f · PUSH_NULL           →  LOAD_GLOBAL f + NULL · NOP
//! COMPARE_OP < · TO_BOOL              →  NOP · COMPARE_OP bool(<)
//! LOAD_CONST "a" · LOAD_CONST "b" · BINARY_OP +  →  NOP · NOP · LOAD_CONST "ab"
//! ```
//!
//! One pass from left to right that looks one instruction ahead, then the `SWAP`s. Of two fused
//! instructions the first becomes the `NOP`: lines of removed instructions must stay visible.

use super::constant_pool::ConstantPool;
use super::displays::{fold_appended_constants, fold_list_to_tuple, optimize_list_or_set};
use super::fold_constants::{fold_binary, fold_tuple, fold_unary};
use super::graph::{Features, Graph, Node};
use super::jump_threading::thread_jump;
use super::swap::optimize_swaps;
use crate::Opcode;
use pyclast_syntax::Location;

/// `INTRINSIC_UNARY_POSITIVE`
const UNARY_POSITIVE: i32 = 5;
/// `INTRINSIC_LIST_TO_TUPLE`
const LIST_TO_TUPLE: i32 = 6;
/// The bit of `COMPARE_OP` that asks for a `bool`.
const COMPARE_TO_BOOL: i32 = 16;
/// The bit of `LOAD_GLOBAL` that pushes `NULL` too.
const GLOBAL_PUSH_NULL: i32 = 1;

/// Optimizes every block.
pub(super) fn optimize_basic_blocks(graph: &mut Graph, constants: &mut ConstantPool) {
    graph.for_each_block(|graph, block| {
        let nodes = graph.nodes_mut(block);
        let (mut has_swap, mut has_new_kinds) = (false, false);
        for index in 0..nodes.len() {
            let next = nodes.get(index + 1).map_or(Next::OTHER, |next| NEXT[next.opcode as usize]);
            if WANTED[nodes[index].opcode as usize].0 & next.0 == 0 {
                continue;
            }
            match optimize_node(nodes, index, constants) {
                Outcome::Swap => has_swap = true,
                Outcome::New => has_new_kinds = true,
                Outcome::Other => {}
            }
        }
        if has_new_kinds {
            graph.add_features(block, Features::of(Opcode::PopTop, Location::NONE));
        }
        // A threaded jump is a `NOP` and a new jump at the end, a redirected one is looked at again.
        while graph[block].features.has(Features::JUMPS | Features::CONDITIONAL_JUMPS) && thread_jump(graph, block) {}
        if has_swap {
            optimize_swaps(graph.nodes_mut(block));
        }
    });
}

/// Kinds of instructions that one before them may join with.
#[derive(Clone, Copy)]
struct Next(u8);

impl Next {
    const TO_BOOL: Self = Self(1);
    const UNARY_NOT: Self = Self(2);
    const PUSH_NULL: Self = Self(4);
    const STORE_FAST: Self = Self(8);
    const OTHER: Self = Self(16);
    const TO_BOOL_OR_NOT: Self = Self(Self::TO_BOOL.0 | Self::UNARY_NOT.0);
    const ANY: Self = Self(31);
    const NONE: Self = Self(0);
}

/// By opcode: its kind.
const NEXT: [Next; Opcode::ALL.len()] = {
    let mut kinds = [Next::OTHER; Opcode::ALL.len()];
    kinds[Opcode::ToBool as usize] = Next::TO_BOOL;
    kinds[Opcode::UnaryNot as usize] = Next::UNARY_NOT;
    kinds[Opcode::PushNull as usize] = Next::PUSH_NULL;
    kinds[Opcode::StoreFast as usize] = Next::STORE_FAST;
    kinds
};

/// By opcode: what has to follow for [`optimize_node`] to do anything. Most pairs are passed by, so that
/// there is little to predict.
const WANTED: [Next; Opcode::ALL.len()] = {
    let mut wanted = [Next::NONE; Opcode::ALL.len()];
    let mut index = 0;
    while index < wanted.len() {
        wanted[index] = match Opcode::ALL[index] {
            Opcode::LoadGlobal => Next::PUSH_NULL,
            Opcode::StoreFast => Next::STORE_FAST,
            Opcode::CompareOp | Opcode::ToBool => Next::TO_BOOL,
            Opcode::ContainsOp | Opcode::IsOp => Next::TO_BOOL_OR_NOT,
            Opcode::BuildTuple
            | Opcode::BuildList
            | Opcode::BuildSet
            | Opcode::ListAppend
            | Opcode::SetAdd
            | Opcode::CallIntrinsic1
            | Opcode::UnaryNot
            | Opcode::UnaryInvert
            | Opcode::UnaryNegative
            | Opcode::BinaryOp
            | Opcode::Swap => Next::ANY,
            _ => Next::NONE,
        };
        index += 1;
    }
    wanted
};

/// What was found at an index.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Swap,
    /// There may be a `POP_TOP` or an instruction without line that was none.
    New,
    Other,
}

/// Optimizes the instruction at `index`.
fn optimize_node(nodes: &mut [Node], index: usize, constants: &mut ConstantPool) -> Outcome {
    let Node { opcode, oparg, .. } = nodes[index];
    let next = nodes.get(index + 1).map(|next| next.opcode);
    match opcode {
        Opcode::BuildTuple => {
            let replaced = replace_packing(nodes, index);
            if !replaced {
                fold_tuple(nodes, index, constants);
            }
        }
        Opcode::BuildList | Opcode::BuildSet => {
            optimize_list_or_set(nodes, index, constants);
            return Outcome::New;
        }
        Opcode::ListAppend | Opcode::SetAdd if oparg == 1 && is_iteration_or_containment(next) => {
            fold_appended_constants(nodes, index, constants);
            return Outcome::New;
        }
        Opcode::CallIntrinsic1 if oparg == LIST_TO_TUPLE => {
            let folded = fold_list_to_tuple(nodes, index, constants);
            if !folded && next == Some(Opcode::GetIter) {
                nodes[index].set_nop();
            }
        }
        Opcode::CallIntrinsic1 if oparg == UNARY_POSITIVE => fold_unary(nodes, index, constants),
        Opcode::StoreFast if drop_overwritten_store(nodes, index) => return Outcome::New,
        Opcode::Swap if oparg == 1 => nodes[index].set_nop(),
        Opcode::Swap => return Outcome::Swap,
        Opcode::LoadGlobal if next == Some(Opcode::PushNull) && oparg & GLOBAL_PUSH_NULL == 0 => {
            nodes[index].oparg |= GLOBAL_PUSH_NULL;
            nodes[index + 1].set_nop();
        }
        Opcode::CompareOp if next == Some(Opcode::ToBool) => {
            fuse(nodes, index, Opcode::CompareOp, oparg | COMPARE_TO_BOOL);
        }
        Opcode::ContainsOp | Opcode::IsOp if next == Some(Opcode::ToBool) => {
            fuse(nodes, index, opcode, oparg);
        }
        Opcode::ContainsOp | Opcode::IsOp if next == Some(Opcode::UnaryNot) => {
            fuse(nodes, index, opcode, oparg ^ 1);
        }
        Opcode::ToBool if next == Some(Opcode::ToBool) => nodes[index].set_nop(),
        Opcode::UnaryNot if next == Some(Opcode::ToBool) => fuse(nodes, index, Opcode::UnaryNot, 0),
        Opcode::UnaryNot if next == Some(Opcode::UnaryNot) => fuse(nodes, index, Opcode::Nop, 0),
        Opcode::UnaryNot | Opcode::UnaryInvert | Opcode::UnaryNegative => fold_unary(nodes, index, constants),
        Opcode::BinaryOp => fold_binary(nodes, index, constants),
        _ => {}
    }
    Outcome::Other
}

/// Whether a display before `next` is only iterated over or searched.
pub(super) const fn is_iteration_or_containment(next: Option<Opcode>) -> bool {
    matches!(next, Some(Opcode::GetIter | Opcode::ContainsOp))
}

/// Makes a `NOP` of the instruction at `index` and something else of the one after it.
fn fuse(nodes: &mut [Node], index: usize, opcode: Opcode, oparg: i32) {
    nodes[index].set_nop();
    nodes[index + 1].set(opcode, oparg);
}

/// `BUILD_TUPLE n · UNPACK_SEQUENCE n` → a `SWAP` for 2 and 3, nothing for 1.
fn replace_packing(nodes: &mut [Node], index: usize) -> bool {
    let [build, unpack, ..] = &mut nodes[index..] else { return false };
    if unpack.opcode != Opcode::UnpackSequence || unpack.oparg != build.oparg {
        return false;
    }
    match build.oparg {
        1 => unpack.set_nop(),
        2 | 3 => unpack.opcode = Opcode::Swap,
        _ => return false,
    }
    build.set_nop();
    true
}

/// `STORE_FAST x · STORE_FAST x` on one line → `POP_TOP · STORE_FAST x`.
fn drop_overwritten_store(nodes: &mut [Node], index: usize) -> bool {
    let [store, next, ..] = &mut nodes[index..] else { return false };
    let is_overwritten =
        next.opcode == store.opcode && next.oparg == store.oparg && next.location.line == store.location.line;
    if is_overwritten {
        store.set(Opcode::PopTop, 0);
    }
    is_overwritten
}
