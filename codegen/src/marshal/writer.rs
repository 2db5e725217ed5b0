//! Code object → bytes (`marshal.c: w_object`).
//!
//! Invariant: one pass over the code object; flags and reference numbers are filled in at the end.

use super::format;
use super::identity::{CodeKey, Identities, Items, Key, is_interned, is_singleton};
use crate::{CodeFlags, CodeObject, Constant, LocalKind};
use num_bigint::BigInt;
use pyclast_syntax::{PyInt, PyString};
use rustc_hash::FxHashSet;
use std::cell::OnceCell;

/// The marshalled form of a module's code object in a version of the format.
pub fn write(code: &CodeObject, version: u8) -> Vec<u8> {
    let mut extent = Extent::default();
    extent.add(code);
    let mut writer = Writer::new(Vec::with_capacity(extent.bytes), version);
    writer.whole = Some(code);
    // Most names occur in several code objects.
    writer.identities.reserve(extent.mentions / 2);
    writer.code(code, Flagged::Always);
    writer.finish()
}

/// The marshalled form of a constant.
pub fn write_constant(constant: &Constant, version: u8) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new(), version);
    writer.constant(constant, Flagged::IfShared);
    writer.finish()
}

/// How much there is to write, about.
#[derive(Default)]
struct Extent {
    /// How often constants and names are mentioned.
    mentions: usize,
    bytes: usize,
}

impl Extent {
    /// Adds a code object and those inside it.
    fn add(&mut self, code: &CodeObject) {
        /// Tuples, tables and the names of the code itself come to so many mentions.
        const OWN: usize = 8;
        /// What they and numbers come to, and what a mention does.
        const HEADER: usize = 96;
        const MENTION: usize = 8;
        let mentions = OWN + code.names.len() + code.local_names.len() + code.constants.len();
        let tables = code.code.len() + code.line_table.len() + code.exception_table.len();
        self.mentions += mentions;
        self.bytes += HEADER + MENTION * mentions + tables;
        for constant in &*code.constants {
            if let Constant::Code(code) = constant {
                self.add(code);
            }
        }
    }
}

/// The objects that occur more than once in a code object.
fn shared_objects(code: &CodeObject, version: u8) -> FxHashSet<Key<'_>> {
    let mut writer = Writer::new(Vec::new(), version);
    writer.code(code, Flagged::Always);
    writer.identities.into_shared()
}

/// When an object is flagged.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flagged {
    /// If it occurs again.
    IfShared,
    /// In any case.
    Always,
}

struct Writer<'code> {
    bytes: Vec<u8>,
    version: u8,
    identities: Identities<'code>,
    /// Names and qualified names of classes: loaded as constants, but interned as names.
    class_names: FxHashSet<&'code [u8]>,
    /// What is written, unless it is only a part.
    whole: Option<&'code CodeObject>,
    /// What occurs twice in the whole; few frozensets ask.
    shared: OnceCell<FxHashSet<Key<'code>>>,
}

impl<'code> Writer<'code> {
    fn new(bytes: Vec<u8>, version: u8) -> Self {
        Self {
            bytes,
            version,
            identities: Identities::default(),
            class_names: FxHashSet::default(),
            whole: None,
            shared: OnceCell::new(),
        }
    }

    fn finish(mut self) -> Vec<u8> {
        if self.version >= format::VERSION_REFERENCES {
            self.identities.resolve(&mut self.bytes, format::FLAG_REF);
        }
        self.bytes
    }

    /// Writes a reference if the object was written before, otherwise its type byte (`w_ref`).
    /// Whether the content is to follow.
    fn begin(&mut self, type_byte: u8, key: Key<'code>, flagged: Flagged) -> bool {
        if self.version >= format::VERSION_REFERENCES {
            let position = self.bytes.len();
            let known = match key {
                Key::Tuple(Items::Constants(items)) if !items.is_empty() => {
                    self.identities.find_or_note_at(items.as_ptr().addr(), key, position)
                }
                _ => self.identities.find_or_note(key, position),
            };
            match known {
                Some(entry) => {
                    self.reference(entry);
                    return false;
                }
                None if flagged == Flagged::Always => self.identities.flag_last(),
                None => {}
            }
        }
        self.bytes.push(type_byte);
        true
    }

