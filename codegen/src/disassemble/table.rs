//! The tables of a code object as `dis` looks at them: by byte offset.

use crate::CodeObject;
use crate::decode::{ExceptionEntry, LocationEntry, exception_entries, location_entries};
use crate::opcode::{EXTENDED_OPCODE, Opcode};
use rustc_hash::FxHashMap;

/// One step of `dis.py: _unpack_opargs`: here an `EXTENDED_ARG` is an instruction too.
#[derive(Clone, Copy)]
pub(super) struct Step {
    /// The code unit.
    pub(super) offset: usize,
    /// The byte of the opcode.
    pub(super) byte: u8,
    /// Its row, if it has one.
    pub(super) opcode: Option<Opcode>,
    /// The operand, prefixes included; `None` if the opcode takes none.
    pub(super) oparg: Option<i32>,
}

impl Step {
    /// The code unit that the instruction jumps to (`dis.py: _get_jump_target`).
    pub(super) fn target(&self) -> Option<i64> {
        let opcode = self.opcode.filter(|opcode| opcode.has_jump())?;
        let end = i64::try_from(self.offset + 1 + opcode.caches()).ok()?;
        let distance = i64::from(self.oparg?);
        Some(if opcode.is_backward() { end - distance } else { end + distance })
    }
}

/// The first byte that takes an operand (`HAVE_ARGUMENT`), for bytes without a row.
const HAVE_ARGUMENT: u8 = 43;

/// The instructions of a code object.
pub(super) fn steps(code: &[u8]) -> Vec<Step> {
    let units = code.as_chunks::<2>().0;
    let mut steps = Vec::with_capacity(units.len());
    let mut offset = 0;
    let mut prefix = 0_i32;
    // Like EXTENDED_ARG, EXTENDED_OPCODE is an instruction of its own here.
    let mut after_extended = false;
    while let Some(&[byte, low]) = units.get(offset) {
        let plain = Opcode::from_byte(byte);
        let is_prefix = plain == Some(Opcode::ExtendedArg);
        let opcode = if after_extended && !is_prefix { Opcode::from_extended_byte(byte) } else { plain };
        after_extended = if after_extended { is_prefix } else { byte == EXTENDED_OPCODE };
        let takes_operand = opcode.map_or(byte > HAVE_ARGUMENT, Opcode::has_arg);
        let oparg = takes_operand.then(|| prefix | i32::from(low));
        prefix = match (opcode, oparg) {
            (Some(Opcode::ExtendedArg), Some(oparg)) => oparg << 8,
            _ => 0,
        };
        steps.push(Step { offset, byte, opcode, oparg });
        offset += 1 + opcode.map_or(0, Opcode::caches);
    }
    steps
}

/// The handlers of a code object, up to the first malformed entry.
pub(super) fn handlers(code: &CodeObject) -> Vec<ExceptionEntry> {
    exception_entries(&code.exception_table).map_while(Result::ok).collect()
}

/// The locations of a code object, up to the first malformed entry.
pub(super) fn locations(code: &CodeObject) -> Vec<LocationEntry> {
    location_entries(&code.line_table, code.first_line).map_while(Result::ok).collect()
}

/// Code units where a line starts, and which; `None`: code without a line (`dis.findlinestarts`).
pub(super) fn line_starts(locations: &[LocationEntry]) -> FxHashMap<usize, Option<i32>> {
    let mut starts = FxHashMap::default();
    let mut last = None;
    for entry in locations {
        let line = (entry.kind != 15).then_some(entry.location.line);
        if last != Some(line) {
            last = Some(line);
            starts.insert(entry.start as usize, line);
        }
    }
    starts
}

/// Labels by code unit, numbered in order: what is jumped to, and the ends and targets of handlers
/// (`dis.py: _make_labels_map`).
pub(super) fn labels(steps: &[Step], handlers: &[ExceptionEntry]) -> FxHashMap<i64, usize> {
    let bounds = handlers.iter().flat_map(|entry| [entry.start, entry.end, entry.target].map(i64::from));
    let mut places: Vec<i64> = steps.iter().filter_map(Step::target).chain(bounds).collect();
    places.sort_unstable();
    places.dedup();
    places.into_iter().enumerate().map(|(index, place)| (place, index + 1)).collect()
}
