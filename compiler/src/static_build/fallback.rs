//! Which static modules mean the same without CinderX, but for the checks.
//!
//! ```text
//! a: from __static__ import int64     b: from a import C     c: from d import D
//! a needs machine numbers; b shares types with a, so it needs them too; c and d do without
//! ```
//!
//! Invariant: of modules that share types, all do without CinderX or none does: their classes have one layout.

use super::dependencies::Dependencies;
use super::program::{StaticModule, StaticProgram};
use pyclast_syntax::imports::ImportTarget;

/// Names of `__static__` that mean machine numbers, arrays of them, or native code.
const PRIMITIVES: [&str; 20] = [
    "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "char", "cbool", "double", "single",
    "size_t", "ssize_t", "box", "unbox", "clen", "crange", "Array", "native",
];

/// By module: whether its ordinary code may stand in; `dependencies` are those of each.
pub fn fallbacks(program: &StaticProgram, dependencies: &[Dependencies]) -> Vec<bool> {
    // Groups of modules that share types, by their lowest member.
    let mut group: Vec<usize> = (0..program.modules.len()).collect();
    for (module, dependencies) in dependencies.iter().enumerate() {
        for &other in &dependencies.static_ {
            let (left, right) = (find(&mut group, module), find(&mut group, other));
            group[left.max(right)] = left.min(right);
        }
    }
    let mut needs = vec![false; group.len()];
    for (module, text) in program.modules.iter().enumerate() {
        let representative = find(&mut group, module);
        needs[representative] |= needs_primitives(text);
    }
    (0..group.len()).map(|module| !needs[find(&mut group, module)]).collect()
}

fn find(group: &mut [usize], mut module: usize) -> usize {
    while group[module] != module {
        group[module] = group[group[module]];
        module = group[module];
    }
    module
}

fn needs_primitives(module: &StaticModule) -> bool {
    let is_primitive = |target: &ImportTarget| match target {
        ImportTarget::From { module, name, .. } => module == "__static__" && PRIMITIVES.contains(&name.as_str()),
        ImportTarget::Star { module, .. } => module == "__static__",
        ImportTarget::Module(_) => false,
    };
    let is_read = |mention: &String| {
        mention.strip_prefix("__static__.").is_some_and(|name| PRIMITIVES.contains(&name)) || mention == "__static__"
    };
    module.uses.imports.values().flatten().any(is_primitive) || module.uses.mentions.iter().any(is_read)
}
