//! Instructions → lines in columns (`dis.py: Formatter`).
//!
//! Columns: line or positions, label, offset, current-instruction mark (always blank), opcode, operand,
//! what the operand stands for.

use super::operand::describe;
use super::table::{Step, handlers, labels, line_starts, locations, steps};
use crate::decode::{ExceptionEntry, LocationEntry};
use crate::{CodeObject, Opcode};
use pyclast_syntax::Location;
use rustc_hash::FxHashMap;
use std::fmt::Write;

/// What to show besides the instructions.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct DisassembleOptions {
    /// `-O`: byte offsets.
    pub offsets: bool,
    /// `-C`: inline caches.
    pub caches: bool,
    /// `-P`: full positions in place of lines.
    pub positions: bool,
}

const OPCODE_WIDTH: usize = 20;
const OPERAND_WIDTH: usize = 5;
/// Shown for code without a line.
const NO_LINE: &str = "  --";

/// A code object and the widths of its columns.
pub(super) struct Layout<'code> {
    code: &'code CodeObject,
    options: DisassembleOptions,
    steps: Vec<Step>,
    handlers: Vec<ExceptionEntry>,
    locations: Vec<LocationEntry>,
    line_starts: FxHashMap<usize, Option<i32>>,
    labels: FxHashMap<i64, usize>,
    line_width: usize,
    label_width: usize,
    offset_width: usize,
}

impl<'code> Layout<'code> {
    pub(super) fn new(code: &'code CodeObject, options: DisassembleOptions) -> Self {
        let steps = steps(&code.code);
        let handlers = handlers(code);
        let locations = locations(code);
        let line_starts = line_starts(&locations);
        let labels = labels(&steps, &handlers);
        let line_width = if options.positions { positions_width(&locations) } else { line_width(&line_starts) };
        let highest_offset = code.code.len().saturating_sub(2).max(9999);
        Self {
            code,
            options,
            line_width,
            label_width: 4 + labels.len().to_string().len(),
            offset_width: if options.offsets { highest_offset.to_string().len() } else { 0 },
            steps,
            handlers,
            locations,
            line_starts,
            labels,
        }
    }

    pub(super) fn write(&self, text: &mut String) {
        for &step in &self.steps {
            let name = step.opcode.map_or_else(|| format!("<{}>", step.byte), |opcode| opcode.name().to_owned());
            let description = describe(self.code, &self.labels, step);
            if self.line_width > 0 && step.offset > 0 && self.line_starts.contains_key(&step.offset) {
                text.push('\n');
            }
            self.write_line(text, step.offset, step.offset, &name, step.oparg, &description);
            if self.options.caches {
                self.write_caches(text, step);
            }
        }
        self.write_handlers(text);
    }

    /// A line at `offset`; `located_at` is the code unit whose location is shown.
    fn write_line(
        &self,
        text: &mut String,
        offset: usize,
        located_at: usize,
        name: &str,
        oparg: Option<i32>,
        description: &str,
    ) {
        let mut fields = Vec::with_capacity(6);
        if self.line_width > 0 {
            fields.push(self.place(offset, located_at));
        }
        let label = i64::try_from(offset).ok().and_then(|offset| self.labels.get(&offset));
        let label = label.map(|label| format!("L{label}:")).unwrap_or_default();
        fields.push(format!("{label:>0$}", self.label_width));
        if self.offset_width > 0 {
            fields.push(format!("{:>1$}  ", 2 * offset, self.offset_width));
        }
        fields.push("   ".to_owned());
        fields.push(format!("{name:<OPCODE_WIDTH$}"));
        if let Some(oparg) = oparg {
            // A long name takes its room from the operand.
            let excess = name.len().saturating_sub(OPCODE_WIDTH);
            fields.push(format!("{oparg:>0$}", OPERAND_WIDTH.saturating_sub(excess)));
            if !description.is_empty() {
                fields.push(format!("({description})"));
            }
        }
        text.push_str(fields.join(" ").trim_end_matches(is_python_space));
        text.push('\n');
    }

    /// The first column.
    fn place(&self, offset: usize, located_at: usize) -> String {
        let width = self.line_width;
        if self.options.positions {
            let position = self.location(located_at).map(position_text).unwrap_or_default();
            return format!("{position:<width$}");
        }
        match self.line_starts.get(&offset) {
            None => " ".repeat(width),
            Some(None) => format!("{NO_LINE:>width$}"),
            Some(Some(line)) => format!("{line:>width$}"),
        }
    }

