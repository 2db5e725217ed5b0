//! Functions that stand in no source: methods of dataclasses, `__init_subclass__`.
//!
//! ```text
//! MadeFunction::new("__hash__", &["self"], …) · load_global("hash") · … · ReturnValue     → a code object
//! ```
//!
//! Invariant: every name, constant and local is in the tables of the function itself; the unit it is made in
//! knows only the code object.

use super::super::Builder;
use crate::{
    CodeFlags, CodeObject, CodeUnit, Constant, ConstantTable, Instruction, InstructionSequence, Label, Opcode,
    VALUES_SHIFT,
};
use indexmap::IndexSet;
use pyclast_syntax::{Location, PyString};
use std::sync::Arc;

/// A function while it is made.
#[derive(Debug)]
pub(super) struct MadeFunction {
    /// Its name.
    pub(super) name: &'static str,
    /// Where it is said to be.
    pub(super) location: Location,
    parameters: Vec<PyString>,
    free: Vec<PyString>,
    names: IndexSet<PyString>,
    constants: ConstantTable,
    sequence: InstructionSequence,
    /// What its constants end with: then it is static.
    pub(super) trailing_constant: Option<Constant>,
}

impl MadeFunction {
    /// A function of positional parameters.
    pub(super) fn new(name: &'static str, parameters: &[&str], location: Location) -> Self {
        let mut function = Self {
            name,
            location,
            parameters: parameters.iter().map(|name| PyString::new(name)).collect(),
            free: Vec::new(),
            names: IndexSet::new(),
            constants: ConstantTable::default(),
            sequence: InstructionSequence::default(),
            trailing_constant: None,
        };
        function.emit_arg(Opcode::Resume, 0);
        function
    }

    /// Adds a free variable, unless it is there.
    pub(super) fn free(&mut self, name: &str) {
        let name = PyString::new(name);
        if !self.free.contains(&name) {
            self.free.push(name);
        }
    }

    /// An instruction without operand.
    pub(super) fn emit(&mut self, opcode: Opcode) {
        self.push(opcode, 0);
    }

    /// An instruction with an operand.
    pub(super) fn emit_arg(&mut self, opcode: Opcode, oparg: usize) {
        self.push(opcode, i32::try_from(oparg).expect("operands are below 2**31"));
    }

    /// A jump.
    pub(super) fn emit_jump(&mut self, opcode: Opcode, target: Label) {
        self.sequence.push_jump(opcode, target, self.location);
    }

    /// `LOAD_CONST`, or a typed opcode with a constant.
    pub(super) fn emit_const(&mut self, opcode: Opcode, constant: Constant) {
        let index = self.constants.add(constant);
        self.emit_arg(opcode, index);
    }

    /// A typed opcode with a constant that says how many values it takes.
    pub(super) fn emit_values(&mut self, opcode: Opcode, constant: Constant, values: usize) {
        let index = self.constants.add(constant);
        self.emit_arg(opcode, index | values << VALUES_SHIFT);
    }

    /// `LOAD_GLOBAL`
    pub(super) fn load_global(&mut self, name: &str) {
        let index = self.name(name);
        self.emit_arg(Opcode::LoadGlobal, index << 1);
    }

    /// `LOAD_ATTR`
    pub(super) fn load_attribute(&mut self, name: &str) {
        let index = self.name(name);
        self.emit_arg(Opcode::LoadAttr, index << 1);
    }

    /// `LOAD_ATTR` of a method: the function and its receiver, or NULL.
    pub(super) fn load_method(&mut self, name: &str) {
        let index = self.name(name);
        self.emit_arg(Opcode::LoadAttr, index << 1 | 1);
    }

    /// `LOAD_SUPER_ATTR` of a method; of `super()`, or of `super(class, object)`.
    pub(super) fn load_super_method(&mut self, name: &str, is_zero: bool) {
        let index = self.name(name);
        self.emit_arg(Opcode::LoadSuperAttr, index << 2 | usize::from(!is_zero) << 1 | 1);
    }

    /// A fresh label.
    pub(super) fn new_label(&mut self) -> Label {
        self.sequence.new_label()
    }

    /// Places a label here.
    pub(super) fn use_label(&mut self, label: Label) {
        self.sequence.use_label(label);
    }

    fn name(&mut self, name: &str) -> usize {
        self.names.insert_full(PyString::new(name)).0
    }

    fn push(&mut self, opcode: Opcode, oparg: i32) {
        self.sequence.push(Instruction::new(opcode, oparg, self.location));
    }
}

impl Builder<'_> {
    /// The code object of a made function, a method of the class being built.
    pub(super) fn finish_made_function(&mut self, function: MadeFunction) -> Arc<CodeObject> {
        let mut flags = CodeFlags(CodeFlags::OPTIMIZED.0 | CodeFlags::NEWLOCALS.0);
        if function.trailing_constant.is_some() {
            flags.insert(CodeFlags::STATICALLY_COMPILED);
        }
        for name in &function.free {
            if let Some(name) = name.as_str() {
                self.names.intern(name);
            }
        }
        let count = u32::try_from(function.parameters.len()).expect("parameters are fewer than 2**32");
        let unit = CodeUnit {
            name: PyString::new(function.name),
            // As in the reference, whose messages name it so.
            qualname: PyString::new(function.name),
            first_line: function.location.line,
            arg_count: count,
            pos_only_arg_count: 0,
            kw_only_arg_count: 0,
            flags,
            parameter_count: function.parameters.len(),
            constants: function.constants.into_constants(),
            trailing_constant: function.trailing_constant,
            names: function.names.into_iter().collect(),
            var_names: function.parameters,
            hidden_locals: Vec::new(),
            cell_vars: Vec::new(),
            free_vars: function.free,
            sequence: function.sequence,
        };
        self.finish_unit(unit)
    }
}