    /// Writes a reference to an object that was written before.
    fn reference(&mut self, entry: usize) {
        self.bytes.push(format::REF);
        self.identities.refer(entry, self.bytes.len());
        self.bytes.extend_from_slice(&[0; 4]);
    }

    fn code(&mut self, code: &'code CodeObject, flagged: Flagged) {
        if !self.begin(format::CODE, Key::Code(CodeKey(code)), flagged) {
            return;
        }
        for count in [code.arg_count, code.pos_only_arg_count, code.kw_only_arg_count, code.stack_size, code.flags.0] {
            self.u32(count);
        }
        self.identities.note_flagged(self.bytes.len());
        self.bytes.push(format::BYTES);
        self.sized(&code.code);
        if loads_own_qualname(code) {
            self.note_class(code);
        }
        self.tuple(Items::Constants(&code.constants), Flagged::IfShared);
        self.tuple(Items::Names(&code.names), Flagged::IfShared);
        self.local_names(code);
        self.local_kinds(&code.local_kinds);
        self.interned(&code.filename);
        self.interned(&code.name);
        self.interned(&code.qualname);
        self.u32(code.first_line.cast_unsigned());
        self.table(&code.line_table);
        self.table(&code.exception_table);
    }

    /// Constants merge: a string of the program that is written before the class takes the place of its
    /// name.
    fn note_class(&mut self, code: &'code CodeObject) {
        let names = [code.name.as_bytes(), code.qualname.as_bytes()];
        let identities = &self.identities;
        self.class_names.extend(names.into_iter().filter(|name| !identities.contains(Key::Str(name))));
    }

    fn local_names(&mut self, code: &'code CodeObject) {
        if has_renamed_format(code) {
            let type_byte = self.tuple_type(code.local_names.len());
            self.bytes.push(type_byte);
            self.tuple_content(Items::Names(&code.local_names));
        } else {
            self.tuple(Items::Names(&code.local_names), Flagged::IfShared);
        }
    }

    /// Kinds are made for each code object anew, so they are shared only if empty.
    fn local_kinds(&mut self, kinds: &[LocalKind]) {
        if kinds.is_empty() {
            self.table(&[]);
            return;
        }
        self.bytes.push(format::BYTES);
        self.size(kinds.len());
        self.bytes.extend(kinds.iter().map(|kind| kind.0));
    }

    /// A `bytes` that is no constant but shares its key with those that are.
    fn table(&mut self, table: &'code [u8]) {
        let flagged = if table.len() < 2 { Flagged::Always } else { Flagged::IfShared };
        if self.begin(format::BYTES, Key::Bytes(table), flagged) {
            self.sized(table);
        }
    }

    fn constant(&mut self, constant: &'code Constant, flagged: Flagged) {
        let flagged = if is_singleton(constant) { Flagged::Always } else { flagged };
        match constant {
            Constant::None => self.bytes.push(format::NONE),
            Constant::Ellipsis => self.bytes.push(format::ELLIPSIS),
            Constant::Bool(false) => self.bytes.push(format::FALSE),
            Constant::Bool(true) => self.bytes.push(format::TRUE),
            Constant::Int(value) => self.int(value, constant, flagged),
            Constant::Float(value) => {
                if self.begin(format::FLOAT, Key::Constant(constant), flagged) {
                    self.bytes.extend_from_slice(&value.to_le_bytes());
                }
            }
            Constant::Complex(real, imaginary) => {
                if self.begin(format::COMPLEX, Key::Constant(constant), flagged) {
                    self.bytes.extend_from_slice(&real.to_le_bytes());
                    self.bytes.extend_from_slice(&imaginary.to_le_bytes());
                }
            }
            Constant::Str(text) => self.string(text, flagged),
            Constant::Bytes(bytes) => {
                if self.begin(format::BYTES, Key::Bytes(bytes), flagged) {
                    self.sized(bytes);
                }
            }
            Constant::Tuple(items) => self.tuple(Items::Constants(items), flagged),
            Constant::FrozenSet(items) if holds_names(items) => {
                self.bytes.push(format::FROZENSET);
                self.members(items);
            }
            Constant::FrozenSet(items) => {
                if self.begin(format::FROZENSET, Key::Constant(constant), flagged) {
                    self.members(items);
                }
            }
            Constant::Slice(parts) => {
                if self.begin(format::SLICE, Key::Constant(constant), flagged) {
                    parts.iter().for_each(|part| self.slice_part(part));
                }
            }
            Constant::Code(code) => self.code(code, flagged),
        }
    }

