//! From the type a value has to the type that is wanted (`emit_type_check`, `emit_convert`).
//!
//! ```text
//! x: C = dynamic      CAST ("m", "C")
//! x: int64 = o: int   REFINE_TYPE ("builtins", "int") · PRIMITIVE_UNBOX 7
//! ```
//!
//! Invariant: afterwards the value is of the type wanted, or an exception was raised.

use super::super::Builder;
use super::descriptor::type_constant;
use crate::{Constant, Opcode};
use pyclast_syntax::Location;
use pyclast_syntax::type_facts::{Conversion, Descriptor, LiteralFact, TypeCode, TypeId};
use ruff_python_ast::ExprContext;

/// `Py_EQ << 5 | compare_masks[Py_EQ]`
const EQUAL: usize = 2 << 5 | 8;

impl Builder<'_> {
    /// Converts the value on the stack; without `source` nothing is known of it.
    pub(in crate::build) fn emit_conversion(&mut self, target: TypeId, source: Option<TypeId>, location: Location) {
        let Some(facts) = self.typed_facts() else { return };
        match facts.conversion(target, source) {
            Conversion::None => {}
            Conversion::Cast(descriptor) => self.emit_with_type(Opcode::Cast, descriptor, location),
            Conversion::CheckLiteral(literal) => self.emit_literal_check(literal, location),
            Conversion::Primitive { from, to } => self.emit_primitive_conversion(from, to, location),
            Conversion::Unbox { to, refine } => self.emit_unbox(to, refine, location),
        }
    }

    /// An object to a primitive; `refine` is what it is known to be.
    pub(in crate::build) fn emit_unbox(&mut self, to: TypeCode, refine: Option<&Descriptor>, location: Location) {
        let fits = to.is_integer() && self.is_fitting_constant(to);
        match refine {
            Some(known) => self.emit_with_type(Opcode::RefineType, known, location),
            None => self.emit_typed(Opcode::Cast, boxed_class(to, to == TypeCode::Bool), location),
        }
        let known = refine.and_then(|known| known.path.last());
        if to.is_integer() && !fits && known.is_none_or(|name| name != "bool") {
            let is_exact =
                refine.is_some_and(|known| known.marks.contains('!')) && known.is_some_and(|name| name == "int");
            self.emit_unboxed_integer(to, is_exact, location);
        } else {
            self.emit_with_code(Opcode::PrimitiveUnbox, to, location);
        }
    }

    /// Raises unless the object on the stack is the literal.
    ///
    /// Whatever equals an `int` passes, a `float` too: what follows and trusts that it is one has its own check.
    fn emit_literal_check(&mut self, literal: &LiteralFact, location: Location) {
        let (constant, text) = match literal {
            LiteralFact::Int(digits) => (int_constant(digits), digits.clone()),
            LiteralFact::Bool(value) => (Constant::Bool(*value), if *value { "True" } else { "False" }.to_owned()),
        };
        let end = self.new_label();
        self.emit_arg(Opcode::Copy, 1, location);
        self.emit_const(constant, location);
        match literal {
            LiteralFact::Int(_) => {
                self.emit_arg(Opcode::CompareOp, EQUAL, location);
                self.emit(Opcode::ToBool, location);
            }
            LiteralFact::Bool(_) => self.emit_arg(Opcode::IsOp, 0, location),
        }
        self.emit_jump(Opcode::PopJumpIfTrue, end, location);
        self.emit_text_access("TypeError", ExprContext::Load, location);
        self.emit_arg(Opcode::Swap, 2, location);
        self.emit_const(Constant::str(&format!("expected {text}, got ")), location);
        self.emit_arg(Opcode::Swap, 2, location);
        self.emit(Opcode::FormatSimple, location);
        self.emit_arg(Opcode::BuildString, 2, location);
        self.emit_arg(Opcode::Call, 0, location);
        self.emit_arg(Opcode::RaiseVarargs, 1, location);
        self.use_label(end);
    }
}

/// An int, from its digits.
fn int_constant(digits: &str) -> Constant {
    match digits.parse::<i64>() {
        Ok(value) => Constant::int(value),
        Err(_) => digits.parse().map_or(Constant::None, Constant::big_int),
    }
}

/// The class whose values unbox to a primitive.
pub(super) fn boxed_class(code: TypeCode, is_exact: bool) -> Constant {
    let mut descriptor = Descriptor::boxing(code);
    if is_exact {
        descriptor.marks.add('!');
    }
    type_constant(&descriptor)
}
