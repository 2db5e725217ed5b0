//! Dataclasses: the members that `@dataclass` would make (`Dataclass.emit_extra_members`).
//!
//! ```text
//! @dataclass                from dataclasses import _DataclassParams, _FIELD, field as _field
//! class C:                  __dataclass_fields__ = {"x": _field(default=x, kw_only=False), …}
//!     x: int = 1            __dataclass_params__ = _DataclassParams(…); __match_args__ = ("x",)
//!                           def __init__(self, x=x): … · def __repr__ … · def __eq__ … · __hash__ = None
//! ```
//!
//! Invariant: a method that the class has itself is left alone.

use super::super::Builder;
use super::super::closure::FunctionFlags;
use super::dataclass_methods::{Comparison, DataclassMethods};
use super::descriptor::type_constant;
use crate::{Constant, Opcode};
use pyclast_syntax::type_facts::{DataclassFact, FieldDefault, FieldFact};
use pyclast_syntax::{Location, node_index};
use ruff_python_ast::{Expr, ExprContext, Stmt, StmtAnnAssign, StmtClassDef};

/// What stands for a factory among the defaults of `__init__`.
pub(super) const HAS_FACTORY: &str = "_HAS_DEFAULT_FACTORY";
/// The exception of frozen dataclasses, as the class keeps it.
pub(super) const FROZEN_ERROR: &str = "_FrozenInstanceError";
/// The fields that patterns give by position.
const MATCH_ARGS: &str = "__match_args__";
/// `NB_SUBSCR`
const SUBSCRIPT: usize = 26;
/// Arguments of `_DataclassParams`.
const PARAMETERS: usize = 10;

impl<'a> Builder<'a> {
    /// `x: T = field(…)` in a dataclass: what the class keeps of the call; whether it was one.
    pub(super) fn build_field_assignment(&mut self, assign: &'a StmtAnnAssign, location: Location) -> bool {
        let Some(Expr::Call(call)) = assign.value.as_deref() else { return false };
        let Some(facts) = self.typed_facts() else { return false };
        let value = assign.value.as_deref().map(node_index);
        let kept = facts.classes.values().filter_map(|fact| fact.dataclass.as_ref());
        let mut kept = kept.filter_map(|fact| fact.field_calls.get(&value?));
        let Some(kept) = kept.next() else { return false };
        let keyword = call.arguments.keywords.iter().find(|keyword| Some(node_index(&keyword.value)) == *kept);
        if let Some(keyword) = keyword {
            self.visit_expr(&keyword.value);
            // A factory is an object, whatever the field is.
            match &*assign.target {
                Expr::Name(name) if self.primitive_of(&keyword.value).is_none() => {
                    self.emit_text_access(&name.id, ExprContext::Store, location);
                }
                target => self.visit_expr(target),
            }
        }
        self.finish_ann_assign(assign, location);
        true
    }

    /// The members of a dataclass.
    pub(super) fn build_dataclass_members(
        &mut self,
        class: &'a StmtClassDef,
        fact: &'a DataclassFact,
        location: Location,
    ) {
        self.import_dataclass_helpers(fact, location);
        for field in &fact.fields {
            self.build_field(class, field, fact.kw_only, location);
        }
        self.emit_arg(Opcode::BuildMap, fact.fields.len(), location);
        self.emit_text_access("__dataclass_fields__", ExprContext::Store, location);
        self.emit_text_access("_DataclassParams", ExprContext::Load, location);
        self.emit(Opcode::PushNull, location);
        for option in [fact.init, fact.repr, fact.eq, fact.order, fact.unsafe_hash, fact.frozen, true, fact.kw_only] {
            self.emit_const(Constant::Bool(option), location);
        }
        self.emit_const(Constant::None, location);
        self.emit_const(Constant::Bool(false), location);
        self.emit_arg(Opcode::Call, PARAMETERS, location);
        self.emit_text_access("__dataclass_params__", ExprContext::Store, location);
        self.build_match_args(class, fact, location);
        self.build_dataclass_methods(fact, location);
    }

