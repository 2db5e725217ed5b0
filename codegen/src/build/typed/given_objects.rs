//! Objects that a function is given beside machine values, checked once more.
//!
//! ```text
//! def f(c: C, n: int64): …      if that ever happens: c = () · c = CAST c ("m", "C")
//! ```
//!
//! What leads from untyped callers to compiled code of such a function checks and unboxes the machine values, and looks at
//! nothing else: whatever is in the place of `c` would be taken for a `C`. That a parameter has been checked is what the JIT
//! believes; a check counts where it may be something else as well. It fails only in code that is called from there: where
//! the JIT puts the function in the place of a call, the arguments are known.
//!
//! Invariant: behind the start of a function, compiled or not, its parameters are what its signature says.

use super::super::Builder;
use super::boxed_parameters::BoxedParameters;
use super::descriptor::{primitive_code, type_constant};
use super::made_function::MadeFunction;
use crate::{Constant, Opcode};
use pyclast_syntax::Location;
use pyclast_syntax::symtable::Resolution;
use pyclast_syntax::type_facts::{Descriptor, FunctionFact};
use ruff_python_ast::StmtFunctionDef;

impl<'a> Builder<'a> {
    /// Checks the objects a function is given, if it is given machine values as well.
    pub(super) fn check_given_objects(
        &mut self,
        function: &'a StmtFunctionDef,
        fact: &FunctionFact,
        boxed: BoxedParameters,
        location: Location,
    ) {
        let is_object = |class: &_| primitive_code(class).is_none_or(|code| boxed.contains(code));
        if fact.checks.iter().all(|(_, class)| is_object(class)) {
            return;
        }
        let names = function.parameters.iter_non_variadic_params().map(|parameter| parameter.parameter.name.as_str());
        let names: Vec<_> = names.collect();
        let mut given = Vec::new();
        for (position, class) in fact.checks.iter().filter(|(_, class)| is_object(class)) {
            let name = self.names.intern(names[*position as usize]);
            let name = self.mangled(name);
            // What is read from a cell is checked where it is read; a boxed primitive is unboxed before it is put there.
            if self.resolution(name) == Resolution::Local || primitive_code(class).is_some() {
                given.push((self.unit_mut().var_names.insert_full(name).0, boxed.checked_class(class)));
            }
        }
        if given.is_empty() {
            return;
        }
        let checks = self.new_label();
        self.emit_never(checks, location);
        for (local, class) in &given {
            self.emit_const(another(class), location);
            self.emit_arg(Opcode::StoreFast, *local, location);
        }
        self.use_label(checks);
        for (local, class) in given {
            self.emit_arg(Opcode::LoadFast, local, location);
            self.emit_with_type(Opcode::Cast, &class, location);
            self.emit_arg(Opcode::StoreFast, local, location);
        }
    }
}

impl MadeFunction {
    /// The same for a method that is made, and what it states to check.
    pub(super) fn check_given_objects(&mut self, checks: &[(i64, Descriptor)]) {
        let objects = checks.iter().filter(|(_, class)| primitive_code(class).is_none());
        let objects: Vec<_> =
            objects.filter_map(|(local, class)| Some((usize::try_from(*local).ok()?, class))).collect();
        if objects.len() == checks.len() {
            return;
        }
        let start = self.new_label();
        for constant in [Constant::tuple([]), Constant::int(0)] {
            self.emit_const(Opcode::LoadConst, constant);
            self.emit_arg(Opcode::LoadType, 0);
        }
        self.emit_arg(Opcode::IsOp, 0);
        self.emit_jump(Opcode::PopJumpIfFalse, start);
        for (local, class) in &objects {
            self.emit_const(Opcode::LoadConst, another(class));
            self.emit_arg(Opcode::StoreFast, *local);
        }
        self.use_label(start);
        for (local, class) in objects {
            self.emit_arg(Opcode::LoadFast, local);
            self.emit_const(Opcode::Cast, type_constant(class));
            self.emit_arg(Opcode::StoreFast, local);
        }
    }
}

/// An object that is of another class: one of those that the JIT tells apart from all others.
fn another(class: &Descriptor) -> Constant {
    let is_tuple = class.unmarked() == Descriptor::builtin("tuple");
    if is_tuple { Constant::str("") } else { Constant::tuple([]) }
}
