//! Appending typed opcodes to the unit being built.
//!
//! Invariant: an opcode whose constant says how many values it takes carries that number in its operand
//! until it is assembled.

use super::super::Builder;
use crate::{Constant, Opcode, Operand, VALUES_SHIFT};
use pyclast_syntax::Location;
use pyclast_syntax::type_facts::{Descriptor, TypeCode};

/// The prefix of the names of temporaries (`TMP_VAR_PREFIX`).
pub(super) const TEMPORARY_PREFIX: &str = "_pystatic_.0._tmp__";

impl Builder<'_> {
    /// One name of a module, imported where it is used and bound to nothing.
    pub(super) fn emit_imported(&mut self, module: &str, name: &str, location: Location) {
        self.emit_const(Constant::int(0), location);
        self.emit_const(Constant::tuple([Constant::str(name)]), location);
        let module = self.names.intern(module);
        self.emit_name(Opcode::ImportName, module, location);
        let name = self.names.intern(name);
        self.emit_name(Opcode::ImportFrom, name, location);
        self.emit_arg(Opcode::Swap, 2, location);
        self.emit(Opcode::PopTop, location);
    }

    /// An opcode with a constant.
    pub(in crate::build) fn emit_typed(&mut self, opcode: Opcode, constant: Constant, location: Location) {
        debug_assert_eq!(opcode.operand(), Operand::Const, "{} takes no constant alone", opcode.name());
        let index = self.add_const(constant);
        self.emit_arg(opcode, index, location);
    }

    /// An opcode with a constant that says how many values it takes.
    pub(in crate::build) fn emit_typed_values(
        &mut self,
        opcode: Opcode,
        constant: Constant,
        values: usize,
        location: Location,
    ) {
        debug_assert_eq!(opcode.operand(), Operand::ConstValues, "{} takes no number of values", opcode.name());
        let index = self.add_const(constant);
        self.emit_arg(opcode, index | values << VALUES_SHIFT, location);
    }

    /// `CAST`, `REFINE_TYPE`, `TP_ALLOC`, `LOAD_CLASS`: an opcode about a type.
    pub(in crate::build) fn emit_with_type(&mut self, opcode: Opcode, descriptor: &Descriptor, location: Location) {
        let class = self.type_constant(descriptor);
        self.emit_typed(opcode, class, location);
    }

    /// `PRIMITIVE_BOX`, `PRIMITIVE_UNBOX`, `RETURN_PRIMITIVE`: an opcode about a primitive.
    pub(in crate::build) fn emit_with_code(&mut self, opcode: Opcode, code: TypeCode, location: Location) {
        self.emit_arg(opcode, code as usize, location);
    }

    /// `PRIMITIVE_LOAD_CONST`: the value in Python's form, `bool` for `cbool`, `float` for `double`.
    pub(in crate::build) fn emit_primitive_const(&mut self, value: Constant, code: TypeCode, location: Location) {
        self.note_narrow(code);
        let code = Constant::int(i64::from(code as u8));
        self.emit_typed(Opcode::PrimitiveLoadConst, Constant::tuple([value, code]), location);
    }

    /// Leaves generators and coroutines to the interpreter that have values of less than 64 bits: the JIT moves them from
    /// memory to memory by instructions that do not exist, and ends the process.
    pub(super) fn note_narrow(&mut self, code: TypeCode) {
        if code.is_narrow() || code == TypeCode::Bool {
            self.suppress_suspended();
        }
    }

    /// Leaves the unit to the interpreter if it is a generator or a coroutine; but for those that take a `double` or a
    /// truth value, which the JIT's code of others passes wrongly to the interpreter.
    pub(super) fn suppress_suspended(&mut self) {
        let scope = self.table.scope(self.unit().scope);
        if !scope.generator && !scope.coroutine {
            return;
        }
        let primitives = self.unit().function.map_or(&[][..], |function| &function.primitives);
        let is_passed_wrongly = scope.parameters.iter().any(|&parameter| {
            let parameter = self.names.get(parameter).as_str();
            primitives.iter().any(|(name, code)| !code.is_integer() && Some(name.as_str()) == parameter)
        });
        if !is_passed_wrongly {
            self.unit_mut().suppresses_jit = true;
        }
    }

    /// The local of a temporary; the same for the same name.
    pub(in crate::build) fn temporary(&mut self, name: &str) -> usize {
        let name = self.names.intern(&format!("{TEMPORARY_PREFIX}{name}"));
        self.unit_mut().var_names.insert_full(name).0
    }

    /// `LOAD_LOCAL`, `STORE_LOCAL`: a primitive in a local. A truth value is kept as an `int64`: of a `cbool` in a register
    /// eight bits are known, and the interpreter is handed all of them when code leaves the JIT.
    pub(in crate::build) fn emit_primitive_local(
        &mut self,
        opcode: Opcode,
        local: usize,
        code: TypeCode,
        location: Location,
    ) {
        match (code, opcode) {
            (TypeCode::Bool, Opcode::StoreLocal) => {
                self.emit_convert(TypeCode::Bool, TypeCode::Int64, location);
                self.emit_plain_local(opcode, local, TypeCode::Int64, location);
            }
            (TypeCode::Bool, _) => {
                self.emit_plain_local(opcode, local, TypeCode::Int64, location);
                self.emit_primitive_conversion(TypeCode::Int64, TypeCode::Bool, location);
            }
            _ => self.emit_plain_local(opcode, local, code, location),
        }
    }

    /// `LOAD_LOCAL`, `STORE_LOCAL` of the type that is given.
    pub(super) fn emit_plain_local(&mut self, opcode: Opcode, local: usize, code: TypeCode, location: Location) {
        self.note_narrow(code);
        let constant = self.local_constant(local, code);
        self.emit_typed(opcode, constant, location);
    }

    /// Loads a primitive from a local, a narrow integer through another one, which cuts it to its width: code that
    /// has left the JIT half way finds in locals what registers held.
    pub(super) fn load_primitive(&mut self, local: usize, code: TypeCode, location: Location) {
        self.emit_primitive_local(Opcode::LoadLocal, local, code, location);
        if code.is_narrow() {
            self.emit_through_local(code, location);
        }
    }
}

/// The descriptor of a primitive: `("__static__", "int64", "#")`.
pub(super) fn primitive_constant(code: TypeCode) -> Constant {
    Constant::tuple([Constant::str("__static__"), Constant::str(code.name()), Constant::str("#")])
}
