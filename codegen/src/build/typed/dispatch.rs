//! Calls of virtual methods whose functions are known for some classes.
//!
//! ```text
//! task.work(p)     task · COPY · LOAD_TYPE · LOAD_GLOBAL Idle · IS_OP · POP_JUMP_IF_FALSE next
//!                  CAST Idle · p · INVOKE_FUNCTION Idle.work · JUMP end
//!            next: LOAD_METHOD_STATIC Task.work · p · INVOKE_METHOD Task.work
//!            end:
//! ```
//!
//! The JIT calls such a function directly, or puts it there; a method it looks up through two calls and a table. It
//! takes no `LOAD_CLASS`; what the name of a class stands for is not proved, so there is a `CAST`.
//!
//! Invariant: on the stack is the receiver; on all ways the class of it is looked at before any argument.

use super::super::Builder;
use crate::Opcode;
use pyclast_syntax::type_facts::{Implementation, Invocation, TypeFacts};
use pyclast_syntax::{Location, node_index};
use ruff_python_ast::ExprCall;

/// The functions that a call of a virtual method tests for.
pub(super) fn implementations<'a>(facts: &'a TypeFacts, call: &ExprCall) -> &'a [Implementation] {
    facts.implementations.get(&node_index(call)).map_or(&[], Vec::as_slice)
}

impl<'a> Builder<'a> {
    /// Calls a virtual method of the object on the stack: directly if its class is one of those that are known.
    pub(super) fn emit_dispatched_call(&mut self, call: &'a ExprCall, invocation: &'a Invocation, location: Location) {
        let Invocation { function, parameters, arguments } = invocation;
        let (count, rest) = (*parameters as usize, arguments.get(1..).unwrap_or_default());
        let known = self.typed_facts().map_or(&[][..], |facts| implementations(facts, call));
        let end = self.new_label();
        for Implementation { class, function } in known {
            let next = self.new_label();
            self.emit_duplicate(location);
            self.emit_arg(Opcode::LoadType, 0, location);
            let name = self.names.intern(&class.path[0]);
            let place = self.unit().sequence.instructions().len();
            self.emit_name_bits(Opcode::LoadGlobal, name, 1, 0, location);
            // The name of a class stands for that class.
            self.unit_mut().harmless.push(place..place + 1);
            self.emit_arg(Opcode::IsOp, 0, location);
            self.emit_jump(Opcode::PopJumpIfFalse, next, location);
            self.emit_with_type(Opcode::Cast, class, location);
            self.emit_arguments(call, invocation, rest, location);
            let function = self.function_constant(function);
            self.emit_invoke_function(function, count, location);
            self.emit_jump(Opcode::JumpNoInterrupt, end, Location::NONE);
            self.use_label(next);
        }
        let function = self.function_constant(function);
        self.emit_virtual_call(&function, count - 1, false, location, |this| {
            this.emit_arguments(call, invocation, rest, location);
        });
        self.use_label(end);
    }
}
