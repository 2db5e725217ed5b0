//! `.pyc` files: a header of sixteen bytes, then the marshalled code object (PEP 552).
//!
//! ```text
//! 2b 0e 0d 0a · 00 00 00 00 · mtime · size         valid while the source has this time and size
//! 2b 0e 0d 0a · 03 00 00 00 · source hash          valid while the source has this hash
//! ```
//!
//! Invariant: a header parses to what it was made from.

pub mod strict;
#[cfg(test)]
mod tests;

use crate::{CodeObject, Target, marshal};
use siphasher::sip::SipHasher13;
use std::fmt;
use std::hash::Hasher;

/// Bytes of a header.
pub const HEADER_SIZE: usize = 16;

/// How an interpreter decides whether a `.pyc` file fits its source.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Validation {
    /// By the source's time and size, each modulo 2³².
    Timestamp {
        /// Seconds since 1970.
        mtime: u32,
        /// Bytes.
        size: u32,
    },
    /// By the source's hash.
    CheckedHash([u8; 8]),
    /// Not at all; the hash is for other tools.
    UncheckedHash([u8; 8]),
}

/// Flag: the file is validated by hash.
const FLAG_HASH: u32 = 1;
/// Flag: the interpreter compares the hash.
const FLAG_CHECK_SOURCE: u32 = 2;

/// The first four bytes of the target's `.pyc` files (`importlib.util.MAGIC_NUMBER`).
pub fn magic(target: &Target) -> [u8; 4] {
    let [low, high] = target.magic.to_le_bytes();
    [low, high, b'\r', b'\n']
}

/// The hash of a source file's bytes (`importlib.util.source_hash`): SipHash-1-3 keyed by the magic
/// number.
pub fn source_hash(target: &Target, source: &[u8]) -> [u8; 8] {
    let mut hasher = SipHasher13::new_with_keys(u32::from_le_bytes(magic(target)).into(), 0);
    hasher.write(source);
    hasher.finish().to_le_bytes()
}

/// The header of a `.pyc` file.
pub fn header(target: &Target, validation: Validation) -> [u8; HEADER_SIZE] {
    let (flags, rest) = match validation {
        Validation::Timestamp { mtime, size } => (0, u64::from(mtime) | u64::from(size) << 32),
        Validation::CheckedHash(hash) => (FLAG_HASH | FLAG_CHECK_SOURCE, u64::from_le_bytes(hash)),
        Validation::UncheckedHash(hash) => (FLAG_HASH, u64::from_le_bytes(hash)),
    };
    let mut bytes = [0; HEADER_SIZE];
    bytes[..4].copy_from_slice(&magic(target));
    bytes[4..8].copy_from_slice(&u32::to_le_bytes(flags));
    bytes[8..].copy_from_slice(&rest.to_le_bytes());
    bytes
}

/// A whole `.pyc` file.
pub fn write(target: &Target, validation: Validation, code: &CodeObject) -> Vec<u8> {
    let mut file = header(target, validation).to_vec();
    file.append(&mut marshal::write(code, target.marshal_version));
    file
}

/// Why a header does not parse.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HeaderError {
    /// The file is shorter than a header.
    TooShort,
    /// The file is for another interpreter, or no `.pyc` file at all.
    WrongMagic([u8; 4]),
    /// Flags that mean nothing.
    InvalidFlags(u32),
}

impl fmt::Display for HeaderError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooShort => formatter.write_str("the file ends inside its header"),
            Self::WrongMagic([a, b, b'\r', b'\n']) => {
                write!(formatter, "bad magic number {}", u16::from_le_bytes([*a, *b]))
            }
            Self::WrongMagic(bytes) => write!(formatter, "bad magic number {bytes:02x?}"),
            Self::InvalidFlags(flags) => write!(formatter, "invalid flags {flags:#x}"),
        }
    }
}

impl std::error::Error for HeaderError {}

/// The header of a `.pyc` file, and the marshalled code object behind it.
pub fn parse<'file>(target: &Target, file: &'file [u8]) -> Result<(Validation, &'file [u8]), HeaderError> {
    let (header, code) = file.split_first_chunk::<HEADER_SIZE>().ok_or(HeaderError::TooShort)?;
    let &[found, flags, first, second] = header.as_chunks::<4>().0 else { return Err(HeaderError::TooShort) };
    if found != magic(target) {
        return Err(HeaderError::WrongMagic(found));
    }
    let mut hash = [0; 8];
    hash.copy_from_slice(&header[8..]);
    let flags = u32::from_le_bytes(flags);
    let validation = match flags {
        0 => Validation::Timestamp { mtime: u32::from_le_bytes(first), size: u32::from_le_bytes(second) },
        FLAG_HASH => Validation::UncheckedHash(hash),
        flags if flags == FLAG_HASH | FLAG_CHECK_SOURCE => Validation::CheckedHash(hash),
        flags => return Err(HeaderError::InvalidFlags(flags)),
    };
    Ok((validation, code))
}
