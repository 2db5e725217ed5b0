//! A finished code object: every field CPython marshals.
//!
//! Invariant: `local_names` and `local_kinds` have the same length; offsets in `line_table` and
//! `exception_table` mean code units of `code`.

use crate::{CodeUnit, Constant};
use pyclast_syntax::PyString;
use std::hash::Hasher;
use std::sync::Arc;

/// `co_flags`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct CodeFlags(pub u32);

impl CodeFlags {
    /// `CO_OPTIMIZED`
    pub const OPTIMIZED: Self = Self(0x1);
    /// `CO_NEWLOCALS`
    pub const NEWLOCALS: Self = Self(0x2);
    /// `CO_VARARGS`
    pub const VARARGS: Self = Self(0x4);
    /// `CO_VARKEYWORDS`
    pub const VARKEYWORDS: Self = Self(0x8);
    /// `CO_NESTED`
    pub const NESTED: Self = Self(0x10);
    /// `CO_GENERATOR`
    pub const GENERATOR: Self = Self(0x20);
    /// `CO_COROUTINE`
    pub const COROUTINE: Self = Self(0x80);
    /// `CO_ITERABLE_COROUTINE`
    pub const ITERABLE_COROUTINE: Self = Self(0x100);
    /// `CO_ASYNC_GENERATOR`
    pub const ASYNC_GENERATOR: Self = Self(0x200);
    /// `CO_FUTURE_BARRY_AS_BDFL`
    pub const FUTURE_BARRY_AS_BDFL: Self = Self(0x40_0000);
    /// `CO_FUTURE_ANNOTATIONS`
    pub const FUTURE_ANNOTATIONS: Self = Self(0x100_0000);
    /// `CI_CO_STATICALLY_COMPILED`: CinderX's code, with checks of arguments in its last constant.
    pub const STATICALLY_COMPILED: Self = Self(0x4000);
    /// `CO_HAS_DOCSTRING`
    pub const HAS_DOCSTRING: Self = Self(0x400_0000);
    /// `CI_CO_SUPPRESS_JIT`: CinderX's JIT leaves the function to the interpreter.
    pub const SUPPRESS_JIT: Self = Self(0x4000_0000);
    /// `CO_METHOD`
    pub const METHOD: Self = Self(0x800_0000);

    /// Sets the flags of `other`.
    pub const fn insert(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// Whether any flag of `other` is set.
    pub const fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// The kind of a fast local: one byte of `co_localspluskinds`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct LocalKind(pub u8);

impl LocalKind {
    /// `CO_FAST_ARG_POS`
    pub const ARG_POS: u8 = 0x02;
    /// `CO_FAST_ARG_KW`
    pub const ARG_KW: u8 = 0x04;
    /// `CO_FAST_ARG_VAR`
    pub const ARG_VAR: u8 = 0x08;
    /// `CO_FAST_HIDDEN`
    pub const HIDDEN: u8 = 0x10;
    /// `CO_FAST_LOCAL`
    pub const LOCAL: u8 = 0x20;
    /// `CO_FAST_CELL`
    pub const CELL: u8 = 0x40;
    /// `CO_FAST_FREE`
    pub const FREE: u8 = 0x80;
}

/// A code object.
#[derive(Clone, Debug)]
pub struct CodeObject {
    /// `co_argcount`
    pub arg_count: u32,
    /// `co_posonlyargcount`
    pub pos_only_arg_count: u32,
    /// `co_kwonlyargcount`
    pub kw_only_arg_count: u32,
    /// `co_stacksize`
    pub stack_size: u32,
    /// `co_flags`
    pub flags: CodeFlags,
    /// `co_code`: two bytes a code unit, caches zero.
    pub code: Arc<[u8]>,
    /// `co_consts`
    pub constants: Arc<[Constant]>,
    /// `co_names`
    pub names: Arc<[PyString]>,
    /// `co_localsplusnames`
    pub local_names: Arc<[PyString]>,
    /// `co_localspluskinds`
    pub local_kinds: Arc<[LocalKind]>,
    /// `co_filename`
    pub filename: PyString,
    /// `co_name`
    pub name: PyString,
    /// `co_qualname`
    pub qualname: PyString,
    /// `co_firstlineno`
    pub first_line: i32,
    /// `co_linetable`
    pub line_table: Arc<[u8]>,
    /// `co_exceptiontable`
    pub exception_table: Arc<[u8]>,
}

impl CodeObject {
    /// A code object without code, for units of modules of which only the errors are wanted.
    pub(crate) fn placeholder(unit: CodeUnit) -> Self {
        // Where it begins tells it from the others of its line, as the line table does.
        let beginning = unit.sequence.instructions().iter().take(4);
        let columns = beginning.flat_map(|instruction| instruction.location.column.to_ne_bytes()).collect();
        Self {
            arg_count: unit.arg_count,
            pos_only_arg_count: unit.pos_only_arg_count,
            kw_only_arg_count: unit.kw_only_arg_count,
            stack_size: 1,
            flags: unit.flags,
            code: Arc::from([]),
            constants: unit.constants.into(),
            names: unit.names,
            local_names: unit.var_names.into(),
            local_kinds: Arc::from([]),
            filename: PyString::new(""),
            name: unit.name,
            qualname: unit.qualname,
            first_line: unit.first_line,
            line_table: columns,
            exception_table: Arc::from([]),
        }
    }

    /// Hashes enough to tell code objects apart, those of one line too, without going through all their
    /// bytes; consistent with [`same_code`](Self::same_code).
    pub(crate) fn hash_place(&self, state: &mut impl Hasher) {
        /// The first locations, columns included.
        const PREFIX: usize = 16;
        state.write_i32(self.first_line);
        state.write_usize(self.code.len());
        state.write(&self.line_table[..self.line_table.len().min(PREFIX)]);
    }

    /// `code.__eq__` (codeobject.c: `code_richcompare`): what decides whether two code constants
    /// merge. Ignores `qualname`, `filename` and `stack_size`.
    pub fn same_code(&self, other: &Self) -> bool {
        self.name == other.name
            && self.arg_count == other.arg_count
            && self.pos_only_arg_count == other.pos_only_arg_count
            && self.kw_only_arg_count == other.kw_only_arg_count
            && self.flags == other.flags
            && self.first_line == other.first_line
            // Before the constants: where the code stands tells it from its neighbours without going into
            // nested code objects, of which there may be thousands inside each other.
            && self.line_table == other.line_table
            && self.code == other.code
            && self.constants == other.constants
            && self.names == other.names
            && self.local_names == other.local_names
            && self.local_kinds == other.local_kinds
            && self.exception_table == other.exception_table
    }
}
