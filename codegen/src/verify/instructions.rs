//! Code units → instructions, if they are instructions.
//!
//! After: opcodes are known and real, caches are zero, every jump has an instruction to land on, and
//! the last instruction does not fall through.

use super::typed::structure;
use super::{Check, Fault, Page, Rule};
use crate::decode::{DecodedInstruction, instructions};
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
    /// For a jump: the index of the instruction it goes to.
    pub(super) target: Option<usize>,
}

/// The instructions of a code object.
pub(super) struct Program {
    pub(super) instructions: Vec<Instruction>,
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
    let room = units.len() / 2;
    let mut program = Program { instructions: Vec::with_capacity(room), index_by_unit: vec![NO_INDEX; units.len()] };
    let mut end = 0;
    // Of jumps: which instruction, and the code unit it goes to.
    let mut targets = Vec::new();
    for decoded in instructions(&code.code) {
        let opcode = decoded.known().filter(|&opcode| is_compiled(opcode, page)).ok_or_else(|| {
            let byte = units[decoded.offset as usize][0];
            Fault::new(decoded.offset, Rule::UnknownOpcode, format!("byte {byte} is no opcode of a compiler"))
        })?;
        let prefixes = if opcode.is_extended() { 2 * PREFIX_LIMIT + 1 } else { PREFIX_LIMIT };
        if decoded.offset - decoded.start > prefixes {
            return Err(Fault::new(decoded.start, Rule::ExtendedArg, "too many EXTENDED_ARG"));
        }
        let caches = units.get(decoded.offset as usize + 1..decoded.end as usize);
        if caches.is_none_or(|caches| caches.iter().any(|&unit| unit != [0, 0])) {
            return Err(Fault::new(decoded.offset, Rule::Caches, "an inline cache is missing or not zero"));
        }
        let index = program.instructions.len();
        program.index_by_unit[decoded.start as usize] = u32::try_from(index).unwrap_or(NO_INDEX);
        if jumps(opcode) {
            targets.push((index, decoded.jump_target()));
        }
        end = decoded.end;
        program.instructions.push(Instruction {
            opcode,
            oparg: operand(code, opcode, &decoded)?,
            start: decoded.start,
            end: decoded.end,
            target: None,
        });
    }
    if end as usize != units.len() {
        return Err(Fault::new(end, Rule::ExtendedArg, "EXTENDED_ARG without an instruction"));
    }
    resolve_targets(&mut program, &targets)?;
    match program.instructions.last() {
        Some(last) if !falls_through(last.opcode) => Ok(program),
        _ => Err(Fault::new(end, Rule::FallsOffEnd, "control runs off the end of the code")),
    }
}

/// The operand, with the number of values; what `EXTENDED_OPCODE` says of the stack is checked with it.
fn operand(code: &CodeObject, opcode: Opcode, decoded: &DecodedInstruction) -> Check<u32> {
    if !opcode.is_extended() {
        return match decoded.extended {
            Some(_) => {
                Err(Fault::new(decoded.start, Rule::ExtendedOpcode, "EXTENDED_OPCODE before an ordinary opcode"))
            }
            None => Ok(decoded.oparg),
        };
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

fn resolve_targets(program: &mut Program, targets: &[(usize, Option<u32>)]) -> Check {
    for &(index, target) in targets {
        let target = target.and_then(|unit| program.index_at(unit));
        if target.is_none() {
            let Instruction { opcode, start, .. } = program.instructions[index];
            return Err(Fault::new(start, Rule::JumpTarget, format!("{} lands on no instruction", opcode.name())));
        }
        program.instructions[index].target = target;
    }
    Ok(())
}

/// Whether compiled code may contain the opcode. Typed opcodes trust their operands: a proof of types
/// has to come first.
fn is_compiled(opcode: Opcode, page: Page) -> bool {
    (page == Page::Typed || !opcode.is_extended())
        && !matches!(
            opcode,
            Opcode::Cache | Opcode::Reserved | Opcode::EnterExecutor | Opcode::InterpreterExit | Opcode::ExitInitCheck
        )
}

/// Whether control may go on to the next instruction.
pub(super) fn falls_through(opcode: Opcode) -> bool {
    !opcode.is_unconditional_jump() && !opcode.is_scope_exit()
}

/// Whether control may go to the instruction's target.
///
/// `END_ASYNC_FOR` only names one (see [`super::order`]).
pub(super) fn jumps(opcode: Opcode) -> bool {
    opcode.has_jump() && opcode != Opcode::EndAsyncFor
}
