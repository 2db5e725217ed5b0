//! A finished code object → how much of it became typed.
//!
//! ```text
//! LOAD_FAST c · LOAD_FIELD … · LOAD_GLOBAL f · CALL 1      attributes 1 of 1 typed, calls 0 of 1
//! ```
//!
//! What is counted is what will run: the instructions. The read of a method that is then called dynamically counts as an
//! attribute and as a call, as it is both.
//!
//! Invariant: an instruction counts once.

use pyclast_codegen::decode::{DecodedInstruction, instructions, location_entries};
use pyclast_codegen::{CodeObject, Constant, Opcode};
use std::ops::AddAssign;

/// What can become typed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Calls of functions, methods and classes.
    Calls,
    /// Attributes that are read, stored or deleted.
    Attributes,
    /// Arithmetic and comparisons.
    Arithmetic,
    /// Items that are read, stored or deleted.
    Subscripts,
    /// `for` loops and comprehensions.
    Loops,
}

impl Kind {
    /// All, in the order of reports.
    pub const ALL: [Self; 5] = [Self::Calls, Self::Attributes, Self::Arithmetic, Self::Subscripts, Self::Loops];

    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Calls => "calls",
            Self::Attributes => "attributes",
            Self::Arithmetic => "arithmetic",
            Self::Subscripts => "subscripts",
            Self::Loops => "loops",
        }
    }
}

/// How many are typed, and how many stayed dynamic.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Count {
    /// Typed ones.
    pub typed: u32,
    /// Dynamic ones.
    pub dynamic: u32,
}

/// The counts of all kinds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counts([Count; Kind::ALL.len()]);

impl Counts {
    /// Those of one kind.
    pub const fn of(&self, kind: Kind) -> Count {
        self.0[kind as usize]
    }

    /// Whether there is nothing to count.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn note(&mut self, kind: Kind, is_typed: bool) {
        let count = &mut self.0[kind as usize];
        *(if is_typed { &mut count.typed } else { &mut count.dynamic }) += 1;
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        for (own, other) in self.0.iter_mut().zip(other.0) {
            own.typed += other.typed;
            own.dynamic += other.dynamic;
        }
    }
}

/// A function, class body or module.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CountedCode {
    /// Its qualified name.
    pub qualname: String,
    /// Its first line.
    pub first_line: i32,
    /// Its last line, as far as instructions say.
    pub last_line: i32,
    /// What is in it, inner functions not included.
    pub counts: Counts,
}

/// Counts in a code object and those inside it, the outer first.
pub fn count(code: &CodeObject) -> Vec<CountedCode> {
    let mut found = Vec::new();
    let mut pending = vec![code];
    while let Some(code) = pending.pop() {
        let lines = location_entries(&code.line_table, code.first_line).filter_map(Result::ok);
        let last_line = lines.map(|entry| entry.location.end_line).max().unwrap_or(code.first_line);
        found.push(CountedCode {
            qualname: code.qualname.to_string(),
            first_line: code.first_line,
            last_line: last_line.max(code.first_line),
            counts: counts(code),
        });
        pending.extend(code.constants.iter().rev().filter_map(|constant| match constant {
            Constant::Code(inner) if !is_made(inner, code) => Some(&**inner),
            _ => None,
        }));
    }
    found
}

/// Whether a function is nobody's: annotations, and what the compiler adds to classes.
fn is_made(code: &CodeObject, around: &CodeObject) -> bool {
    let name = code.name.to_string();
    name == "__annotate__" || (name == "__init_subclass__" && code.first_line <= around.first_line)
}

fn counts(code: &CodeObject) -> Counts {
    let mut counts = Counts::default();
    let all: Vec<DecodedInstruction> = instructions(&code.code).collect();
    for (index, instruction) in all.iter().enumerate() {
        match classify(&all[..index], instruction) {
            Some((kind, is_typed)) if is_typed || !serves_strictness(code, &all[..index]) => {
                counts.note(kind, is_typed);
            }
            _ => {}
        }
    }
    counts
}

/// Whether an instruction after these belongs to what strict modules do at their start and end: it works with variables
/// that no source can name (`<classes>`).
fn serves_strictness(code: &CodeObject, before: &[DecodedInstruction]) -> bool {
    const REACH: usize = 6;
    before.iter().rev().take(REACH).any(|instruction| {
        let is_name = matches!(instruction.known(), Some(Opcode::LoadName | Opcode::StoreName | Opcode::LoadGlobal));
        let index = match instruction.known() {
            Some(Opcode::LoadGlobal) => instruction.oparg >> 1,
            _ => instruction.oparg,
        };
        is_name && code.names.get(index as usize).is_some_and(|name| name.as_bytes().starts_with(b"<"))
    })
}

/// What an instruction counts as; `before` are those before it.
fn classify(before: &[DecodedInstruction], instruction: &DecodedInstruction) -> Option<(Kind, bool)> {
    /// `BINARY_OP` that reads an item (`NB_SUBSCR`).
    const SUBSCRIPT: u32 = 26;
    /// `SEQUENCE_GET` that reads the next item of a loop (`SEQ_SUBSCR_UNCHECKED`).
    const UNCHECKED: u32 = 8;
    Some(match instruction.known()? {
        Opcode::InvokeFunction | Opcode::InvokeMethod | Opcode::InvokeNative => (Kind::Calls, true),
        Opcode::Call | Opcode::CallKw | Opcode::CallFunctionEx => (Kind::Calls, false),
        Opcode::LoadField | Opcode::StoreField => (Kind::Attributes, true),
        Opcode::LoadAttr | Opcode::StoreAttr | Opcode::DeleteAttr | Opcode::LoadSuperAttr => (Kind::Attributes, false),
        Opcode::PrimitiveCompareOp if tests_counter(before, instruction) => (Kind::Loops, true),
        Opcode::PrimitiveBinaryOp | Opcode::PrimitiveUnaryOp | Opcode::PrimitiveCompareOp => (Kind::Arithmetic, true),
        Opcode::BinaryOp if instruction.oparg == SUBSCRIPT => (Kind::Subscripts, false),
        Opcode::BinaryOp | Opcode::UnaryNegative | Opcode::UnaryInvert | Opcode::CompareOp => (Kind::Arithmetic, false),
        Opcode::SequenceGet if instruction.oparg & UNCHECKED != 0 => (Kind::Loops, true),
        Opcode::SequenceGet | Opcode::SequenceSet | Opcode::ListDel => (Kind::Subscripts, true),
        Opcode::BinarySlice | Opcode::StoreSubscr | Opcode::StoreSlice | Opcode::DeleteSubscr => {
            (Kind::Subscripts, false)
        }
        Opcode::ForIter => (Kind::Loops, false),
        _ => return None,
    })
}

/// Whether a comparison is the test of a loop over `crange`: of the limit, copied, with the counter.
fn tests_counter(before: &[DecodedInstruction], instruction: &DecodedInstruction) -> bool {
    const GREATER: u32 = 4;
    let [.., copy, load] = before else { return false };
    let is_copy = copy.known() == Some(Opcode::Copy) && copy.oparg == 1;
    instruction.oparg == GREATER && is_copy && load.known() == Some(Opcode::LoadLocal)
}
