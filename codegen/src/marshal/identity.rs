//! Which objects of a code object are one object: what CPython's const cache and string interning
//! make the same, and with it what marshal writes once.
//!
//! ```text
//! co_names ('a', 'b')   ≡   constant ('a', 'b')        the tuples are merged by their keys
//! name "spam"           ≢   constant "spam egg"        interned and other strings never are one
//! ```
//!
//! Invariant: equal keys are one object, and an object has one key.

use crate::{CodeObject, Constant};
use pyclast_syntax::{PyInt, PyString};
use rustc_hash::{FxHashMap, FxHashSet};
use std::hash::{Hash, Hasher};

/// What makes an object the same as another.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Key<'code> {
    /// An interned string.
    Interned(&'code [u8]),
    /// Any other object that the const cache merges.
    Constant(&'code Constant),
    /// A string that is not interned.
    Str(&'code [u8]),
    /// A `bytes`: a constant or a table of a code object.
    Bytes(&'code [u8]),
    /// A `tuple`.
    Tuple(Items<'code>),
    /// A code object.
    Code(CodeKey<'code>),
}

/// The items of a tuple.
#[derive(Clone, Copy)]
pub(super) enum Items<'code> {
    /// Constants.
    Constants(&'code [Constant]),
    /// Names.
    Names(&'code [PyString]),
}

impl Items<'_> {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Constants(items) => items.len(),
            Self::Names(items) => items.len(),
        }
    }
}

impl PartialEq for Items<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (*self, *other) {
            (Self::Constants(left), Self::Constants(right)) => left == right,
            (Self::Names(left), Self::Names(right)) => left == right,
            (Self::Constants(constants), Self::Names(names)) | (Self::Names(names), Self::Constants(constants)) => {
                constants.len() == names.len()
                    && constants
                        .iter()
                        .zip(names)
                        .all(|(constant, name)| matches!(constant, Constant::Str(text) if text == name))
            }
        }
    }
}

impl Eq for Items<'_> {}

impl Hash for Items<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_usize(self.len());
        match self {
            Self::Constants(items) => items.iter().for_each(|item| hash_briefly(item, 2, state)),
            Self::Names(items) => items.iter().for_each(|item| item.hash(state)),
        }
    }
}

/// Hashes a constant, and of a tuple so many levels of its items: enough to tell the operands of typed code apart.
fn hash_briefly(constant: &Constant, levels: u32, state: &mut impl Hasher) {
    match constant {
        Constant::Str(text) => text.hash(state),
        Constant::Code(code) => code.hash_place(state),
        Constant::Tuple(items) => {
            state.write_usize(items.len());
            if let Some(inner) = levels.checked_sub(1) {
                items.iter().for_each(|item| hash_briefly(item, inner, state));
            }
        }
        other => other.hash(state),
    }
}

/// A code object by `code.__eq__`.
#[derive(Clone, Copy)]
pub(super) struct CodeKey<'code>(pub(super) &'code CodeObject);

impl PartialEq for CodeKey<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0) || self.0.same_code(other.0)
    }
}

impl Eq for CodeKey<'_> {}

impl Hash for CodeKey<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash_place(state);
    }
}

/// An object that was written.
struct Entry {
    /// Where its type byte stands.
    position: usize,
    /// Whether the type byte carries `FLAG_REF`.
    flagged: bool,
}

/// The objects written so far.
#[derive(Default)]
pub(super) struct Identities<'code> {
    by_key: FxHashMap<Key<'code>, usize>,
    /// By address: interned strings and tuples. Most names of a module are clones of each other.
    by_address: FxHashMap<usize, usize>,
    /// In the order of writing.
    entries: Vec<Entry>,
    /// Where the number of a reference stands, and of which entry.
    references: Vec<(usize, usize)>,
}

impl<'code> Identities<'code> {
    /// Room for so many objects.
    pub(super) fn reserve(&mut self, count: usize) {
        self.by_key.reserve(count);
        self.by_address.reserve(count);
        self.entries.reserve(count);
    }