    /// `__match_args__`, for patterns like `C(1, 2)`, unless the class has its own. (The reference forgets it.)
    fn build_match_args(&mut self, class: &StmtClassDef, fact: &DataclassFact, location: Location) {
        let is_own = |target: &Expr| target.as_name_expr().is_some_and(|name| name.id == MATCH_ARGS);
        if class.body.iter().any(|statement| statement.as_assign_stmt().is_some_and(|it| it.targets.iter().any(is_own)))
        {
            return;
        }
        let positional = fact.fields.iter().filter(|field| field.init && !field.is_classvar && !fact.kw_only);
        self.emit_const(Constant::tuple(positional.map(|field| Constant::str(&field.name))), location);
        self.emit_text_access(MATCH_ARGS, ExprContext::Store, location);
    }

    fn build_dataclass_methods(&mut self, fact: &'a DataclassFact, location: Location) {
        let methods = DataclassMethods { fact, location };
        let has = |name: &str| fact.own_methods.contains(&name);
        if fact.init && !has("__init__") {
            self.build_dataclass_init(methods);
        }
        if fact.repr && !has("__repr__") {
            self.build_dataclass_repr(methods);
        }
        if fact.eq && !has("__eq__") {
            self.store_made_function(methods.comparison(Comparison::Eq), FunctionFlags::default());
        }
        if fact.order {
            for comparison in [Comparison::Lt, Comparison::Le, Comparison::Gt, Comparison::Ge] {
                self.store_made_function(methods.comparison(comparison), FunctionFlags::default());
            }
        }
        if fact.frozen {
            self.store_made_function(methods.frozen(false), FunctionFlags::default());
            self.store_made_function(methods.frozen(true), FunctionFlags::default());
        }
        if fact.unsafe_hash || (fact.eq && fact.frozen && !has("__hash__")) {
            self.store_made_function(methods.hash(), FunctionFlags::default());
        } else if fact.eq && !has("__hash__") {
            self.emit_const(Constant::None, location);
            self.emit_text_access("__hash__", ExprContext::Store, location);
        }
    }

    /// What the methods need of the module `dataclasses`, kept in the class.
    fn import_dataclass_helpers(&mut self, fact: &DataclassFact, location: Location) {
        let fields = &fact.fields;
        let mut names = vec![("_DataclassParams", "_DataclassParams"), ("_FIELD", "_FIELD"), ("field", "_field")];
        for (is_needed, name, kept) in [
            (fields.iter().any(|field| field.is_classvar), "_FIELD_CLASSVAR", "_FIELD_CLASSVAR"),
            (fields.iter().any(|field| field.is_initvar), "_FIELD_INITVAR", "_FIELD_INITVAR"),
            (fields.iter().any(|field| field.default == FieldDefault::Factory), HAS_FACTORY, HAS_FACTORY),
            (fact.frozen, "FrozenInstanceError", FROZEN_ERROR),
        ] {
            if is_needed {
                names.push((name, kept));
            }
        }
        self.emit_const(Constant::int(0), location);
        self.emit_const(Constant::tuple(names.iter().map(|(name, _)| Constant::str(name))), location);
        let module = self.names.intern("dataclasses");
        self.emit_name(Opcode::ImportName, module, location);
        for (name, kept) in names {
            let name = self.names.intern(name);
            self.emit_name(Opcode::ImportFrom, name, location);
            self.emit_text_access(kept, ExprContext::Store, location);
        }
        self.emit(Opcode::PopTop, location);
    }

    /// A name and its `Field`, as `dataclasses.fields` gives it.
    fn build_field(&mut self, class: &'a StmtClassDef, field: &FieldFact, kw_only: bool, location: Location) {
        self.emit_const(Constant::str(&field.name), location);
        self.emit_text_access("_field", ExprContext::Load, location);
        self.emit(Opcode::PushNull, location);
        let mut keywords = Vec::new();
        match field.default {
            FieldDefault::None => {}
            FieldDefault::Value => keywords.push("default"),
            FieldDefault::Factory => keywords.push("default_factory"),
        }
        if field.default != FieldDefault::None {
            self.load_field_default(field, location);
        }
        for (keyword, value) in [
            ("init", (!field.init).then_some(false)),
            ("repr", (!field.repr).then_some(false)),
            ("hash", field.hash),
            ("compare", (!field.compare).then_some(false)),
        ] {
            if let Some(value) = value {
                self.emit_const(Constant::Bool(value), location);
                keywords.push(keyword);
            }
        }
        if let Some(metadata) = field.metadata {
            self.load_metadata(class, field, metadata, location);
            keywords.push("metadata");
        }
        self.emit_const(Constant::Bool(kw_only), location);
        keywords.push("kw_only");
        self.emit_const(Constant::tuple(keywords.iter().map(|name| Constant::str(name))), location);
        self.emit_arg(Opcode::CallKw, keywords.len(), location);
        self.set_field_attribute("name", location, |builder| {
            builder.emit_const(Constant::str(&field.name), location);
        });
        self.set_field_attribute("type", location, |builder| {
            builder.emit_const(Constant::str(&field.annotation), location);
        });
        let kind = match field {
            FieldFact { is_classvar: true, .. } => "_FIELD_CLASSVAR",
            FieldFact { is_initvar: true, .. } => "_FIELD_INITVAR",
            _ => "_FIELD",
        };
        self.set_field_attribute("_field_type", location, |builder| {
            builder.emit_text_access(kind, ExprContext::Load, location);
        });
    }

