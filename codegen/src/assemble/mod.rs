//! Final instructions → code object (`assemble.c`).
//!
//! ```text
//! 0 RESUME 0 · 1 LOAD_NAME x · 2 POP_JUMP_IF_FALSE →5 …      instructions, jumps as indices
//! 80 00 5d 00 64 03 00 00 …                                  code units, jumps as distances
//! ```
//!
//! Invariant: nothing is reordered, added or dropped; only `EXTENDED_ARG` prefixes and inline caches
//! come to the instructions handed in.

mod exception_table;
mod instructions;
mod jumps;
mod local_names;
mod location_table;
#[cfg(test)]
mod tests;

use crate::{CodeObject, CodeUnit, OptimizedUnit};
use pyclast_syntax::PyString;

/// Assembles a code unit (`_PyAssemble_MakeCodeObject`).
pub fn assemble(unit: OptimizedUnit, filename: &PyString) -> CodeObject {
    let OptimizedUnit { mut unit, mut instructions, stack_size } = unit;
    let all_jumps = jumps::resolve_directions(&mut instructions);
    let offsets = jumps::resolve_distances(&mut instructions, &all_jumps);
    location_table::resolve_next_locations(&mut instructions);

    let code = instructions::encode(&instructions, &offsets);
    let line_table = location_table::encode(&instructions, &offsets, unit.first_line);
    let exception_table = exception_table::encode(&instructions, &offsets);
    let (local_names, local_kinds) = local_names::names_and_kinds(&mut unit);

    let CodeUnit { name, qualname, first_line, constants, names, flags, .. } = unit;
    CodeObject {
        arg_count: unit.arg_count,
        pos_only_arg_count: unit.pos_only_arg_count,
        kw_only_arg_count: unit.kw_only_arg_count,
        // `codeobject.c: init_code`: a frame needs room for one value at least.
        stack_size: stack_size.max(1),
        flags,
        code: code.into(),
        constants: constants.into(),
        names: names.into(),
        local_names: local_names.into(),
        local_kinds: local_kinds.into(),
        filename: filename.clone(),
        name,
        qualname,
        first_line,
        line_table: line_table.into(),
        exception_table: exception_table.into(),
    }
}
