//! Subscripts of known sequences.
//!
//! ```text
//! l[i]       (l: exact list, i: int64)    l · i · (i + FAST_LEN 0 unless i u< FAST_LEN 0) · SEQUENCE_GET 8
//! l[i]       (l: exact list, i: int)      l · i · BINARY_OP []
//! l[i] = v   (l: list, i: int64)          v · l · i · PRIMITIVE_BOX 7 · STORE_SUBSCR
//! d[k] = v   (d: CheckedDict)             v · d · k · SWAP 2 · SWAP 3 · INVOKE_FUNCTION ((d's type, "__setitem__"), 3) · POP_TOP
//! ```
//!
//! The JIT calls functions to unbox an index and to check one for `SEQUENCE_GET` and `SEQUENCE_SET`; for CPython's own
//! instructions on a list it does neither. Its `SEQUENCE_SET` never releases what a list had there, and releases twice what
//! it cannot store.
//!
//! Invariant: an index that `SEQUENCE_GET` takes is an `int64`, and in range if that checks nothing; what other code takes
//! is an object.

use super::super::Builder;
use super::descriptor::{member_constant, type_constant};
use crate::{Constant, Label, Opcode};
use pyclast_syntax::Location;
use pyclast_syntax::type_facts::{Sequence, TypeCode};
use ruff_python_ast::{Expr, ExprContext, ExprSubscript, ExprUnaryOp, Number, UnaryOp};

/// `SEQ_LIST`, `SEQ_LIST_INEXACT`, `SEQ_CHECKED_LIST`, `SEQ_ARRAY_INT64`
pub(super) const LIST: usize = 0;
const INEXACT_LIST: usize = 2;
pub(super) const CHECKED_LIST: usize = 256;
pub(super) const ARRAY: usize = 7 << 4 | 0x80;

/// `SEQ_SUBSCR_UNCHECKED`
pub(super) const UNCHECKED: usize = 8;

/// `PRIM_OP_ADD_INT`, `PRIM_OP_LT_INT`, `PRIM_OP_GT_INT`, `PRIM_OP_LT_UN_INT`
const ADD: usize = 0;
const LESS: usize = 2;
pub(super) const GREATER: usize = 4;
const LESS_UNSIGNED: usize = 6;

/// How a subscript is made.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Plan {
    /// `SEQUENCE_GET`, `SEQUENCE_SET` of that kind.
    Sequence(usize),
    /// Ordinary code on an array of primitives.
    Array,
    CheckedList,
    CheckedDict,
    /// Ordinary code, with an index that is boxed.
    Boxed,
    /// A deletion that the sequence itself does not survive.
    Deleted,
}

impl<'a> Builder<'a> {
    /// `value[slice]` of a known sequence.
    pub(super) fn visit_typed_subscript(&mut self, expr: &'a Expr, subscript: &'a ExprSubscript) -> bool {
        if !self.is_typed_subscript(subscript) {
            return self.visit_far_character(expr, subscript);
        }
        self.visit_expr(&subscript.value);
        self.visit_expr(&subscript.slice);
        self.emit_typed_subscript(subscript, subscript.ctx, self.expr_location(expr));
        true
    }

    /// `text[-2]`; whether it is one. Of a string that it knows to be one, and that is too short, the JIT looks for the character
    /// once more, by an index that was negative twice, finds one, and ends the process. It may know a string that was just
    /// made, and what a call gives.
    fn visit_far_character(&mut self, expr: &'a Expr, subscript: &'a ExprSubscript) -> bool {
        let (value, index) = (&*subscript.value, &*subscript.slice);
        let may_be_str = self.sequence_of(value).is_none_or(|(sequence, _)| sequence == Sequence::Str);
        let is_made = !matches!(value, Expr::Name(_) | Expr::Attribute(_) | Expr::Subscript(_));
        let may_be_far = is_below_minus_one(index)
            || index.is_call_expr()
            || is_made && !(index.is_literal_expr() || index.is_slice_expr() || index.is_unary_op_expr());
        let is_far = may_be_str && may_be_far && subscript.ctx == ExprContext::Load;
        if is_far {
            self.visit_expr(value);
            self.emit_owned(self.expr_location(value));
            self.visit_expr(index);
            self.emit_subscript(subscript.ctx, self.expr_location(expr));
        }
        is_far
    }

