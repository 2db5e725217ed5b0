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

/// What a test tells about names.
#[derive(Clone, Debug, Default)]
pub(crate) enum Effect {
    /// Nothing.
    #[default]
    None,
    /// All of them.
    And(Vec<Self>),
    /// One of them.
    Or(Vec<Self>),
    /// The opposite.
    Not(Box<Self>),
    /// A path has a type (`IsInstanceEffect`).
    Refine(Box<Refine>),
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

impl Effect {
    /// Whether it tells nothing.
    pub(crate) fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }

    /// `and_`
    #[must_use]
    pub(crate) fn and(self, other: Self) -> Self {
        match (self, other) {
            (this, Self::None) => this,
            (Self::And(mut effects), Self::And(more)) => {
                effects.extend(more);
                Self::And(effects)
            }
            (Self::And(mut effects), other) => {
                effects.push(other);
                Self::And(effects)
            }
            // The reference makes an `OrEffect` here.
            (Self::Or(mut effects), Self::Or(more)) => {
                effects.extend(more);
                Self::Or(effects)
            }
            (Self::Or(mut effects), other) => {
                effects.push(other);
                Self::Or(effects)
            }
            (this, other) => Self::And(vec![this, other]),
        }
    }

    /// `or_`
    #[must_use]
    pub(crate) fn or(self, other: Self) -> Self {
        match other {
            Self::None => self,
            other => Self::Or(vec![self, other]),
        }
    }

    /// `not_`
    #[must_use]
    pub(crate) fn not(self) -> Self {
        match self {
            Self::Not(inner) => *inner,
            effect => Self::Not(Box::new(effect)),
        }
    }

    /// The test holds.
    pub(crate) fn apply(&self, state: &mut TypeState) {
        match self {
            Self::None | Self::Or(_) => {}
            Self::And(effects) => effects.iter().for_each(|effect| effect.apply(state)),
            Self::Not(effect) => effect.reverse(state),
            Self::Refine(refine) => refine.set(state, refine.holds),
        }
    }

    /// What is known of names and attributes if the test holds (or does not): the nodes that say it, and the types.
    pub(crate) fn narrowed(&self, holds: bool, found: &mut Vec<(Path, u32, Value)>) {
        match self {
            Self::None => {}
            Self::And(effects) if holds => effects.iter().for_each(|effect| effect.narrowed(true, found)),
            Self::Or(effects) if !holds => effects.iter().for_each(|effect| effect.narrowed(false, found)),
            Self::And(_) | Self::Or(_) => {}
            Self::Not(effect) => effect.narrowed(!holds, found),
            Self::Refine(refine) => {
                found.retain(|(path, ..)| *path != refine.path);
                let value = if holds { refine.holds } else { refine.fails };
                found.push((refine.path, refine.node, value));
            }
        }
    }

    /// Back to the types before.
    pub(crate) fn undo(&self, state: &mut TypeState) {
        match self {
            Self::None => {}
            Self::And(effects) | Self::Or(effects) => effects.iter().for_each(|effect| effect.undo(state)),
            Self::Not(effect) => effect.undo(state),
            Self::Refine(refine) => refine.set(state, refine.previous),
        }
    }

    /// The test does not hold.
    pub(crate) fn reverse(&self, state: &mut TypeState) {
        match self {
            Self::None => {}
            Self::And(_) => self.undo(state),
            Self::Or(effects) => effects.iter().for_each(|effect| effect.reverse(state)),
            Self::Not(effect) => effect.apply(state),
            Self::Refine(refine) => refine.set(state, refine.fails),
        }
    }
}

impl Refine {
    fn set(&self, state: &mut TypeState, value: Value) {
        match self.path {
            Path::Name(name) => state.set_local(name, value),
            Path::Field(base, field) => {
                let refinement =
                    Refinement { value, temporary: self.temporary, sources: [self.node].into_iter().collect() };
                state.refine(base, field, refinement);
            }
        }
    }
}
