//! What static code adds to the body of a class (`walkClassBody`).
//!
//! ```text
//! class C:                  def __init_subclass__(cls): super().__init_subclass__(); _static.init_subclass(cls)
//!     x: int                __slots__ = ("x", "y")
//!     y: str = ""           __slots_with_default__ = {"y": ""}, and those of its bases
//!                           __slot_types__ = {"x": ("builtins", "int"), "y": ("builtins", "str")}
//! ```
//!
//! Invariant: a name in `__slots_with_default__` is no longer in the namespace.

use super::super::Builder;
use super::super::closure::FunctionFlags;
use super::class::static_call;
use super::made_function::MadeFunction;
use crate::{Constant, Opcode};
use pyclast_syntax::Location;
use pyclast_syntax::type_facts::{ClassFact, Descriptor, InheritedDefault};
use ruff_python_ast::{ExprContext, StmtClassDef};

/// The name of the method that CinderX's runtime hears of subclasses by.
const INIT_SUBCLASS: &str = "__init_subclass__";

impl<'a> Builder<'a> {
    /// The unit of a class was entered: the added methods need the class.
    pub(in crate::build) fn begin_class(&mut self, fact: Option<&ClassFact>) {
        if fact.is_some_and(|fact| !fact.has_init_subclass || fact.dataclass.is_some()) {
            let class_cell = self.known.class_cell;
            self.unit_mut().cell_vars.insert(class_cell);
        }
    }

    /// The statements after those of the source.
    pub(in crate::build) fn end_class(&mut self, class: &'a StmtClassDef, fact: &'a ClassFact, location: Location) {
        if !fact.has_init_subclass {
            self.make_init_subclass(location);
        }
        if let Some(dataclass) = &fact.dataclass {
            self.build_dataclass_members(class, dataclass, location);
        }
        let slots = fact.slots.iter().map(|name| Constant::str(name));
        self.emit_const(Constant::tuple(slots), location);
        self.emit_text_access("__slots__", ExprContext::Store, location);
        for name in &fact.slots_with_default {
            self.emit_const(Constant::str(name), location);
            self.emit_text_access(name, ExprContext::Load, location);
            self.emit_text_access(name, ExprContext::Del, location);
        }
        let mut defaults = fact.slots_with_default.len();
        if let Some(inherited) = &fact.inherited_defaults {
            defaults += inherited.fields.len();
            for field in &inherited.fields {
                self.load_inherited_default(&inherited.base, field, location);
            }
        }
        self.emit_arg(Opcode::BuildMap, defaults, location);
        self.emit_text_access("__slots_with_default__", ExprContext::Store, location);
        if fact.slot_types.is_empty() {
            return;
        }
        for (name, class) in &fact.slot_types {
            self.emit_const(Constant::str(name), location);
            let class = self.type_constant(class);
            self.emit_const(class, location);
        }
        self.emit_arg(Opcode::BuildMap, fact.slot_types.len(), location);
        self.emit_text_access("__slot_types__", ExprContext::Store, location);
    }

    /// The name of a field of a base, and its default in this class.
    fn load_inherited_default(&mut self, base: &'a Descriptor, field: &InheritedDefault, location: Location) {
        let name = self.names.intern(&field.name);
        self.emit_const(Constant::str(&field.name), location);
        if field.is_certain {
            self.emit_text_access(&field.name, ExprContext::Load, location);
            self.emit_text_access(&field.name, ExprContext::Del, location);
        } else {
            if field.is_bound {
                // locals().pop(name, …)
                self.emit(Opcode::LoadLocals, location);
                let pop = self.names.intern("pop");
                self.emit_name_bits(Opcode::LoadAttr, pop, 1, 1, location);
                self.emit_const(Constant::str(&field.name), location);
            }
            self.emit_with_type(Opcode::LoadClass, base, location);
            self.emit_name(Opcode::LoadAttr, name, location);
            if field.is_bound {
                self.emit_arg(Opcode::Call, 2, location);
            }
        }
        if let Some(class) = field.class.as_ref().filter(|_| field.is_bound) {
            self.emit_with_type(Opcode::Cast, class, location);
        }
    }

    /// `__init_subclass__`: subclasses are made static in turn.
    fn make_init_subclass(&mut self, location: Location) {
        let mut method = MadeFunction::new(INIT_SUBCLASS, &["cls"], location);
        method.free("__class__");
        method.load_global("super");
        method.emit_arg(Opcode::LoadDeref, 0);
        method.emit_arg(Opcode::LoadFast, 0);
        method.load_super_method(INIT_SUBCLASS, true);
        method.emit_arg(Opcode::Call, 0);
        method.emit(Opcode::PopTop);
        method.emit_arg(Opcode::LoadFast, 0);
        method.emit_values(Opcode::InvokeFunction, static_call("init_subclass", 1), 1);
        method.emit(Opcode::ReturnValue);
        self.store_made_function(method, FunctionFlags::default());
    }

    /// Makes a function in the class, and stores it.
    pub(super) fn store_made_function(&mut self, function: MadeFunction, flags: FunctionFlags) {
        let (name, location) = (function.name, function.location);
        self.load_made_function(function, flags);
        self.emit_text_access(name, ExprContext::Store, location);
    }

    /// Makes a function in the class.
    pub(super) fn load_made_function(&mut self, function: MadeFunction, flags: FunctionFlags) {
        let location = function.location;
        let code = self.finish_made_function(function);
        self.make_closure(location, code, flags);
    }
}
