//! The stack and the locals at a point of the code.
//!
//! Invariant: merging only forgets, so the analysis ends.

use super::value::Value;
use super::world::World;

/// What is known of the stack and the locals.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct State {
    pub(super) stack: Vec<Value>,
    pub(super) locals: Vec<Value>,
    /// The lowest place of the stack that changed since a handler last saw the state; 0 too if a local did.
    pub(super) lowest: usize,
}

impl State {
    /// Forgets what does not hold in `other`, of the same depth; whether that is anything.
    pub(super) fn merge(&mut self, other: &Self, world: &World) -> bool {
        let mut changed = false;
        let mine = self.stack.iter_mut().chain(&mut self.locals);
        for (mine, &theirs) in mine.zip(other.stack.iter().chain(&other.locals)) {
            if *mine != theirs {
                let merged = mine.merge(theirs, world);
                changed |= *mine != merged;
                *mine = merged;
            }
        }
        changed
    }

    /// Changes every value of that name.
    pub(super) fn for_named(&mut self, name: u32, mut change: impl FnMut(&mut Value)) {
        for value in self.stack.iter_mut().chain(&mut self.locals) {
            if value.name == name {
                change(value);
            }
        }
    }

    /// What has one name, or says something of it, has the other, which nobody had.
    pub(super) fn rename(&mut self, old: u32, new: u32) {
        for value in self.stack.iter_mut().chain(&mut self.locals) {
            value.rename(old, new);
        }
    }

    /// Nobody has that name any more, nor says anything of it.
    pub(super) fn forget_name(&mut self, name: u32) {
        for value in self.stack.iter_mut().chain(&mut self.locals) {
            value.forget(name);
        }
    }
}
