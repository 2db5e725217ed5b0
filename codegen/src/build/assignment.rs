//! Assignments: plain, augmented, annotated (`codegen_augassign`, `codegen_annassign`).
//!
//! ```text
//! a = b = c      c · COPY 1 · store a · store b
//! a.b += c       a · COPY 1 · LOAD_ATTR b · c · BINARY_OP += · SWAP 2 · STORE_ATTR b
//! ```

use super::Builder;
use super::subscript::two_part_slice;
use super::unit::{DeferredAnnotation, UnitKind};
use crate::{Constant, Opcode};
use pyclast_syntax::Location;
use ruff_python_ast::{Expr, ExprContext, StmtAnnAssign, StmtAssign, StmtAugAssign};

/// `NB_SUBSCR`
const SUBSCRIPT: usize = 26;

impl<'a> Builder<'a> {
    /// `a = b = value`
    pub(super) fn build_assign(&mut self, assign: &'a StmtAssign, location: Location) {
        self.visit_expr(&assign.value);
        if let Some((last, targets)) = assign.targets.split_last() {
            for target in targets {
                self.emit_arg(Opcode::Copy, 1, location);
                self.visit_expr(target);
            }
            self.visit_expr(last);
        }
    }

    /// `target += value`
    pub(super) fn build_aug_assign(&mut self, assign: &'a StmtAugAssign, location: Location) {
        self.load_augmented(&assign.target);
        self.visit_expr(&assign.value);
        self.emit_binary_op(assign.op, true, location);
        self.store_augmented(&assign.target);
    }

    /// The target's value, with what storing needs kept below it.
    fn load_augmented(&mut self, target: &'a Expr) {
        let location = self.expr_location(target);
        match target {
            Expr::Attribute(attribute) => {
                self.visit_expr(&attribute.value);
                self.emit_arg(Opcode::Copy, 1, location);
                let location = self.update_start_location_to_match_attr(location, attribute);
                let name = self.names.intern(attribute.attr.as_str());
                self.emit_name(Opcode::LoadAttr, name, location);
            }
            Expr::Subscript(subscript) => {
                self.visit_expr(&subscript.value);
                if let Some(slice) = two_part_slice(&subscript.slice) {
                    self.visit_slice_bounds(slice, self.expr_location(&subscript.slice));
                    for _ in 0..3 {
                        self.emit_arg(Opcode::Copy, 3, location);
                    }
                    self.emit(Opcode::BinarySlice, location);
                } else {
                    self.visit_expr(&subscript.slice);
                    self.emit_arg(Opcode::Copy, 2, location);
                    self.emit_arg(Opcode::Copy, 2, location);
                    self.emit_arg(Opcode::BinaryOp, SUBSCRIPT, location);
                }
            }
            Expr::Name(name) => self.emit_text_access(name.id.as_str(), ExprContext::Load, location),
            // The parser accepts no other target.
            _ => {}
        }
    }

    fn store_augmented(&mut self, target: &'a Expr) {
        let location = self.expr_location(target);
        match target {
            Expr::Attribute(attribute) => {
                let location = self.update_start_location_to_match_attr(location, attribute);
                self.emit_arg(Opcode::Swap, 2, location);
                let name = self.names.intern(attribute.attr.as_str());
                self.emit_name(Opcode::StoreAttr, name, location);
            }
            Expr::Subscript(subscript) if two_part_slice(&subscript.slice).is_some() => {
                for depth in [4, 3, 2] {
                    self.emit_arg(Opcode::Swap, depth, location);
                }
                self.emit(Opcode::StoreSlice, location);
            }
            Expr::Subscript(_) => {
                self.emit_arg(Opcode::Swap, 3, location);
                self.emit_arg(Opcode::Swap, 2, location);
                self.emit(Opcode::StoreSubscr, location);
            }
            Expr::Name(name) => self.emit_text_access(name.id.as_str(), ExprContext::Store, location),
            _ => {}
        }
    }

    /// `target: annotation = value`
    pub(super) fn build_ann_assign(&mut self, assign: &'a StmtAnnAssign, location: Location) {
        if let Some(value) = &assign.value {
            self.visit_expr(value);
            self.convert_annotated(assign, value);
            self.visit_expr(&assign.target);
        }
        self.finish_ann_assign(assign, location);
    }

    /// The annotation of an assignment, after its value was stored.
    pub(super) fn finish_ann_assign(&mut self, assign: &'a StmtAnnAssign, location: Location) {
        match &*assign.target {
            Expr::Name(_) if assign.simple && matches!(self.unit().kind, UnitKind::Module | UnitKind::Class) => {
                self.build_name_annotation(assign, location);
            }
            // Without a value the parts of the target are evaluated all the same.
            Expr::Attribute(attribute) if assign.value.is_none() => self.evaluate(&attribute.value),
            Expr::Subscript(subscript) if assign.value.is_none() => {
                self.evaluate(&subscript.value);
                self.evaluate_subscript(&subscript.slice);
            }
            _ => {}
        }
    }

    /// Remembers the annotation of a name; marks it as reached if it is conditional.
    fn build_name_annotation(&mut self, assign: &'a StmtAnnAssign, location: Location) {
        let Expr::Name(target) = &*assign.target else { return };
        if self.table.future.annotations {
            self.visit_annotation(&assign.annotation);
            let annotations = self.names.intern("__annotations__");
            self.emit_name(Opcode::LoadName, annotations, location);
            let name = self.names.intern(target.id.as_str());
            let name = self.mangled(name);
            let name = self.names.get(name).clone();
            self.emit_const(Constant::Str(name), location);
            self.emit(Opcode::StoreSubscr, location);
            return;
        }
        let unit = self.unit_mut();
        let conditional = unit.kind == UnitKind::Module || unit.in_conditional_block > 0;
        let conditional_index = conditional.then_some(unit.next_conditional_annotation);
        unit.next_conditional_annotation += u32::from(conditional);
        unit.deferred_annotations.push(DeferredAnnotation { statement: assign, conditional_index });
        let Some(index) = conditional_index else { return };
        let set = self.known.conditional_annotations;
        if self.unit().kind == UnitKind::Class {
            let cell = self.deref_index(set);
            self.emit_arg(Opcode::LoadDeref, cell, location);
        } else {
            self.emit_name(Opcode::LoadName, set, location);
        }
        self.emit_const(Constant::int(i64::from(index)), location);
        self.emit_arg(Opcode::SetAdd, 1, location);
        self.emit(Opcode::PopTop, location);
    }

    /// Evaluates and drops (`codegen_check_ann_expr`).
    fn evaluate(&mut self, expr: &'a Expr) {
        self.visit_expr(expr);
        let location = self.expr_location(expr);
        self.emit(Opcode::PopTop, location);
    }

    /// Evaluates every part of a subscript (`codegen_check_ann_subscr`).
    fn evaluate_subscript(&mut self, slice: &'a Expr) {
        match slice {
            Expr::Slice(slice) => {
                for part in [&slice.lower, &slice.upper, &slice.step].into_iter().flatten() {
                    self.evaluate(part);
                }
            }
            Expr::Tuple(tuple) => tuple.elts.iter().for_each(|element| self.evaluate_subscript(element)),
            _ => self.evaluate(slice),
        }
    }
}
