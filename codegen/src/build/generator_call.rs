//! `all`, `any` and `tuple` of a generator expression: a loop in place instead of a call.
//!
//! ```text
//! any(x for x in y)     is the name the builtin? loop until one is true · else call as usual
//! ```
//!
//! Invariant: the callable is on the stack; both ways leave one value in its place.

use super::Builder;
use crate::{Constant, Label, Opcode};
use pyclast_syntax::symtable::ScopeRole;
use pyclast_syntax::{Location, node_index};
use ruff_python_ast::{CmpOp, Expr, ExprCall};

/// `INTRINSIC_LIST_TO_TUPLE`
pub(super) const INTRINSIC_LIST_TO_TUPLE: usize = 6;

/// The builtin that is spelled.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Consumer {
    All,
    Any,
    Tuple,
}

impl Consumer {
    fn by_name(name: &str) -> Option<Self> {
        match name {
            "all" => Some(Self::All),
            "any" => Some(Self::Any),
            "tuple" => Some(Self::Tuple),
            _ => None,
        }
    }

    /// `CONSTANT_BUILTIN_*`
    const fn common_constant(self) -> usize {
        match self {
            Self::Tuple => 2,
            Self::All => 3,
            Self::Any => 4,
        }
    }
}

impl<'a> Builder<'a> {
    /// The loop, if the call is one of these; jumps to `end` when done
    /// (`maybe_optimize_function_call`).
    pub(super) fn emit_generator_call(&mut self, call: &'a ExprCall, end: Label) {
        let Expr::Name(function) = &*call.func else { return };
        let [argument @ Expr::Generator(generator)] = &*call.arguments.args else { return };
        let Some(consumer) = Consumer::by_name(&function.id) else { return };
        let scope = self.table.scope_of(node_index(generator), ScopeRole::Body);
        if !call.arguments.keywords.is_empty() || self.table.scope(scope).coroutine {
            return;
        }
        let location = self.expr_location(&call.func);
        let skip = self.new_label();
        self.emit_arg(Opcode::Copy, 1, location);
        self.emit_arg(Opcode::LoadCommonConstant, consumer.common_constant(), location);
        self.emit_compare(CmpOp::Is, location);
        self.emit_jump(Opcode::PopJumpIfFalse, skip, location);
        self.emit(Opcode::PopTop, location);
        if consumer == Consumer::Tuple {
            self.emit_arg(Opcode::BuildList, 0, location);
        }
        self.visit_expr(argument);
        self.emit_consuming_loop(consumer, end, location);
        self.use_label(skip);
    }

    fn emit_consuming_loop(&mut self, consumer: Consumer, end: Label, location: Location) {
        let again = self.new_label();
        let cleanup = self.new_label();
        self.use_label(again);
        self.emit_jump(Opcode::ForIter, cleanup, location);
        match consumer {
            Consumer::Tuple => {
                self.emit_arg(Opcode::ListAppend, 2, location);
                self.emit_jump(Opcode::Jump, again, location);
            }
            Consumer::All | Consumer::Any => {
                self.emit_truth_jump(consumer == Consumer::All, again, location);
            }
        }
        self.emit(Opcode::PopIter, Location::NONE);
        if consumer != Consumer::Tuple {
            self.emit_const(Constant::Bool(consumer == Consumer::Any), location);
        }
        self.emit_jump(Opcode::Jump, end, location);
        self.use_label(cleanup);
        self.emit(Opcode::EndFor, Location::NONE);
        self.emit(Opcode::PopIter, Location::NONE);
        match consumer {
            Consumer::Tuple => self.emit_arg(Opcode::CallIntrinsic1, INTRINSIC_LIST_TO_TUPLE, location),
            Consumer::All | Consumer::Any => {
                self.emit_const(Constant::Bool(consumer == Consumer::All), location);
            }
        }
        self.emit_jump(Opcode::Jump, end, location);
    }
}