    fn int(&mut self, value: &PyInt, constant: &'code Constant, flagged: Flagged) {
        let small = match value {
            PyInt::Small(value) => i32::try_from(*value).ok(),
            PyInt::Big(_) => None,
        };
        let type_byte = if small.is_some() { format::INT } else { format::LONG };
        if !self.begin(type_byte, Key::Constant(constant), flagged) {
            return;
        }
        match (small, value) {
            (Some(value), _) => self.u32(value.cast_unsigned()),
            (None, PyInt::Small(value)) => self.long(&BigInt::from(*value)),
            (None, PyInt::Big(value)) => self.long(value),
        }
    }

    /// Digits of 15 bits, lowest first; the sign is that of their count (`w_PyLong`).
    fn long(&mut self, value: &BigInt) {
        let magnitude = value.magnitude();
        let digits = magnitude.bits().div_ceil(u64::from(format::LONG_DIGIT_BITS));
        let count = i32::try_from(digits).unwrap_or(i32::MAX);
        let negative = value.sign() == num_bigint::Sign::Minus;
        self.u32((if negative { -count } else { count }).cast_unsigned());
        let mut accumulator = 0_u64;
        let mut bits = 0;
        let mut written = 0;
        for word in magnitude.iter_u32_digits() {
            accumulator |= u64::from(word) << bits;
            bits += 32;
            while bits >= format::LONG_DIGIT_BITS && written < digits {
                self.long_digit(accumulator);
                accumulator >>= format::LONG_DIGIT_BITS;
                bits -= format::LONG_DIGIT_BITS;
                written += 1;
            }
        }
        if written < digits {
            self.long_digit(accumulator);
        }
    }

    fn long_digit(&mut self, accumulator: u64) {
        let digit = (accumulator & ((1 << format::LONG_DIGIT_BITS) - 1)) as u16;
        self.bytes.extend_from_slice(&digit.to_le_bytes());
    }

    fn interned(&mut self, text: &'code PyString) {
        let text = text.as_bytes();
        if self.version >= format::VERSION_REFERENCES {
            if let Some(entry) =
                self.identities.find_or_note_at(text.as_ptr().addr(), Key::Interned(text), self.bytes.len())
            {
                self.reference(entry);
                return;
            }
            self.identities.flag_last();
        }
        let type_byte = self.string_type(text, true);
        self.bytes.push(type_byte);
        self.string_content(type_byte, text);
    }

    fn string(&mut self, constant: &'code PyString, flagged: Flagged) {
        let text = constant.as_bytes();
        if is_interned(text) || self.class_names.contains(text) {
            self.interned(constant);
            return;
        }
        let type_byte = self.string_type(text, false);
        if self.begin(type_byte, Key::Str(text), flagged) {
            self.string_content(type_byte, text);
        }
    }

    fn string_type(&self, text: &[u8], interned: bool) -> u8 {
        let ascii = self.version >= format::VERSION_SHORT_FORMS && text.is_ascii();
        match (ascii, text.len() < 256, interned) {
            (true, true, true) => format::SHORT_ASCII_INTERNED,
            (true, true, false) => format::SHORT_ASCII,
            (true, false, true) => format::ASCII_INTERNED,
            (true, false, false) => format::ASCII,
            (false, _, true) if self.version >= format::VERSION_REFERENCES => format::INTERNED,
            (false, _, _) => format::UNICODE,
        }
    }

    fn string_content(&mut self, type_byte: u8, text: &[u8]) {
        if matches!(type_byte, format::SHORT_ASCII | format::SHORT_ASCII_INTERNED) {
            self.bytes.push(text.len().to_le_bytes()[0]);
            self.bytes.extend_from_slice(text);
        } else {
            self.sized(text);
        }
    }

