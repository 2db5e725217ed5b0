//! Identifiers as small numbers.
//!
//! `spam` seen twice in a module is one [`NameId`]; comparing and hashing names is comparing numbers.
//!
//! Invariant: within one [`NameTable`] equal text has equal ids.

use crate::PyString;
use std::num::NonZeroU32;
use std::sync::Arc;

/// An identifier of one module. `Option<NameId>` takes no more room.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct NameId(NonZeroU32);

impl NameId {
    /// The name at a position of a table.
    pub fn from_index(index: usize) -> Self {
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

impl NameTable {
    /// An empty table with room for some names.
    pub(crate) fn with_capacity(capacity: usize) -> Self {
        Self { shared: Arc::default(), own: Names::with_capacity(capacity) }
    }

    /// The id of `text`, new or known.
    pub fn intern(&mut self, text: &str) -> NameId {
        let key = Key::of(text.as_bytes());
        if let Some(id) = self.find(text, key) {
            return id;
        }
        let id = NameId::from_index(self.len());
        self.own.push(PyString::new(text), key, id);
        id
    }

    /// The id of `text`, if it was interned.
    pub fn lookup(&self, text: &str) -> Option<NameId> {
        self.find(text, Key::of(text.as_bytes()))
    }

    #[expect(clippy::inline_always, reason = "all names of a module pass here; a call costs more than the search")]
    #[inline(always)]
    fn find(&self, text: &str, key: Key) -> Option<NameId> {
        match self.shared.find(text.as_bytes(), key, 0) {
            None => self.own.find(text.as_bytes(), key, self.shared.list.len()),
            found => found,
        }
    }

    /// From here on clones share the names there are.
    pub fn share(&mut self) {
        if self.shared.list.is_empty() {
            self.shared = Arc::new(std::mem::take(&mut self.own));
        }
    }

    /// The same names in memory of their own: where threads count references to one string, they wait for each other.
    #[must_use]
    pub fn apart(&self) -> Self {
        Self { shared: Arc::new(self.shared.apart()), own: self.own.apart() }
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

/// Names with consecutive ids, found by open addressing.
#[derive(Clone, Debug, Default)]
struct Names {
    list: Vec<PyString>,
    /// A power of two of them, at most half of which are taken; none before the first name.
    slots: Vec<Slot>,
}

/// What tells most names apart without a look at their text.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Key {
    first: u64,
    last: u64,
    length: u32,
}

impl Key {
    /// Names up to this length have their whole text in their key.
    const WHOLE: u32 = 16;

    /// The key of a name: the two words, overlapping, that most identifiers are.
    #[inline]
    fn of(text: &[u8]) -> Self {
        let word = |bytes: &[u8; 8]| u64::from_le_bytes(*bytes);
        let half = |bytes: &[u8; 4]| u64::from(u32::from_le_bytes(*bytes));
        let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
        let (first, last) = match (text.first_chunk(), text.last_chunk()) {
            (Some(first), Some(last)) if length <= Self::WHOLE => (word(first), word(last)),
            (Some(_), Some(last)) => {
                let words = text.as_chunks().0.iter();
                (words.fold(0, |state, bytes| mix(state, word(bytes))), word(last))
            }
            _ => match (text.first_chunk(), text.last_chunk()) {
                (Some(first), Some(last)) => (half(first), half(last)),
                _ => (text.iter().fold(0, |state, &byte| state << 8 | u64::from(byte)), 0),
            },
        };
        Self { first, last, length }
    }

    #[inline]
    fn hash(self) -> usize {
        (mix(self.first ^ u64::from(self.length), self.last) >> 32) as usize
    }
}

/// A place in the table of hashes.
#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    key: Key,
    id: Option<NameId>,
}

impl Names {
    fn with_capacity(capacity: usize) -> Self {
        const FEWEST: usize = 64;
        let capacity = capacity.max(FEWEST).next_power_of_two();
        Self { list: Vec::with_capacity(capacity), slots: vec![Slot::default(); 2 * capacity] }
    }

    /// The id of a name; `first` is the index of the first of these names.
    #[expect(clippy::inline_always, reason = "all names of a module pass here; a call costs more than the search")]
    #[inline(always)]
    fn find(&self, text: &[u8], key: Key, first: usize) -> Option<NameId> {
        let mask = self.slots.len().checked_sub(1)?;
        let mut place = key.hash() & mask;
        while let Slot { key: known, id: Some(id) } = self.slots[place] {
            if known == key && (key.length <= Key::WHOLE || self.list[id.index() - first].as_bytes() == text) {
                return Some(id);
            }
            place = (place + 1) & mask;
        }
        None
    }

    fn apart(&self) -> Self {
        let copy = |name: &PyString| PyString::from_surrogatepass(name.as_bytes());
        Self { list: self.list.iter().map(copy).collect(), slots: self.slots.clone() }
    }

    /// Appends a name that is not there.
    #[inline(never)]
    fn push(&mut self, name: PyString, key: Key, id: NameId) {
        const FEWEST: usize = 128;
        self.list.push(name);
        if self.list.len() * 2 > self.slots.len() {
            let larger = vec![Slot::default(); FEWEST.max(self.slots.len() * 2)];
            for slot in std::mem::replace(&mut self.slots, larger) {
                self.take_place(slot);
            }
        }
        self.take_place(Slot { key, id: Some(id) });
    }

    fn take_place(&mut self, slot: Slot) {
        if slot.id.is_none() {
            return;
        }
        let mask = self.slots.len() - 1;
        let mut place = slot.key.hash() & mask;
        while self.slots[place].id.is_some() {
            place = (place + 1) & mask;
        }
        self.slots[place] = slot;
    }
}

/// Each bit of both reaches the upper half.
#[expect(clippy::cast_possible_truncation, reason = "both halves are taken")]
#[inline]
fn mix(state: u64, word: u64) -> u64 {
    const ODD: u64 = 0x9E37_79B9_7F4A_7C15;
    let product = u128::from(state ^ ODD) * u128::from(word ^ ODD.rotate_left(32));
    (product >> 64) as u64 ^ product as u64
}
