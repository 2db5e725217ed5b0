//! What is compiled for: the interpreter, and the optimization level.

use pyclast_syntax::PyString;

/// `-O` level.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord, Default)]
pub enum Optimize {
    /// Nothing removed.
    #[default]
    None,
    /// `-O`: no `assert`, `__debug__` is false.
    Asserts,
    /// `-OO`: no docstrings either.
    Docstrings,
}

/// An interpreter that loads what is emitted: opcodes differ by target in [`crate::Opcode`]'s table;
/// everything else that differs is here.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Target {
    /// `cpython-3.14`
    pub name: &'static str,
    /// The magic number of `.pyc` files.
    pub magic: u16,
    /// The version of marshal's format.
    pub marshal_version: u8,
    /// `sys.implementation.cache_tag`
    pub cache_tag: &'static str,
    /// Runs static modules (`import __static__`).
    pub static_modules: bool,
    /// The number in the header of artifacts for CinderX's strict loader (`compiler/strict/common.py: MAGIC_NUMBER`).
    pub strict_magic: u16,
    /// gh-138679: refs pushed by consume-nothing opcodes claim wrong producers in the borrow pass.
    pub borrow_shadowing_bug: bool,
    /// gh-138250: the borrow pass does not go on through empty blocks.
    pub borrow_empty_block_bug: bool,
}

impl Target {
    /// CPython 3.14.8.
    pub const CPYTHON_3_14: Self = Self {
        name: "cpython-3.14",
        magic: 3627,
        marshal_version: 5,
        cache_tag: "cpython-314",
        static_modules: false,
        strict_magic: 0,
        borrow_shadowing_bug: true,
        borrow_empty_block_bug: true,
    };

    /// CPython 3.14.8 with CinderX 2026.10.26.
    pub const CINDERX_3_14: Self =
        Self { name: "cinderx-3.14", static_modules: true, strict_magic: 55, ..Self::CPYTHON_3_14 };
}

/// How to compile a module.
#[derive(Clone, Debug)]
pub struct Options {
    /// The interpreter.
    pub target: &'static Target,
    /// The optimization level.
    pub optimize: Optimize,
    /// `co_filename`
    pub filename: PyString,
    /// Static modules: the module is strict too, and the types it makes are frozen when it has run.
    pub strict: bool,
}
