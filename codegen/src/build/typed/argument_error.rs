//! `*x` and `**x` passed to known functions, with the errors of calls that do not fit.
//!
//! ```text
//! f(*t)     t → tuple · COPY 1 · FAST_LEN 3 · 2 · == · POP_JUMP_IF_NONZERO fits · raise TypeError · fits: LOAD_ITERABLE_ARG 0 …
//! f(**d)    LOAD_CONST "a" · LOAD_FAST d' · CONTAINS_OP · POP_JUMP_IF_TRUE given · raise TypeError · given: d'.pop("a")
//! ```
//!
//! Invariant: `LOAD_ITERABLE_ARG` finds its item. `LOAD_MAPPING_ARG`, which the JIT does not know, is not used.

use super::super::Builder;
use super::boxed_parameters::BoxedParameters;
use super::constant::constant;
use crate::{Constant, Opcode};
use pyclast_syntax::Location;
use pyclast_syntax::type_facts::{ConstantFact, Sequence, TypeCode, TypeId};
use ruff_python_ast::name::Name;
use ruff_python_ast::{Expr, Operator};

use super::super::generator_call::INTRINSIC_LIST_TO_TUPLE;

/// `PRIM_OP_EQ_INT`, `PRIM_OP_GT_INT`
const EQUAL: usize = 0;
const GREATER: usize = 4;
/// `NB_SUBSCR`
const SUBSCRIPT: usize = 26;

impl<'a> Builder<'a> {
    /// The items of `*value`, one for each parameter.
    pub(super) fn emit_starred(
        &mut self,
        value: &'a Expr,
        parameters: &'a [(Name, TypeId)],
        given: usize,
        (function, boxed): (&str, BoxedParameters),
    ) {
        let location = self.expr_location(value);
        self.emit_arg(Opcode::BuildList, 0, location);
        self.visit_boxed(value);
        self.emit_arg(Opcode::ListExtend, 1, location);
        self.emit_arg(Opcode::CallIntrinsic1, INTRINSIC_LIST_TO_TUPLE, location);
        let fits = self.new_label();
        self.emit_duplicate(location);
        self.emit_fast_len(Sequence::Tuple, true, location);
        self.emit_primitive_const(number(parameters.len()), TypeCode::Int64, location);
        self.emit_arg(Opcode::PrimitiveCompareOp, EQUAL, location);
        self.emit_jump(Opcode::PopJumpIfNonzero, fits, location);
        self.emit_count_error(parameters, given, function, location);
        self.use_label(fits);
        for (index, (_, parameter)) in parameters.iter().enumerate() {
            self.emit_arg(Opcode::LoadIterableArg, index, location);
            self.emit_swap(2, location);
            self.emit_conversion(*parameter, None, location);
            self.box_passed(*parameter, boxed, location);
            self.emit_swap(2, location);
        }
        self.emit(Opcode::PopTop, location);
    }

    /// Raises: the tuple on the stack has too few items, or too many.
    fn emit_count_error(&mut self, parameters: &[(Name, TypeId)], given: usize, function: &str, location: Location) {
        let all = parameters.len() + given;
        let plural = if all == 1 { "argument" } else { "arguments" };
        let missing = (0..parameters.len()).map(|count| {
            let names: Vec<_> = parameters[count..].iter().map(|(name, _)| name.as_str()).collect();
            Constant::str(&missing_message(function, &names))
        });
        let missing: Vec<_> = missing.collect();
        let few = self.new_label();
        self.emit_fast_len(Sequence::Tuple, true, location);
        self.emit_duplicate(location);
        self.emit_primitive_const(number(parameters.len()), TypeCode::Int64, location);
        self.emit_arg(Opcode::PrimitiveCompareOp, GREATER, location);
        self.emit_jump(Opcode::PopJumpIfZero, few, location);
        self.emit_with_code(Opcode::PrimitiveBox, TypeCode::Int64, location);
        self.emit_type_error(location, |this| {
            this.emit_const(Constant::str(&format!("{function}() takes {all} positional {plural} but ")), location);
            this.emit_arg(Opcode::Copy, 4, location);
            this.emit_const(number(given), location);
            this.emit_binary_op(Operator::Add, false, location);
            this.emit(Opcode::FormatSimple, location);
            this.emit_const(Constant::str(" were given"), location);
            this.emit_arg(Opcode::BuildString, 3, location);
        });
        self.use_label(few);
        self.emit_with_code(Opcode::PrimitiveBox, TypeCode::Int64, location);
        self.emit_type_error(location, |this| {
            this.emit_const(Constant::tuple(missing), location);
            this.emit_arg(Opcode::Copy, 4, location);
            this.emit_arg(Opcode::BinaryOp, SUBSCRIPT, location);
        });
    }

