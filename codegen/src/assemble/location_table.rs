//! Locations of instructions → `co_linetable` (`assemble_location_info`).
//!
//! ```text
//! x = 1      (1, 1, 4, 5) for 1 code unit, (1, 1, 0, 1) for 1    d0 41 80 01
//!                                                 first byte: 0x80 | kind << 3 | units − 1
//! ```
//!
//! A run of instructions with one location is one entry, split every eight code units. The kind of
//! the entry is the first that fits; lines are relative to the last entry that set one.
//!
//! Invariant: the entries cover every code unit exactly once, in order.

use crate::{FinalInstruction, Opcode};
use pyclast_syntax::Location;
use std::hint::select_unpredictable;

/// `PY_CODE_LOCATION_INFO_ONE_LINE0`
const ONE_LINE: u8 = 10;
/// `PY_CODE_LOCATION_INFO_NO_COLUMNS`
const NO_COLUMNS: u8 = 13;
/// `PY_CODE_LOCATION_INFO_LONG`
const LONG: u8 = 14;
/// `PY_CODE_LOCATION_INFO_NONE`
const NONE: u8 = 15;

/// The most code units an entry describes.
const ENTRY_LIMIT: u32 = 8;

/// Gives instructions at `NEXT_LOCATION` the location of the instruction after them.
pub(super) fn resolve_next_locations(instructions: &mut [FinalInstruction]) {
    if instructions.iter().all(|instruction| instruction.location.line != Location::NEXT.line) {
        return;
    }
    let mut following = Location::NONE;
    for instruction in instructions.iter_mut().rev() {
        if instruction.location == Location::NEXT {
            instruction.location = if is_terminator(instruction.opcode) { Location::NONE } else { following };
        }
        following = instruction.location;
    }
}

/// `IS_TERMINATOR_OPCODE`
fn is_terminator(opcode: Opcode) -> bool {
    opcode.has_jump() || opcode.is_scope_exit()
}

/// Encodes the locations of the instructions into `table`, which is emptied first.
#[inline(never)]
pub(super) fn encode(instructions: &[FinalInstruction], offsets: &[u32], first_line: i32, table: &mut Vec<u8>) {
    table.clear();
    let mut table = LocationTable { bytes: table, line: first_line };
    let (Some(first), Some(&end)) = (instructions.first(), offsets.last()) else { return };
    let (mut location, mut start) = (first.location, 0);
    for (instruction, &offset) in instructions.iter().zip(offsets) {
        if !instruction.location.is(location) {
            table.write_run(location, offset - start);
            (location, start) = (instruction.location, offset);
        }
    }
    table.write_run(location, end - start);
}

struct LocationTable<'a> {
    bytes: &'a mut Vec<u8>,
    /// The line set last; none is negative.
    line: i32,
}

impl LocationTable<'_> {
    /// `assemble_emit_location`
    #[inline]
    fn write_run(&mut self, location: Location, units: u32) {
        if units <= ENTRY_LIMIT {
            self.write_entry(location, units);
        } else {
            self.write_long_run(location, units);
        }
    }

    /// Several entries: rare enough to take no register from the others.
    #[inline(never)]
    fn write_long_run(&mut self, location: Location, mut units: u32) {
        while units > 0 {
            let described = units.min(ENTRY_LIMIT);
            self.write_entry(location, described);
            units -= described;
        }
    }

    /// `write_location_info_entry`: a form for one line, as for most entries, or another.
    #[inline]
    fn write_entry(&mut self, location: Location, units: u32) {
        let Location { line, end_line, column, end_column } = location;
        let line_delta = line.wrapping_sub(self.line);
        // No column is negative either.
        let is_near = (0..3).contains(&line_delta);
        let is_one_line = end_line == line;
        let is_narrow = (0..128).contains(&(column | end_column));
        let is_short = is_near & is_one_line & is_narrow;
        if !is_short {
            self.write_other_entry(location, units);
            return;
        }
        // Two bytes are as frequent as three, and nobody can predict which: both are made, the first byte lowest.
        let delta = line_delta.cast_unsigned();
        let (column, end_column) = (column.cast_unsigned(), end_column.cast_unsigned());
        let width = end_column.wrapping_sub(column);
        let (is_same_line, is_left, is_small) = (delta == 0, column < 80, width < 16);
        let is_two = is_same_line & is_left & is_small;
        let two = column >> 3 << 3 | (column & 7) << 12 | width << 8;
        let three = (u32::from(ONE_LINE) + delta) << 3 | column << 8 | end_column << 16;
        let entry = 0x80 | (units - 1) | select_unpredictable(is_two, two, three);
        let end = self.bytes.len() + 3 - usize::from(is_two);
        self.bytes.extend_from_slice(&entry.to_le_bytes());
        self.bytes.truncate(end);
        self.line = line;
    }

    #[inline(never)]
    fn write_other_entry(&mut self, location: Location, units: u32) {
        let Location { line, end_line, column, end_column } = location;
        if line == Location::NONE.line {
            self.bytes.push(first_byte(NONE, units));
            return;
        }
        let line_delta = line.wrapping_sub(self.line);
        let has_columns = column >= 0 && end_column >= 0;
        self.line = line;
        if !has_columns && (end_line == line || end_line < 0) {
            self.bytes.push(first_byte(NO_COLUMNS, units));
            self.write_signed(line_delta);
            return;
        }
        self.bytes.push(first_byte(LONG, units));
        self.write_signed(line_delta);
        self.write_unsigned(end_line.wrapping_sub(line).cast_unsigned());
        self.write_unsigned(column.wrapping_add(1).cast_unsigned());
        self.write_unsigned(end_column.wrapping_add(1).cast_unsigned());
    }

    /// Six bits a byte, lowest first; bit 6 says that more follow.
    fn write_unsigned(&mut self, mut value: u32) {
        while value >= 64 {
            self.bytes.push(64 | value.to_le_bytes()[0] & 63);
            value >>= 6;
        }
        self.bytes.push(value.to_le_bytes()[0]);
    }

    /// The sign in bit 0.
    fn write_signed(&mut self, value: i32) {
        self.write_unsigned(value.unsigned_abs() << 1 | u32::from(value < 0));
    }
}

/// The byte an entry begins with.
const fn first_byte(kind: u8, units: u32) -> u8 {
    0x80 | kind << 3 | (units - 1).to_le_bytes()[0]
}