    /// The entry of an object, if it was written before; otherwise it is noted for `position`.
    pub(super) fn find_or_note(&mut self, key: Key<'code>, position: usize) -> Option<usize> {
        match self.by_key.entry(key) {
            std::collections::hash_map::Entry::Occupied(known) => Some(*known.get()),
            std::collections::hash_map::Entry::Vacant(place) => {
                place.insert(self.entries.len());
                self.entries.push(Entry { position, flagged: false });
                None
            }
        }
    }

    /// The same for an object that others at its address are clones of.
    pub(super) fn find_or_note_at(&mut self, address: usize, key: Key<'code>, position: usize) -> Option<usize> {
        if let Some(&entry) = self.by_address.get(&address) {
            return Some(entry);
        }
        let next = self.entries.len();
        let known = self.find_or_note(key, position);
        self.by_address.insert(address, known.unwrap_or(next));
        known
    }

    /// Whether an object was written before.
    pub(super) fn contains(&self, key: Key<'code>) -> bool {
        self.by_key.contains_key(&key)
    }

    /// Flags the object noted last, before anything inside it is noted.
    pub(super) fn flag_last(&mut self) {
        if let Some(entry) = self.entries.last_mut() {
            entry.flagged = true;
        }
    }

    /// Notes an object that is flagged but never occurs again.
    pub(super) fn note_flagged(&mut self, position: usize) {
        self.entries.push(Entry { position, flagged: true });
    }

    /// Notes that the number of `entry` is to be written at `position`.
    pub(super) fn refer(&mut self, entry: usize, position: usize) {
        self.entries[entry].flagged = true;
        self.references.push((position, entry));
    }

    /// Flags what is in `shared`.
    pub(super) fn flag_shared(&mut self, shared: &FxHashSet<Key<'code>>) {
        let entries = &mut self.entries;
        self.by_key.iter().for_each(|(key, &entry)| entries[entry].flagged |= shared.contains(key));
    }

    /// The objects that were flagged.
    pub(super) fn into_shared(self) -> FxHashSet<Key<'code>> {
        let entries = self.entries;
        self.by_key.into_iter().filter(|&(_, entry)| entries[entry].flagged).map(|(key, _)| key).collect()
    }

    /// Writes flags and numbers, which are known only when everything is written: the n-th flagged
    /// object in the order of writing has number n.
    pub(super) fn resolve(&self, bytes: &mut [u8], flag: u8) {
        let mut numbers = vec![0_u32; self.entries.len()];
        let mut next = 0;
        for (entry, number) in self.entries.iter().zip(&mut numbers) {
            if entry.flagged {
                bytes[entry.position] |= flag;
                *number = next;
                next += 1;
            }
        }
        for &(position, entry) in &self.references {
            bytes[position..position + 4].copy_from_slice(&numbers[entry].to_le_bytes());
        }
    }
}

/// Whether CPython keeps one object for the value, whoever asks for it.
pub(super) fn is_singleton(constant: &Constant) -> bool {
    match constant {
        Constant::Int(PyInt::Small(value)) => (-5..=256).contains(value),
        Constant::Str(text) => is_latin1_character(text.as_bytes()),
        Constant::Bytes(bytes) => bytes.len() < 2,
        Constant::Tuple(items) => items.is_empty(),
        _ => false,
    }
}

/// Whether a string has one character below U+0100: CPython keeps these, interned.
pub(super) fn is_latin1_character(text: &[u8]) -> bool {
    match text {
        [_] => true,
        [first, _] => matches!(first, 0xC2 | 0xC3),
        _ => false,
    }
}

/// Whether a string constant is interned (`codeobject.c: should_intern_string`).
pub(super) fn is_interned(text: &[u8]) -> bool {
    text.iter().all(|&byte| byte.is_ascii_alphanumeric() || byte == b'_') || is_latin1_character(text)
}
