//! What is known of the stack and the locals at a point of the code.
//!
//! Invariant: merging only forgets (a value may become "may be NULL", a local may become unbound), so
//! the analysis ends.

use crate::{CodeObject, LocalKind};
use smallvec::SmallVec;
use std::iter;

/// From where a reference is borrowed, and who has to see to its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Borrow {
    /// A reference of its own.
    No,
    /// Borrowed in this basic block, which must consume it.
    InBlock,
    /// Found by a handler: the block it was borrowed in was left by an exception.
    Inherited,
}

/// A value on the stack.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Value {
    pub(super) borrow: Borrow,
    /// The local it is borrowed from; [`Self::ANY_LOCAL`] if that depends on the path.
    pub(super) local: u32,
    /// It may be NULL.
    pub(super) maybe_null: bool,
}

impl Value {
    const ANY_LOCAL: u32 = u32::MAX;
    /// A reference of its own.
    pub(super) const OWNED: Self = Self { borrow: Borrow::No, local: 0, maybe_null: false };
    /// A reference of its own, or NULL.
    pub(super) const MAYBE_NULL: Self = Self { maybe_null: true, ..Self::OWNED };

    /// A reference that lives as long as the local keeps it.
    pub(super) const fn borrowed(local: u32) -> Self {
        Self { borrow: Borrow::InBlock, local, maybe_null: false }
    }

    /// The value as a handler finds it.
    pub(super) const fn inherited(self) -> Self {
        match self.borrow {
            Borrow::No => self,
            Borrow::InBlock | Borrow::Inherited => Self { borrow: Borrow::Inherited, ..self },
        }
    }

    /// Whether the value ends with that of `local`.
    pub(super) fn depends_on(self, local: u32) -> bool {
        self.borrow != Borrow::No && (self.local == local || self.local == Self::ANY_LOCAL)
    }

    /// What holds of both.
    fn merge(self, other: Self) -> Self {
        let maybe_null = self.maybe_null || other.maybe_null;
        let borrowed = match (self.borrow, other.borrow) {
            (_, Borrow::No) => self,
            (Borrow::No, _) => other,
            _ if self.local == other.local => self,
            _ => Self { local: Self::ANY_LOCAL, ..self },
        };
        Self { maybe_null, ..borrowed }
    }
}

/// The stack and the bound locals.
#[derive(PartialEq, Eq)]
pub(super) struct State {
    pub(super) stack: Vec<Value>,
    /// A bit for each local: it is bound (a cell: it exists).
    bound: SmallVec<[u64; 2]>,
    /// Number of variables.
    variables: u32,
}

impl State {
    /// At the start: nothing on the stack, arguments bound.
    pub(super) fn entry(code: &CodeObject) -> Self {
        let variables = u32::try_from(code.local_kinds.len()).unwrap_or(u32::MAX);
        let bound = SmallVec::from_elem(0, code.local_kinds.len().div_ceil(64));
        let mut state = Self { stack: Vec::new(), bound, variables };
        let argument_bits = LocalKind::ARG_POS | LocalKind::ARG_KW | LocalKind::ARG_VAR;
        for (index, kind) in (0..).zip(code.local_kinds.iter()) {
            state.set_bound(index, kind.0 & argument_bits != 0);
        }
        state
    }

    pub(super) fn is_bound(&self, local: u32) -> bool {
        self.bound.get(local as usize / 64).is_some_and(|word| word >> (local % 64) & 1 != 0)
    }

    pub(super) fn set_bound(&mut self, local: u32, bound: bool) {
        if let Some(word) = self.bound.get_mut(local as usize / 64) {
            let bit = 1 << (local % 64);
            if bound {
                *word |= bit;
            } else {
                *word &= !bit;
            }
        }
    }

    /// Binds the last `count` variables: the free ones.
    pub(super) fn bind_last(&mut self, count: u32) {
        for local in self.variables.saturating_sub(count)..self.variables {
            self.set_bound(local, true);
        }
    }

    /// Forgets what does not hold in `other`, of the same depth; whether that is anything.
    pub(super) fn merge(&mut self, other: &Self) -> bool {
        let changed = merge_values(&mut self.stack, other.stack.iter().copied());
        self.merge_bound(other) | changed
    }

    /// Forgets what does not hold where a handler starts that finds the lowest `kept` values of `other`.
    pub(super) fn merge_handled(&mut self, other: &Self, kept: usize) -> bool {
        let theirs = other.stack[..kept].iter().map(|value| value.inherited());
        let changed = merge_values(&mut self.stack, theirs.chain(iter::repeat(Value::OWNED)));
        self.merge_bound(other) | changed
    }

    fn merge_bound(&mut self, other: &Self) -> bool {
        let mut changed = false;
        for (mine, theirs) in self.bound.iter_mut().zip(&other.bound) {
            changed |= *mine & !theirs != 0;
            *mine &= theirs;
        }
        changed
    }

    /// The state where a handler starts: the lowest `kept` values, and what is pushed up to `depth`.
    pub(super) fn handled(&self, kept: usize, depth: usize) -> Self {
        let mut stack = Vec::with_capacity(depth);
        stack.extend(self.stack[..kept].iter().map(|value| value.inherited()));
        stack.resize(depth, Value::OWNED);
        Self { stack, bound: self.bound.clone(), variables: self.variables }
    }
}

impl Clone for State {
    fn clone(&self) -> Self {
        Self { stack: self.stack.clone(), bound: self.bound.clone(), variables: self.variables }
    }

    /// Uses the memory that is there.
    fn clone_from(&mut self, other: &Self) {
        self.stack.clone_from(&other.stack);
        self.bound.clone_from(&other.bound);
        self.variables = other.variables;
    }
}

fn merge_values(mine: &mut [Value], theirs: impl Iterator<Item = Value>) -> bool {
    let mut changed = false;
    for (mine, theirs) in mine.iter_mut().zip(theirs) {
        let merged = mine.merge(theirs);
        changed |= *mine != merged;
        *mine = merged;
    }
    changed
}
