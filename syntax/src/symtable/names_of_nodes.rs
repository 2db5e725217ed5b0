//! The names of `Name` and `Attribute` nodes, and those that definitions and parameters give, so that nobody hashes their text again.
//!
//! Invariant: a name is that of the node's text, not mangled.

use crate::NameId;

/// By node index: a name, or none.
#[derive(Clone, Debug, Default)]
pub(super) struct NamesOfNodes(Vec<Option<NameId>>);

impl NamesOfNodes {
    /// Room for the nodes of a module.
    pub(super) fn new(node_count: u32) -> Self {
        Self(vec![None; node_count as usize])
    }

    pub(super) fn set(&mut self, node: u32, name: NameId) {
        if let Some(place) = self.0.get_mut(node as usize) {
            *place = Some(name);
        }
    }

    #[inline]
    pub(super) fn get(&self, node: u32) -> Option<NameId> {
        self.0.get(node as usize).copied().flatten()
    }
}
