//! Identifiers as small numbers.
//!
//! `spam` seen twice in a module is one [`NameId`]; comparing and hashing names is comparing numbers.
//!
//! Invariant: within one [`NameTable`] equal text has equal ids.

use crate::PyString;
use rustc_hash::FxHashMap;

/// An identifier of one module.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct NameId(u32);

impl NameId {
    /// The position of the name in its table.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// The identifiers of one module.
#[derive(Clone, Debug, Default)]
pub struct NameTable {
    ids: FxHashMap<PyString, NameId>,
    names: Vec<PyString>,
}

impl NameTable {
    /// The id of `text`, new or known.
    pub fn intern(&mut self, text: &str) -> NameId {
        // `PyString` borrows as bytes, so a known name costs no allocation.
        if let Some(&id) = self.ids.get(text.as_bytes()) {
            return id;
        }
        let id = NameId(u32::try_from(self.names.len()).expect("a module has fewer than 2**32 names"));
        let name = PyString::new(text);
        self.names.push(name.clone());
        self.ids.insert(name, id);
        id
    }

    /// The id of `text`, if it was interned.
    pub fn lookup(&self, text: &str) -> Option<NameId> {
        self.ids.get(text.as_bytes()).copied()
    }

    /// How many names there are.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there is no name yet.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The name as a Python string.
    pub fn get(&self, id: NameId) -> &PyString {
        &self.names[id.0 as usize]
    }

    /// The name as text (identifiers never hold surrogates).
    pub fn text(&self, id: NameId) -> &str {
        self.get(id).as_str().unwrap_or_default()
    }
}
