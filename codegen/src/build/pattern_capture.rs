//! Patterns that bind: `name`, `_`, `pattern as name`, `*name`.
//!
//! ```text
//! case [a, b] as c:      COPY 1 · ⟨pattern [a, b]⟩ · (move c below a and b)
//! ```
//!
//! Invariant: a capture that always matches stands only where nothing after it is hidden.

use super::Builder;
use super::pattern_context::{PatternContext, PatternResult};
use crate::Opcode;
use ruff_python_ast::{PatternMatchAs, PatternMatchStar};
use ruff_text_size::Ranged;

impl<'a> Builder<'a> {
    /// `name`, `_` and `pattern as name` (`codegen_pattern_as`).
    pub(super) fn build_as_pattern(
        &mut self,
        pattern: &'a PatternMatchAs,
        context: &mut PatternContext,
    ) -> PatternResult {
        let location = self.location(pattern);
        let name = pattern.name.as_ref();
        let Some(inner) = pattern.pattern.as_deref() else {
            if !context.allow_irrefutable {
                let message = match name {
                    Some(name) => format!("name capture '{name}' makes remaining patterns unreachable"),
                    None => "wildcard makes remaining patterns unreachable".to_owned(),
                };
                return self.pattern_error(pattern.range(), message);
            }
            return self.emit_capture(name, context, location, pattern.range());
        };
        // A copy to capture once the pattern has matched.
        context.on_top += 1;
        self.emit_arg(Opcode::Copy, 1, location);
        self.build_pattern(inner, context)?;
        context.on_top -= 1;
        self.emit_capture(name, context, location, pattern.range())
    }

    /// `*name`, `*_` (`codegen_pattern_star`).
    pub(super) fn build_star_pattern(
        &mut self,
        pattern: &'a PatternMatchStar,
        context: &mut PatternContext,
    ) -> PatternResult {
        let location = self.location(pattern);
        self.emit_capture(pattern.name.as_ref(), context, location, pattern.range())
    }
}
