//! Lists and sets of constants, and large displays that are built by appending
//! (`flowgraph.c: optimize_lists_and_sets`, `fold_constant_seq_into_load_const`).
//!
//! ```text
//! for x in [1, 2]:   LOAD 1 · LOAD 2 · BUILD_LIST 2 · GET_ITER  →  LOAD_CONST (1, 2) · GET_ITER
//! for x in [a, b]:   … BUILD_LIST 2 · GET_ITER                  →  … BUILD_TUPLE 2 · GET_ITER
//! x = [1, 2, 3]      … BUILD_LIST 3      →  BUILD_LIST 0 · LOAD_CONST (1, 2, 3) · LIST_EXTEND 1
//! ```
//!
//! What is only iterated over or searched need not be mutable. Displays of more than 30 items are
//! appended one by one; they fold to a tuple or frozenset in the same places.

use super::basic_block::is_iteration_or_containment;
use super::constant_pool::ConstantPool;
use super::fold_constants::{constant_loads, display_size, erase, values};
use super::graph::Node;
use crate::{Constant, Opcode};
use rustc_hash::FxHashSet;

/// `MIN_CONST_SEQUENCE_SIZE`
const MIN_CONSTANTS: usize = 3;

/// Optimizes the `BUILD_LIST` or `BUILD_SET` at `index`.
pub(super) fn optimize_list_or_set(nodes: &mut [Node], index: usize, constants: &mut ConstantPool) {
    let is_read_only = is_iteration_or_containment(nodes.get(index + 1).map(|next| next.opcode));
    let build = nodes[index];
    let Some(count) = display_size(&build).filter(|&count| count >= MIN_CONSTANTS || is_read_only) else {
        return;
    };
    let is_list = build.opcode == Opcode::BuildList;
    let Some(loads) = constant_loads(nodes, index, count) else {
        if is_read_only && is_list {
            nodes[index].opcode = Opcode::BuildTuple;
        }
        return;
    };
    let result = sequence(values(nodes, &loads, constants).collect(), is_list);
    let result = constants.add(result);
    erase(nodes, &loads);
    if is_read_only {
        nodes[index].set(Opcode::LoadConst, result);
        return;
    }
    // At least three loads came before: there is room for two.
    nodes[index - 2].location = build.location;
    nodes[index - 2].set(build.opcode, 0);
    nodes[index - 1].set(Opcode::LoadConst, result);
    nodes[index].set(if is_list { Opcode::ListExtend } else { Opcode::SetUpdate }, 1);
}

/// Folds a list of appended constants that the `CALL_INTRINSIC_1 LIST_TO_TUPLE` at `index` turns into
/// a tuple. Whether it did.
pub(super) fn fold_list_to_tuple(nodes: &mut [Node], index: usize, constants: &mut ConstantPool) -> bool {
    let Some(items) = take_appended(nodes, index, Opcode::ListAppend, constants) else { return false };
    constants.make_load(&mut nodes[index], Constant::tuple(items));
    true
}

/// Folds a list or set of appended constants whose last append is at `index`.
pub(super) fn fold_appended_constants(nodes: &mut [Node], index: usize, constants: &mut ConstantPool) {
    let append = nodes[index].opcode;
    if let Some(items) = take_appended(nodes, index + 1, append, constants) {
        let result = sequence(items, append == Opcode::ListAppend);
        constants.make_load(&mut nodes[index], result);
    }
}

/// The constants of `BUILD_x 0 · (LOAD_CONST · x_APPEND 1)…` that ends before `end`; erases it.
fn take_appended(nodes: &mut [Node], end: usize, append: Opcode, constants: &ConstantPool) -> Option<Vec<Constant>> {
    let build = if append == Opcode::ListAppend { Opcode::BuildList } else { Opcode::BuildSet };
    let mut start = end;
    let mut expect_append = true;
    loop {
        start = start.checked_sub(1)?;
        let node = &nodes[start];
        if node.opcode == Opcode::Nop {
            continue;
        }
        if node.opcode == build && node.oparg == 0 {
            if expect_append {
                break;
            }
            return None;
        }
        let fits = if expect_append { node.opcode == append && node.oparg == 1 } else { node.loads_constant() };
        if !fits {
            return None;
        }
        expect_append = !expect_append;
    }
    let mut items = Vec::with_capacity((end - start) / 2);
    for node in &mut nodes[start..end] {
        if node.loads_constant() {
            items.push(constants.value(node));
        }
        if node.opcode != Opcode::Nop {
            node.erase();
        }
    }
    Some(items)
}

/// A tuple of the items, or a frozenset of the distinct ones.
fn sequence(items: Vec<Constant>, is_tuple: bool) -> Constant {
    if is_tuple {
        return Constant::tuple(items);
    }
    let mut seen = FxHashSet::default();
    Constant::FrozenSet(items.into_iter().filter(|item| seen.insert(item.equality_key())).collect())
}
