//! Sequence patterns.
//!
//! ```text
//! case [a, b]:      MATCH_SEQUENCE · (len == 2) · UNPACK_SEQUENCE 2 · ⟨a⟩ · ⟨b⟩
//! case [a, *_]:     MATCH_SEQUENCE · (len >= 1) · COPY 1 · LOAD_CONST 0 · BINARY_OP [] · ⟨a⟩ · POP_TOP
//! ```
//!
//! Invariant: a sequence is unpacked only if it has the right length; elements that nothing looks at
//! behind a `*_` are never fetched.

use super::Builder;
use super::pattern_context::{PatternContext, PatternResult, is_wildcard};
use super::pattern_value::{COMPARE_AT_LEAST, COMPARE_EQUAL};
use crate::Opcode;
use pyclast_syntax::Location;
use ruff_python_ast::{Pattern, PatternMatchSequence};
use ruff_text_size::Ranged;

/// `NB_SUBTRACT`, `NB_SUBSCR`
const SUBTRACT: usize = 10;
const SUBSCRIPT: usize = 26;

/// `UNPACK_EX` has 8 bits for the targets before the star and 23 for those after it.
const MAX_BEFORE_STAR: usize = 1 << 8;
const MAX_AFTER_STAR: usize = i32::MAX as usize >> 8;

impl<'a> Builder<'a> {
    /// `[a, b]`, `(a, *b)`, `a, b` (`codegen_pattern_sequence`).
    pub(super) fn build_sequence_pattern(
        &mut self,
        pattern: &'a PatternMatchSequence,
        context: &mut PatternContext,
    ) -> PatternResult {
        let location = self.location(pattern);
        let patterns = &pattern.patterns[..];
        let mut stars = patterns.iter().enumerate().filter_map(|(index, element)| match element {
            Pattern::MatchStar(star) => Some((index, star)),
            _ => None,
        });
        let star = stars.next();
        if stars.next().is_some() {
            return self.pattern_error(pattern.range(), "multiple starred names in sequence pattern");
        }
        let wildcard_star = star.filter(|(_, star)| star.name.is_none()).map(|(index, _)| index);
        let only_wildcards = patterns.iter().enumerate().all(|(index, element)| match element {
            Pattern::MatchStar(_) => wildcard_star == Some(index),
            _ => is_wildcard(element),
        });

        // The subject stays on top during the tests.
        context.on_top += 1;
        self.emit(Opcode::MatchSequence, location);
        self.emit_failure_jump(Opcode::PopJumpIfFalse, context, location);
        if star.is_none() {
            self.emit_length_test(COMPARE_EQUAL, patterns.len(), context, location);
        } else if patterns.len() > 1 {
            self.emit_length_test(COMPARE_AT_LEAST, patterns.len() - 1, context, location);
        }
        context.on_top -= 1;

        if only_wildcards {
            self.emit(Opcode::PopTop, location);
            return Ok(());
        }
        match wildcard_star {
            Some(star) => self.build_subscript_elements(patterns, star, context, location),
            None => self.build_unpacked_elements(pattern, star.map(|(index, _)| index), context, location),
        }
    }

    /// Elements all at once (`pattern_helper_sequence_unpack`, `codegen_pattern_unpack_helper`).
    fn build_unpacked_elements(
        &mut self,
        pattern: &'a PatternMatchSequence,
        star: Option<usize>,
        context: &mut PatternContext,
        location: Location,
    ) -> PatternResult {
        let size = pattern.patterns.len();
        match star {
            None => self.emit_arg(Opcode::UnpackSequence, size, location),
            Some(before) => {
                let after = size - before - 1;
                if before >= MAX_BEFORE_STAR || after >= MAX_AFTER_STAR {
                    let message = "too many expressions in star-unpacking sequence pattern";
                    return self.pattern_error(pattern.range(), message);
                }
                self.emit_arg(Opcode::UnpackEx, before | after << 8, location);
            }
        }
        self.build_stacked_subpatterns(pattern.patterns.iter(), size, context)
    }

    /// Patterns for `count` items that lie on the stack, the first on top.
    pub(super) fn build_stacked_subpatterns(
        &mut self,
        patterns: impl Iterator<Item = &'a Pattern>,
        count: usize,
        context: &mut PatternContext,
    ) -> PatternResult {
        context.on_top += count;
        for pattern in patterns {
            context.on_top -= 1;
            self.build_subpattern(pattern, context)?;
        }
        Ok(())
    }

    /// Elements one by one around a `*_` (`pattern_helper_sequence_subscr`).
    fn build_subscript_elements(
        &mut self,
        patterns: &'a [Pattern],
        star: usize,
        context: &mut PatternContext,
        location: Location,
    ) -> PatternResult {
        // The subject stays below the element.
        context.on_top += 1;
        for (index, pattern) in patterns.iter().enumerate() {
            if index == star || is_wildcard(pattern) {
                continue;
            }
            self.emit_arg(Opcode::Copy, 1, location);
            if index < star {
                self.emit_count(index, location);
            } else {
                // The subject may not support negative indices.
                self.emit(Opcode::GetLen, location);
                self.emit_count(patterns.len() - index, location);
                self.emit_arg(Opcode::BinaryOp, SUBTRACT, location);
            }
            self.emit_arg(Opcode::BinaryOp, SUBSCRIPT, location);
            self.build_subpattern(pattern, context)?;
        }
        context.on_top -= 1;
        self.emit(Opcode::PopTop, location);
        Ok(())
    }
}
