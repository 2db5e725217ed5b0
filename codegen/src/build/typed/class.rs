//! Classes that are built statically (`emit_build_class`).
//!
//! ```text
//! class C(B): x: int       <function of the body> · 'C' · None · False · () · False · () · B ·
//!                          INVOKE_FUNCTION ((("_static",), "__build_cinder_class__"), 8)
//! ```
//!
//! CinderX's runtime then lays out the slots by their types, marks the class static and makes its v-table.
//! Classes nested in classes are built so too: without a layout their typed fields would be read from nowhere.
//!
//! Invariant: a class with typed fields is built here, or the checker knows nothing of it.

use super::super::Builder;
use super::super::closure::FunctionFlags;
use crate::{Constant, Opcode};
use pyclast_syntax::type_facts::ClassFact;
use pyclast_syntax::{Location, NameId};
use ruff_python_ast::{ExprContext, StmtClassDef};

/// Arguments of `__build_cinder_class__` before the bases.
const FIXED_ARGUMENTS: usize = 7;

impl<'a> Builder<'a> {
    /// Builds a class of which the checker knows the layout; leaves it on the stack.
    pub(in crate::build) fn build_static_class(
        &mut self,
        class: &'a StmtClassDef,
        fact: &'a ClassFact,
        generic_base: Option<NameId>,
        first_line: i32,
        location: Location,
    ) {
        let (code, has_class_cell) = self.build_class_unit(class, first_line);
        self.make_closure(location, code, FunctionFlags::default());
        self.emit_const(Constant::str(class.name.as_str()), location);
        self.build_class_keywords(class, location);
        self.emit_const(Constant::Bool(has_class_cell), location);
        let final_methods = fact.final_methods.iter().map(|name| Constant::str(name));
        self.emit_const(Constant::tuple(final_methods), location);
        self.emit_const(Constant::Bool(fact.is_final), location);
        let cached_properties = fact.cached_properties.iter().map(|name| Constant::str(name));
        self.emit_const(Constant::tuple(cached_properties), location);
        let bases = class.bases();
        self.visit_exprs(bases);
        if let Some(base) = generic_base {
            self.emit_name_access(base, ExprContext::Load, location);
        }
        let count = FIXED_ARGUMENTS + bases.len() + usize::from(generic_base.is_some());
        self.emit_static_call("__build_cinder_class__", count, location);
    }

    /// Keyword arguments as a dict, or `None`.
    fn build_class_keywords(&mut self, class: &'a StmtClassDef, location: Location) {
        let keywords = class.keywords();
        if keywords.is_empty() {
            return self.emit_const(Constant::None, location);
        }
        let mut pairs = 0;
        for keyword in keywords {
            if let Some(name) = &keyword.arg {
                self.emit_const(Constant::str(name.as_str()), location);
                self.visit_expr(&keyword.value);
                pairs += 1;
            }
        }
        self.emit_arg(Opcode::BuildMap, pairs, location);
        for keyword in keywords.iter().filter(|keyword| keyword.arg.is_none()) {
            self.visit_expr(&keyword.value);
            self.emit_arg(Opcode::DictUpdate, 1, location);
        }
    }

    /// Makes the class on the stack static (`_static.init_subclass`).
    pub(in crate::build) fn emit_init_subclass(&mut self, location: Location) {
        self.emit_static_call("init_subclass", 1, location);
    }

    /// `INVOKE_FUNCTION` of a function of the module `_static`.
    fn emit_static_call(&mut self, name: &str, count: usize, location: Location) {
        self.emit_typed_values(Opcode::InvokeFunction, static_call(name, count), count, location);
    }
}

/// The operand of a call of a function of the module `_static`.
pub(super) fn static_call(name: &str, count: usize) -> Constant {
    let module = Constant::tuple([Constant::str("_static")]);
    let count = i64::try_from(count).expect("a call has few arguments");
    Constant::tuple([Constant::tuple([module, Constant::str(name)]), Constant::int(count)])
}
