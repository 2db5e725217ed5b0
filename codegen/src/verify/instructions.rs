//! Code units → instructions, if they are instructions.
//!
//! After: opcodes are known and real, caches are zero, every jump has an instruction to land on, and
//! the last instruction does not fall through.

use super::typed::{handed_over, structure};
use super::{Check, Fault, Page, Rule};
use crate::decode::{self, DecodedInstruction};
use crate::opcode::by_opcode;
use crate::{CodeObject, Opcode};

/// One instruction, checked.
#[derive(Clone, Copy)]
pub(super) struct Instruction {
    pub(super) opcode: Opcode,
    /// The operand; before [`crate::VALUES_SHIFT`] that of the bytecode, from there on the number of values that
    /// the constant says.
    pub(super) oparg: u32,
    /// The code unit of its first prefix, or itself.
    pub(super) start: u32,
    /// The code unit after its caches.
    pub(super) end: u32,
    /// For a jump: the index of the instruction it goes to; [`NO_INDEX`] for others.
    target: u32,
}

impl Instruction {
    /// For a jump: the index of the instruction it goes to.
    #[inline]
    pub(super) fn target(&self) -> Option<usize> {
        (self.target != NO_INDEX).then_some(self.target as usize)
    }
}

/// The instructions of a code object.
pub(super) struct Program {
    pub(super) instructions: Vec<Instruction>,
    /// Which of them jump, in order.
    pub(super) jumps: Vec<u32>,
    /// By code unit: the index of the instruction that starts there; [`NO_INDEX`] if none does.
    index_by_unit: Vec<u32>,
}

const NO_INDEX: u32 = u32::MAX;

impl Program {
    /// The index of the instruction that starts at a code unit.
    pub(super) fn index_at(&self, unit: u32) -> Option<usize> {
        let index = self.index_by_unit.get(unit as usize).copied().filter(|&index| index != NO_INDEX)?;
        Some(index as usize)
    }

    /// Number of code units.
    pub(super) fn units(&self) -> u32 {
        self.instructions.last().map_or(0, |last| last.end)
    }
}

/// Prefixes that an instruction may have, `EXTENDED_OPCODE` apart.
const PREFIX_LIMIT: u32 = 3;

/// The instructions of `code`.
pub(super) fn check(code: &CodeObject, page: Page) -> Check<Program> {
    if code.code.is_empty() || !code.code.len().is_multiple_of(2) {
        return Err(Fault::new(0, Rule::CodeUnits, "the code is not a sequence of code units"));
    }
    let units = code.code.as_chunks::<2>().0;
    // Half of the code units are caches or prefixes, or more.
    let mut instructions = Vec::with_capacity(units.len() / 2);
    let mut jumps = Vec::with_capacity(units.len() / 16);
    let mut index_by_unit = vec![NO_INDEX; units.len()];
    let mut end = 0;
    for (decoded, index) in decode::instructions(&code.code).zip(0..) {
        let Some(opcode) = decoded.known().filter(|&opcode| is_compiled(opcode, page)) else {
            let byte = units[decoded.offset as usize][0];
            let message = format!("byte {byte} is no opcode of a compiler");
            return Err(Fault::new(decoded.offset, Rule::UnknownOpcode, message));
        };
        check_around(&decoded, opcode, units)?;
        let is_typed = opcode.is_extended() || decoded.extended.is_some();
        let oparg = if is_typed { typed_operand(code, opcode, &decoded)? } else { decoded.oparg };
        index_by_unit[decoded.start as usize] = index;
        end = decoded.end;
        let mut target = NO_INDEX;
        if does(opcode, JUMPS) {
            jumps.push(index);
            // The code unit, until all instructions are known.
            target = decoded.jump_target().unwrap_or(NO_INDEX);
        }
        instructions.push(Instruction { opcode, oparg, start: decoded.start, end, target });
    }
    if end as usize != units.len() {
        return Err(Fault::new(end, Rule::ExtendedArg, "EXTENDED_ARG without an instruction"));
    }
    let mut program = Program { instructions, jumps, index_by_unit };
    resolve_targets(&mut program)?;
    match program.instructions.last() {
        Some(last) if does(last.opcode, ENDS) => Ok(program),
        _ => Err(Fault::new(end, Rule::FallsOffEnd, "control runs off the end of the code")),
    }
}

/// The prefixes before an opcode and the caches behind it.
#[inline]
fn check_around(decoded: &DecodedInstruction, opcode: Opcode, units: &[[u8; 2]]) -> Check {
    let DecodedInstruction { start, offset, end, .. } = *decoded;
    if offset != start {
        let prefixes = if opcode.is_extended() { 2 * PREFIX_LIMIT + 1 } else { PREFIX_LIMIT };
        if offset - start > prefixes {
            return Err(Fault::new(start, Rule::ExtendedArg, "too many EXTENDED_ARG"));
        }
    }
    let caches = units.get(offset as usize + 1..end as usize);
    if caches.is_none_or(|caches| caches.iter().any(|&unit| unit != [0, 0])) {
        return Err(Fault::new(offset, Rule::Caches, "an inline cache is missing or not zero"));
    }
    Ok(())
}

