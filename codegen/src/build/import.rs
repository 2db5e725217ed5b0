//! `import` and `from … import` (`codegen_import`, `codegen_from_import`).
//!
//! ```text
//! import a.b as c       LOAD_CONST 0 · LOAD_CONST None · IMPORT_NAME a.b · IMPORT_FROM b · STORE c · POP_TOP
//! from . import d       LOAD_CONST 1 · LOAD_CONST ('d',) · IMPORT_NAME '' · IMPORT_FROM d · STORE d · POP_TOP
//! ```

use super::Builder;
use crate::{Constant, Opcode};
use pyclast_syntax::{Location, PyString};
use ruff_python_ast::{Alias, ExprContext, StmtImport, StmtImportFrom};

/// `INTRINSIC_IMPORT_STAR`
const IMPORT_STAR: usize = 2;

impl<'a> Builder<'a> {
    /// `import a.b, c as d`
    pub(super) fn build_import(&mut self, import: &StmtImport, location: Location) {
        for alias in &import.names {
            let name = alias.name.as_str();
            self.emit_const(Constant::int(0), location);
            self.emit_const(Constant::None, location);
            let id = self.names.intern(name);
            self.emit_name(Opcode::ImportName, id, location);
            match &alias.asname {
                Some(asname) => self.build_import_as(name, asname.as_str(), location),
                None => {
                    let top = name.split('.').next().unwrap_or(name);
                    self.emit_text_access(top, ExprContext::Store, location);
                }
            }
        }
    }

    /// The module is on the stack: walks to the submodule that gets the name (`codegen_import_as`).
    fn build_import_as(&mut self, name: &str, asname: &str, location: Location) {
        let mut attributes = name.split('.').skip(1).peekable();
        let dotted = attributes.peek().is_some();
        while let Some(attribute) = attributes.next() {
            let id = self.names.intern(attribute);
            // Not mangled: these are parts of a module's name.
            let index = self.unit_mut().names.insert_full(id).0;
            self.emit_arg(Opcode::ImportFrom, index, location);
            if attributes.peek().is_some() {
                self.emit_arg(Opcode::Swap, 2, location);
                self.emit(Opcode::PopTop, location);
            }
        }
        self.emit_text_access(asname, ExprContext::Store, location);
        if dotted {
            self.emit(Opcode::PopTop, location);
        }
    }

    /// `from ..a import b, c as d`
    pub(super) fn build_import_from(&mut self, import: &'a StmtImportFrom, location: Location) {
        let names: Vec<&'a Alias> = import.names.iter().collect();
        self.build_import_of(import, &names, location);
    }

    /// The import of some of the names.
    pub(super) fn build_import_of(&mut self, import: &'a StmtImportFrom, aliases: &[&'a Alias], location: Location) {
        self.emit_const(Constant::int(i64::from(import.level)), location);
        let names = aliases.iter().map(|alias| Constant::Str(PyString::new(alias.name.as_str())));
        self.emit_const(Constant::tuple(names), location);
        let module = import.module.as_ref().map_or("", |module| module.as_str());
        let module = self.names.intern(module);
        self.emit_name(Opcode::ImportName, module, location);
        for alias in aliases {
            if alias.name.as_str() == "*" {
                self.emit_arg(Opcode::CallIntrinsic1, IMPORT_STAR, location);
                self.emit(Opcode::PopTop, Location::NONE);
                return;
            }
            let name = self.names.intern(alias.name.as_str());
            self.emit_name(Opcode::ImportFrom, name, location);
            let stored = alias.asname.as_ref().unwrap_or(&alias.name);
            self.emit_text_access(stored.as_str(), ExprContext::Store, location);
        }
        self.emit(Opcode::PopTop, location);
    }
}
