//! Variables of a unit → `co_localsplusnames` and `co_localspluskinds`
//! (`compute_localsplus_info`).
//!
//! ```text
//! def f(a, /, b, *c):  x = 1; y = 2; lambda: (b, y, free)
//!     a 0x22 · b 0x66 · c 0x2a · x 0x20 · y 0x40 · free 0x80
//! ```
//!
//! Invariant: parameters, other locals, cells that are no locals, free variables, in this order; the
//! graph gave cells and free variables these very indices.

use crate::{CodeFlags, CodeUnit, LocalKind};
use pyclast_syntax::PyString;
use rustc_hash::FxHashSet;

/// The names of the fast locals, taken out of the unit; and their kinds in `kinds`, which is emptied first.
pub(super) fn names_and_kinds(unit: &mut CodeUnit, kinds: &mut Vec<LocalKind>) -> Vec<PyString> {
    kinds.clear();
    add_local_kinds(unit, kinds);
    let mut cells = std::mem::take(&mut unit.cell_vars);
    if !cells.is_empty() {
        let local_names: FxHashSet<&PyString> = unit.var_names.iter().collect();
        cells.retain(|name| !local_names.contains(name));
    }
    let mut names = std::mem::take(&mut unit.var_names);
    names.reserve_exact(cells.len() + unit.free_vars.len());
    names.append(&mut cells);
    kinds.resize(names.len(), LocalKind(LocalKind::CELL));
    names.append(&mut unit.free_vars);
    kinds.resize(names.len(), LocalKind(LocalKind::FREE));
    names
}

/// Adds the kinds of `unit.var_names`.
fn add_local_kinds(unit: &CodeUnit, kinds: &mut Vec<LocalKind>) {
    kinds.resize(unit.var_names.len(), LocalKind(LocalKind::LOCAL));
    for (kind, parameter) in kinds.iter_mut().zip(parameter_kinds(unit)) {
        kind.0 |= parameter;
    }
    for (kind, _) in kinds.iter_mut().zip(&unit.hidden_locals).filter(|(_, hidden)| **hidden) {
        kind.0 |= LocalKind::HIDDEN;
    }
    if !unit.cell_vars.is_empty() {
        let cells: FxHashSet<&PyString> = unit.cell_vars.iter().collect();
        for (kind, _) in kinds.iter_mut().zip(&unit.var_names).filter(|(_, name)| cells.contains(name)) {
            kind.0 |= LocalKind::CELL;
        }
    }
}

/// The argument bits of the parameters, which are the first locals.
fn parameter_kinds(unit: &CodeUnit) -> impl Iterator<Item = u8> + use<> {
    let positional_or_keyword = unit.arg_count.saturating_sub(unit.pos_only_arg_count);
    let groups = [
        (unit.pos_only_arg_count, LocalKind::ARG_POS),
        (positional_or_keyword, LocalKind::ARG_POS | LocalKind::ARG_KW),
        (unit.kw_only_arg_count, LocalKind::ARG_KW),
        (u32::from(unit.flags.intersects(CodeFlags::VARARGS)), LocalKind::ARG_VAR | LocalKind::ARG_POS),
        (u32::from(unit.flags.intersects(CodeFlags::VARKEYWORDS)), LocalKind::ARG_VAR | LocalKind::ARG_KW),
    ];
    groups.into_iter().flat_map(|(count, kind)| std::iter::repeat_n(kind, count as usize))
}
