//! Classes (`codegen_class`, `codegen_class_body`).
//!
//! ```text
//! class C(B): x = 1     LOAD_BUILD_CLASS · PUSH_NULL · <function of the body> · 'C' · B · CALL 3 · store C
//! ```

use super::Builder;
use super::closure::FunctionFlags;
use super::unit::{ArgumentCounts, UnitKind};
use crate::{CodeObject, Constant, LocalKind, Opcode};
use pyclast_syntax::symtable::ScopeRole;
use pyclast_syntax::{Location, node_index};
use ruff_python_ast::{Expr, ExprContext, Keyword, StmtClassDef};
use std::sync::Arc;

/// `INTRINSIC_SUBSCRIPT_GENERIC`
const SUBSCRIPT_GENERIC: usize = 10;
/// The type parameters of a generic class, kept in a cell of their scope.
const TYPE_PARAMS: &str = ".type_params";
/// `Generic[T, …]`, the implicit base of a generic class.
const GENERIC_BASE: &str = ".generic_base";

impl<'a> Builder<'a> {
    /// `class`
    pub(super) fn build_class(&mut self, class: &'a StmtClassDef, location: Location) {
        let decorators = self.class_decorators(class);
        for decorator in &decorators {
            self.visit_expr(&decorator.expression);
        }
        let first_line = self.first_line(&class.decorator_list, location);
        if class.type_params.is_some() {
            self.build_generic_class(class, first_line, location);
        } else if let Some(fact) = self.class_fact(class) {
            self.build_static_class(class, fact, None, first_line, location);
        } else {
            self.build_class_function(class, first_line, location);
            let (bases, keywords) = arguments(class);
            self.emit_call(location, 2, bases, None, keywords);
        }
        for decorator in decorators.iter().rev() {
            let location = self.expr_location(&decorator.expression);
            self.emit_arg(Opcode::Call, 0, location);
        }
        self.register_class(class, location);
        self.emit_text_access(class.name.as_str(), ExprContext::Store, location);
    }

    /// A class in the scope of its type parameters, called at once.
    fn build_generic_class(&mut self, class: &'a StmtClassDef, first_line: i32, location: Location) {
        let name = class.name.as_str();
        let private = Some(self.names.intern(name));
        self.enter_type_parameters(node_index(class), name, first_line, private, ArgumentCounts::default());
        self.build_type_params(class.type_params.as_deref());
        self.emit_text_access(TYPE_PARAMS, ExprContext::Store, location);
        let generic_base = self.names.intern(GENERIC_BASE);
        if let Some(fact) = self.class_fact(class) {
            self.store_generic_base(location);
            self.build_static_class(class, fact, Some(generic_base), first_line, location);
        } else {
            self.build_class_function(class, first_line, location);
            self.store_generic_base(location);
            let (bases, keywords) = arguments(class);
            self.emit_call(location, 2, bases, Some(generic_base), keywords);
        }
        let code = self.leave_unit(false);
        self.make_closure(location, code, FunctionFlags::default());
        self.emit(Opcode::PushNull, location);
        self.emit_arg(Opcode::Call, 0, location);
    }

    /// `Generic[T, …]` of the type parameters.
    fn store_generic_base(&mut self, location: Location) {
        self.emit_text_access(TYPE_PARAMS, ExprContext::Load, location);
        self.emit_arg(Opcode::CallIntrinsic1, SUBSCRIPT_GENERIC, location);
        self.emit_text_access(GENERIC_BASE, ExprContext::Store, location);
    }

    /// Pushes `__build_class__`, NULL, the body's function and the class's name.
    fn build_class_function(&mut self, class: &'a StmtClassDef, first_line: i32, location: Location) {
        let (code, _) = self.build_class_unit(class, first_line);
        self.emit(Opcode::LoadBuildClass, location);
        self.emit(Opcode::PushNull, location);
        self.make_closure(location, code, FunctionFlags::default());
        self.emit_const(Constant::str(class.name.as_str()), location);
    }

