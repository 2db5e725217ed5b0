//! One expression → instructions that leave its value on the stack (or store, or delete it).
//!
//! ```text
//! f(a)[1]      LOAD_NAME f · PUSH_NULL · LOAD_NAME a · CALL 1 · LOAD_CONST 1 · BINARY_OP []
//! ```
//!
//! This file says which file handles which kind of expression (`codegen_visit_expr`).
//!
//! Invariant: a loaded expression leaves exactly one value; a stored target takes exactly one; a
//! deleted target leaves the stack as it was.

use super::Builder;
use super::comprehension::ComprehensionView;
use super::display::SequenceKind;
use crate::{Constant, Label, Opcode};
use pyclast_syntax::{Location, Span, node_index};
use ruff_python_ast::{Expr, ExprContext, ExprIf, ExprNamed, ExprStarred};

impl<'a> Builder<'a> {
    /// Builds an expression in the context its node names (`codegen_visit_expr`).
    pub(super) fn visit_expr(&mut self, expr: &'a Expr) {
        if self.facts.is_some() && self.visit_typed_expr(expr) {
            return;
        }
        if let Some(comprehension) = ComprehensionView::new(expr) {
            return self.visit_comprehension(&comprehension);
        }
        match expr {
            Expr::NumberLiteral(_)
            | Expr::StringLiteral(_)
            | Expr::BytesLiteral(_)
            | Expr::BooleanLiteral(_)
            | Expr::NoneLiteral(_)
            | Expr::EllipsisLiteral(_) => {
                let constant = self.constant_of(expr).expect("literals are constants");
                self.emit_const(constant, self.expr_location(expr));
            }
            Expr::Name(name) => {
                let location = self.location(name);
                let id = self.name_of(node_index(name), &name.id);
                // No other name is a constant.
                let debug = if id == self.known.debug { self.constant_of(expr) } else { None };
                match debug {
                    Some(debug) => self.emit_const(debug, location),
                    None => self.emit_name_access(id, name.ctx, location),
                }
            }
            Expr::Attribute(attribute) => self.visit_attribute(expr, attribute),
            Expr::Subscript(subscript) => self.visit_subscript(expr, subscript),
            Expr::Slice(slice) => self.visit_slice(expr, slice),
            Expr::Call(call) => self.visit_call(expr, call),
            Expr::BinOp(operation) => self.visit_binary_operation(expr, operation),
            Expr::UnaryOp(operation) => self.visit_unary_operation(expr, operation),
            Expr::BoolOp(operation) => self.visit_bool_operation(expr, operation),
            Expr::Compare(comparison) => self.visit_comparison(expr, comparison),
            Expr::If(conditional) => self.visit_conditional(expr, conditional),
            Expr::Named(named) => self.visit_named(expr, named),
            Expr::Lambda(lambda) => self.build_lambda(lambda, self.expr_location(expr)),
            Expr::Tuple(tuple) => self.visit_sequence(expr, &tuple.elts, tuple.ctx, SequenceKind::Tuple),
            Expr::List(list) => self.visit_sequence(expr, &list.elts, list.ctx, SequenceKind::List),
            Expr::Set(set) => self.visit_sequence(expr, &set.elts, ExprContext::Load, SequenceKind::Set),
            Expr::Dict(dict) => self.visit_dict(expr, dict),
            Expr::FString(string) => self.visit_fstring(expr, string),
            Expr::TString(template) => self.visit_template(expr, template),
            Expr::Await(awaited) => self.visit_await(expr, awaited),
            Expr::Yield(yielded) => self.visit_yield(expr, yielded),
            Expr::YieldFrom(yielded) => self.visit_yield_from(expr, yielded),
            Expr::Starred(starred) => self.misplaced_star(expr, starred),
            // Handled above; and the parser gives IPython commands in notebooks only.
            Expr::Generator(_)
            | Expr::ListComp(_)
            | Expr::SetComp(_)
            | Expr::DictComp(_)
            | Expr::IpyEscapeCommand(_) => {}
        }
    }

    /// Builds expressions one after the other (`VISIT_SEQ`).
    pub(super) fn visit_exprs(&mut self, exprs: &'a [Expr]) {
        for expr in exprs {
            self.visit_expr(expr);
        }
    }

    /// Builds an optional operand; `None` if it is absent.
    pub(super) fn visit_or_none(&mut self, expr: Option<&'a Expr>, location: Location) {
        match expr {
            Some(expr) => self.visit_expr(expr),
            None => self.emit_const(Constant::None, location),
        }
    }

    /// The place of CPython's node for an expression.
    pub(super) fn expr_span(&self, expr: &Expr) -> Span {
        self.module.expr_span(expr)
    }

    /// `body if test else orelse` (`codegen_ifexp`).
    fn visit_conditional(&mut self, expr: &'a Expr, conditional: &'a ExprIf) {
        let end = self.new_label();
        let next = self.new_label();
        let location = self.expr_location(expr);
        self.jump_if(location, &conditional.test, next, false);
        self.visit_expr(&conditional.body);
        self.emit_jump(Opcode::JumpNoInterrupt, end, Location::NONE);
        self.use_label(next);
        self.visit_expr(&conditional.orelse);
        self.use_label(end);
    }

    /// `target := value`
    fn visit_named(&mut self, expr: &'a Expr, named: &'a ExprNamed) {
        self.visit_expr(&named.value);
        self.own_named(named, self.expr_location(expr));
        self.emit_arg(Opcode::Copy, 1, self.expr_location(expr));
        self.visit_expr(&named.target);
    }

    /// A star where no display, call or assignment took it.
    fn misplaced_star(&mut self, expr: &'a Expr, starred: &'a ExprStarred) {
        let message = match starred.ctx {
            ExprContext::Store => "starred assignment target must be in a list or tuple",
            _ => "can't use starred expression here",
        };
        self.error(self.expr_span(expr), message);
    }

    /// Jumps to `target` if the value on the stack is (or is not) true; takes it off
    /// (`TO_BOOL`, `POP_JUMP_IF_*`).
    pub(super) fn emit_truth_jump(&mut self, condition: bool, target: Label, location: Location) {
        self.emit(Opcode::ToBool, location);
        let opcode = if condition { Opcode::PopJumpIfTrue } else { Opcode::PopJumpIfFalse };
        self.emit_jump(opcode, target, location);
    }
}
