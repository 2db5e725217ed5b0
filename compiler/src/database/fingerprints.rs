//! The import graph and interfaces → what a module's compilation reads of other modules, in one number.
//!
//! ```text
//! a imports b imports c       a comment or a body in c: nothing changes
//!                             a signature in c: the numbers of b and a change, for b may hand on what c is
//! ```
//!
//! The number of a module covers the interfaces of all modules it imports, and of those that these
//! import at their top level: an import in a function hands nothing on. A cycle is one number.
//!
//! Invariant: no recursion, and time linear in the graph: each group of modules is hashed once, after
//! those it imports.

use super::inputs::SourceFile;
use super::jobs::for_each_handle;
use super::queries::interface_fingerprint;
use super::session::Session;
use crate::imports::graph::Edge;
use crate::imports::scc::components;
use crate::imports::{Node, Place};
use rustc_hash::FxHashMap;
use siphasher::sip128::{Hasher128, SipHasher13};
use std::hash::Hash;
use std::path::{Path, PathBuf};

impl Session {
    /// For each file of the graph: the fingerprint of what compiling it reads of other modules.
    pub fn dependency_fingerprints(&self) -> FxHashMap<PathBuf, u128> {
        let nodes = self.graph().nodes();
        let handed_on = self.handed_on();
        let mut found = FxHashMap::default();
        for node in nodes {
            let Place::Text(files) = &node.place else { continue };
            let targets = node.edges.iter().filter(|edge| !edge.conditions.is_excluded()).map(|edge| edge.to.index());
            let mut seen: Vec<(&str, u128)> =
                targets.map(|target| (nodes[target].name.as_str(), handed_on[target])).collect();
            seen.sort_unstable();
            let fingerprint = hash(&seen);
            found.extend(files.iter().map(|file| (file.clone(), fingerprint)));
        }
        found
    }

    /// For each module: the fingerprint of its interface, and of what it hands on of others.
    fn handed_on(&self) -> Vec<u128> {
        let nodes = self.graph().nodes();
        let own = self.own_fingerprints();
        let hands_on =
            |edge: &&Edge| !edge.is_implied && !edge.conditions.in_function && !edge.conditions.is_excluded();
        let successors: Vec<Vec<u32>> =
            nodes.iter().map(|node| node.edges.iter().filter(hands_on).map(|edge| edge.to.0).collect()).collect();
        let mut handed_on = vec![0; nodes.len()];
        for group in components(nodes.len(), |node| &successors[node]) {
            let members: Vec<usize> = group.iter().map(|&member| member as usize).collect();
            let mut parts: Vec<(&str, u128)> = Vec::new();
            for &member in &members {
                parts.push((nodes[member].name.as_str(), own[member]));
                let outside = successors[member].iter().filter(|target| group.binary_search(target).is_err());
                parts.extend(outside.map(|&target| (nodes[target as usize].name.as_str(), handed_on[target as usize])));
            }
            parts.sort_unstable();
            parts.dedup();
            let fingerprint = hash(&parts);
            for member in members {
                handed_on[member] = fingerprint;
            }
        }
        handed_on
    }

    /// For each module: the fingerprint of its interface; without text, of what kind of module it is.
    fn own_fingerprints(&self) -> Vec<u128> {
        let input = |node: &Node| match &node.place {
            Place::Text(files) => files.first().and_then(|file| self.file(file)),
            _ => None,
        };
        let nodes = self.graph().nodes();
        let inputs: Vec<Option<SourceFile>> = nodes.iter().map(input).collect();
        let asked: Vec<SourceFile> = inputs.iter().flatten().copied().collect();
        let ask = |db: &super::Database, file: &SourceFile| interface_fingerprint(db, *file);
        let mut answers = for_each_handle(&self.db, self.options.workers, &asked, ask).into_iter();
        let kind = |node: &Node| hash(&std::mem::discriminant(&node.place));
        nodes
            .iter()
            .zip(inputs)
            .map(|(node, input)| match input.and_then(|_| answers.next()) {
                Some(Ok(fingerprint)) => fingerprint,
                _ => kind(node),
            })
            .collect()
    }
}

/// A number that stands for a value, the same in every run of one program.
pub(super) fn hash(value: &(impl Hash + ?Sized)) -> u128 {
    let mut hasher = SipHasher13::new();
    value.hash(&mut hasher);
    hasher.finish128().as_u128()
}

/// What a static artifact was made from.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Ingredients {
    /// The hash of the module's own text.
    pub text: u128,
    /// What compiling it read of other modules.
    pub dependencies: u128,
}

impl Session {
    /// What an artifact of a file would be made from now.
    pub fn ingredients(&self, fingerprints: &FxHashMap<PathBuf, u128>, path: &Path) -> Option<Ingredients> {
        let text = self.file(path)?.contents(&self.db).digest()?;
        Some(Ingredients { text, dependencies: *fingerprints.get(path)? })
    }
}