    fn location(&self, unit: usize) -> Option<Location> {
        let index = self.locations.partition_point(|entry| entry.end as usize <= unit);
        self.locations.get(index).map(|entry| entry.location)
    }

    /// The caches of an instruction, a line for each code unit, named where a field starts.
    fn write_caches(&self, text: &mut String, step: Step) {
        let mut offset = step.offset;
        for &(field, size) in step.opcode.map_or(&[][..], cache_fields) {
            let start = 2 * (offset + 1);
            let bytes = self.code.code.get(start..(start + 2 * size).min(self.code.code.len())).unwrap_or(&[]);
            let value = bytes.iter().rev().fold(0_u64, |value, &byte| value << 8 | u64::from(byte));
            for index in 0..size {
                offset += 1;
                let description = if index == 0 { format!("{field}: {value}") } else { String::new() };
                self.write_cache_line(text, offset, step.offset, &description);
            }
        }
    }

    /// `dis` gives a cache the position of its instruction, but neither line nor label.
    fn write_cache_line(&self, text: &mut String, offset: usize, located_at: usize, description: &str) {
        let width = self.line_width;
        let place = match self.location(located_at) {
            Some(location) if self.options.positions => position_text(location),
            _ => String::new(),
        };
        let mut line = if width > 0 { format!("{place:<width$} ") } else { String::new() };
        line.push_str(&" ".repeat(self.label_width + 1));
        if self.offset_width > 0 {
            push(&mut line, format_args!("{:>1$}   ", 2 * offset, self.offset_width));
        }
        push(&mut line, format_args!("    {:<OPCODE_WIDTH$} {:>OPERAND_WIDTH$}", "CACHE", 0));
        if !description.is_empty() {
            push(&mut line, format_args!(" ({description})"));
        }
        text.push_str(&line);
        text.push('\n');
    }

    fn write_handlers(&self, text: &mut String) {
        if self.handlers.is_empty() {
            return;
        }
        text.push_str("ExceptionTable:\n");
        for entry in &self.handlers {
            let [start, end, target] =
                [entry.start, entry.end, entry.target].map(|place| self.labels.get(&i64::from(place)).unwrap_or(&0));
            let lasti = if entry.lasti { " lasti" } else { "" };
            push(text, format_args!("  L{start} to L{end} -> L{target} [{}]{lasti}\n", entry.depth));
        }
    }
}

fn push(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    text.write_fmt(arguments).expect("writing to a string does not fail");
}

/// What `str.rstrip` removes, as far as names and constants end in it.
fn is_python_space(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\x1c'..='\x1f')
}

/// `dis.py: _get_lineno_width`: no column at all without lines.
fn line_width(starts: &FxHashMap<usize, Option<i32>>) -> usize {
    let Some(highest) = starts.values().flatten().filter(|&&line| line != 0).max() else { return 0 };
    let width = highest.to_string().len().max(3);
    if starts.values().any(Option::is_none) { width.max(NO_LINE.len()) } else { width }
}

/// `dis.py: _get_positions_width`
fn positions_width(locations: &[LocationEntry]) -> usize {
    let texts = locations.iter().filter(|entry| entry.kind != 15).map(|entry| position_text(entry.location).len());
    texts.max().map_or(0, |widest| 1 + widest.max(NO_LINE.len()))
}

/// `line:column-end_line:end_column`, missing columns as `?`.
fn position_text(location: Location) -> String {
    if location == Location::NONE {
        return NO_LINE.to_owned();
    }
    let number = |value: i32| if value < 0 { "?".to_owned() } else { value.to_string() };
    let Location { line, end_line, column, end_column } = location;
    format!("{}:{}-{}:{}", number(line), number(column), number(end_line), number(end_column))
}

/// The fields of an opcode's inline caches (`opcode.py: _cache_format`), in code units.
fn cache_fields(opcode: Opcode) -> &'static [(&'static str, usize)] {
    match opcode {
        Opcode::LoadGlobal => &[("counter", 1), ("index", 1), ("module_keys_version", 1), ("builtin_keys_version", 1)],
        Opcode::BinaryOp => &[("counter", 1), ("descr", 4)],
        Opcode::LoadAttr => &[("counter", 1), ("version", 2), ("keys_version", 2), ("descr", 4)],
        Opcode::StoreAttr => &[("counter", 1), ("version", 2), ("index", 1)],
        Opcode::Call | Opcode::CallKw => &[("counter", 1), ("func_version", 2)],
        Opcode::ToBool => &[("counter", 1), ("version", 2)],
        other if other.caches() == 1 => &[("counter", 1)],
        _ => &[],
    }
}