/// The operand, with the number of values; what `EXTENDED_OPCODE` says of the stack is checked with it.
fn typed_operand(code: &CodeObject, opcode: Opcode, decoded: &DecodedInstruction) -> Check<u32> {
    if !opcode.is_extended() {
        return Err(Fault::new(decoded.start, Rule::ExtendedOpcode, "EXTENDED_OPCODE before an ordinary opcode"));
    }
    let oparg = structure::with_values(code, opcode, decoded.oparg).ok_or_else(|| {
        let message = format!("{} has no such constant as operand {}", opcode.name(), decoded.oparg);
        Fault::new(decoded.start, Rule::TypedOperand, message)
    })?;
    let expected = opcode.extended_operand(oparg.cast_signed());
    if decoded.extended == Some(expected) {
        Ok(oparg)
    } else {
        let message = format!("EXTENDED_OPCODE does not say what {} does to the stack: {expected}", opcode.name());
        Err(Fault::new(decoded.start, Rule::ExtendedOpcode, message))
    }
}

/// Where jumps go: code units → instructions.
fn resolve_targets(program: &mut Program) -> Check {
    for &index in &program.jumps {
        let instruction = &mut program.instructions[index as usize];
        let target = program.index_by_unit.get(instruction.target as usize).copied().unwrap_or(NO_INDEX);
        if target == NO_INDEX {
            let Instruction { opcode, start, .. } = *instruction;
            return Err(Fault::new(start, Rule::JumpTarget, format!("{} lands on no instruction", opcode.name())));
        }
        instruction.target = target;
    }
    Ok(())
}

/// Whether compiled code may contain the opcode. Typed opcodes trust their operands: a proof of types
/// has to come first.
#[inline]
fn is_compiled(opcode: Opcode, page: Page) -> bool {
    !does(opcode, INTERNAL) && (page == Page::Typed || !opcode.is_extended())
}

/// Control may go to its target.
///
/// `END_ASYNC_FOR` only names one (see [`super::order`]).
pub(super) const JUMPS: u8 = 1;
/// Control does not go on to the next instruction.
pub(super) const ENDS: u8 = 2;
/// Only the interpreter writes it.
const INTERNAL: u8 = 4;
/// It has to stand in a certain order with others.
pub(super) const HAS_ORDER: u8 = 8;
/// It raises nothing, lack of memory apart. An inlined comprehension puts back a local between
/// two of them, and a handler around it may rely on that.
pub(super) const NEVER_RAISES: u8 = 16;
/// It may want more than objects, as typed ones do and those that rely on the layout of a collection.
pub(super) const ASKS_FOR_TYPE: u8 = 32;
/// It takes over references, or passes them on.
pub(super) const HANDS_OVER: u8 = 64;

/// Whether one of these holds of an opcode.
#[inline]
pub(super) fn does(opcode: Opcode, properties: u8) -> bool {
    PROPERTIES[opcode as usize] & properties != 0
}

/// By opcode: what holds of it.
static PROPERTIES: [u8; Opcode::ALL.len()] = by_opcode!(|opcode| properties_of(opcode));

const fn properties_of(opcode: Opcode) -> u8 {
    let jumps = if opcode.has_jump() && !matches!(opcode, Opcode::EndAsyncFor) { JUMPS } else { 0 };
    let ends = if opcode.ends_flow() { ENDS } else { 0 };
    let internal = match opcode {
        Opcode::Cache | Opcode::Reserved | Opcode::EnterExecutor | Opcode::InterpreterExit | Opcode::ExitInitCheck => {
            INTERNAL
        }
        _ => 0,
    };
    let order = match opcode {
        Opcode::ForIter
        | Opcode::Send
        | Opcode::YieldValue
        | Opcode::ReturnGenerator
        | Opcode::EndAsyncFor
        | Opcode::CopyFreeVars => HAS_ORDER,
        // Nothing monitors typed code.
        _ if opcode.is_conditional_jump() && !opcode.is_extended() => HAS_ORDER,
        _ => 0,
    };
    let raises = match opcode {
        Opcode::Nop
        | Opcode::NotTaken
        | Opcode::Copy
        | Opcode::Swap
        | Opcode::PopTop
        | Opcode::PopIter
        | Opcode::EndFor
        | Opcode::PushNull
        | Opcode::LoadConst
        | Opcode::LoadSmallInt
        | Opcode::LoadFast
        | Opcode::LoadFastBorrow
        | Opcode::LoadFastAndClear
        | Opcode::StoreFast
        | Opcode::StoreFastLoadFast
        | Opcode::StoreFastStoreFast
        | Opcode::MakeCell
        | Opcode::JumpForward => NEVER_RAISES,
        _ => 0,
    };
    let asks = match opcode {
        Opcode::ListAppend | Opcode::ListExtend | Opcode::MapAdd => ASKS_FOR_TYPE,
        _ if opcode.is_extended() => ASKS_FOR_TYPE,
        _ => 0,
    };
    let hands_over = if handed_over(opcode, 0, 0).is_some() { HANDS_OVER } else { 0 };
    jumps | ends | internal | order | raises | asks | hands_over
}
