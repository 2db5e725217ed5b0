//! Results too large to be kept in the code are left to run time
//! (`flowgraph.c: const_folding_safe_multiply` and its kind).
//!
//! `1 << 200`, `"-" * 5000` and `((0,) * 20,) * 100` do not fold.

use super::int;
use crate::Constant;
use pyclast_syntax::PyInt;

/// `MAX_INT_SIZE`, in bits.
const MAX_INT_BITS: u64 = 128;
/// `MAX_COLLECTION_SIZE`, in items.
const MAX_ITEMS: u64 = 256;
/// `MAX_STR_SIZE`, in characters or bytes.
const MAX_STR_SIZE: u64 = 4096;
/// `MAX_TOTAL_ITEMS`, nested ones included.
const MAX_TOTAL_ITEMS: u64 = 1024;

fn as_int(constant: &Constant) -> Option<PyInt> {
    match constant {
        Constant::Bool(value) => Some(PyInt::Small(i64::from(*value))),
        Constant::Int(value) => Some(value.clone()),
        _ => None,
    }
}

/// Whether a product is small enough (`const_folding_safe_multiply`).
pub(super) fn may_multiply(left: &Constant, right: &Constant) -> bool {
    match (as_int(left), as_int(right)) {
        (Some(left), Some(right)) => {
            int::is_zero(&left)
                || int::is_zero(&right)
                || int::bit_length(&left) + int::bit_length(&right) <= MAX_INT_BITS
        }
        (Some(count), None) => may_repeat(right, &count),
        (None, Some(count)) => may_repeat(left, &count),
        (None, None) => true,
    }
}

fn may_repeat(sequence: &Constant, count: &PyInt) -> bool {
    let (size, limit) = match sequence {
        Constant::Tuple(items) | Constant::FrozenSet(items) => (items.len(), MAX_ITEMS),
        Constant::Str(text) => (text.char_count(), MAX_STR_SIZE),
        Constant::Bytes(bytes) => (bytes.len(), MAX_STR_SIZE),
        _ => return true,
    };
    let size = size as u64;
    if size == 0 {
        return true;
    }
    let Some(count) = int::to_size(count).filter(|&count| count <= limit / size) else { return false };
    count == 0 || remaining_items(sequence, MAX_TOTAL_ITEMS / count).is_some()
}

/// What is left of `limit` after counting nested items (`const_folding_check_complexity`).
fn remaining_items(constant: &Constant, limit: u64) -> Option<u64> {
    let Constant::Tuple(items) = constant else { return Some(limit) };
    let limit = limit.checked_sub(items.len() as u64)?;
    items.iter().try_fold(limit, |limit, item| remaining_items(item, limit))
}

/// Whether a power is small enough (`const_folding_safe_power`).
pub(super) fn may_raise(base: &Constant, exponent: &Constant) -> bool {
    let (Some(base), Some(exponent)) = (as_int(base), as_int(exponent)) else { return true };
    if int::is_zero(&base) || int::is_zero(&exponent) || int::is_negative(&exponent) {
        return true;
    }
    int::to_size(&exponent).is_some_and(|exponent| int::bit_length(&base) <= MAX_INT_BITS / exponent)
}

/// Whether a left shift is small enough (`const_folding_safe_lshift`).
pub(super) fn may_shift(value: &Constant, count: &Constant) -> bool {
    let (Some(value), Some(count)) = (as_int(value), as_int(count)) else { return true };
    if int::is_zero(&value) || int::is_zero(&count) {
        return true;
    }
    int::to_size(&count).is_some_and(|count| {
        MAX_INT_BITS.checked_sub(count).is_some_and(|room| int::bit_length(&value) <= room)
    })
}
