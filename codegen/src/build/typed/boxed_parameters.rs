//! Primitives that functions take as objects, where the runtime would lose them on the way.
//!
//! ```text
//! def m(self, y: double)     checks a float · LOAD_FAST y · PRIMITIVE_UNBOX 0 · STORE_LOCAL y'
//! c.m(d)                     d · PRIMITIVE_BOX 0 · INVOKE_METHOD
//! ```
//!
//! Code that the JIT has compiled passes doubles in registers of their own. A method that is not compiled, yet or at all, is
//! reached through code that looks into the others, and gets whatever is there; so is any function with more parameters
//! than registers: narrow integers among them the JIT cannot even move. Of a truth value eight bits are passed, and 64
//! looked at: to code that is not compiled, all are true.
//!
//! Invariant: callers, functions and the prover's world agree, since all they ask is the signature.

use super::super::Builder;
use super::super::unit::UnitKind;
use crate::Opcode;
use pyclast_syntax::type_facts::{ArgumentFact, Descriptor, Invocation, TypeCode, TypeFacts, TypeId};
use pyclast_syntax::{Location, node_index};
use ruff_python_ast::StmtFunctionDef;
use std::borrow::Cow;

/// Which primitives a function takes as objects.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct BoxedParameters {
    has_boxed_doubles: bool,
    /// More than registers can take: the JIT moves parts of registers to the stack by instructions that do not exist.
    has_boxed_narrow: bool,
}

impl BoxedParameters {
    /// Those of a function of that name. A method that may be called as one of a base, or a function whose parameters do
    /// not fit in registers, takes its doubles so.
    pub(crate) fn new(is_in_class: bool, name: &str, parameters: usize, doubles: usize) -> Self {
        let is_method = is_in_class && !matches!(name, "__init__" | "__new__");
        let is_full = parameters.saturating_sub(doubles) >= 6;
        Self { has_boxed_doubles: is_method || doubles > 8 || is_full, has_boxed_narrow: is_full }
    }

    /// Whether primitives of that type are objects.
    pub(crate) fn contains(self, code: TypeCode) -> bool {
        match code {
            TypeCode::Bool => true,
            TypeCode::Double => self.has_boxed_doubles,
            _ => self.has_boxed_narrow && code.is_narrow(),
        }
    }

    /// What a parameter is checked to be.
    pub(super) fn checked_class(self, class: &Descriptor) -> Cow<'_, Descriptor> {
        match super::descriptor::primitive_code(class) {
            Some(code) if self.contains(code) => Cow::Owned(Descriptor::boxing(code)),
            _ => Cow::Borrowed(class),
        }
    }
}

impl Builder<'_> {
    /// Which primitives a call passes as objects.
    pub(super) fn boxed_arguments(&self, invocation: &Invocation) -> BoxedParameters {
        let doubles = invocation.arguments.iter().map(|argument| match argument {
            ArgumentFact::Expression { parameter, .. }
            | ArgumentFact::Spilled { parameter, .. }
            | ArgumentFact::Mapping { parameter, .. }
            | ArgumentFact::Default { parameter, .. } => usize::from(self.is_double(*parameter)),
            ArgumentFact::Starred { parameters, .. } => {
                parameters.iter().filter(|(_, parameter)| self.is_double(*parameter)).count()
            }
            ArgumentFact::Spill { .. } => 0,
        });
        let function = &invocation.function;
        BoxedParameters::new(function.class.is_some(), &function.name, invocation.parameters as usize, doubles.sum())
    }

    /// Makes a primitive that is passed an object, if it is to be one.
    pub(super) fn box_passed(&mut self, parameter: TypeId, boxed: BoxedParameters, location: Location) {
        if let Some(code) = self.primitive_type(parameter).filter(|&code| boxed.contains(code)) {
            self.emit_with_code(Opcode::PrimitiveBox, code, location);
        }
    }

    /// Which primitives the function that is being entered takes as objects.
    pub(super) fn boxed_parameters(&self, facts: &TypeFacts, function: &StmtFunctionDef) -> BoxedParameters {
        let around = self.units.iter().rev().nth(1);
        let is_in_class = around.is_some_and(|unit| unit.kind == UnitKind::Class);
        let ids = function.parameters.iter_non_variadic_params();
        let ids: Vec<_> = ids.map(|parameter| facts.node(node_index(&parameter.parameter))).collect();
        let doubles = ids.iter().filter(|id| id.is_some_and(|id| self.is_double(id))).count();
        BoxedParameters::new(is_in_class, &function.name, ids.len(), doubles)
    }

    /// Unboxes the primitives that a function was given as objects.
    pub(super) fn unbox_parameters(
        &mut self,
        facts: &TypeFacts,
        function: &StmtFunctionDef,
        boxed: BoxedParameters,
        location: Location,
    ) {
        for parameter in function.parameters.iter_non_variadic_params() {
            let parameter = &parameter.parameter;
            let code = facts.node(node_index(parameter)).and_then(|id| self.primitive_type(id));
            let Some(code) = code.filter(|&code| boxed.contains(code)) else { continue };
            let name = self.names.intern(parameter.name.as_str());
            let name = self.mangled(name);
            let given = self.unit_mut().var_names.insert_full(name).0;
            self.emit_arg(Opcode::LoadFast, given, location);
            self.emit_with_code(Opcode::PrimitiveUnbox, code, location);
            self.unit_mut().unboxed.insert(name);
            let local = self.primitive_local(name);
            self.emit_primitive_local(Opcode::StoreLocal, local, code, location);
        }
    }

    fn is_double(&self, id: TypeId) -> bool {
        self.primitive_type(id) == Some(TypeCode::Double)
    }
}