    /// What a parameter is given by the mapping in a local, or by default.
    pub(super) fn emit_from_mapping(
        &mut self,
        mapping: usize,
        name: &str,
        default: Option<&ConstantFact>,
        function: &str,
        location: Location,
    ) {
        if default.is_none() {
            let given = self.new_label();
            self.emit_const(Constant::str(name), location);
            self.emit_arg(Opcode::LoadFast, mapping, location);
            self.emit_arg(Opcode::ContainsOp, 0, location);
            self.emit_jump(Opcode::PopJumpIfTrue, given, location);
            self.emit_type_error(location, |this| {
                this.emit_const(Constant::str(&missing_message(function, &[name])), location);
            });
            self.use_label(given);
        }
        self.emit_arg(Opcode::LoadFast, mapping, location);
        let pop = self.names.intern("pop");
        self.emit_name_bits(Opcode::LoadAttr, pop, 1, 1, location);
        self.emit_const(Constant::str(name), location);
        if let Some(default) = default {
            self.emit_const(constant(default), location);
        }
        self.emit_arg(Opcode::Call, 1 + usize::from(default.is_some()), location);
    }

    /// A mapping as a dict of its own.
    pub(super) fn emit_mapping_copy(&mut self, value: &'a Expr) {
        let location = self.expr_location(value);
        self.emit_arg(Opcode::BuildMap, 0, location);
        self.visit_boxed(value);
        self.emit_arg(Opcode::DictUpdate, 1, location);
    }

    /// Raises if the mapping has more than the parameters took.
    pub(super) fn emit_leftover_test(&mut self, mapping: usize, function: &str, location: Location) {
        let empty = self.new_label();
        self.emit_arg(Opcode::LoadFast, mapping, location);
        self.emit_truth_jump(false, empty, location);
        self.emit_type_error(location, |this| {
            this.emit_const(Constant::str(&format!("{function}() got an unexpected keyword argument '")), location);
            this.emit_arg(Opcode::LoadFast, mapping, location);
            let popitem = this.names.intern("popitem");
            this.emit_name_bits(Opcode::LoadAttr, popitem, 1, 1, location);
            this.emit_arg(Opcode::Call, 0, location);
            this.emit_const(Constant::int(0), location);
            this.emit_arg(Opcode::BinaryOp, SUBSCRIPT, location);
            this.emit(Opcode::FormatSimple, location);
            this.emit_const(Constant::str("'"), location);
            this.emit_arg(Opcode::BuildString, 3, location);
        });
        self.use_label(empty);
    }

    /// Raises a `TypeError` with the message that is built.
    fn emit_type_error(&mut self, location: Location, message: impl FnOnce(&mut Self)) {
        self.emit_error("TypeError", location, message);
    }

    /// Raises an exception with the message that is built.
    pub(super) fn emit_error(&mut self, class: &str, location: Location, message: impl FnOnce(&mut Self)) {
        let name = self.names.intern(class);
        let index = self.unit_mut().names.insert_full(name).0;
        self.emit_arg(Opcode::LoadGlobal, index << 1, location);
        self.emit(Opcode::PushNull, location);
        message(self);
        self.emit_arg(Opcode::Call, 1, location);
        self.emit_arg(Opcode::RaiseVarargs, 1, location);
    }
}

fn number(count: usize) -> Constant {
    Constant::int(i64::try_from(count).unwrap_or(i64::MAX))
}

/// What a call says that misses arguments (`format_missing`).
fn missing_message(function: &str, names: &[&str]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("'{name}'")).collect();
    let list = match &quoted[..] {
        [one] => one.clone(),
        [first, second] => format!("{first} and {second}"),
        [firsts @ .., last] => format!("{}, and {last}", firsts.join(", ")),
        [] => String::new(),
    };
    let plural = if names.len() == 1 { "argument" } else { "arguments" };
    format!("{function}() missing {} required positional {plural}: {list}", names.len())
}