    /// The unit of the class body, and whether it keeps a cell for the class.
    pub(super) fn build_class_unit(&mut self, class: &'a StmtClassDef, first_line: i32) -> (Arc<CodeObject>, bool) {
        let scope = self.table.scope_of(node_index(class), ScopeRole::Body);
        if let Some(code) = self.built_ahead(scope) {
            let class_cell = self.names.get(self.known.class_cell);
            let mut variables = code.local_names.iter().zip(&*code.local_kinds);
            let keeps_cell = variables.any(|(name, kind)| name == class_cell && kind.0 & LocalKind::CELL != 0);
            return (code, keeps_cell);
        }
        let entry = self.table.scope(scope);
        let fact = self.class_fact(class);
        let is_typed = self.is_typed_class(class);
        let name = self.names.intern(class.name.as_str());
        self.enter_unit(UnitKind::Class, scope, name, first_line, Some(name), ArgumentCounts::default());
        self.unit_mut().is_typed = is_typed;
        self.begin_class(fact);
        let location = Location::new(first_line, first_line, 0, 0);
        self.emit_text_access("__name__", ExprContext::Load, location);
        self.emit_text_access("__module__", ExprContext::Store, location);
        let qualname = self.unit().qualname.clone();
        self.emit_const(Constant::Str(qualname), location);
        self.emit_text_access("__qualname__", ExprContext::Store, location);
        self.emit_const(Constant::int(i64::from(first_line)), location);
        self.emit_text_access("__firstlineno__", ExprContext::Store, location);
        if class.type_params.is_some() {
            self.emit_text_access(TYPE_PARAMS, ExprContext::Load, location);
            self.emit_text_access("__type_params__", ExprContext::Store, location);
        }
        if entry.needs_classdict {
            self.emit(Opcode::LoadLocals, location);
            let cell = self.deref_index(self.known.classdict);
            self.emit_arg(Opcode::StoreDeref, cell, location);
        }
        if entry.has_conditional_annotations {
            self.emit_arg(Opcode::BuildSet, 0, location);
            let cell = self.deref_index(self.known.conditional_annotations);
            self.emit_arg(Opcode::StoreDeref, cell, location);
        }
        let body = self.body(&class.body);
        self.build_body(location, body);
        if let Some(fact) = fact {
            self.end_class(class, fact, location);
        }
        self.store_static_attributes();
        let needs_class_closure = self.unit().cell_vars.get_index_of(self.known.class_cell).is_some();
        self.return_class_cell(entry.needs_classdict, needs_class_closure);
        let code = self.leave_unit(true);
        self.keep_ahead(scope, &code);
        (code, needs_class_closure)
    }

    /// `__static_attributes__`: what methods assign through `self`, sorted.
    fn store_static_attributes(&mut self) {
        let attributes = std::mem::take(&mut self.unit_mut().static_attributes);
        let mut attributes: Vec<_> = attributes.names().map(|name| self.names.get(name).clone()).collect();
        attributes.sort_unstable();
        let attributes = Constant::tuple(attributes.into_iter().map(Constant::Str));
        self.emit_const(attributes, Location::NONE);
        self.emit_text_access("__static_attributes__", ExprContext::Store, Location::NONE);
    }

    /// Hands the cells that methods use to `type.__new__`, and returns `__class__`'s.
    fn return_class_cell(&mut self, needs_classdict: bool, needs_class_closure: bool) {
        if needs_classdict {
            let cell = self.deref_index(self.known.classdict);
            self.emit_arg(Opcode::LoadClosure, cell, Location::NONE);
            self.emit_text_access("__classdictcell__", ExprContext::Store, Location::NONE);
        }
        if needs_class_closure {
            let cell = self.deref_index(self.known.class_cell);
            self.emit_arg(Opcode::LoadClosure, cell, Location::NONE);
            self.emit_arg(Opcode::Copy, 1, Location::NONE);
            self.emit_text_access("__classcell__", ExprContext::Store, Location::NONE);
        } else {
            self.emit_const(Constant::None, Location::NONE);
        }
        self.emit(Opcode::ReturnValue, Location::NONE);
    }
}

fn arguments(class: &StmtClassDef) -> (&[Expr], &[Keyword]) {
    class.arguments.as_deref().map_or((&[], &[]), |arguments| (&arguments.args, &arguments.keywords))
}
