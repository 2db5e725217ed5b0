//! Identifiers as small numbers.
//!
//! `spam` seen twice in a module is one [`NameId`]; comparing and hashing names is comparing numbers.
//!
//! Invariant: within one [`NameTable`] equal text has equal ids.

use crate::PyString;
use rustc_hash::FxHashMap;
use std::num::NonZeroU32;
use std::sync::Arc;

/// An identifier of one module. `Option<NameId>` takes no more room.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct NameId(NonZeroU32);

impl NameId {
    fn from_index(index: usize) -> Self {
        let number = u32::try_from(index + 1).ok().and_then(NonZeroU32::new);
        Self(number.expect("a module has fewer than 2**32 - 1 names"))
    }

    /// The position of the name in its table.
    pub const fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// The identifiers of one module.
///
/// Cloning a table that was [shared](NameTable::share) copies nothing.
#[derive(Clone, Debug, Default)]
pub struct NameTable {
    shared: Arc<Names>,
    /// Names that came after: their ids go on from the shared ones'.
    own: Names,
}

#[derive(Clone, Debug, Default)]
struct Names {
    ids: FxHashMap<PyString, NameId>,
    list: Vec<PyString>,
}

impl NameTable {
    /// The id of `text`, new or known.
    pub fn intern(&mut self, text: &str) -> NameId {
        if let Some(id) = self.lookup(text) {
            return id;
        }
        let id = NameId::from_index(self.len());
        let name = PyString::new(text);
        self.own.list.push(name.clone());
        self.own.ids.insert(name, id);
        id
    }

    /// The id of `text`, if it was interned.
    pub fn lookup(&self, text: &str) -> Option<NameId> {
        // `PyString` borrows as bytes, so looking a name up costs no allocation.
        let known = |names: &Names| names.ids.get(text.as_bytes()).copied();
        known(&self.shared).or_else(|| known(&self.own))
    }

    /// From here on clones share the names there are.
    pub fn share(&mut self) {
        if self.shared.list.is_empty() {
            self.shared = Arc::new(std::mem::take(&mut self.own));
        }
    }

    /// How many names there are.
    pub fn len(&self) -> usize {
        self.shared.list.len() + self.own.list.len()
    }

    /// Whether there is no name yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The name as a Python string.
    pub fn get(&self, id: NameId) -> &PyString {
        let index = id.index();
        self.shared.list.get(index).unwrap_or_else(|| &self.own.list[index - self.shared.list.len()])
    }

    /// The name as text (identifiers never hold surrogates).
    pub fn text(&self, id: NameId) -> &str {
        self.get(id).as_str().unwrap_or_default()
    }
}
