//! Loops over `crange` and known sequences: counted, without an iterator.
//!
//! ```text
//! for i in crange(n): …      n · 0 · STORE_LOCAL i · start: COPY 1 · LOAD_LOCAL i · > · POP_JUMP_IF_ZERO end · … · i + 1
//! for x in l: …              l · start: COPY 1 · FAST_LEN · LOAD_LOCAL index · > · … · SEQUENCE_GET · STORE x · …
//! ```
//!
//! The variable of a `crange` that starts at no negative number is none in its body, unless that stores in it: it counts up
//! to a limit that is above it.
//!
//! Invariant: while the body runs, the limit or the sequence is the one value that the loop has on the stack.

use super::super::Builder;
use super::super::frame_block::FrameBlockKind;
use super::subscript::{ARRAY, CHECKED_LIST, GREATER, LIST, UNCHECKED};
use crate::{Constant, Label, Opcode};
use pyclast_syntax::type_facts::{Sequence, TypeCode, TypeKind};
use pyclast_syntax::{Location, node_index};
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, ExprCall, ExprContext, Stmt, StmtFor};
use ruff_text_size::Ranged;

/// `PRIM_OP_ADD_INT`
const ADD: usize = 0;
/// `NB_SUBSCR`
const SUBSCRIPT: usize = 26;

impl<'a> Builder<'a> {
    /// A loop over something that is counted; whether it is.
    pub(in crate::build) fn build_typed_for(&mut self, statement: &'a StmtFor, location: Location) -> bool {
        let Some(iterated) = self.type_of(&*statement.iter) else { return false };
        if iterated.kind == TypeKind::CRange {
            let Expr::Call(call) = &*statement.iter else { return false };
            self.build_counted(statement, call, location);
            return true;
        }
        match self.sequence_of(&statement.iter) {
            Some((sequence @ (Sequence::List | Sequence::Tuple | Sequence::Array | Sequence::CheckedList), true))
                if statement.target.is_name_expr() =>
            {
                self.build_indexed(statement, sequence, location);
                true
            }
            _ => false,
        }
    }

    /// `for i in crange(…)`
    fn build_counted(&mut self, statement: &'a StmtFor, call: &'a ExprCall, location: Location) {
        let Expr::Name(target) = &*statement.target else { return };
        let id = self.name_of(node_index(target), &target.id);
        let [start, step, anchor, end] = [(); 4].map(|()| self.new_label());
        self.push_block(FrameBlockKind::ForLoop, step, Some(end), location, statement.range());
        self.emit_range(call, location);
        let index = self.primitive_local(id);
        self.emit_primitive_local(Opcode::StoreLocal, index, TypeCode::Int64, location);
        self.use_label(start);
        self.emit_duplicate(location);
        self.emit_limit_test(index, anchor, location);
        let is_counted = self.is_from_start(call) && !stores(&statement.body, &target.id);
        if is_counted {
            self.unit_mut().counted.push(target.id.clone());
        }
        self.visit_statements(&statement.body);
        if is_counted {
            self.unit_mut().counted.pop();
        }
        self.use_label(step);
        self.emit_increment(index, location);
        self.emit_jump(Opcode::Jump, start, Location::NONE);
        self.use_label(anchor);
        self.emit(Opcode::PopTop, location);
        self.pop_block();
        self.visit_statements(&statement.orelse);
        self.use_label(end);
    }

    /// Whether a `crange` starts at a number that is not negative.
    fn is_from_start(&self, call: &ExprCall) -> bool {
        match &*call.arguments.args {
            [start, _] => {
                self.known_constant(start).and_then(|start| start.as_small_int()).is_some_and(|start| start >= 0)
            }
            _ => true,
        }
    }

    /// The limit, and above it the start.
    fn emit_range(&mut self, call: &'a ExprCall, location: Location) {
        match &*call.arguments.args {
            [start, limit] => {
                self.visit_int64(start);
                self.visit_int64(limit);
                self.emit_swap(2, location);
            }
            [limit] => {
                self.visit_int64(limit);
                self.emit_primitive_const(Constant::int(0), TypeCode::Int64, location);
            }
            _ => {}
        }
    }

    fn visit_int64(&mut self, expr: &'a Expr) {
        self.visit_expr(expr);
        let location = self.expr_location(expr);
        match self.primitive_of(expr) {
            Some(code) => self.emit_primitive_conversion(code, TypeCode::Int64, location),
            None => self.emit_unbox(TypeCode::Int64, None, location),
        }
    }