    /// Whether a subscript is no ordinary one.
    pub(super) fn is_typed_subscript(&self, subscript: &ExprSubscript) -> bool {
        self.subscript_plan(subscript, subscript.ctx).is_some()
    }

    fn subscript_plan(&self, subscript: &ExprSubscript, context: ExprContext) -> Option<Plan> {
        let index = self.primitive_of(&*subscript.slice);
        let boxed = index.map(|_| Plan::Boxed);
        let deletes = context == ExprContext::Del;
        let Some((sequence, is_exact)) = self.sequence_of(&subscript.value) else { return boxed };
        let is_int = self.type_of(&*subscript.slice).is_some_and(|fact| fact.is_int);
        let is_slice = subscript.slice.is_slice_expr();
        match sequence {
            Sequence::CheckedList | Sequence::CheckedDict | Sequence::Array if deletes => Some(Plan::Deleted),
            _ if deletes => boxed,
            Sequence::List if is_exact && index.is_some() => Some(Plan::Sequence(LIST)),
            // Where the JIT may not leave its code the index is taken apart first.
            Sequence::List if is_exact && is_int && self.returned_primitive().is_some() => Some(Plan::Sequence(LIST)),
            Sequence::List if index.is_some() => Some(Plan::Sequence(INEXACT_LIST)),
            Sequence::Array if index.is_some() || is_int => Some(Plan::Sequence(ARRAY)),
            Sequence::Array if !is_slice => Some(Plan::Array),
            // A slice of a checked list is one.
            Sequence::CheckedList if self.type_id(subscript) == self.type_id(&*subscript.value) => None,
            Sequence::CheckedList if index.is_some() && context == ExprContext::Load => {
                Some(Plan::Sequence(CHECKED_LIST))
            }
            Sequence::CheckedList => Some(Plan::CheckedList),
            Sequence::CheckedDict => Some(Plan::CheckedDict),
            _ => boxed,
        }
    }

    /// Loads, stores or deletes an item: sequence and index are on the stack as they were built.
    pub(super) fn emit_typed_subscript(
        &mut self,
        subscript: &'a ExprSubscript,
        context: ExprContext,
        location: Location,
    ) {
        let Some(plan) = self.subscript_plan(subscript, context) else { return self.emit_subscript(context, location) };
        match plan {
            Plan::Sequence(kind) => {
                self.index_as_int64(&subscript.slice);
                match (context, kind) {
                    (ExprContext::Store, ARRAY) => {
                        self.emit_index_from_start(subscript, location);
                        self.emit_arg(Opcode::SequenceSet, kind, location);
                    }
                    (ExprContext::Store, _) => {
                        self.emit_with_code(Opcode::PrimitiveBox, TypeCode::Int64, location);
                        self.emit_subscript(context, location);
                    }
                    (_, INEXACT_LIST) => {
                        self.emit_index_from_start(subscript, location);
                        self.emit_arg(Opcode::SequenceGet, kind, location);
                    }
                    _ => self.emit_item(subscript, kind, location),
                }
            }
            Plan::Deleted => {
                self.box_primitive(&subscript.slice);
                self.emit_deletion(subscript, location);
            }
            Plan::Boxed => {
                self.box_primitive(&subscript.slice);
                self.emit_subscript(context, location);
            }
            Plan::Array => self.emit_array_item(context, location),
            Plan::CheckedList => {
                self.box_primitive(&subscript.slice);
                self.emit_checked_list_item(&subscript.value, context, location);
            }
            Plan::CheckedDict => self.emit_checked_dict_item(&subscript.value, context, location),
        }
    }

    /// Makes a negative index one from the start; one before that is out of range of any sequence.
    ///
    /// The JIT takes an index that was negative twice for one of the other end when it looks for the exception to raise,
    /// finds none, and ends the process.
    fn emit_index_from_start(&mut self, subscript: &'a ExprSubscript, location: Location) {
        if self.is_counted_from_start(subscript) {
            return;
        }
        let done = self.new_label();
        self.emit_sign_test(Opcode::PopJumpIfZero, done, location);
        self.emit_arg(Opcode::Copy, 2, location);
        self.emit_length(subscript, location);
        self.emit_arg(Opcode::PrimitiveBinaryOp, ADD, location);
        self.emit_sign_test(Opcode::PopJumpIfZero, done, location);
        self.emit(Opcode::PopTop, location);
        self.emit_primitive_const(Constant::int(i64::MAX), TypeCode::Int64, location);
        self.use_label(done);
    }

