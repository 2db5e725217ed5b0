//! Appending instructions to the unit being built (`ADDOP*` of codegen.c).
//!
//! Invariant: constants, names and locals get their index at the moment of first mention.

use super::Builder;
use crate::{Constant, Instruction, Label, Opcode};
use pyclast_syntax::symtable::maybe_mangle;
use pyclast_syntax::{Location, NameId};

impl Builder<'_> {
    /// An instruction without operand (`ADDOP`).
    pub(super) fn emit(&mut self, opcode: Opcode, location: Location) {
        debug_assert!(!opcode.has_arg(), "{} needs an operand", opcode.name());
        self.push(opcode, 0, location);
    }

    /// An instruction with an operand (`ADDOP_I`).
    pub(super) fn emit_arg(&mut self, opcode: Opcode, oparg: usize, location: Location) {
        debug_assert!(opcode.has_arg(), "{} takes no operand", opcode.name());
        let oparg = i32::try_from(oparg).expect("operands are below 2**31");
        self.push(opcode, oparg, location);
    }

    /// A jump or block push (`ADDOP_JUMP`).
    pub(super) fn emit_jump(&mut self, opcode: Opcode, target: Label, location: Location) {
        self.unit_mut().sequence.push_jump(opcode, target, location);
    }

    /// `LOAD_CONST` (`ADDOP_LOAD_CONST`).
    pub(super) fn emit_const(&mut self, constant: Constant, location: Location) {
        let index = self.add_const(constant);
        self.emit_arg(Opcode::LoadConst, index, location);
    }

    /// An instruction that names an attribute or an import: the name mangled, in `co_names`
    /// (`ADDOP_NAME`); `LOAD_ATTR` in its plain form.
    pub(super) fn emit_name(&mut self, opcode: Opcode, name: NameId, location: Location) {
        let shift = u32::from(opcode == Opcode::LoadAttr);
        self.emit_name_bits(opcode, name, shift, 0, location);
    }

    /// The same with the index shifted and low bits added (`ADDOP_NAME_CUSTOM`).
    pub(in crate::build) fn emit_name_bits(
        &mut self,
        opcode: Opcode,
        name: NameId,
        shift: u32,
        low: usize,
        location: Location,
    ) {
        let view = self.unit().view;
        let index = self.found_names.attribute(view, name).unwrap_or_else(|| {
            let mangled = self.mangled(name);
            let index = self.unit_mut().names.insert_full(mangled).0;
            self.found_names.insert_attribute(view, name, index);
            index
        });
        self.emit_arg(opcode, index << shift | low, location);
    }

    /// Adds a constant to the unit without loading it; its index.
    pub(super) fn add_const(&mut self, constant: Constant) -> usize {
        self.unit_mut().constants.add(constant)
    }

    /// A fresh label of the unit.
    pub(super) fn new_label(&mut self) -> Label {
        self.unit_mut().sequence.new_label()
    }

    /// Places a label here (`USE_LABEL`).
    pub(super) fn use_label(&mut self, label: Label) {
        self.unit_mut().sequence.use_label(label);
    }

    /// The name as this unit sees it: private names with the class's (`_PyCompile_MaybeMangle`).
    pub(super) fn mangled(&mut self, name: NameId) -> NameId {
        let unit = self.units.last().expect("a unit is entered before anything is built");
        maybe_mangle(&mut self.names, unit.private, self.table.scope(unit.scope), name)
    }

    fn push(&mut self, opcode: Opcode, oparg: i32, location: Location) {
        self.unit_mut().sequence.push(Instruction::new(opcode, oparg, location));
    }
}
