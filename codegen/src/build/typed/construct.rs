//! Instances of known classes.
//!
//! ```text
//! C(1)      TP_ALLOC ("m", "C", "!") · COPY 1 · 1 · INVOKE_FUNCTION ((("m", "C"), "__init__"), 2) · POP_TOP
//! ```

use super::super::Builder;
use crate::Opcode;
use pyclast_syntax::Location;
use pyclast_syntax::type_facts::{Descriptor, Invocation};
use ruff_python_ast::ExprCall;

impl<'a> Builder<'a> {
    /// Makes an instance: `__new__`, or an allocation; then `__init__`.
    pub(super) fn emit_construction(
        &mut self,
        call: &'a ExprCall,
        class: &Descriptor,
        new: Option<&'a Invocation>,
        init: Option<&'a Invocation>,
        location: Location,
    ) {
        match new {
            Some(new) => {
                self.emit_arguments(call, new, &new.arguments, location);
                let function = self.function_constant(&new.function);
                self.emit_invoke_function(function, new.parameters as usize, location);
            }
            None => self.emit_with_type(Opcode::TpAlloc, class, location),
        }
        if let Some(init) = init {
            self.emit_duplicate(location);
            self.emit_arguments(call, init, &init.arguments, location);
            let function = self.function_constant(&init.function);
            self.emit_invoke_function(function, init.parameters as usize, location);
            self.emit(Opcode::PopTop, location);
        }
    }
}
