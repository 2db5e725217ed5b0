//! Slices of sequences (`sliceobject.c: PySlice_Unpack`, `PySlice_AdjustIndices`).
//!
//! `"abcde"[-2::-2]` takes the items 3, 1.

use super::sequence::slice_part;
use crate::Constant;

/// The items a slice selects; `None` if it raises.
pub(super) fn select<'a, T: Clone>(
    items: &'a [T],
    parts: &[Constant; 3],
) -> Option<impl Iterator<Item = T> + use<'a, T>> {
    let [start, stop, step] = [0, 1, 2].map(|part| slice_part(&parts[part]));
    let step = i128::from(step.ok()?.unwrap_or(1));
    if step == 0 {
        return None;
    }
    let len = items.len() as i128;
    // Going backward, an index before the first item means "to the very start".
    let (least, greatest) = if step < 0 { (-1, len - 1) } else { (0, len) };
    let (first, last) = if step < 0 { (greatest, least) } else { (least, greatest) };
    let adjust = |part: Option<i64>, default: i128| match part {
        None => default,
        Some(index) if index < 0 => (i128::from(index) + len).max(least),
        Some(index) => i128::from(index).min(greatest),
    };
    let (start, stop) = (adjust(start.ok()?, first), adjust(stop.ok()?, last));
    let distance = if step < 0 { start - stop } else { stop - start };
    let count = if distance > 0 { (distance - 1) / step.abs() + 1 } else { 0 };
    Some((0..count).filter_map(move |number| {
        let index = usize::try_from(start + number * step).ok()?;
        items.get(index).cloned()
    }))
}
