//! Stacks that grow with the depth of what is walked: workers' own are small.
//!
//! ```text
//! lambda: lambda: … 2,000 times      a tree 2,000 levels deep, and 2,000 code objects in each other
//! ```
//!
//! Invariant: every walk that recurses over a tree or over code objects runs in [`for_depth`].

use pyclast_codegen::{CodeObject, Constant};
use std::ops::Deref;
use std::sync::Arc;

/// Stack of a worker, in bytes: enough for what is not nested deeply.
pub const WORKER: usize = 512 << 10;

/// Runs a walk over something that deep, on a stack that is large enough.
pub fn for_depth<T>(depth: u32, walk: impl FnOnce() -> T) -> T {
    /// What a walk takes, whatever it walks over.
    const BASE: usize = 192 << 10;
    /// What one level takes at most.
    const LEVEL: usize = 8 << 10;
    let needed = BASE + depth as usize * LEVEL;
    stacker::maybe_grow(needed, needed + BASE, walk)
}

/// A code object that may hold others to any depth; dropping it needs no stack.
#[derive(Clone, Debug)]
pub struct Code(Option<Arc<CodeObject>>);

impl Code {
    /// How deep code objects are in each other.
    pub fn depth(&self) -> u32 {
        let mut deepest = 0;
        let mut pending = vec![(&**self, 1)];
        while let Some((code, depth)) = pending.pop() {
            deepest = deepest.max(depth);
            let inner = code.constants.iter().filter_map(|constant| match constant {
                Constant::Code(code) => Some((&**code, depth + 1)),
                _ => None,
            });
            pending.extend(inner);
        }
        deepest
    }
}

impl From<Arc<CodeObject>> for Code {
    fn from(code: Arc<CodeObject>) -> Self {
        Self(Some(code))
    }
}

impl Deref for Code {
    type Target = CodeObject;

    fn deref(&self) -> &CodeObject {
        self.0.as_deref().expect("it is there until it is dropped")
    }
}

impl Drop for Code {
    fn drop(&mut self) {
        let depth = self.depth();
        let code = self.0.take();
        for_depth(depth, || drop(code));
    }
}

/// Runs the checker of static modules on a stack for trees of that depth.
pub fn for_checker<T>(nesting: u32, check: impl FnOnce() -> T) -> T {
    /// What the checker takes, whatever the trees.
    const BASE: usize = 4 << 20;
    /// What one level of a tree takes at most.
    const LEVEL: usize = 48 << 10;
    let needed = BASE + nesting as usize * LEVEL;
    stacker::maybe_grow(needed, needed + BASE, check)
}
