//! What the control-flow graph hands to the assembler: final instructions in final order.
//!
//! Invariant: no pseudo opcodes but `JUMP` and `JUMP_NO_INTERRUPT` (the assembler gives them their
//! direction); the order never changes again.

use crate::{CodeUnit, Opcode};
use pyclast_syntax::Location;

/// Where an exception raised by an instruction goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Handler {
    /// Index of the handler's first instruction.
    pub target: u32,
    /// Stack depth at the handler's first instruction (`b_startdepth`).
    pub start_depth: i32,
    /// Push the offset of the raising instruction (`b_preserve_lasti`).
    pub preserve_lasti: bool,
}

/// One final instruction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FinalInstruction {
    /// The opcode.
    pub opcode: Opcode,
    /// The operand; for a jump, the index of the instruction it goes to.
    pub oparg: i32,
    /// Where it comes from.
    pub location: Location,
    /// Where its exceptions go.
    pub handler: Option<Handler>,
}

/// A code unit after optimization. `unit.sequence` is empty; `unit.constants` holds what is used.
#[derive(Clone, Debug)]
pub struct OptimizedUnit {
    /// The facts of the unit.
    pub unit: CodeUnit,
    /// Its instructions.
    pub instructions: Vec<FinalInstruction>,
    /// `co_stacksize`, at least 1.
    pub stack_size: u32,
}
