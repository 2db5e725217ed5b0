//! `+`, `*` and `[]` on strings, bytes and tuples.
//!
//! `"a" "b" + "c"` is `"abc"`, `"aé"[-1]` is `"é"`, `b"ab"[0]` is `97`.
//!
//! Invariant: strings are indexed by code point, lone surrogates included.

use super::{int, slice};
use crate::Constant;
use pyclast_syntax::{PyInt, PyString};
use std::sync::Arc;

/// `left + right` of two sequences of one type.
pub(super) fn concatenate(left: &Constant, right: &Constant) -> Option<Constant> {
    match (left, right) {
        (Constant::Str(left), Constant::Str(right)) => {
            Some(Constant::Str(PyString::from_surrogatepass(&[left.as_bytes(), right.as_bytes()].concat())))
        }
        (Constant::Bytes(left), Constant::Bytes(right)) => {
            Some(Constant::Bytes([&left[..], &right[..]].concat().into()))
        }
        (Constant::Tuple(left), Constant::Tuple(right)) => {
            Some(Constant::Tuple(left.iter().chain(right.iter()).cloned().collect()))
        }
        _ => None,
    }
}

/// `sequence * count` or `count * sequence`. The caller has limited the size.
pub(super) fn repeat(left: &Constant, right: &Constant) -> Option<Constant> {
    let (sequence, count) = match (left, right) {
        (Constant::Bool(_) | Constant::Int(_), sequence) => (sequence, left),
        (sequence, Constant::Bool(_) | Constant::Int(_)) => (sequence, right),
        _ => return None,
    };
    let count = match count {
        Constant::Bool(count) => usize::from(*count),
        // A count of more than 63 bits raises, even for an empty sequence.
        count => usize::try_from(count.as_small_int()?).unwrap_or(0),
    };
    match sequence {
        Constant::Str(text) => {
            Some(Constant::Str(PyString::from_surrogatepass(&repeat_slice(text.as_bytes(), count))))
        }
        Constant::Bytes(bytes) => Some(Constant::Bytes(repeat_slice(bytes, count).into())),
        Constant::Tuple(items) => {
            let count = if items.is_empty() { 0 } else { count };
            Some(Constant::tuple((0..count).flat_map(|_| items.iter().cloned())))
        }
        _ => None,
    }
}

fn repeat_slice(bytes: &[u8], count: usize) -> Vec<u8> {
    // Nothing repeated any number of times is nothing.
    if bytes.is_empty() { Vec::new() } else { bytes.repeat(count) }
}

/// `sequence[index]`; `None` if it raises.
pub(super) fn subscript(sequence: &Constant, index: &Constant) -> Option<Constant> {
    match index {
        Constant::Bool(index) => item(sequence, i64::from(*index)),
        Constant::Int(PyInt::Small(index)) => item(sequence, *index),
        Constant::Slice(parts) => slice_of(sequence, parts),
        _ => None,
    }
}

fn item(sequence: &Constant, index: i64) -> Option<Constant> {
    match sequence {
        Constant::Str(text) => {
            let point = text.code_points().nth(absolute(index, text.char_count())?)?;
            Some(string([point]))
        }
        Constant::Bytes(bytes) => {
            let byte = bytes.get(absolute(index, bytes.len())?)?;
            Some(Constant::int(i64::from(*byte)))
        }
        Constant::Tuple(items) => items.get(absolute(index, items.len())?).cloned(),
        _ => None,
    }
}

/// The index from the front of an index that may count from the end.
fn absolute(index: i64, len: usize) -> Option<usize> {
    match usize::try_from(index) {
        Ok(index) => Some(index),
        Err(_) => len.checked_sub(usize::try_from(index.unsigned_abs()).ok()?),
    }
}

fn slice_of(sequence: &Constant, parts: &[Constant; 3]) -> Option<Constant> {
    match sequence {
        Constant::Str(text) => {
            let points: Vec<u32> = text.code_points().collect();
            Some(string(slice::select(&points, parts)?))
        }
        Constant::Bytes(bytes) => Some(Constant::Bytes(slice::select(bytes, parts)?.collect::<Arc<[u8]>>())),
        Constant::Tuple(items) => Some(Constant::tuple(slice::select(items, parts)?)),
        _ => None,
    }
}

/// The string of code points.
fn string(points: impl IntoIterator<Item = u32>) -> Constant {
    let mut bytes = Vec::new();
    for point in points {
        PyString::push_code_point(&mut bytes, point);
    }
    Constant::Str(PyString::from_surrogatepass(&bytes))
}

/// A part of a slice: `Ok(None)` for `None`, `Err` if it cannot be an index.
pub(super) fn slice_part(part: &Constant) -> Result<Option<i64>, NotAnIndex> {
    match part {
        Constant::None => Ok(None),
        Constant::Bool(value) => Ok(Some(i64::from(*value))),
        Constant::Int(value) => Ok(Some(int::clip(value))),
        _ => Err(NotAnIndex),
    }
}

/// The value has no `__index__`.
#[derive(Clone, Copy, Debug)]
pub(super) struct NotAnIndex;
