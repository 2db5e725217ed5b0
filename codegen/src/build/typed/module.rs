//! The module unit of static code (`visitModule`, `emit_module_return`).
//!
//! ```text
//! from __static__.compiler_flags import checked_dicts     dict = _static.chkdict
//! X: Final = 1                                            __final_constants__ = ("X",)
//! from m import y                                         constants end in (("y", ("m", "y")),)
//! ```

use super::super::Builder;
use crate::Constant;
use pyclast_syntax::Location;
use ruff_python_ast::ExprContext;

impl Builder<'_> {
    /// The unit of the module was entered: what its constants end with, and literals that are checked.
    pub(in crate::build) fn begin_module(&mut self, location: Location) {
        let Some(facts) = self.facts else { return };
        let imported = facts.imported_from.iter().map(|(local, module, name)| {
            let origin = Constant::tuple([Constant::str(module), Constant::str(name)]);
            Constant::tuple([Constant::str(local), origin])
        });
        self.unit_mut().trailing_constant = Some(Constant::tuple(imported));
        if facts.checked_dicts {
            self.rebind_builtin("dict", "chkdict", location);
        }
        if facts.checked_lists {
            self.rebind_builtin("list", "chklist", location);
        }
    }

    /// Gives a class of the module `_static` the name of a builtin one (`emit_load_builtin`).
    fn rebind_builtin(&mut self, builtin: &str, checked: &str, location: Location) {
        self.emit_imported("_static", checked, location);
        self.emit_text_access(builtin, ExprContext::Store, location);
    }

    /// The statements of the module were built.
    pub(in crate::build) fn end_module(&mut self) {
        let Some(facts) = self.facts else { return };
        let constants = facts.final_constants.iter().map(|name| Constant::str(name));
        self.emit_const(Constant::tuple(constants), Location::NONE);
        self.emit_text_access("__final_constants__", ExprContext::Store, Location::NONE);
    }
}