    /// Sets an attribute of the `Field` on the stack.
    fn set_field_attribute(&mut self, name: &str, location: Location, value: impl FnOnce(&mut Self)) {
        self.emit_arg(Opcode::Copy, 1, location);
        value(self);
        self.emit_arg(Opcode::Swap, 2, location);
        let name = self.names.intern(name);
        self.emit_name(Opcode::StoreAttr, name, location);
    }

    /// The default of a field, or its factory: the class that gives it keeps it under the field's name.
    pub(super) fn load_field_default(&mut self, field: &FieldFact, location: Location) {
        match &field.default_owner {
            None => self.emit_text_access(&field.name, ExprContext::Load, location),
            Some(owner) => {
                self.emit_with_type(Opcode::LoadClass, owner, location);
                let name = self.names.intern(&field.name);
                self.emit_name(Opcode::LoadAttr, name, location);
            }
        }
    }

    /// `metadata=` of a field: evaluated in the class that says it, later taken from there.
    fn load_metadata(&mut self, class: &'a StmtClassDef, field: &FieldFact, metadata: u32, location: Location) {
        let values = class.body.iter().filter_map(|statement| match statement {
            Stmt::AnnAssign(StmtAnnAssign { value: Some(value), .. }) => value.as_call_expr(),
            _ => None,
        });
        let mut keywords = values.flat_map(|call| &*call.arguments.keywords);
        if let Some(keyword) = keywords.find(|keyword| node_index(&keyword.value) == metadata) {
            return self.visit_expr(&keyword.value);
        }
        self.emit_typed(Opcode::LoadClass, type_constant(&field.owner), location);
        for attribute in ["__dataclass_fields__", "metadata"] {
            let name = self.names.intern(attribute);
            self.emit_name(Opcode::LoadAttr, name, location);
            if attribute == "__dataclass_fields__" {
                self.emit_const(Constant::str(&field.name), location);
                self.emit_arg(Opcode::BinaryOp, SUBSCRIPT, location);
            }
        }
    }

    /// `__init__`, with the defaults of its parameters.
    fn build_dataclass_init(&mut self, methods: DataclassMethods<'a>) {
        let location = methods.location;
        let mut defaults = 0;
        for field in methods.fact.fields.iter().filter(|field| field.init && !field.is_classvar) {
            match field.default {
                FieldDefault::None => continue,
                FieldDefault::Value => self.load_field_default(field, location),
                FieldDefault::Factory => self.emit_text_access(HAS_FACTORY, ExprContext::Load, location),
            }
            defaults += 1;
        }
        let mut flags = FunctionFlags::default();
        if defaults > 0 {
            self.emit_arg(Opcode::BuildTuple, defaults, location);
            flags.insert(FunctionFlags::DEFAULTS);
        }
        self.store_made_function(methods.init(), flags);
    }

    /// `__repr__`, wrapped by `reprlib.recursive_repr`.
    fn build_dataclass_repr(&mut self, methods: DataclassMethods<'a>) {
        let location = methods.location;
        self.emit_imported("reprlib", "recursive_repr", location);
        self.emit(Opcode::PushNull, location);
        self.emit_arg(Opcode::Call, 0, location);
        self.load_made_function(methods.repr(), FunctionFlags::default());
        self.emit_arg(Opcode::Call, 0, location);
        self.emit_text_access("__repr__", ExprContext::Store, location);
    }
}
