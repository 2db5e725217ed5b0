//! What a test tells about names (`NarrowingEffect`).
//!
//! ```text
//! isinstance(x, C) and y is not None        And([Refine(x: C), Not(Refine(y: None))])
//! ```
//!
//! Invariant: `undo` after `apply` restores the types before.

use super::scope::{Refinement, TypeState};
use crate::types::Value;
use pyclast_syntax::NameId;
use std::rc::Rc;

/// What a test tells about names; copies share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Effect(Option<Rc<Test>>);

/// A test that tells something.
#[derive(Debug)]
enum Test {
    /// All of them.
    And(Vec<Effect>),
    /// One of them.
    Or(Vec<Effect>),
    /// The opposite.
    Not(Effect),
    /// A path has a type (`IsInstanceEffect`).
    Refine(Refine),
}

/// What a test may tell something about.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Path {
    /// A name.
    Name(NameId),
    /// A field of a name.
    Field(NameId, NameId),
}

/// A path, and its types before, if the test holds, and if it does not.
#[derive(Clone, Debug)]
pub(crate) struct Refine {
    /// The path.
    pub path: Path,
    /// The node (index) that refines.
    pub node: u32,
    /// The type before.
    pub previous: Value,
    /// The type if the test holds.
    pub holds: Value,
    /// The type if it does not.
    pub fails: Value,
    /// The temporary of a refined field.
    pub temporary: u32,
}

impl From<Refine> for Effect {
    fn from(refine: Refine) -> Self {
        Self::of(Test::Refine(refine))
    }
}

impl Effect {
    /// Nothing.
    pub(crate) const NONE: Self = Self(None);

    fn of(test: Test) -> Self {
        Self(Some(Rc::new(test)))
    }

    /// Whether it tells nothing.
    pub(crate) fn is_none(&self) -> bool {
        self.0.is_none()
    }

    /// `and_`
    #[must_use]
    pub(crate) fn and(self, other: Self) -> Self {
        let joined = |effects: &[Self], others: &[Self]| [effects, others].concat();
        match (self.0.as_deref(), other.0.as_deref()) {
            (_, None) => self,
            (Some(Test::And(effects)), Some(Test::And(more))) => Self::of(Test::And(joined(effects, more))),
            (Some(Test::And(effects)), _) => Self::of(Test::And(joined(effects, &[other]))),
            // The reference makes an `OrEffect` here.
            (Some(Test::Or(effects)), Some(Test::Or(more))) => Self::of(Test::Or(joined(effects, more))),
            (Some(Test::Or(effects)), _) => Self::of(Test::Or(joined(effects, &[other]))),
            _ => Self::of(Test::And(vec![self, other])),
        }
    }

    /// `or_`
    #[must_use]
    pub(crate) fn or(self, other: Self) -> Self {
        if other.is_none() { self } else { Self::of(Test::Or(vec![self, other])) }
    }

    /// `not_`
    #[must_use]
    pub(crate) fn not(self) -> Self {
        match self.0.as_deref() {
            Some(Test::Not(inner)) => inner.clone(),
            _ => Self::of(Test::Not(self)),
        }
    }

    /// The test holds.
    pub(crate) fn apply(&self, state: &mut TypeState) {
        match self.0.as_deref() {
            None | Some(Test::Or(_)) => {}
            Some(Test::And(effects)) => effects.iter().for_each(|effect| effect.apply(state)),
            Some(Test::Not(effect)) => effect.reverse(state),
            Some(Test::Refine(refine)) => refine.set(state, refine.holds),
        }
    }

    /// What is known of names and attributes if the test holds (or does not): the nodes that say it, and the types.
    pub(crate) fn narrowed(&self, holds: bool, found: &mut Vec<(Path, u32, Value)>) {
        match self.0.as_deref() {
            None => {}
            Some(Test::And(effects)) if holds => effects.iter().for_each(|effect| effect.narrowed(true, found)),
            Some(Test::Or(effects)) if !holds => effects.iter().for_each(|effect| effect.narrowed(false, found)),
            Some(Test::And(_) | Test::Or(_)) => {}
            Some(Test::Not(effect)) => effect.narrowed(!holds, found),
            Some(Test::Refine(refine)) => {
                found.retain(|(path, ..)| *path != refine.path);
                let value = if holds { refine.holds } else { refine.fails };
                found.push((refine.path, refine.node, value));
            }
        }
    }

    /// Back to the types before.
    pub(crate) fn undo(&self, state: &mut TypeState) {
        match self.0.as_deref() {
            None => {}
            Some(Test::And(effects) | Test::Or(effects)) => effects.iter().for_each(|effect| effect.undo(state)),
            Some(Test::Not(effect)) => effect.undo(state),
            Some(Test::Refine(refine)) => refine.set(state, refine.previous),
        }
    }

    /// The test does not hold.
    pub(crate) fn reverse(&self, state: &mut TypeState) {
        match self.0.as_deref() {
            None => {}
            Some(Test::And(_)) => self.undo(state),
            Some(Test::Or(effects)) => effects.iter().for_each(|effect| effect.reverse(state)),
            Some(Test::Not(effect)) => effect.apply(state),
            Some(Test::Refine(refine)) => refine.set(state, refine.fails),
        }
    }
}

impl Refine {
    fn set(&self, state: &mut TypeState, value: Value) {
        match self.path {
            Path::Name(name) => state.set_local(name, value),
            Path::Field(base, field) => {
                let refinement = Refinement { value, temporary: self.temporary, sources: vec![self.node] };
                state.refine(base, field, refinement);
            }
        }
    }
}
