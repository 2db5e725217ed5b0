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

/// Names and kinds of the fast locals.
///
/// The names are taken out of the unit.
pub(super) fn names_and_kinds(unit: &mut CodeUnit) -> (Vec<PyString>, Vec<LocalKind>) {
    let mut kinds = local_kinds(unit);
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
    (names, kinds)
}

/// The kinds of `unit.var_names`.
fn local_kinds(unit: &CodeUnit) -> Vec<LocalKind> {
    let cells: FxHashSet<&PyString> = unit.cell_vars.iter().collect();
    unit.var_names
        .iter()
        .zip(parameter_kinds(unit).chain(std::iter::repeat(0)))
        .enumerate()
        .map(|(index, (name, parameter))| {
            let hidden = if unit.hidden_locals.get(index) == Some(&true) { LocalKind::HIDDEN } else { 0 };
            let cell = if cells.contains(name) { LocalKind::CELL } else { 0 };
            LocalKind(LocalKind::LOCAL | parameter | hidden | cell)
        })
        .collect()
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