    /// An item by an index that is looked at here: the JIT calls a function where `SEQUENCE_GET` does.
    ///
    /// One place gets it, whether the index is counted from the start or from the end: of two, the JIT would have to bring
    /// two objects together.
    fn emit_item(&mut self, subscript: &'a ExprSubscript, kind: usize, location: Location) {
        if kind == CHECKED_LIST && self.has_doubles() && self.is_counted(&subscript.slice) {
            // With one more way through a loop the JIT may exchange doubles in it, by instructions that wait for each other.
            return self.emit_arg(Opcode::SequenceGet, kind, location);
        }
        let fits = self.new_label();
        let constant = self.known_constant(&subscript.slice).and_then(|index| index.as_small_int());
        if constant.is_none_or(|index| index >= 0) {
            self.emit_range_test(subscript, fits, location);
        }
        if !self.is_counted_from_start(subscript) {
            // What was too large becomes larger, as an unsigned number.
            self.emit_arg(Opcode::Copy, 2, location);
            self.emit_length(subscript, location);
            self.emit_arg(Opcode::PrimitiveBinaryOp, ADD, location);
            self.emit_range_test(subscript, fits, location);
        }
        // It is out of range, and this raises. The JIT would take a negative index for one from the end once more.
        self.emit(Opcode::PopTop, location);
        self.emit_primitive_const(Constant::int(i64::MAX), TypeCode::Int64, location);
        self.emit_arg(Opcode::SequenceGet, kind, location);
        self.emit(Opcode::PopTop, location);
        self.emit_arg(Opcode::RaiseVarargs, 0, location);
        self.use_label(fits);
        self.emit_arg(Opcode::SequenceGet, kind | UNCHECKED, location);
    }

    /// Jumps if the index on the stack is one of the sequence below it.
    fn emit_range_test(&mut self, subscript: &'a ExprSubscript, fits: Label, location: Location) {
        self.emit_duplicate(location);
        self.emit_arg(Opcode::Copy, 3, location);
        self.emit_length(subscript, location);
        self.emit_arg(Opcode::PrimitiveCompareOp, LESS_UNSIGNED, location);
        self.emit_jump(Opcode::PopJumpIfNonzero, fits, location);
    }

    /// Whether the function has several doubles.
    fn has_doubles(&self) -> bool {
        let primitives = self.unit().function.map_or(&[][..], |function| &function.primitives);
        primitives.iter().filter(|(_, code)| *code == TypeCode::Double).count() > 1
    }

    /// Whether an index is the variable of a loop that counts from a number that is not negative.
    fn is_counted(&self, index: &Expr) -> bool {
        matches!(index, Expr::Name(name) if self.unit().counted.contains(&name.id))
    }

    fn is_counted_from_start(&self, subscript: &'a ExprSubscript) -> bool {
        let constant = self.known_constant(&subscript.slice).and_then(|index| index.as_small_int());
        constant.map_or_else(|| self.is_counted(&subscript.slice), |index| index >= 0)
    }

    /// Jumps if the index on the stack is not below zero, or if it is.
    fn emit_sign_test(&mut self, jump: Opcode, target: Label, location: Location) {
        self.emit_duplicate(location);
        self.emit_primitive_const(Constant::int(0), TypeCode::Int64, location);
        self.emit_arg(Opcode::PrimitiveCompareOp, LESS, location);
        self.emit_jump(jump, target, location);
    }

    fn emit_length(&mut self, subscript: &'a ExprSubscript, location: Location) {
        if let Some((sequence, is_exact)) = self.sequence_of(&subscript.value) {
            self.emit_fast_len(sequence, is_exact, location);
        }
    }

    /// Makes an index an `int64`.
    fn index_as_int64(&mut self, index: &'a Expr) {
        let location = self.expr_location(index);
        match self.primitive_of(index) {
            Some(code) => self.emit_primitive_conversion(code, TypeCode::Int64, location),
            None => {
                let descriptor = self.type_of(index).and_then(|fact| fact.descriptor.as_ref());
                if self.known_constant(index).is_none_or(|value| value.as_small_int().is_none()) {
                    return self.emit_unbox(TypeCode::Int64, descriptor, location);
                }
                // It is known, and fits.
                if let Some(descriptor) = descriptor {
                    self.emit_with_type(Opcode::RefineType, descriptor, location);
                }
                self.emit_with_code(Opcode::PrimitiveUnbox, TypeCode::Int64, location);
            }
        }
    }

