//! A code object → a function object at run time (`codegen_make_closure`).
//!
//! ```text
//! LOAD_CLOSURE x · BUILD_TUPLE 1 · LOAD_CONST <code> · MAKE_FUNCTION · SET_FUNCTION_ATTRIBUTE closure
//! ```
//!
//! Invariant: what the flags name is on the stack below, in the order in which it was pushed:
//! defaults, keyword defaults, `__annotate__`, closure.

use super::Builder;
use super::unit::UnitKind;
use crate::{CodeObject, Constant, LocalKind, Opcode};
use pyclast_syntax::symtable::Resolution;
use pyclast_syntax::{Location, NameId};
use std::sync::Arc;

/// What is attached to a new function (`MAKE_FUNCTION_*`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct FunctionFlags(usize);

impl FunctionFlags {
    pub(super) const DEFAULTS: Self = Self(0x01);
    pub(super) const KEYWORD_DEFAULTS: Self = Self(0x02);
    pub(super) const CLOSURE: Self = Self(0x08);
    pub(super) const ANNOTATE: Self = Self(0x10);

    /// The order in which they are attached: the last pushed first.
    const ATTACHED: [Self; 4] = [Self::CLOSURE, Self::ANNOTATE, Self::KEYWORD_DEFAULTS, Self::DEFAULTS];

    pub(super) const fn insert(&mut self, other: Self) {
        self.0 |= other.0;
    }

    pub(super) const fn contains(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

impl Builder<'_> {
    /// Makes a function of `code` in the unit being built.
    pub(super) fn make_closure(&mut self, location: Location, code: Arc<CodeObject>, mut flags: FunctionFlags) {
        let free = code.local_names.iter().zip(&*code.local_kinds).filter(|(_, kind)| kind.0 & LocalKind::FREE != 0);
        let free: Vec<NameId> = free.filter_map(|(name, _)| self.names.lookup(name.as_str()?)).collect();
        for &name in &free {
            let index = self.closure_index(name);
            self.emit_arg(Opcode::LoadClosure, index, location);
        }
        if !free.is_empty() {
            self.emit_arg(Opcode::BuildTuple, free.len(), location);
            flags.insert(FunctionFlags::CLOSURE);
        }
        self.emit_const(Constant::Code(code), location);
        self.emit(Opcode::MakeFunction, location);
        for flag in FunctionFlags::ATTACHED {
            if flags.contains(flag) {
                self.emit_arg(Opcode::SetFunctionAttribute, flag.0, location);
            }
        }
    }

    /// The cell that an inner function captures (`_PyCompile_LookupArg`).
    ///
    /// A class can have a name that is both its own and free for its methods: then the free one.
    fn closure_index(&self, name: NameId) -> usize {
        let unit = self.unit();
        let own_cells = [self.known.class_cell, self.known.classdict, self.known.conditional_annotations];
        let implicit = unit.kind == UnitKind::Class && own_cells.contains(&name);
        let cell = implicit || self.resolution(name) == Resolution::Cell;
        let index = match unit.free_vars.get_index_of(name) {
            Some(free) if !cell => Some(unit.cell_vars.len() + free),
            _ => unit.cell_vars.get_index_of(unit.apart.get(&name).copied().unwrap_or(name)),
        };
        index.expect("what an inner unit captures is a cell or free here")
    }
}
