//! `str`, `bytes` and `tuple` constants → concatenated, repeated, indexed, sliced.
//!
//! ```text
//! "ab" * 2  →  "abab"      (1, 2) + (3,)  →  (1, 2, 3)      b"ab"[0]  →  97      "abc"[::-2]  →  "ca"
//! ```
//!
//! Invariant: a repetition has at most [`MAX_STR_SIZE`] characters or [`MAX_COLLECTION_SIZE`] items, and
//! counting nested tuples [`MAX_TOTAL_ITEMS`].

use crate::Constant;
use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive};
use pyclast_syntax::PyString;

/// `flowgraph.c: MAX_COLLECTION_SIZE`, `MAX_STR_SIZE`, `MAX_TOTAL_ITEMS`.
const MAX_COLLECTION_SIZE: usize = 256;
const MAX_STR_SIZE: usize = 4096;
const MAX_TOTAL_ITEMS: usize = 1024;

/// `left + right`.
pub(super) fn concatenate(left: &Constant, right: &Constant) -> Option<Constant> {
    Some(match (left, right) {
        (Constant::Str(left), Constant::Str(right)) => text(&[left.as_bytes(), right.as_bytes()].concat()),
        (Constant::Bytes(left), Constant::Bytes(right)) => Constant::Bytes([&left[..], &right[..]].concat().into()),
        (Constant::Tuple(left), Constant::Tuple(right)) => Constant::tuple(left.iter().chain(right.iter()).cloned()),
        _ => return None,
    })
}

/// `sequence * count` (`flowgraph.c: const_folding_safe_multiply`).
pub(super) fn repeat(sequence: &Constant, count: &BigInt) -> Option<Constant> {
    let (size, limit) = match sequence {
        Constant::Str(value) => (value.char_count(), MAX_STR_SIZE),
        Constant::Bytes(value) => (value.len(), MAX_STR_SIZE),
        Constant::Tuple(items) => (items.len(), MAX_COLLECTION_SIZE),
        _ => return None,
    };
    if size == 0 {
        // Negative counts too, but none beyond a C `ssize_t` (`OverflowError`).
        return count.to_i64().map(|_| sequence.clone());
    }
    let count = count.to_usize().filter(|&count| count <= limit / size)?;
    Some(match sequence {
        Constant::Str(value) => text(&value.as_bytes().repeat(count)),
        Constant::Bytes(value) => Constant::Bytes(value.repeat(count).into()),
        Constant::Tuple(items) => {
            if let Some(limit) = MAX_TOTAL_ITEMS.checked_div(count) {
                without_items(limit, sequence)?;
            }
            Constant::tuple(std::iter::repeat_n(&items[..], count).flatten().cloned())
        }
        _ => return None,
    })
}

/// What is left of `limit` after the items in `constant` and in the tuples in it, if anything is
/// (`flowgraph.c: const_folding_check_complexity`).
fn without_items(limit: usize, constant: &Constant) -> Option<usize> {
    match constant {
        Constant::Tuple(items) => items.iter().try_fold(limit.checked_sub(items.len())?, without_items),
        _ => Some(limit),
    }
}

/// `sequence[index]`.
pub(super) fn item(sequence: &Constant, index: &BigInt) -> Option<Constant> {
    let index = index.to_i64()?;
    let at = |length: usize| {
        let length = i64::try_from(length).ok()?;
        usize::try_from(if index < 0 { index + length } else { index }).ok()
    };
    match sequence {
        Constant::Str(value) => {
            let point = value.code_points().nth(at(value.char_count())?)?;
            Some(from_code_points([point]))
        }
        Constant::Bytes(value) => value.get(at(value.len())?).map(|&byte| Constant::int(byte.into())),
        Constant::Tuple(items) => items.get(at(items.len())?).cloned(),
        _ => None,
    }
}

/// `sequence[start:stop:step]`.
pub(super) fn slice(sequence: &Constant, parts: &[Constant; 3]) -> Option<Constant> {
    Some(match sequence {
        Constant::Str(value) => {
            let points = value.code_points().collect::<Vec<_>>();
            from_code_points(indices(parts, points.len())?.map(|index| points[index]))
        }
        Constant::Bytes(value) => Constant::Bytes(indices(parts, value.len())?.map(|index| value[index]).collect()),
        Constant::Tuple(items) => Constant::tuple(indices(parts, items.len())?.map(|index| items[index].clone())),
        _ => return None,
    })
}

/// The indices a slice selects (`sliceobject.c: PySlice_Unpack`, `PySlice_AdjustIndices`); none for a
/// part that is no `int` and for a step of zero.
fn indices(parts: &[Constant; 3], length: usize) -> Option<impl Iterator<Item = usize>> {
    let [start, stop, step] = parts;
    let length = i64::try_from(length).ok()?;
    let step = slice_index(step)?.unwrap_or(1);
    // Where a walk may begin and end: one before the first item, when it goes down.
    let (lowest, highest) = match step {
        0 => return None,
        1.. => (0, length),
        _ => (-1, length - 1),
    };
    let clamp = |position: i64| {
        let position = if position < 0 { position.saturating_add(length) } else { position };
        position.clamp(lowest, highest)
    };
    let (first, last) = if step > 0 { (lowest, highest) } else { (highest, lowest) };
    let start = slice_index(start)?.map_or(first, clamp);
    let stop = slice_index(stop)?.map_or(last, clamp);
    let within = move |&position: &i64| if step > 0 { position < stop } else { position > stop };
    let walk = std::iter::successors(Some(start), move |position| position.checked_add(step));
    Some(walk.take_while(within).filter_map(|position| usize::try_from(position).ok()))
}

/// A part of a slice, cut to the range of a C `ssize_t` (`ceval.c: _PyEval_SliceIndex`); the inner
/// `None` is Python's.
#[expect(clippy::option_option, reason = "an invalid part is not an absent one")]
fn slice_index(part: &Constant) -> Option<Option<i64>> {
    match part {
        Constant::None => Some(None),
        Constant::Bool(value) => Some(Some(i64::from(*value))),
        Constant::Int(value) => {
            let beyond = || if value.to_big().is_negative() { i64::MIN } else { i64::MAX };
            Some(Some(value.as_i64().unwrap_or_else(beyond)))
        }
        _ => None,
    }
}

fn text(bytes: &[u8]) -> Constant {
    Constant::Str(PyString::from_surrogatepass(bytes))
}

fn from_code_points(points: impl IntoIterator<Item = u32>) -> Constant {
    let mut buffer = Vec::new();
    for point in points {
        PyString::push_code_point(&mut buffer, point);
    }
    text(&buffer)
}
