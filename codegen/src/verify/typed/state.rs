//! The stack and the locals at a point of the code.
//!
//! Invariant: merging only forgets, so the analysis ends.

use super::value::Value;
use super::world::World;
use std::iter;

/// What is known of the stack and the locals.
#[derive(PartialEq, Eq, Debug, Default)]
pub(super) struct State {
    pub(super) stack: Vec<Value>,
    pub(super) locals: Vec<Value>,
    /// The lowest place of the stack that changed since a handler last saw the state; 0 too if a local did.
    pub(super) lowest: usize,
    /// No value has a greater name, nor says anything of one.
    newest: u32,
}

impl State {
    /// At the start.
    pub(super) fn new(locals: Vec<Value>) -> Self {
        Self { locals, ..Self::default() }
    }

    /// Forgets what does not hold in `other`, of the same depth; whether that is anything.
    pub(super) fn merge(&mut self, other: &Self, world: &World) -> bool {
        let changed = merge_values(&mut self.stack, other.stack.iter(), world);
        self.newest = self.newest.max(other.newest);
        merge_values(&mut self.locals, other.locals.iter(), world) | changed
    }

    /// Forgets what does not hold where a handler starts that finds the lowest `kept` values of `other`.
    pub(super) fn merge_handled(&mut self, other: &Self, kept: usize, world: &World) -> bool {
        let theirs = other.stack.iter().take(kept).chain(iter::repeat(&Value::ANY));
        let changed = merge_values(&mut self.stack, theirs, world);
        self.newest = self.newest.max(other.newest);
        merge_values(&mut self.locals, other.locals.iter(), world) | changed
    }

    /// The state where a handler starts: the lowest `kept` values, and what is pushed up to `depth`.
    pub(super) fn handled(&self, kept: usize, depth: usize) -> Self {
        let mut stack = Vec::with_capacity(depth);
        stack.extend(self.stack.iter().take(kept));
        stack.resize(depth, Value::ANY);
        Self { stack, locals: self.locals.clone(), lowest: 0, newest: self.newest }
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
        if name > self.newest {
            self.newest = name;
            return;
        }
        for value in self.stack.iter_mut().chain(&mut self.locals) {
            value.forget(name);
        }
    }
}

impl Clone for State {
    fn clone(&self) -> Self {
        Self { stack: self.stack.clone(), locals: self.locals.clone(), ..*self }
    }

    /// Uses the memory that is there.
    fn clone_from(&mut self, other: &Self) {
        self.stack.clone_from(&other.stack);
        self.locals.clone_from(&other.locals);
        (self.lowest, self.newest) = (other.lowest, other.newest);
    }
}

fn merge_values<'v>(mine: &mut [Value], theirs: impl Iterator<Item = &'v Value>, world: &World) -> bool {
    let mut changed = false;
    for (mine, theirs) in mine.iter_mut().zip(theirs) {
        if mine != theirs {
            let merged = mine.merge(*theirs, world);
            changed |= *mine != merged;
            *mine = merged;
        }
    }
    changed
}
