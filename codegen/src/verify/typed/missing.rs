//! Checks that the code would need to be proved, where it has none.
//!
//! ```text
//! if isinstance(x, C): x.f      LOAD_FAST x · [CAST C] · LOAD_FIELD (C, "f")
//! ```
//!
//! An object can say of itself what it likes (`__class__`), a global variable and a captured one can be changed from
//! anywhere: only a check makes such a value a `C`.
//!
//! ```text
//! x < y (both exactly int)      … · [CALL_INTRINSIC_1 +] · COMPARE_OP <        in a function that returns a primitive
//! ```
//!
//! The JIT compares what it knows to be an `int` and nothing else as machine integers, and leaves its code where they
//! have more than 30 bits; a function that does so and returns a primitive gives the address of an object for it.

use super::world::Type;
use pyclast_syntax::type_facts::TypeCode;

/// A value that has to be checked before an instruction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct MissingCheck {
    /// The instruction that trusts it.
    pub(super) index: usize,
    /// Its place on the stack, counted from the top, which is 1.
    pub(super) depth: usize,
    /// What is done about it.
    pub(super) cure: Cure,
}

/// What makes a value one that the instruction may have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Cure {
    /// `CAST`: it is of that class, or raises.
    Cast(Type),
    /// `CAST` of a copy: of what others get, see [`super::handover`].
    CastCopy(Type),
    /// The `CAST` that is there is of a copy.
    Alone,
    /// `CALL_INTRINSIC_1 +`: an `int` of which the JIT knows nothing.
    Hide,
    /// `PRIMITIVE_LOAD_CONST (0, …) · STORE_LOCAL` of a constant, behind the instruction: a local that may be read before it
    /// has a value starts as 0, as it does for the interpreter.
    Zero(usize, TypeCode),
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

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.checks.is_empty()
    }

    /// The checks in the order of instructions.
    pub(super) fn into_sorted(mut self) -> Vec<MissingCheck> {
        self.checks.sort_by_key(|check| (check.index, check.depth));
        self.checks
    }
}
