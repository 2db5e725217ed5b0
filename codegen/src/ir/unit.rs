//! Everything about one code unit that the graph and the assembler need besides its instructions
//! (`_PyCompile_CodeUnitMetadata`).

use crate::{CodeFlags, Constant, InstructionSequence};
use pyclast_syntax::PyString;
use std::sync::Arc;

/// A code unit after building, before optimization.
#[derive(Clone, Debug)]
pub struct CodeUnit {
    /// `co_name`
    pub name: PyString,
    /// `co_qualname`
    pub qualname: PyString,
    /// `co_firstlineno`
    pub first_line: i32,
    /// `co_argcount`: positional-only included.
    pub arg_count: u32,
    /// `co_posonlyargcount`
    pub pos_only_arg_count: u32,
    /// `co_kwonlyargcount`
    pub kw_only_arg_count: u32,
    /// `co_flags`, complete.
    pub flags: CodeFlags,
    /// Number of parameters of any kind (`len(ste_varnames)`): these are bound on entry.
    pub parameter_count: usize,
    /// Constants in the order of first mention.
    pub constants: Vec<Constant>,
    /// What static code ends its constants with, used or not.
    pub trailing_constant: Option<Constant>,
    /// `co_names`
    pub names: Arc<[PyString]>,
    /// Fast locals: parameters first, then in the order of first mention.
    pub var_names: Vec<PyString>,
    /// By fast local: hidden in class and module scopes (`CO_FAST_HIDDEN`); empty if none is.
    pub hidden_locals: Vec<bool>,
    /// Cells in order; some may also be fast locals (captured parameters).
    pub cell_vars: Vec<PyString>,
    /// Free variables in order.
    pub free_vars: Vec<PyString>,
    /// The instructions.
    pub sequence: InstructionSequence,
}
