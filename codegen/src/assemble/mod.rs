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

use crate::{CodeObject, CodeUnit, Constant, FinalInstruction, LocalKind, OptimizedUnit};
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
    /// The table that is made.
    bytes: Vec<u8>,
    kinds: Vec<LocalKind>,
    /// Empty lists.
    constants: Vec<Vec<Constant>>,
    /// Empty lists.
    names: Vec<Vec<PyString>>,
    no_bytes: Nothing<u8>,
    no_constants: Nothing<Constant>,
    no_names: Nothing<PyString>,
    no_kinds: Nothing<LocalKind>,
}

/// The empty list that all code objects of an assembler share: to share one with other threads (`Arc::default()`) is to wait
/// for them.
#[derive(Debug)]
struct Nothing<T>(Arc<[T]>);

impl<T> Default for Nothing<T> {
    fn default() -> Self {
        Self(Arc::from([]))
    }
}

impl<T> Nothing<T> {
    /// A shared list of the items; nothing is allocated for an empty one.
    fn or(&self, items: impl ExactSizeIterator<Item = T>) -> Arc<[T]> {
        if items.len() == 0 { Arc::clone(&self.0) } else { items.collect() }
    }
}

impl<T: Copy> Nothing<T> {
    /// The same of copies.
    fn or_copy(&self, items: &[T]) -> Arc<[T]> {
        if items.is_empty() { Arc::clone(&self.0) } else { Arc::from(items) }
    }
}

/// What instructions are encoded as.
struct Tables {
    code: Arc<[u8]>,
    line_table: Arc<[u8]>,
    exception_table: Arc<[u8]>,
}

impl Assembler {
    /// An empty list for the next unit's instructions, in memory that an earlier one left.
    pub(crate) fn spare_instructions(&mut self) -> Vec<FinalInstruction> {
        std::mem::take(&mut self.instructions)
    }

    /// An empty list for the next unit's constants, in memory that an earlier one left.
    pub(crate) fn spare_constants(&mut self) -> Vec<Constant> {
        self.constants.pop().unwrap_or_default()
    }

    /// An empty list for the next unit's locals, in memory that an earlier one left.
    pub(crate) fn spare_names(&mut self) -> Vec<PyString> {
        self.names.pop().unwrap_or_default()
    }

    /// A shared list of the names of a unit.
    pub(crate) fn shared_names(&self, names: impl ExactSizeIterator<Item = PyString>) -> Arc<[PyString]> {
        self.no_names.or(names)
    }

    /// Gives a code object other instructions.
    pub(crate) fn reassemble(&mut self, code: &mut CodeObject, instructions: &[FinalInstruction]) {
        let mut own = self.spare_instructions();
        own.extend_from_slice(instructions);
        let tables = self.encode(own, code.first_line);
        (code.code, code.line_table, code.exception_table) = (tables.code, tables.line_table, tables.exception_table);
    }

    fn encode(&mut self, mut instructions: Vec<FinalInstruction>, first_line: i32) -> Tables {
        self.places.resolve_jumps(&mut instructions);
        location_table::resolve_next_locations(&mut instructions);
        let offsets = self.places.offsets();
        instructions::encode(&instructions, offsets, &mut self.bytes);
        let code = Arc::from(&self.bytes[..]);
        location_table::encode(&instructions, offsets, first_line, &mut self.bytes);
        let line_table = Arc::from(&self.bytes[..]);
        exception_table::encode(&instructions, offsets, &mut self.bytes);
        let exception_table = self.no_bytes.or_copy(&self.bytes);
        instructions.clear();
        self.instructions = instructions;
        Tables { code, line_table, exception_table }
    }

    /// Assembles a code unit.
    pub(crate) fn assemble(&mut self, unit: OptimizedUnit, filename: &PyString) -> CodeObject {
        let OptimizedUnit { mut unit, instructions, stack_size } = unit;
        let Tables { code, line_table, exception_table } = self.encode(instructions, unit.first_line);

        let mut local_names = local_names::names_and_kinds(&mut unit, &mut self.kinds);
        let shared_names = self.no_names.or(local_names.drain(..));
        self.names.push(local_names);
        let CodeUnit { name, qualname, first_line, mut constants, trailing_constant, names, flags, .. } = unit;
        constants.extend(trailing_constant);
        let shared_constants = self.no_constants.or(constants.drain(..));
        self.constants.push(constants);
        CodeObject {
            arg_count: unit.arg_count,
            pos_only_arg_count: unit.pos_only_arg_count,
            kw_only_arg_count: unit.kw_only_arg_count,
            // `codeobject.c: init_code`: a frame needs room for one value at least.
            stack_size: stack_size.max(1),
            flags,
            code,
            constants: shared_constants,
            names,
            local_names: shared_names,
            local_kinds: self.no_kinds.or_copy(&self.kinds),
            filename: filename.clone(),
            name,
            qualname,
            first_line,
            line_table,
            exception_table,
        }
    }
}
