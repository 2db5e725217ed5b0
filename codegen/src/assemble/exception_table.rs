//! Handlers of instructions → `co_exceptiontable` (`assemble_exception_table`).
//!
//! ```text
//! units 2..5 → handler at 9, depth 0, no lasti      82 03 09 00
//! ```
//!
//! Numbers are groups of six bits, highest first: bit 6 says that more follow, bit 7 marks the first
//! byte of an entry, so that the interpreter can search by halves.
//!
//! Invariant: entries are in order of their ranges, which do not overlap; instructions without a
//! handler lie in the gaps.

use crate::{FinalInstruction, Handler};

/// Bit 7: an entry starts here.
const ENTRY_START: u8 = 0x80;
/// Bit 6: the number goes on.
const CONTINUATION: u8 = 0x40;

/// Encodes the handlers of the instructions into `table`, which is emptied first.
#[inline(never)]
pub(super) fn encode(instructions: &[FinalInstruction], offsets: &[u32], table: &mut Vec<u8>) {
    table.clear();
    if instructions.iter().all(|instruction| instruction.handler.is_none()) {
        return;
    }
    let mut current: Option<Handler> = None;
    let mut start = 0;
    for (instruction, &offset) in instructions.iter().zip(offsets) {
        // As CPython: a run goes on as long as the handler's place is the same.
        let target = |handler: Option<Handler>| handler.map(|handler| handler.target);
        if target(instruction.handler) != target(current) {
            write_entry(table, current, start..offset, offsets);
            current = instruction.handler;
            start = offset;
        }
    }
    write_entry(table, current, start..offsets[instructions.len()], offsets);
}

/// `assemble_emit_exception_table_entry`
fn write_entry(table: &mut Vec<u8>, handler: Option<Handler>, range: std::ops::Range<u32>, offsets: &[u32]) {
    let Some(Handler { target, start_depth, preserve_lasti }) = handler else { return };
    // What the interpreter pushes is not part of the depth it unwinds to: the exception, and the
    // offset of the raising instruction.
    let depth = start_depth - 1 - i32::from(preserve_lasti);
    write_number(table, range.start, ENTRY_START);
    write_number(table, range.end - range.start, 0);
    write_number(table, offsets[target as usize], 0);
    write_number(table, depth.cast_unsigned() << 1 | u32::from(preserve_lasti), 0);
}

/// `assemble_emit_exception_table_item`
fn write_number(table: &mut Vec<u8>, value: u32, mark: u8) {
    let mut mark = mark;
    for shift in [24, 18, 12, 6] {
        if value >= 1 << shift {
            table.push((value >> shift & 0x3F) as u8 | CONTINUATION | mark);
            mark = 0;
        }
    }
    table.push((value & 0x3F) as u8 | mark);
}
