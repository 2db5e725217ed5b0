//! Tuples, lists and sets of constants (`fold_tuple_of_constants`, `optimize_lists_and_sets`,
//! `fold_constant_intrinsic_list_to_tuple`).
//!
//! ```text
//! (1, 2)          LOAD_CONST (1, 2)
//! [1, 2, 3]       BUILD_LIST 0 · LOAD_CONST (1, 2, 3) · LIST_EXTEND 1
//! x in [1, 2]     LOAD_CONST (1, 2)
//! x in {a, b}     BUILD_SET 2
//! ```

use super::constants::Constants;
use super::fold_constants::{find_const_loads, load, make_load_const, nop_out};
use super::graph::Instr;
use super::redundant_nops::loads_const;
use crate::{Constant, Opcode};
use rustc_hash::FxHashSet;

/// `_PY_STACK_USE_GUIDELINE`
const STACK_USE_GUIDELINE: usize = 30;
/// `MIN_CONST_SEQUENCE_SIZE`
const MIN_CONST_SEQUENCE_SIZE: usize = 3;

/// `BUILD_TUPLE` of constants.
pub(super) fn fold_tuple(instrs: &mut [Instr], index: usize, constants: &mut Constants) {
    let size = size(&instrs[index]);
    let mut places = [0; STACK_USE_GUIDELINE];
    let Some(places) = places.get_mut(..size) else { return };
    if find_const_loads(instrs, index, places) {
        let tuple = Constant::tuple(places.iter().filter_map(|&place| load(instrs, place, constants)));
        nop_out(instrs, places);
        make_load_const(&mut instrs[index], tuple, constants);
    }
}

/// `BUILD_LIST` or `BUILD_SET`.
pub(super) fn optimize_list_or_set(instrs: &mut [Instr], index: usize, constants: &mut Constants) {
    let instr = instrs[index];
    let size = size(&instr);
    let only_read = is_only_read(instrs, index);
    let mut places = [0; STACK_USE_GUIDELINE];
    let Some(places) = places.get_mut(..size) else { return };
    if size < MIN_CONST_SEQUENCE_SIZE && !only_read {
        return;
    }
    if !find_const_loads(instrs, index, places) {
        if only_read && instr.opcode == Opcode::BuildList {
            instrs[index].opcode = Opcode::BuildTuple;
        }
        return;
    }
    let items: Vec<Constant> = places.iter().filter_map(|&place| load(instrs, place, constants)).collect();
    let is_set = instr.opcode == Opcode::BuildSet;
    let folded = constants.add(if is_set { frozenset(items) } else { Constant::tuple(items) });
    nop_out(instrs, places);
    if only_read {
        instrs[index].set_arg(Opcode::LoadConst, folded);
    } else {
        // At least three constants were loaded: their last two slots are free.
        instrs[index - 2].location = instr.location;
        instrs[index - 2].set_arg(instr.opcode, 0);
        instrs[index - 1].set_arg(Opcode::LoadConst, folded);
        instrs[index].set_arg(if is_set { Opcode::SetUpdate } else { Opcode::ListExtend }, 1);
    }
}

/// The last `LIST_APPEND` or `SET_ADD` of a long display that is only iterated over or searched
/// (3.14.8, gh-148817).
pub(super) fn fold_long_list_or_set(instrs: &mut [Instr], index: usize, constants: &mut Constants) {
    if instrs[index].oparg != 1 || !is_only_read(instrs, index) {
        return;
    }
    let (build, is_set) = match instrs[index].opcode {
        Opcode::SetAdd => (Opcode::BuildSet, true),
        _ => (Opcode::BuildList, false),
    };
    if let Some(items) = appended_constants(instrs, index + 1, build, constants) {
        let folded = if is_set { frozenset(items) } else { Constant::tuple(items) };
        make_load_const(&mut instrs[index], folded, constants);
    }
}

/// `CALL_INTRINSIC_1 INTRINSIC_LIST_TO_TUPLE`: the end of a long tuple. Says whether it was one of
/// constants.
pub(super) fn fold_list_to_tuple(instrs: &mut [Instr], index: usize, constants: &mut Constants) -> bool {
    let items = appended_constants(instrs, index, Opcode::BuildList, constants);
    let folded = items.is_some();
    if let Some(items) = items {
        make_load_const(&mut instrs[index], Constant::tuple(items), constants);
    }
    folded
}

/// The constants of `BUILD_x 0 · LOAD_CONST · x_APPEND 1 · …` right before `end`; those instructions
/// become NOPs.
fn appended_constants(instrs: &mut [Instr], end: usize, build: Opcode, constants: &Constants) -> Option<Vec<Constant>> {
    let append = if build == Opcode::BuildSet { Opcode::SetAdd } else { Opcode::ListAppend };
    let mut expect_append = true;
    let mut places = Vec::new();
    let start = instrs[..end].iter().enumerate().rev().find_map(|(place, instr)| {
        if instr.opcode == Opcode::Nop {
            return None;
        }
        if instr.opcode == build && instr.oparg == 0 {
            return Some(expect_append.then_some(place));
        }
        if expect_append {
            if instr.opcode != append || instr.oparg != 1 {
                return Some(None);
            }
        } else if loads_const(instr.opcode) {
            places.push(place);
        } else {
            return Some(None);
        }
        expect_append = !expect_append;
        None
    })??;
    let items = places.iter().rev().filter_map(|&place| load(instrs, place, constants)).collect();
    let removed: Vec<usize> = (start..end).filter(|&place| instrs[place].opcode != Opcode::Nop).collect();
    nop_out(instrs, &removed);
    Some(items)
}

/// Whether the display at `index` is only iterated over or searched.
fn is_only_read(instrs: &[Instr], index: usize) -> bool {
    instrs.get(index + 1).is_some_and(|next| matches!(next.opcode, Opcode::GetIter | Opcode::ContainsOp))
}

/// Distinct members, the first of equal ones kept.
///
/// Python's `==`: `1`, `1.0` and `True` are one member.
fn frozenset(items: Vec<Constant>) -> Constant {
    let mut seen = FxHashSet::default();
    Constant::FrozenSet(items.into_iter().filter(|item| seen.insert(item.equality_key())).collect())
}

fn size(instr: &Instr) -> usize {
    usize::try_from(instr.oparg).expect("sizes are not negative")
}
