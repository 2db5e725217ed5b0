//! Class patterns.
//!
//! ```text
//! case Point(0, y=b):      ⟨Point⟩ · LOAD_CONST ('y',) · MATCH_CLASS 1 · (not None) ·
//!                          UNPACK_SEQUENCE 2 · ⟨0⟩ · ⟨b⟩
//! ```
//!
//! Invariant: attributes are taken in the order of the source, positional ones first.

use super::Builder;
use super::pattern_context::{PatternContext, PatternResult, is_wildcard};
use crate::{Constant, Opcode};
use pyclast_syntax::{Location, PyString};
use ruff_python_ast::{PatternKeyword, PatternMatchClass};
use ruff_text_size::Ranged;
use rustc_hash::FxHashSet;

impl<'a> Builder<'a> {
    /// `C(a, b=c)` (`codegen_pattern_class`).
    pub(super) fn build_class_pattern(
        &mut self,
        pattern: &'a PatternMatchClass,
        context: &mut PatternContext,
    ) -> PatternResult {
        let location = self.location(pattern);
        let positional = &pattern.arguments.patterns;
        let keywords = &pattern.arguments.keywords[..];
        self.check_attributes(keywords)?;
        self.visit_expr(&pattern.cls);
        let names = keywords.iter().map(|keyword| Constant::Str(PyString::new(keyword.attr.as_str())));
        self.emit_const(Constant::tuple(names), location);
        self.emit_arg(Opcode::MatchClass, positional.len(), location);
        // A tuple of the attributes, or None.
        context.on_top += 1;
        self.emit_none_test(context, location);
        context.on_top -= 1;
        let count = positional.len() + keywords.len();
        self.emit_arg(Opcode::UnpackSequence, count, location);
        context.on_top += count;
        for pattern in positional.iter().chain(keywords.iter().map(|keyword| &keyword.pattern)) {
            context.on_top -= 1;
            if is_wildcard(pattern) {
                // Here, unlike in sequences, `_` has the location of the whole pattern.
                self.emit(Opcode::PopTop, location);
            } else {
                self.build_subpattern(pattern, context)?;
            }
        }
        Ok(())
    }

    /// Fails if the top of the stack is `None`, which stays there.
    pub(super) fn emit_none_test(&mut self, context: &mut PatternContext, location: Location) {
        self.emit_arg(Opcode::Copy, 1, location);
        self.emit_const(Constant::None, location);
        self.emit_arg(Opcode::IsOp, 1, location);
        self.emit_failure_jump(Opcode::PopJumpIfFalse, context, location);
    }

    /// An attribute is named once; the error is at the later pattern (`validate_kwd_attrs`).
    fn check_attributes(&mut self, keywords: &[PatternKeyword]) -> PatternResult {
        let mut seen = FxHashSet::default();
        if keywords.iter().all(|keyword| seen.insert(keyword.attr.as_str())) {
            return Ok(());
        }
        // CPython takes the first name that comes again, and the first place where it does.
        for (index, first) in keywords.iter().enumerate() {
            if let Some(again) = keywords[index + 1..].iter().find(|other| other.attr.id == first.attr.id) {
                let message = format!("attribute name repeated in class pattern: {}", again.attr);
                return self.pattern_error(again.pattern.range(), message);
            }
        }
        Ok(())
    }
}