    /// Deletes items of a checked list or dictionary; an array has no deletion.
    fn emit_deletion(&mut self, subscript: &'a ExprSubscript, location: Location) {
        if matches!(self.sequence_of(&subscript.value), Some((Sequence::Array, _))) {
            return self.emit_error("TypeError", location, |this| {
                this.emit_const(Constant::str("'staticarray' object doesn't support item deletion"), location);
            });
        }
        if matches!(&*subscript.slice, Expr::Slice(slice) if slice.step.is_none()) {
            // list · slice → list[0:0] · list · slice
            self.emit_arg(Opcode::Copy, 2, location);
            self.emit_const(Constant::int(0), location);
            self.emit_const(Constant::int(0), location);
            self.emit(Opcode::BinarySlice, location);
            self.emit_swap(3, location);
            self.emit_swap(2, location);
            return self.emit(Opcode::StoreSubscr, location);
        }
        self.emit_swap(2, location);
        let pop = self.names.intern("pop");
        self.emit_name_bits(Opcode::LoadAttr, pop, 1, 1, location);
        self.emit_swap(2, location);
        self.emit_swap(3, location);
        self.emit_arg(Opcode::Call, 1, location);
        self.emit(Opcode::PopTop, location);
    }

    /// An item of an array by an index of unknown type: an object comes out, and goes in.
    fn emit_array_item(&mut self, context: ExprContext, location: Location) {
        if context == ExprContext::Store {
            // value · array · index → array · index · value → boxed → back
            self.emit_swap(2, location);
            self.emit_swap(3, location);
            self.emit_with_code(Opcode::PrimitiveBox, TypeCode::Int64, location);
            self.emit_swap(3, location);
            self.emit_swap(2, location);
            return self.emit_subscript(context, location);
        }
        self.emit_subscript(context, location);
        self.emit_unbox(TypeCode::Int64, None, location);
    }

    fn emit_checked_list_item(&mut self, list: &'a Expr, context: ExprContext, location: Location) {
        let Some(container) = self.descriptor_constant(list) else { return };
        if context == ExprContext::Store {
            let method = member_constant(container, "__setitem__");
            self.emit_swap(2, location);
            self.emit_load_method(method.clone(), false, location);
            // value · index · function · list → function · list · index · value
            self.emit_swap(3, location);
            self.emit_swap(2, location);
            self.emit_swap(4, location);
            self.emit_invoke_method(method, 2, false, location);
            return self.emit(Opcode::PopTop, location);
        }
        let method = member_constant(container, "__getitem__");
        self.emit_swap(2, location);
        self.emit_load_method(method.clone(), false, location);
        self.emit_swap(2, location);
        self.emit_swap(3, location);
        self.emit_invoke_method(method, 1, false, location);
    }

    fn emit_checked_dict_item(&mut self, dict: &'a Expr, context: ExprContext, location: Location) {
        let Some(container) = self.descriptor_constant(dict) else { return };
        if context == ExprContext::Store {
            self.emit_swap(2, location);
            self.emit_swap(3, location);
            self.emit_invoke_function(member_constant(container, "__setitem__"), 3, location);
            self.emit(Opcode::PopTop, location);
        } else {
            self.emit_invoke_function(member_constant(container, "__getitem__"), 2, location);
        }
    }

    /// The descriptor of an expression's class.
    pub(super) fn descriptor_constant(&self, expr: &Expr) -> Option<Constant> {
        self.type_of(expr)?.descriptor.as_ref().map(type_constant)
    }
}

/// Whether an index is a number below -1, written out.
fn is_below_minus_one(index: &Expr) -> bool {
    let Expr::UnaryOp(ExprUnaryOp { op: UnaryOp::USub, operand, .. }) = index else { return false };
    let Expr::NumberLiteral(literal) = &**operand else { return false };
    matches!(&literal.value, Number::Int(value) if value.as_i64() != Some(0) && value.as_i64() != Some(1))
}
