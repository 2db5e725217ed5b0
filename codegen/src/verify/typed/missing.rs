//! Checks that the code would need to be proved, where it has none.
//!
//! ```text
//! if isinstance(x, C): x.f      LOAD_FAST x · [CAST C] · LOAD_FIELD (C, "f")
//! ```
//!
//! An object can say of itself what it likes (`__class__`), a global variable and a captured one can be changed from
//! anywhere: only a check makes such a value a `C`.

use super::world::Type;

/// A value that has to be checked before an instruction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct MissingCheck {
    /// The instruction that trusts it.
    pub(super) index: usize,
    /// Its place on the stack, counted from the top, which is 1.
    pub(super) depth: usize,
    /// What it has to be.
    pub(super) class: Type,
}

/// The checks of a code object.
#[derive(Debug, Default)]
pub(super) struct MissingChecks {
    checks: Vec<MissingCheck>,
}

impl MissingChecks {
    /// Adds a check, once.
    pub(super) fn add(&mut self, check: MissingCheck) {
        if !self.checks.contains(&check) {
            self.checks.push(check);
        }
    }

    /// The checks in the order of instructions.
    pub(super) fn into_sorted(mut self) -> Vec<MissingCheck> {
        self.checks.sort_by_key(|check| (check.index, check.depth));
        self.checks
    }
}
