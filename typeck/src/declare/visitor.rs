//! The walk over a module (`DeclarationVisitor`).
//!
//! Invariant: a module is in `Checker::loaded` before its statements are seen, so that cycles find it.

use crate::module_table::ModuleTable;
use crate::program::{Checker, Source};
use crate::types::ModuleId;
use ruff_python_ast::name::Name;

impl<'a> Checker<'a> {
    /// Declares a module (`Compiler.add_module`).
    pub fn declare_module(&mut self, source: &'a Source<'a>) -> ModuleId {
        let module = ModuleId(u32::try_from(self.modules.len()).expect("a program has fewer than 2**32 modules"));
        self.modules.push(ModuleTable::new(Name::new(source.name), Some(source)));
        self.loaded.insert(Name::new(source.name), module);
        module
    }
}
