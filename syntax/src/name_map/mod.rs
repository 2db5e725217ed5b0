//! Maps and sets of names in the order of insertion.
//!
//! ```text
//! names of a code unit: print, x, y      position(x) = 1
//! ```
//!
//! Most scopes and code units have few names: these are searched from the start, without hashing and
//! in one piece of memory.
//!
//! Invariant: each name is there once; `index` is empty or knows all names.

use crate::NameId;
use rustc_hash::FxHashMap;

/// Maps up to this size are searched from the start.
const SEARCHED: usize = 16;

/// Values by name, in the order of insertion.
#[derive(Clone, Debug)]
pub struct NameMap<V> {
    entries: Vec<(NameId, V)>,
    /// The positions in `entries`, once there are more than [`SEARCHED`].
    index: FxHashMap<NameId, usize>,
}

/// Names in the order of insertion.
pub type NameSet = NameMap<()>;

impl<V> Default for NameMap<V> {
    fn default() -> Self {
        Self::with_capacity(0)
    }
}

impl<V> NameMap<V> {
    /// An empty map with room for some names.
    pub fn with_capacity(capacity: usize) -> Self {
        Self { entries: Vec::with_capacity(capacity), index: FxHashMap::default() }
    }

    /// Takes all names out; the memory stays.
    pub fn clear(&mut self) {
        self.entries.clear();
        self.index.clear();
    }

    /// How many names there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no name.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The position of a name.
    #[inline]
    pub fn get_index_of(&self, name: NameId) -> Option<usize> {
        if self.entries.len() <= SEARCHED {
            self.entries.iter().position(|&(known, _)| known == name)
        } else {
            self.index.get(&name).copied()
        }
    }

    /// Whether the name is there.
    pub fn contains(&self, name: NameId) -> bool {
        self.get_index_of(name).is_some()
    }

    /// The value of a name.
    #[inline]
    pub fn get(&self, name: NameId) -> Option<&V> {
        self.get_index_of(name).map(|index| &self.entries[index].1)
    }

    /// The value of a name.
    pub fn get_mut(&mut self, name: NameId) -> Option<&mut V> {
        self.get_index_of(name).map(|index| &mut self.entries[index].1)
    }

    /// The entry at a position.
    pub fn get_index(&self, index: usize) -> Option<(NameId, &V)> {
        self.entries.get(index).map(|(name, value)| (*name, value))
    }

    /// The value of a name, `default` if it is new.
    pub fn get_or_insert(&mut self, name: NameId, default: V) -> &mut V {
        let index = self.get_index_of(name).unwrap_or_else(|| self.push(name, default));
        &mut self.entries[index].1
    }

    /// Gives a name a value.
    pub fn set(&mut self, name: NameId, value: V) {
        match self.get_index_of(name) {
            Some(index) => self.entries[index].1 = value,
            None => {
                self.push(name, value);
            }
        }
    }

    /// Takes out the names that are not wanted; the later ones move down.
    pub fn retain(&mut self, mut is_wanted: impl FnMut(NameId) -> bool) {
        let count = self.entries.len();
        self.entries.retain(|&(name, _)| is_wanted(name));
        if self.entries.len() < count {
            self.renew_index();
        }
    }

    /// The value of a name; if it is new, what is made for it.
    pub fn get_or_insert_with(&mut self, name: NameId, make: impl FnOnce() -> V) -> &mut V {
        let index = self.get_index_of(name).unwrap_or_else(|| self.push(name, make()));
        &mut self.entries[index].1
    }

    /// The entries in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (NameId, &V)> + ExactSizeIterator {
        self.entries.iter().map(|(name, value)| (*name, value))
    }

    /// The entries in order.
    pub fn iter_mut(&mut self) -> impl DoubleEndedIterator<Item = (NameId, &mut V)> + ExactSizeIterator {
        self.entries.iter_mut().map(|(name, value)| (*name, value))
    }

    /// The names in order.
    pub fn names(&self) -> impl DoubleEndedIterator<Item = NameId> + ExactSizeIterator {
        self.entries.iter().map(|&(name, _)| name)
    }

    /// Takes a name out; the last takes its place. Whether it was there.
    pub fn swap_remove(&mut self, name: NameId) -> bool {
        let found = self.get_index_of(name);
        if let Some(index) = found {
            self.entries.swap_remove(index);
            self.renew_index();
        }
        found.is_some()
    }

    /// Takes a name out; the later ones move down.
    pub fn shift_remove(&mut self, name: NameId) {
        if let Some(index) = self.get_index_of(name) {
            self.entries.remove(index);
            self.renew_index();
        }
    }

    /// Appends a name that is not there; its position.
    fn push(&mut self, name: NameId, value: V) -> usize {
        const FIRST_ROOM: usize = 16;
        let position = self.entries.len();
        if self.entries.capacity() == 0 {
            self.entries.reserve(FIRST_ROOM);
        }
        self.entries.push((name, value));
        if position == SEARCHED {
            self.renew_index();
        } else if position > SEARCHED {
            self.index.insert(name, position);
        }
        position
    }

    fn renew_index(&mut self) {
        self.index.clear();
        if self.entries.len() > SEARCHED {
            self.index.extend(self.entries.iter().zip(0..).map(|(&(name, _), position)| (name, position)));
        }
    }
}

/// Whatever their order.
impl<V: PartialEq> PartialEq for NameMap<V> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().all(|(name, value)| other.get(name) == Some(value))
    }
}

impl<V: Eq> Eq for NameMap<V> {}

impl NameSet {
    /// The position of a name, and whether it is new.
    pub fn insert_full(&mut self, name: NameId) -> (usize, bool) {
        match self.get_index_of(name) {
            Some(index) => (index, false),
            None => (self.push(name, ()), true),
        }
    }

    /// Puts a name in; whether it is new.
    pub fn insert(&mut self, name: NameId) -> bool {
        self.insert_full(name).1
    }
}

impl Extend<NameId> for NameSet {
    fn extend<I: IntoIterator<Item = NameId>>(&mut self, names: I) {
        for name in names {
            self.insert(name);
        }
    }
}

impl FromIterator<NameId> for NameSet {
    fn from_iter<I: IntoIterator<Item = NameId>>(names: I) -> Self {
        let mut set = Self::default();
        set.extend(names);
        set
    }
}

#[cfg(test)]
mod tests;
