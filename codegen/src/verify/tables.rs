//! Line table and exception table are well-formed and speak of whole instructions.

use super::instructions::Program;
use super::{Check, Fault, Rule};
use crate::CodeObject;
use crate::decode::{ExceptionEntry, exception_entries, location_entries};
use pyclast_syntax::Location;

/// The handlers of a code object.
pub(super) struct Handlers {
    /// Depth, lasti and the index of the handler's first instruction.
    pub(super) entries: Vec<HandlerEntry>,
    /// By instruction: the entry that covers it; empty where there are no entries.
    by_instruction: Vec<Option<u32>>,
}

impl Handlers {
    /// The number of the entry that covers an instruction.
    #[inline]
    pub(super) fn covering(&self, instruction: usize) -> Option<u32> {
        self.by_instruction.get(instruction).copied().flatten()
    }
}

/// Where exceptions go.
#[derive(Clone, Copy)]
pub(super) struct HandlerEntry {
    /// The index of the handler's first instruction.
    pub(super) target: usize,
    /// The depth that the stack is unwound to.
    pub(super) depth: u32,
    /// Push the offset of the raising instruction.
    pub(super) lasti: bool,
}

/// The line table is well-formed and covers the code.
pub(super) fn check_lines(code: &CodeObject, program: &Program) -> Check {
    let mut covered = 0;
    for entry in location_entries(&code.line_table, code.first_line) {
        let entry = entry.map_err(|malformed| {
            let message = format!("the line table is malformed at byte {}", malformed.position);
            Fault::new(covered, Rule::LineTable, message)
        })?;
        let Location { line, end_line, column, end_column } = entry.location;
        let backwards = entry.kind != 15
            && (line < 0
                || end_line < line
                || column >= 0 && end_column >= 0 && line == end_line && end_column < column);
        if backwards {
            return Err(Fault::new(covered, Rule::LineTable, "a location ends before it starts"));
        }
        covered = entry.end;
    }
    if covered == program.units() {
        Ok(())
    } else {
        let message = format!("the line table covers {covered} of {} code units", program.units());
        Err(Fault::new(covered, Rule::LineTable, message))
    }
}

/// The handlers of the exception table.
pub(super) fn handlers(code: &CodeObject, program: &Program) -> Check<Handlers> {
    let covered = if code.exception_table.is_empty() { 0 } else { program.instructions.len() };
    let mut handlers = Handlers { entries: Vec::new(), by_instruction: vec![None; covered] };
    let mut end = 0;
    for entry in exception_entries(&code.exception_table) {
        let fault = |message: &str| Fault::new(end, Rule::ExceptionTable, message);
        let entry = entry.map_err(|_| fault("the exception table is malformed"))?;
        if entry.start < end || entry.end <= entry.start {
            return Err(fault("ranges of handlers overlap or are empty"));
        }
        let (first, last) = instructions_of(program, entry)
            .ok_or_else(|| fault("a range of a handler does not consist of whole instructions"))?;
        let target =
            program.index_at(entry.target).ok_or_else(|| fault("a handler does not start at an instruction"))?;
        let number = u32::try_from(handlers.entries.len()).ok();
        handlers.by_instruction[first..last].fill(number);
        handlers.entries.push(HandlerEntry { target, depth: entry.depth, lasti: entry.lasti });
        end = entry.end;
    }
    Ok(handlers)
}

/// The range of instruction indices that an entry covers.
fn instructions_of(program: &Program, entry: ExceptionEntry) -> Option<(usize, usize)> {
    let first = program.index_at(entry.start)?;
    let last = if entry.end == program.units() { program.instructions.len() } else { program.index_at(entry.end)? };
    Some((first, last))
}
