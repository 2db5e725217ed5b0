//! Mapping patterns.
//!
//! ```text
//! case {"k": a, **r}:      MATCH_MAPPING · (len >= 1) · LOAD_CONST 'k' · BUILD_TUPLE 1 · MATCH_KEYS ·
//!                          (not None) · UNPACK_SEQUENCE 1 · ⟨a⟩ · (r = a copy without the keys)
//! ```
//!
//! Invariant: no two literal keys are equal, as Python compares them (`1`, `1.0` and `True` are).

use super::Builder;
use super::pattern_context::{PatternContext, PatternResult};
use super::pattern_value::COMPARE_AT_LEAST;
use crate::repr::repr;
use crate::{Constant, Opcode};
use num_bigint::BigInt;
use num_traits::FromPrimitive;
use pyclast_syntax::Location;
use ruff_python_ast::{Expr, PatternMatchMapping};
use ruff_text_size::Ranged;
use rustc_hash::FxHashSet;

impl<'a> Builder<'a> {
    /// `{key: pattern, **rest}` (`codegen_pattern_mapping`).
    pub(super) fn build_mapping_pattern(
        &mut self,
        pattern: &'a PatternMatchMapping,
        context: &mut PatternContext,
    ) -> PatternResult {
        let location = self.location(pattern);
        let size = pattern.keys.len();
        // The subject stays on top during the tests.
        context.on_top += 1;
        self.emit(Opcode::MatchMapping, location);
        self.emit_failure_jump(Opcode::PopJumpIfFalse, context, location);
        if size == 0 && pattern.rest.is_none() {
            context.on_top -= 1;
            self.emit(Opcode::PopTop, location);
            return Ok(());
        }
        if size > 0 {
            self.emit_length_test(COMPARE_AT_LEAST, size, context, location);
        }
        let mut seen = FxHashSet::default();
        for key in &pattern.keys {
            self.build_mapping_key(key, pattern, &mut seen)?;
        }
        self.emit_arg(Opcode::BuildTuple, size, location);
        self.emit(Opcode::MatchKeys, location);
        // Above the subject: the tuple of keys, and a tuple of values or None.
        context.on_top += 2;
        self.emit_none_test(context, location);
        context.on_top -= 1;
        self.emit_arg(Opcode::UnpackSequence, size, location);
        self.build_stacked_subpatterns(pattern.patterns.iter(), size, context)?;
        context.on_top -= 2;
        if pattern.rest.is_none() {
            // The keys and the subject.
            self.emit(Opcode::PopTop, location);
            self.emit(Opcode::PopTop, location);
            return Ok(());
        }
        self.emit_rest_of_mapping(size, location);
        self.emit_capture(pattern.rest.as_ref(), context, location, pattern.range())
    }

    /// Loads a key (`codegen_pattern_mapping_key`).
    fn build_mapping_key(
        &mut self,
        key: &'a Expr,
        pattern: &PatternMatchMapping,
        seen: &mut FxHashSet<Constant>,
    ) -> PatternResult {
        if let Some(constant) = self.pattern_constant(key)
            && !seen.insert(equality_key(&constant))
        {
            let message = format!("mapping pattern checks duplicate key ({})", repr(&constant));
            return self.pattern_error(pattern.range(), message);
        }
        if !self.emit_pattern_expr(key) {
            let message = "mapping pattern keys may only match literals and attribute lookups";
            return self.pattern_error(pattern.range(), message);
        }
        Ok(())
    }

    /// From the subject and the keys: a dictionary of the other items.
    fn emit_rest_of_mapping(&mut self, size: usize, location: Location) {
        self.emit_arg(Opcode::BuildMap, 0, location);
        self.emit_arg(Opcode::Swap, 3, location);
        self.emit_arg(Opcode::DictUpdate, 2, location);
        self.emit_arg(Opcode::UnpackSequence, size, location);
        for left in (1..=size).rev() {
            self.emit_arg(Opcode::Copy, 1 + left, location);
            self.emit_arg(Opcode::Swap, 2, location);
            self.emit(Opcode::DeleteSubscr, location);
        }
    }
}

/// A constant that is the same for all literals that Python's `==` holds equal.
fn equality_key(constant: &Constant) -> Constant {
    match *constant {
        Constant::Bool(value) => Constant::int(i64::from(value)),
        Constant::Float(value) => match BigInt::from_f64(value) {
            Some(integer) if value.fract() == 0.0 => Constant::big_int(integer),
            _ => Constant::Float(value),
        },
        Constant::Complex(real, 0.0) => equality_key(&Constant::Float(real)),
        // Adding zero takes the sign from a negative zero.
        Constant::Complex(real, imaginary) => Constant::Complex(real + 0.0, imaginary),
        _ => constant.clone(),
    }
}
