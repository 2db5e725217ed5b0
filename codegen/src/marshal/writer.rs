//! Code object → bytes (`marshal.c: w_object`).
//!
//! Invariant: one pass over the code object; flags and reference numbers are filled in at the end.

use super::format;
use super::identity::{CodeKey, Identities, Items, Key, is_interned, is_singleton};
use crate::{CodeObject, Constant, LocalKind};
use num_bigint::BigInt;
use pyclast_syntax::{PyInt, PyString};

/// The marshalled form of a module's code object in a version of the format.
pub fn write(code: &CodeObject, version: u8) -> Vec<u8> {
    let mut writer = Writer { bytes: Vec::with_capacity(1 << 14), version, identities: Identities::default() };
    writer.code(code, Flagged::Always);
    writer.finish()
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
}

impl<'code> Writer<'code> {
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
            match self.identities.find_or_note(key, self.bytes.len()) {
                Some(entry) => {
                    self.bytes.push(format::REF);
                    self.identities.refer(entry, self.bytes.len());
                    self.bytes.extend_from_slice(&[0; 4]);
                    return false;
                }
                None if flagged == Flagged::Always => self.identities.flag_last(),
                None => {}
            }
        }
        self.bytes.push(type_byte);
        true
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
        self.tuple(Items::Constants(&code.constants), Flagged::IfShared);
        self.tuple(Items::Names(&code.names), Flagged::IfShared);
        self.tuple(Items::Names(&code.local_names), Flagged::IfShared);
        self.local_kinds(&code.local_kinds);
        self.interned(&code.filename);
        self.interned(&code.name);
        self.interned(&code.qualname);
        self.u32(code.first_line.cast_unsigned());
        self.table(&code.line_table);
        self.table(&code.exception_table);
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
            Constant::Str(text) if is_interned(text.as_bytes()) => self.interned(text),
            Constant::Str(text) => self.string(text, flagged),
            Constant::Bytes(bytes) => {
                if self.begin(format::BYTES, Key::Bytes(bytes), flagged) {
                    self.sized(bytes);
                }
            }
            Constant::Tuple(items) => self.tuple(Items::Constants(items), flagged),
            Constant::FrozenSet(items) => {
                if self.begin(format::FROZENSET, Key::Constant(constant), flagged) {
                    self.frozenset(items);
                }
            }
            Constant::Slice(parts) => {
                if self.begin(format::SLICE, Key::Constant(constant), flagged) {
                    parts.iter().for_each(|part| self.constant(part, Flagged::IfShared));
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
        let type_byte = self.string_type(text, true);
        if self.begin(type_byte, Key::Interned(text), Flagged::Always) {
            self.string_content(type_byte, text);
        }
    }

    fn string(&mut self, text: &'code PyString, flagged: Flagged) {
        let text = text.as_bytes();
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
        let count = items.len();
        let small = self.version >= format::VERSION_SHORT_FORMS && count < 256;
        let type_byte = if small { format::SMALL_TUPLE } else { format::TUPLE };
        let flagged = if count == 0 { Flagged::Always } else { flagged };
        if !self.begin(type_byte, Key::Tuple(items), flagged) {
            return;
        }
        if small {
            self.bytes.push(count.to_le_bytes()[0]);
        } else {
            self.size(count);
        }
        match items {
            Items::Constants(items) => items.iter().for_each(|item| self.constant(item, Flagged::IfShared)),
            Items::Names(names) => names.iter().for_each(|name| self.interned(name)),
        }
    }

    /// Members in the order of their own marshalled bytes.
    fn frozenset(&mut self, items: &'code [Constant]) {
        let mut members: Vec<(Vec<u8>, &Constant)> =
            items.iter().map(|item| (self.separately(item), item)).collect();
        members.sort_by(|(left, _), (right, _)| left.cmp(right));
        self.size(members.len());
        for (_, member) in members {
            self.constant(member, Flagged::Always);
        }
    }

    /// The marshalled form of a value on its own.
    fn separately(&self, constant: &Constant) -> Vec<u8> {
        let mut writer =
            Writer { bytes: Vec::new(), version: self.version, identities: Identities::default() };
        writer.constant(constant, Flagged::Always);
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
