//! Expressions of static code: which file builds which.
//!
//! Invariant: what is built leaves a value of the representation its type says: a primitive, or an object.

use super::super::Builder;
use crate::Opcode;
use pyclast_syntax::symtable::Resolution;
use pyclast_syntax::type_facts::{Descriptor, Sequence, TypeKind};
use pyclast_syntax::{Location, node_index};
use ruff_python_ast::{Expr, ExprContext, ExprName};

use super::super::display::SequenceKind;

impl<'a> Builder<'a> {
    /// Builds an expression that the checker knows more of; whether it did.
    pub(in crate::build) fn visit_typed_expr(&mut self, expr: &'a Expr) -> bool {
        if self.typed_facts().is_none() {
            return false;
        }
        self.visit_typed_constant(expr)
            || self.visit_typed_kind(expr)
            || self.visit_unboxed(expr)
            || self.visit_shared_collection(expr)
    }

    /// Builds a checked collection or array of the module, a class or another module, which is nowhere proved to be one: code
    /// that relies on a layout would take it for a list or dict.
    fn visit_shared_collection(&mut self, expr: &'a Expr) -> bool {
        let Some(fact) = self.type_of(expr) else { return false };
        let Some(class) = fact.descriptor.as_ref().filter(|class| is_generic_collection(class)) else { return false };
        match expr {
            Expr::Name(name) if name.ctx == ExprContext::Load && self.is_shared(name) => {
                self.emit_text_access(&name.id, ExprContext::Load, self.location(name));
            }
            Expr::Attribute(attribute) if attribute.ctx == ExprContext::Load => self.visit_attribute(expr, attribute),
            _ => return false,
        }
        self.emit_with_type(Opcode::Cast, class, self.expr_location(expr));
        true
    }

    /// Whether a name is no local of a function.
    fn is_shared(&self, name: &ExprName) -> bool {
        let symbol = self.table.name_of(node_index(name)).and_then(|id| self.table.symbol(self.unit().scope, id));
        symbol.is_some_and(|symbol| match symbol.resolution {
            Resolution::GlobalImplicit | Resolution::GlobalExplicit => true,
            Resolution::Local => !self.in_function_unit(),
            Resolution::Unresolved | Resolution::Free | Resolution::Cell => false,
        })
    }

    /// Builds a primitive that ordinary code has as an object: what a call made at run time returns, say.
    fn visit_unboxed(&mut self, expr: &'a Expr) -> bool {
        let Some(code) = self.primitive_of(expr) else { return false };
        match expr {
            Expr::Call(call) => self.visit_call(expr, call),
            Expr::Attribute(attribute) if attribute.ctx == ExprContext::Load => self.visit_attribute(expr, attribute),
            Expr::Subscript(subscript) if subscript.ctx == ExprContext::Load => self.visit_subscript(expr, subscript),
            Expr::Await(awaited) => self.visit_await(expr, awaited),
            _ => return false,
        }
        self.emit_unbox(code, None, self.expr_location(expr));
        true
    }

    fn visit_typed_kind(&mut self, expr: &'a Expr) -> bool {
        match expr {
            Expr::Name(name) => self.visit_typed_name(name),
            Expr::Attribute(attribute) => self.visit_typed_attribute(expr, attribute),
            Expr::Call(call) => self.visit_typed_call(expr, call),
            Expr::BinOp(operation) => self.visit_typed_binary_operation(expr, operation),
            Expr::UnaryOp(operation) => self.visit_typed_unary_operation(expr, operation),
            Expr::BoolOp(operation) => self.visit_typed_bool_operation(expr, operation),
            Expr::Compare(comparison) => self.visit_typed_comparison(expr, comparison),
            Expr::If(conditional) => self.visit_typed_conditional(expr, conditional),
            Expr::Named(named) => self.visit_typed_named(expr, named),
            Expr::Subscript(subscript) => self.visit_typed_subscript(expr, subscript),
            Expr::List(list) if list.ctx == ExprContext::Load => match self.sequence_of(expr) {
                // A display that is searched or iterated and nothing else.
                Some((Sequence::Tuple, _)) => {
                    self.emit_sequence(self.expr_location(expr), &list.elts, None, 0, SequenceKind::Tuple);
                    true
                }
                Some((Sequence::CheckedList, _)) => {
                    self.emit_checked_list(expr, &list.elts);
                    true
                }
                _ => false,
            },
            Expr::Dict(dict) if matches!(self.sequence_of(expr), Some((Sequence::CheckedDict, _))) => {
                self.emit_checked_dict(expr, dict);
                true
            }
            _ => false,
        }
    }

    /// Which sequence an expression is, and whether exactly that.
    pub(super) fn sequence_of(&self, expr: &Expr) -> Option<(Sequence, bool)> {
        let fact = self.type_of(expr)?;
        match fact.kind {
            TypeKind::Sequence(sequence @ (Sequence::CheckedList | Sequence::CheckedDict)) => Some((sequence, true)),
            TypeKind::Sequence(sequence) => Some((sequence, fact.is_exact)),
            _ => None,
        }
    }

    /// Builds an expression as an object: a primitive is boxed.
    pub(super) fn visit_boxed(&mut self, expr: &'a Expr) {
        self.visit_expr(expr);
        self.box_primitive(expr);
    }

    /// Builds an element of a collection: an object.
    pub(in crate::build) fn visit_element(&mut self, expr: &'a Expr) {
        if self.facts.is_some() { self.visit_boxed(expr) } else { self.visit_expr(expr) }
    }

    /// Builds an argument of an ordinary call: an object, which the JIT may hand to what it puts in place of the call.
    pub(in crate::build) fn visit_passed(&mut self, expr: &'a Expr) {
        self.visit_element(expr);
        if self.facts.is_some() {
            self.emit_taken(expr, self.expr_location(expr));
        }
    }

    /// Builds elements one after the other.
    pub(in crate::build) fn visit_elements(&mut self, exprs: &'a [Expr]) {
        for expr in exprs {
            self.visit_element(expr);
        }
    }

    /// Boxes the value of an expression, if it is a primitive.
    pub(super) fn box_primitive(&mut self, expr: &Expr) {
        if let Some(code) = self.primitive_of(expr) {
            self.emit_with_code(Opcode::PrimitiveBox, code, self.expr_location(expr));
        }
    }

    /// `COPY 1`
    pub(super) fn emit_duplicate(&mut self, location: Location) {
        self.emit_arg(Opcode::Copy, 1, location);
    }

    /// `SWAP` with the value `depth` from the top.
    pub(super) fn emit_swap(&mut self, depth: usize, location: Location) {
        self.emit_arg(Opcode::Swap, depth, location);
    }
}

/// Whether a class is one of the checked collections or arrays, of items of some class, or that or None.
fn is_generic_collection(class: &Descriptor) -> bool {
    class.module == "__static__" && class.arguments.is_some()
}
