//! Default values of parameters, evaluated before the function is made
//! (`codegen_default_arguments`).
//!
//! ```text
//! def f(a, b=1, *, c=2)      LOAD_CONST 1 · BUILD_TUPLE 1 · LOAD_CONST 'c' · LOAD_CONST 2 · BUILD_MAP 1
//! ```

use super::Builder;
use super::closure::FunctionFlags;
use super::unit::ArgumentCounts;
use crate::{Constant, Opcode};
use pyclast_syntax::Location;
use ruff_python_ast::Parameters;

impl<'a> Builder<'a> {
    /// Pushes the tuple and the dict of defaults that exist; says which.
    pub(super) fn visit_default_arguments(&mut self, parameters: &'a Parameters, location: Location) -> FunctionFlags {
        let mut flags = FunctionFlags::default();
        let positional = parameters.posonlyargs.iter().chain(&parameters.args);
        let defaults: Vec<_> = positional.filter_map(|parameter| parameter.default.as_deref()).collect();
        if !defaults.is_empty() {
            for default in &defaults {
                self.visit_default(default);
            }
            self.emit_arg(Opcode::BuildTuple, defaults.len(), location);
            flags.insert(FunctionFlags::DEFAULTS);
        }
        let mut keyword_defaults = 0;
        for parameter in &parameters.kwonlyargs {
            let Some(default) = &parameter.default else { continue };
            let name = self.names.intern(parameter.parameter.name.as_str());
            let name = self.mangled(name);
            let name = self.names.get(name).clone();
            self.emit_const(Constant::Str(name), location);
            self.visit_default(default);
            keyword_defaults += 1;
        }
        if keyword_defaults > 0 {
            self.emit_arg(Opcode::BuildMap, keyword_defaults, location);
            flags.insert(FunctionFlags::KEYWORD_DEFAULTS);
        }
        flags
    }
}

/// The numbers of a function's parameters.
pub(super) fn argument_counts(parameters: &Parameters) -> ArgumentCounts {
    let count = |length: usize| u32::try_from(length).expect("parameters are fewer than 2**32");
    ArgumentCounts {
        positional_only: count(parameters.posonlyargs.len()),
        positional: count(parameters.posonlyargs.len() + parameters.args.len()),
        keyword_only: count(parameters.kwonlyargs.len()),
    }
}
