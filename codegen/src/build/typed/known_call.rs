//! Functions that have instructions of their own.
//!
//! ```text
//! len(l)     (l: exact list)    l · FAST_LEN 0 · PRIMITIVE_BOX 7           box(i)      i · PRIMITIVE_BOX 7
//! ```

use super::super::Builder;
use super::call::receiver;
use crate::{Constant, Opcode};
use pyclast_syntax::Location;
use pyclast_syntax::type_facts::{Descriptor, KnownFunction, Sequence, TypeCode};
use ruff_python_ast::{Expr, ExprCall};

impl<'a> Builder<'a> {
    /// A call of a function known by heart.
    pub(super) fn visit_known_call(&mut self, expr: &'a Expr, call: &'a ExprCall, known: KnownFunction) -> bool {
        let location = self.expr_location(expr);
        match (known, &*call.arguments.args) {
            (KnownFunction::Len | KnownFunction::CLen, [argument]) => {
                let Some((sequence, is_exact)) = self.sequence_of(argument) else { return false };
                self.visit_expr(argument);
                self.emit_fast_len(sequence, is_exact, location);
                if known == KnownFunction::Len {
                    self.emit_with_code(Opcode::PrimitiveBox, TypeCode::Int64, location);
                }
            }
            (KnownFunction::Sorted, _) => {
                self.visit_call(expr, call);
                self.emit_with_type(Opcode::RefineType, &list(true), location);
            }
            (KnownFunction::Box, [argument]) => {
                self.visit_expr(argument);
                if let Some(code) = self.primitive_of(argument) {
                    self.emit_with_code(Opcode::PrimitiveBox, code, location);
                }
            }
            (KnownFunction::Cast, [_, argument]) => {
                if let Some(code) = self.primitive_of(expr) {
                    self.visit_expr(argument);
                    if self.primitive_of(argument).is_none() {
                        self.emit_unbox(code, None, location);
                    }
                    return true;
                }
                let Some(class) = self.type_of(expr).and_then(|fact| fact.descriptor.as_ref()) else { return false };
                self.visit_boxed(argument);
                self.emit_with_type(Opcode::Cast, class, location);
            }
            (KnownFunction::ListAppend, [_]) => {
                self.emit_list_append(expr, call);
                // What is left is the list; `append` returns nothing.
                self.emit(Opcode::PopTop, location);
                self.emit_const(Constant::None, location);
            }
            _ => return false,
        }
        true
    }

    /// `list.append(value)`; the list stays on the stack.
    pub(super) fn emit_list_append(&mut self, expr: &'a Expr, call: &'a ExprCall) {
        let location = self.expr_location(expr);
        self.visit_receiver(call);
        let class = receiver(call).and_then(|list| self.type_of(list)?.descriptor.as_ref());
        self.emit_with_type(Opcode::RefineType, class.unwrap_or(&list(false)), location);
        if let Some(argument) = call.arguments.args.first() {
            self.visit_boxed(argument);
        }
        self.emit_arg(Opcode::ListAppend, 1, location);
    }

    /// `FAST_LEN`
    pub(super) fn emit_fast_len(&mut self, sequence: Sequence, is_exact: bool, location: Location) {
        let kind = usize::from(sequence.fast_len()) | usize::from(!is_exact) << 4;
        self.emit_arg(Opcode::FastLen, kind, location);
    }
}

fn list(is_exact: bool) -> Descriptor {
    Descriptor::builtin("list").marked(is_exact.then_some('!'))
}
