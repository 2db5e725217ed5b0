//! Alternatives.
//!
//! ```text
//! case A(x) | B(x):      COPY 1 · ⟨A(x)⟩ · JUMP end · COPY 1 · ⟨B(x)⟩ · JUMP end ·
//!                        POP_TOP · JUMP (fail) · end: (move x below) · POP_TOP
//! ```
//!
//! Invariant: all alternatives bind the same names; at `end` their values lie on the stack in the
//! order of the first alternative.

use super::Builder;
use super::pattern_context::{PatternContext, PatternResult};
use crate::{Label, Opcode};
use pyclast_syntax::{Location, NameId};
use ruff_python_ast::PatternMatchOr;
use ruff_text_size::Ranged;

impl<'a> Builder<'a> {
    /// `a | b` (`codegen_pattern_or`).
    pub(super) fn build_or_pattern(
        &mut self,
        pattern: &'a PatternMatchOr,
        context: &mut PatternContext,
    ) -> PatternResult {
        let location = self.location(pattern);
        let end = self.new_label();
        let control = self.build_alternatives(pattern, context.allow_irrefutable, end)?;
        // No match: drop the copy of the subject.
        self.emit(Opcode::PopTop, location);
        self.emit_failure_jump(Opcode::Jump, context, location);

        self.use_label(end);
        // Below what this pattern captured lie its subject and what the outer pattern needs.
        let rotation = control.len() + 1 + context.on_top + context.stores.len();
        for name in control {
            self.emit_rotation(rotation, location);
            self.check_captured_once(name, context, pattern.range())?;
            context.stores.push(name);
        }
        self.emit(Opcode::PopTop, location);
        Ok(())
    }

    /// Builds the alternatives, each going to `end`; gives the names they bind.
    fn build_alternatives(
        &mut self,
        pattern: &'a PatternMatchOr,
        allow_irrefutable: bool,
        end: Label,
    ) -> Result<Vec<NameId>, super::pattern_context::PatternError> {
        let mut control: Option<Vec<NameId>> = None;
        let last = pattern.patterns.len().saturating_sub(1);
        for (index, alternative) in pattern.patterns.iter().enumerate() {
            let location = self.location(alternative);
            let mut context = PatternContext::new(allow_irrefutable && index == last);
            self.emit_arg(Opcode::Copy, 1, location);
            self.build_pattern(alternative, &mut context)?;
            match &control {
                None => control = Some(std::mem::take(&mut context.stores)),
                Some(control) => {
                    if !self.emit_reordering(control, &mut context.stores, location) {
                        self.pattern_error(pattern.range(), "alternative patterns bind different names")?;
                    }
                }
            }
            self.emit_jump(Opcode::Jump, end, location);
            self.emit_failure_blocks(&mut context, location);
        }
        Ok(control.unwrap_or_default())
    }

    /// Brings captures into the order of `control`; false if the names differ.
    fn emit_reordering(&mut self, control: &[NameId], stores: &mut [NameId], location: Location) -> bool {
        if stores.len() != control.len() {
            return false;
        }
        for (wanted, &name) in control.iter().enumerate().rev() {
            let Some(found) = stores.iter().position(|&store| store == name) else { return false };
            if found == wanted {
                continue;
            }
            // Names behind `wanted` are in place already, so the name is found before it: everything
            // up to it moves behind those between.
            let count = found + 1;
            stores[..=wanted].rotate_left(count);
            for _ in 0..count {
                self.emit_rotation(wanted + 1, location);
            }
        }
        true
    }
}
