//! Syntax tree and symbol table → code object → bytes.
//!
//! ```text
//! build (codegen.c) → cfg (flowgraph.c) → assemble (assemble.c) → verify → marshal
//! ```
//!
//! Invariant: pure. No file, environment, clock or output; the same input gives the same bytes.

mod arithmetic;
pub mod assemble;
pub mod build;
pub mod cfg;
mod code_object;
mod constant;
pub mod decode;
pub mod disassemble;
pub mod ir;
pub mod marshal;
mod opcode;
pub mod pyc;
pub mod repr;
mod target;
pub mod verify;

pub use build::{AnnotationsAhead, Compiled, compile_module, compile_static_module, diagnose_module};
pub use code_object::{CodeFlags, CodeObject, LocalKind};
pub use constant::{Constant, ConstantTable};
pub(crate) use ir::BlockId;
pub use ir::{CodeUnit, FinalInstruction, Handler, Instruction, InstructionSequence, Label, OptimizedUnit};
pub use opcode::{EXTENDED_OPCODE, Encoding, Opcode, Operand, VALUES_SHIFT};
pub use target::{Optimize, Options, Target};
