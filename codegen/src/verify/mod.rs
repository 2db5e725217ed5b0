//! Proves that a code object is sound: that the interpreter, which checks nothing, cannot be led
//! astray by it.
//!
//! What is proved, in this order:
//!
//! * **instructions** ([`instructions`]): opcodes are those a compiler may write (no specialized,
//!   instrumented or internal ones), caches are zero, jumps land on instructions, control does not
//!   run off the end.
//! * **operands** ([`operands`]): every index is in range and of the right kind.
//! * **tables** ([`tables`]): line and exception table are well-formed, cover and name whole
//!   instructions.
//! * **order** ([`order`]): the sequences that the interpreter and its instrumentation rely on, such
//!   as `NOT_TAKEN` after a conditional jump or `END_FOR` where a loop ends.
//! * **flow** ([`flow`]): on every path, exceptions included, the stack has one depth at each
//!   instruction and stays within `co_stacksize`; no unbound local or missing cell is read unchecked;
//!   no NULL is used as a value; a borrowed reference is gone before its local changes and before
//!   the basic block ends.
//!
//! Typed opcodes of CinderX are refused here: [`typed`] proves code that has them.
//!
//! Invariant: every code object that CPython compiles is accepted.

mod blocks;
mod effect;
mod flow;
mod instructions;
mod operands;
mod order;
mod state;
mod tables;
#[cfg(test)]
mod tests;
pub mod typed;

use crate::{CodeObject, Constant};
use blocks::Blocks;
use instructions::Program;
use std::fmt;
use tables::Handlers;

/// A rule that a code object breaks.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Rule {
    /// Code is whole code units, and there is some.
    CodeUnits,
    /// The opcode is one that a compiler writes.
    UnknownOpcode,
    /// `EXTENDED_OPCODE` says what the typed opcode behind it does to the stack.
    ExtendedOpcode,
    /// The operand of a typed opcode has the form it needs.
    TypedOperand,
    /// An instruction has at most three prefixes, and prefixes have an instruction.
    ExtendedArg,
    /// Inline caches are zero and within the code.
    Caches,
    /// A jump lands on an instruction.
    JumpTarget,
    /// Control does not run off the end.
    FallsOffEnd,
    /// An operand is in the range of its opcode.
    OperandRange,
    /// A local, cell or free variable is of the kind that the opcode needs.
    VariableKind,
    /// The names and the kinds of variables, and the argument counts, agree.
    Variables,
    /// The line table is well-formed and covers the code.
    LineTable,
    /// The exception table is well-formed and in order.
    ExceptionTable,
    /// Cells, free variables and generators are set up first, then comes `RESUME`.
    Prologue,
    /// `NOT_TAKEN` follows a conditional jump.
    NotTaken,
    /// `FOR_ITER` ends at `END_FOR; POP_ITER`.
    LoopEnd,
    /// `SEND` goes to `END_SEND`; `RESUME` follows `YIELD_VALUE`.
    SendOrder,
    /// `END_ASYNC_FOR` names the `SEND` of its loop.
    AsyncLoopEnd,
    /// Only a generator suspends.
    Generator,
    /// The stack never goes below zero.
    StackUnderflow,
    /// The stack never goes above `co_stacksize`.
    StackOverflow,
    /// All paths to an instruction have the same stack depth.
    StackDepth,
    /// A handler's depth is not above that of the instructions it covers.
    HandlerDepth,
    /// A local that is read unchecked is bound on every path.
    UnboundLocal,
    /// A NULL is not used as a value.
    NullOperand,
    /// A borrowed reference is gone before its local changes or another local takes it.
    BorrowedKill,
    /// A borrowed reference is gone before the basic block ends.
    BorrowedBlockEnd,
}

/// Why a code object is refused.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VerifyError {
    /// The qualified name of the code object.
    pub qualname: String,
    /// The byte of its `co_code`.
    pub offset: usize,
    /// The rule it breaks.
    pub rule: Rule,
    /// What is wrong, in words.
    pub message: String,
}

impl fmt::Display for VerifyError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: offset {}: {} ({:?})", self.qualname, self.offset, self.message, self.rule)
    }
}

impl std::error::Error for VerifyError {}

/// A broken rule at a code unit.
struct Fault {
    unit: u32,
    rule: Rule,
    message: String,
}

impl Fault {
    fn new(unit: u32, rule: Rule, message: impl Into<String>) -> Self {
        Self { unit, rule, message: message.into() }
    }

    fn into_error(self, code: &CodeObject) -> VerifyError {
        VerifyError {
            qualname: code.qualname.to_string(),
            offset: 2 * self.unit as usize,
            rule: self.rule,
            message: self.message,
        }
    }
}

type Check<T = ()> = Result<T, Fault>;

/// Proves of static code, and of all code objects among its constants, what can be proved where nothing is known of its
/// types: that typed opcodes get what they trust is for [`typed`].
pub fn verify_form_recursively(code: &CodeObject) -> Result<(), VerifyError> {
    check(code, Page::Typed).map_err(|fault| fault.into_error(code))?;
    code.constants.iter().try_for_each(|constant| match constant {
        Constant::Code(inner) => verify_form_recursively(inner),
        _ => Ok(()),
    })
}

/// Proves a code object sound, and all code objects among its constants.
pub fn verify_recursively(code: &CodeObject) -> Result<(), VerifyError> {
    verify(code)?;
    code.constants.iter().try_for_each(|constant| match constant {
        Constant::Code(inner) => verify_recursively(inner),
        _ => Ok(()),
    })
}

/// Proves a code object sound; code objects among its constants are not looked at.
pub fn verify(code: &CodeObject) -> Result<(), VerifyError> {
    check(code, Page::Ordinary).map(drop).map_err(|fault| fault.into_error(code))
}

/// Which opcodes code may contain.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Page {
    /// CPython's.
    Ordinary,
    /// CinderX's typed ones too, whose operands have the right form; [`typed`] proves the rest.
    Typed,
}

/// A code object, read.
struct Structure {
    program: Program,
    handlers: Handlers,
    blocks: Blocks,
}

fn check(code: &CodeObject, page: Page) -> Check<Structure> {
    let structure = structure(code, page)?;
    check_structure(code, &structure)?;
    Ok(structure)
}

/// A code object whose instructions, operands and handlers make sense, each by itself.
fn structure(code: &CodeObject, page: Page) -> Check<Structure> {
    let program = instructions::check(code, page)?;
    operands::check(code, &program)?;
    let handlers = tables::handlers(code, &program)?;
    let blocks = Blocks::new(&program, &handlers);
    Ok(Structure { program, handlers, blocks })
}

/// The instructions make sense together.
fn check_structure(code: &CodeObject, structure: &Structure) -> Check {
    tables::check_lines(code, &structure.program)?;
    order::check(code, &structure.program)?;
    flow::check(code, structure)
}