    /// `for x in sequence`
    fn build_indexed(&mut self, statement: &'a StmtFor, sequence: Sequence, location: Location) {
        let [start, anchor, end] = [(); 3].map(|()| self.new_label());
        self.unit_mut().temporaries += 1;
        let index = self.temporary(&format!(".{}", self.unit().temporaries));
        self.push_block(FrameBlockKind::ForLoop, start, Some(end), location, statement.range());
        self.visit_expr(&statement.iter);
        self.emit_primitive_const(Constant::int(0), TypeCode::Int64, location);
        self.emit_primitive_local(Opcode::StoreLocal, index, TypeCode::Int64, location);
        self.use_label(start);
        self.emit_duplicate(location);
        self.emit_duplicate(location);
        self.emit_fast_len(sequence, true, location);
        self.emit_limit_test(index, anchor, location);
        self.emit_primitive_local(Opcode::LoadLocal, index, TypeCode::Int64, location);
        let kind = match sequence {
            Sequence::Array => Some(ARRAY),
            Sequence::CheckedList => Some(CHECKED_LIST),
            Sequence::Tuple => None,
            _ => Some(LIST),
        };
        match kind {
            Some(kind) => self.emit_arg(Opcode::SequenceGet, kind | UNCHECKED, location),
            None => {
                self.emit_with_code(Opcode::PrimitiveBox, TypeCode::Int64, location);
                self.emit_arg(Opcode::BinaryOp, SUBSCRIPT, location);
            }
        }
        self.emit_increment(index, location);
        self.store_item(statement, sequence);
        self.visit_statements(&statement.body);
        self.emit_jump(Opcode::Jump, start, Location::NONE);
        self.use_label(anchor);
        self.emit(Opcode::PopTop, location);
        self.emit(Opcode::PopTop, location);
        self.pop_block();
        self.unit_mut().temporaries -= 1;
        self.visit_statements(&statement.orelse);
        self.use_label(end);
    }

    /// Stores an item of a sequence in the target.
    fn store_item(&mut self, statement: &'a StmtFor, sequence: Sequence) {
        let item = match sequence {
            // Its items are primitives.
            Sequence::Array => return self.visit_expr(&statement.target),
            Sequence::CheckedList => self.type_of(&*statement.iter).and_then(|fact| fact.descriptor.as_ref()),
            _ => None,
        };
        let item = item.and_then(|descriptor| descriptor.arguments.as_ref()?.first());
        let target = self.type_of(&*statement.target).and_then(|fact| fact.descriptor.as_ref());
        if item.is_some() && item == target {
            self.visit_expr(&statement.target);
        } else {
            self.store_converted(&statement.target, None);
        }
    }

    /// Leaves the loop if the limit on the stack is not above the index.
    fn emit_limit_test(&mut self, index: usize, anchor: Label, location: Location) {
        self.emit_primitive_local(Opcode::LoadLocal, index, TypeCode::Int64, location);
        self.emit_arg(Opcode::PrimitiveCompareOp, GREATER, location);
        self.emit_jump(Opcode::PopJumpIfZero, anchor, location);
    }

    /// Adds one to the index.
    fn emit_increment(&mut self, index: usize, location: Location) {
        self.emit_primitive_local(Opcode::LoadLocal, index, TypeCode::Int64, location);
        self.emit_primitive_const(Constant::int(1), TypeCode::Int64, location);
        self.emit_arg(Opcode::PrimitiveBinaryOp, ADD, location);
        self.emit_primitive_local(Opcode::StoreLocal, index, TypeCode::Int64, location);
    }
}

/// Whether statements may store in a variable.
fn stores(body: &[Stmt], name: &str) -> bool {
    let mut stores = Stores { name, found: false };
    stores.visit_body(body);
    stores.found
}

/// Looks for what may store in a variable: its name, and statements that bind names without one.
struct Stores<'n> {
    name: &'n str,
    found: bool,
}

impl<'a> Visitor<'a> for Stores<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        self.found |= matches!(
            statement,
            Stmt::Match(_)
                | Stmt::Try(_)
                | Stmt::Import(_)
                | Stmt::ImportFrom(_)
                | Stmt::FunctionDef(_)
                | Stmt::ClassDef(_)
        );
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        self.found |= matches!(expr, Expr::Name(name) if name.ctx != ExprContext::Load && name.id == self.name);
        walk_expr(self, expr);
    }
}
