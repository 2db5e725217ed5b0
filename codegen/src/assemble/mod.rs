//! Final instructions → code object (`assemble.c`).
//!
//! ```text
//! 0 RESUME 0 · 1 LOAD_NAME x · 2 POP_JUMP_IF_FALSE →5 …      instructions, jumps as indices
//! 80 00 5d 00 64 03 00 00 …                                  code units, jumps as distances
//! ```
//!
//! Steps are not inlined: each has the registers to itself, and shows in profiles.
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

use crate::{CodeObject, CodeUnit, FinalInstruction, OptimizedUnit};
use jumps::Places;
use pyclast_syntax::PyString;
use std::sync::Arc;

/// Assembles a code unit (`_PyAssemble_MakeCodeObject`).
pub fn assemble(unit: OptimizedUnit, filename: &PyString) -> CodeObject {
    Assembler::default().assemble(unit, filename)
}

/// Working memory of the assembler, used for one code unit after the other.
#[derive(Debug, Default)]
pub(crate) struct Assembler {
    instructions: Vec<FinalInstruction>,
    places: Places,
    bytes: Vec<u8>,
}

impl Assembler {
    /// An empty list for the next unit's instructions, in memory that an earlier one left.
    pub(crate) fn spare_instructions(&mut self) -> Vec<FinalInstruction> {
        std::mem::take(&mut self.instructions)
    }

    /// Assembles a code unit.
    pub(crate) fn assemble(&mut self, unit: OptimizedUnit, filename: &PyString) -> CodeObject {
        let OptimizedUnit { mut unit, mut instructions, stack_size } = unit;
        self.places.resolve_jumps(&mut instructions);
        location_table::resolve_next_locations(&mut instructions);

        let offsets = self.places.offsets();
        instructions::encode(&instructions, offsets, &mut self.bytes);
        let code = Arc::from(&self.bytes[..]);
        location_table::encode(&instructions, offsets, unit.first_line, &mut self.bytes);
        let line_table = Arc::from(&self.bytes[..]);
        let exception_table = shared(exception_table::encode(&instructions, offsets));
        instructions.clear();
        self.instructions = instructions;

        let (local_names, local_kinds) = local_names::names_and_kinds(&mut unit);
        let CodeUnit { name, qualname, first_line, mut constants, trailing_constant, names, flags, .. } = unit;
        constants.extend(trailing_constant);
        CodeObject {
            arg_count: unit.arg_count,
            pos_only_arg_count: unit.pos_only_arg_count,
            kw_only_arg_count: unit.kw_only_arg_count,
            // `codeobject.c: init_code`: a frame needs room for one value at least.
            stack_size: stack_size.max(1),
            flags,
            code,
            constants: shared(constants),
            names: shared(names),
            local_names: shared(local_names),
            local_kinds: shared(local_kinds),
            filename: filename.clone(),
            name,
            qualname,
            first_line,
            line_table,
            exception_table,
        }
    }
}

/// Nothing is allocated for an empty list.
fn shared<T>(items: Vec<T>) -> Arc<[T]> {
    if items.is_empty() { Arc::default() } else { items.into() }
}
