//! `super().name` without making the super object.
//!
//! ```text
//! super().f(1)     LOAD_GLOBAL super · LOAD_DEREF __class__ · LOAD_FAST self · LOAD_SUPER_ATTR f (method) · …
//! ```
//!
//! Invariant: only where the name `super` visibly is the builtin, with no arguments or two.

use super::Builder;
use super::unit::UnitKind;
use crate::Opcode;
use pyclast_syntax::symtable::{Resolution, Symbol};
use pyclast_syntax::{Location, NameId};
use ruff_python_ast::{Expr, ExprAttribute, ExprCall, ExprContext};
use ruff_text_size::Ranged;

impl<'a> Builder<'a> {
    /// The `super(…)` of `super(…).attr`, if the attribute can be loaded by `LOAD_SUPER_ATTR`
    /// (`can_optimize_super_call`).
    pub(super) fn optimizable_super(&self, attribute: &'a ExprAttribute) -> Option<&'a ExprCall> {
        let Expr::Call(call) = &*attribute.value else { return None };
        let Expr::Name(function) = &*call.func else { return None };
        if function.id != "super" || attribute.attr == *"__class__" {
            return None;
        }
        let name = self.known.super_;
        if !call.arguments.keywords.is_empty()
            || self.resolution(name) != Resolution::GlobalImplicit
            || self.module_symbol(name).is_some()
        {
            return None;
        }
        let optimizable = match &*call.arguments.args {
            [] => {
                self.unit().arguments.positional > 0
                    && self.unit().kind != UnitKind::Class
                    && self.resolution(self.known.class_cell) == Resolution::Free
            }
            [class, object] => !class.is_starred_expr() && !object.is_starred_expr(),
            _ => false,
        };
        optimizable.then_some(call)
    }

    /// `super` itself, the class and the object (`load_args_for_super`).
    pub(super) fn emit_super_arguments(&mut self, call: &'a ExprCall) {
        self.visit_expr(&call.func);
        if let [class, object] = &*call.arguments.args {
            self.visit_expr(class);
            self.visit_expr(object);
            return;
        }
        let location = self.module.location(call.range());
        self.emit_name_access(self.known.class_cell, ExprContext::Load, location);
        let first = self.unit().var_names.names().next();
        let first = first.expect("a unit with positional parameters has locals");
        self.load_receiver(first, location);
    }

    /// `LOAD_SUPER_ATTR`, for an attribute or a method.
    pub(super) fn emit_super_attribute(&mut self, call: &'a ExprCall, name: NameId, method: bool, location: Location) {
        let two_arguments = !call.arguments.args.is_empty();
        let low = usize::from(two_arguments) << 1 | usize::from(method);
        self.emit_name_bits(Opcode::LoadSuperAttr, name, 2, low, location);
    }

    /// The symbol of a name in the module's own scope.
    pub(super) fn module_symbol(&self, name: NameId) -> Option<Symbol> {
        // An inlined comprehension at module level replaces symbols of the module while it is built.
        let overridden = self.units.first().and_then(|unit| unit.symbol_overrides.get(&name));
        overridden.copied().or_else(|| self.table.symbol(self.table.module_scope(), name))
    }
}
