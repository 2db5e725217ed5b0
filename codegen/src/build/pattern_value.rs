//! Patterns that compare: literals, dotted names, `None`, `True`, `False`; and their constants.
//!
//! ```text
//! case -1:       LOAD_CONST -1 · COMPARE_OP == · TO_BOOL · POP_JUMP_IF_FALSE (fail)
//! case None:     LOAD_CONST None · IS_OP 0 · POP_JUMP_IF_FALSE (fail)
//! ```
//!
//! Invariant: `-number` and `number ± imaginary` are constants here, as `ast_preprocess.c` makes them
//! (`fold_const_match_patterns`); other expressions are not folded.

use super::Builder;
use super::pattern_context::{PatternContext, PatternResult};
use crate::{Constant, Opcode};
use num_traits::ToPrimitive;
use pyclast_syntax::{Location, PyInt};
use ruff_python_ast::{Expr, Operator, PatternMatchSingleton, PatternMatchValue, Singleton, UnaryOp};
use ruff_text_size::Ranged;

/// `COMPARE_OP` operands: the comparison, and the mask of the results for which it holds.
pub(super) const COMPARE_EQUAL: usize = 2 << 5 | 0b1000;
pub(super) const COMPARE_AT_LEAST: usize = 5 << 5 | 0b1100;

impl<'a> Builder<'a> {
    /// A literal or a dotted name (`codegen_pattern_value`).
    pub(super) fn build_value_pattern(
        &mut self,
        pattern: &'a PatternMatchValue,
        context: &mut PatternContext,
    ) -> PatternResult {
        let location = self.location(pattern);
        if !self.emit_pattern_expr(&pattern.value) {
            let message = "patterns may only match literals and attribute lookups";
            return self.pattern_error(pattern.range(), message);
        }
        self.emit_arg(Opcode::CompareOp, COMPARE_EQUAL, location);
        self.emit(Opcode::ToBool, location);
        self.emit_failure_jump(Opcode::PopJumpIfFalse, context, location);
        Ok(())
    }

    /// `None`, `True` or `False` (`codegen_pattern_singleton`).
    pub(super) fn build_singleton_pattern(&mut self, pattern: &PatternMatchSingleton, context: &mut PatternContext) {
        let location = self.location(pattern);
        let value = match pattern.value {
            Singleton::None => Constant::None,
            Singleton::True => Constant::Bool(true),
            Singleton::False => Constant::Bool(false),
        };
        self.emit_const(value, location);
        self.emit_arg(Opcode::IsOp, 0, location);
        self.emit_failure_jump(Opcode::PopJumpIfFalse, context, location);
    }

    /// Loads a literal or a dotted name; false if the expression is neither (`MATCH_VALUE_EXPR`).
    pub(super) fn emit_pattern_expr(&mut self, expr: &'a Expr) -> bool {
        if let Some(constant) = self.pattern_constant(expr) {
            self.emit_const(constant, self.expr_location(expr));
            return true;
        }
        let is_attribute = expr.is_attribute_expr();
        if is_attribute {
            self.visit_expr(expr);
        }
        is_attribute
    }

    /// The constant that a pattern's expression is (`fold_const_match_patterns`).
    pub(super) fn pattern_constant(&self, expr: &Expr) -> Option<Constant> {
        match expr {
            Expr::UnaryOp(unary) if unary.op == UnaryOp::USub => negated(self.constant_of(&unary.operand)?),
            Expr::BinOp(binary) if matches!(binary.op, Operator::Add | Operator::Sub) => {
                let right = self.constant_of(&binary.right)?;
                let left = self.pattern_constant(&binary.left)?;
                complex(&left, binary.op, &right)
            }
            _ => self.constant_of(expr),
        }
    }

    /// Tests the length of the sequence or mapping on top of the stack.
    pub(super) fn emit_length_test(
        &mut self,
        comparison: usize,
        length: usize,
        context: &mut PatternContext,
        location: Location,
    ) {
        self.emit(Opcode::GetLen, location);
        self.emit_count(length, location);
        self.emit_arg(Opcode::CompareOp, comparison, location);
        self.emit_failure_jump(Opcode::PopJumpIfFalse, context, location);
    }

    /// Loads a number of items.
    pub(super) fn emit_count(&mut self, count: usize, location: Location) {
        let count = i64::try_from(count).expect("a module has fewer than 2**63 patterns");
        self.emit_const(Constant::int(count), location);
    }
}

/// `-value` of a number.
fn negated(value: Constant) -> Option<Constant> {
    match value {
        Constant::Int(PyInt::Small(value)) => Some(match value.checked_neg() {
            Some(value) => Constant::int(value),
            None => Constant::big_int(-num_bigint::BigInt::from(value)),
        }),
        Constant::Int(PyInt::Big(value)) => Some(Constant::big_int(-&*value)),
        Constant::Float(value) => Some(Constant::Float(-value)),
        Constant::Complex(real, imaginary) => Some(Constant::Complex(-real, -imaginary)),
        _ => None,
    }
}

/// `real ± imaginary`; nothing if the real part does not fit a `float`.
fn complex(left: &Constant, operator: Operator, right: &Constant) -> Option<Constant> {
    let left = match left {
        Constant::Int(PyInt::Small(value)) => value.to_f64()?,
        Constant::Int(PyInt::Big(value)) => value.to_f64().filter(|value| value.is_finite())?,
        Constant::Float(value) => *value,
        _ => return None,
    };
    let Constant::Complex(real, imaginary) = *right else { return None };
    // Mixed arithmetic leaves the imaginary part's zero its sign (complexobject.c: `_Py_rc_diff`).
    Some(match operator {
        Operator::Sub => Constant::Complex(left - real, -imaginary),
        _ => Constant::Complex(left + real, imaginary),
    })
}