    fn tuple(&mut self, items: Items<'code>, flagged: Flagged) {
        let type_byte = self.tuple_type(items.len());
        let flagged = if items.len() == 0 { Flagged::Always } else { flagged };
        if self.begin(type_byte, Key::Tuple(items), flagged) {
            self.tuple_content(items);
        }
    }

    fn tuple_type(&self, count: usize) -> u8 {
        if self.version >= format::VERSION_SHORT_FORMS && count < 256 { format::SMALL_TUPLE } else { format::TUPLE }
    }

    fn tuple_content(&mut self, items: Items<'code>) {
        if self.tuple_type(items.len()) == format::SMALL_TUPLE {
            self.bytes.push(items.len().to_le_bytes()[0]);
        } else {
            self.size(items.len());
        }
        match items {
            Items::Constants(items) => items.iter().for_each(|item| self.constant(item, Flagged::IfShared)),
            Items::Names(names) => names.iter().for_each(|name| self.interned(name)),
        }
    }

    /// The parts of a slice are neither merged with other constants nor interned.
    fn slice_part(&mut self, part: &'code Constant) {
        match part {
            _ if is_singleton(part) => self.constant(part, Flagged::Always),
            Constant::Str(text) => {
                let text = text.as_bytes();
                let type_byte = self.string_type(text, false);
                self.bytes.push(type_byte);
                self.string_content(type_byte, text);
            }
            _ => {
                let bytes = self.separately(part, Flagged::IfShared);
                self.bytes.extend_from_slice(&bytes);
            }
        }
    }

    /// Members of a frozenset in the order of their own marshalled bytes.
    fn members(&mut self, items: &'code [Constant]) {
        let mut members: Vec<(Vec<u8>, &Constant)> =
            items.iter().map(|item| (self.separately(item, Flagged::Always), item)).collect();
        members.sort_by(|(left, _), (right, _)| left.cmp(right));
        self.size(members.len());
        for (_, member) in members {
            self.constant(member, Flagged::Always);
        }
    }

    /// The marshalled form of a value on its own.
    fn separately(&self, constant: &'code Constant, flagged: Flagged) -> Vec<u8> {
        let mut writer = Writer::new(Vec::new(), self.version);
        writer.constant(constant, flagged);
        if writer.version >= format::VERSION_REFERENCES {
            // Parts that have other owners in the code object are flagged here as well.
            if let (Constant::Tuple(_), Some(whole)) = (constant, self.whole) {
                let shared = self.shared.get_or_init(|| shared_objects(whole, self.version));
                writer.identities.flag_shared(shared);
            }
        }
        writer.finish()
    }

    fn sized(&mut self, bytes: &[u8]) {
        self.size(bytes.len());
        self.bytes.extend_from_slice(bytes);
    }

    /// CPython's sizes are signed 32-bit numbers, and no source file is long enough to pass them.
    fn size(&mut self, size: usize) {
        self.u32(u32::try_from(size).unwrap_or(u32::MAX));
    }

    fn u32(&mut self, value: u32) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }
}

/// Whether the parameter `.format` was renamed in the finished code object, which gave it names of
/// its own (`codegen_leave_annotations_scope`).
fn has_renamed_format(code: &CodeObject) -> bool {
    code.pos_only_arg_count == 1
        && code.name.as_bytes() == b"__annotate__"
        && code.local_names.first().is_some_and(|name| name.as_bytes() == b"format")
}

/// Whether the code is a class body: it stores its `__qualname__`.
fn loads_own_qualname(code: &CodeObject) -> bool {
    let is_qualname = |constant: &Constant| matches!(constant, Constant::Str(text) if *text == code.qualname);
    !code.flags.intersects(CodeFlags::OPTIMIZED) && code.constants.iter().any(is_qualname)
}

/// Whether a frozenset has a member that is interned in place of an equal string known before: each
/// code object then gets a copy of its own (`codeobject.c: intern_constants`).
fn holds_names(members: &[Constant]) -> bool {
    members.iter().any(|member| match member {
        Constant::Str(text) => match text.as_bytes() {
            [] | [_] | [b'0'..=b'9', ..] => false,
            text => is_interned(text),
        },
        _ => false,
    })
}
