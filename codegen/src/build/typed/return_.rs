//! `return` of static functions.
//!
//! ```text
//! def f() -> int64: return 1       PRIMITIVE_LOAD_CONST (1, 7) · RETURN_PRIMITIVE 7
//! def g() -> C: return x           x · CAST ("m", "C") · RETURN_VALUE
//! ```
//!
//! A coroutine gives an object, whatever was promised: the JIT has no other way to hand it to who awaits.
//!
//! Invariant: a function whose result is a primitive leaves by `RETURN_PRIMITIVE` only, a coroutine by `RETURN_VALUE`.

use super::super::Builder;
use super::super::frame_block::{FrameBlock, FrameBlockKind};
use super::super::unit::UnitKind;
use crate::Opcode;
use pyclast_syntax::Location;
use pyclast_syntax::type_facts::{TypeCode, TypeId, TypeKind};
use ruff_python_ast::Expr;

impl<'a> Builder<'a> {
    /// Converts what is returned.
    pub(in crate::build) fn convert_returned(&mut self, value: &'a Expr) {
        if let Some(result) = self.result_type() {
            self.emit_conversion(result, self.type_id(value), self.expr_location(value));
        }
        if self.returned_primitive().is_none() && self.result_type().is_some() {
            // The JIT may put the function in place of a call.
            self.emit_taken(value, self.expr_location(value));
        }
    }

    /// Converts the `None` of a `return` without value.
    pub(in crate::build) fn convert_returned_none(&mut self, location: Location) {
        let (Some(result), Some(facts)) = (self.result_type(), self.typed_facts()) else { return };
        let takes_none = facts.get(result).descriptor.as_ref().is_none_or(|descriptor| {
            descriptor.marks.contains('?')
                || descriptor.is_object()
                || descriptor.path.last().is_some_and(|name| name == "None")
        });
        let is_generator = self.table.scope(self.unit().scope).generator;
        if !takes_none && !is_generator {
            self.emit_conversion(result, None, location);
        }
    }

    /// The primitive that is returned, if what runs on the way out may leave the JIT.
    pub(in crate::build) fn returned_kept(&self) -> Option<TypeCode> {
        let runs = |block: &FrameBlock<'_>| {
            matches!(block.kind, FrameBlockKind::FinallyTry(_) | FrameBlockKind::With | FrameBlockKind::AsyncWith)
        };
        self.returned_primitive().filter(|_| self.unit().blocks.iter().any(runs))
    }

    /// Leaves the function with the value on the stack.
    pub(in crate::build) fn emit_return(&mut self, location: Location) {
        match self.returned_primitive() {
            Some(code) if self.unit().kind == UnitKind::AsyncFunction => {
                self.emit_with_code(Opcode::PrimitiveBox, code, location);
                self.emit(Opcode::ReturnValue, location);
            }
            Some(code) => {
                // Room for the box, if it turns out that the body has to be that of a twin.
                self.emit(Opcode::Nop, location);
                self.emit_with_code(Opcode::ReturnPrimitive, code, location);
            }
            None => self.emit(Opcode::ReturnValue, location),
        }
    }

    /// Whether constants are returned as the checker has them.
    pub(in crate::build) fn returns_typed(&self) -> bool {
        self.result_type().is_some()
    }

    fn result_type(&self) -> Option<TypeId> {
        self.unit().function.map(|function| function.result)
    }

    /// The primitive that the function gives.
    pub(super) fn returned_primitive(&self) -> Option<TypeCode> {
        match self.typed_facts()?.get(self.result_type()?).kind {
            TypeKind::Primitive(code) => Some(code),
            _ => None,
        }
    }
}
