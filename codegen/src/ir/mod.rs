//! What the builder hands to the control-flow graph: instructions, labels, and a code unit's facts.
//!
//! ```text
//! while x: y          L0: LOAD_NAME x · TO_BOOL · POP_JUMP_IF_FALSE L1 · LOAD_NAME y · POP_TOP · JUMP L0 · L1:
//! ```
//!
//! Invariant: every label that an instruction targets is placed before the sequence is handed on.

mod block_id;
mod localsplus;
mod optimized;
mod sequence;
mod unit;

pub(crate) use block_id::BlockId;
pub use localsplus::LocalsPlus;
pub use optimized::{FinalInstruction, Handler, OptimizedUnit};
pub use sequence::{Instruction, InstructionSequence, Label};
pub use unit::CodeUnit;
