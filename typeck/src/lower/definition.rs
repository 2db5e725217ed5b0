//! Functions and classes → how they are built.
//!
//! ```text
//! def f(x: int, y) -> str: ...        checks [(0, ("builtins", "int"))], returns ("builtins", "str")
//! class C: x: int                     __slots__ ("x",), __slot_types__ {"x": ("builtins", "int")}
//! ```
//!
//! Invariant: `object` is never checked.

use super::Lowering;
use super::descriptor::object;
use crate::declare::dataclass::FieldKind;
use crate::definite_assignment::unassigned;
use crate::types::{ClassId, ClassKind, DecoratedKind, FieldId, FunctionKind, SlotId, TypeRef, Value};
use crate::unparse::unparse;
use pyclast_syntax::node_index;
use pyclast_syntax::symtable::{Resolution, ScopeRole};
use pyclast_syntax::type_facts::{
    ClassFact, DataclassFact, DecoratorFact, Descriptor, FieldDefault, FieldFact, FunctionFact, FunctionForm,
};
use ruff_python_ast::name::Name;
use ruff_python_ast::{Decorator, Stmt, StmtClassDef, StmtFunctionDef};
use rustc_hash::FxHashMap;

/// The prefixes of implementations of cached properties.
const CACHED: &str = "_pystatic_cprop.";
/// What dataclasses are given unless they have it.
const MADE_METHODS: [&str; 4] = ["__init__", "__repr__", "__eq__", "__hash__"];
/// What the `__init__` of dataclasses calls.
const POST_INIT: &str = "__post_init__";
const ASYNC_CACHED: &str = "_pystatic_async_cprop.";

impl<'a> Lowering<'_, 'a> {
    pub(super) fn lower_function(&mut self, node: &'a StmtFunctionDef) {
        let index = node_index(node);
        let value = self.checker.type_of(self.module, node);
        let Some(function) = self.checker.types.real_function(value) else { return };
        if self.in_uncompiled_class || self.checker.types.function(function).do_not_compile {
            self.facts.ordinary.push(index);
            return;
        }
        let parameters = &node.parameters;
        let plain = parameters.posonlyargs.iter().chain(&parameters.args).chain(&parameters.kwonlyargs);
        let checks = (0..).zip(plain).filter_map(|(position, parameter)| {
            let value = self.checker.type_of(self.module, &parameter.parameter);
            let class = self.checker.types.class_of(value);
            self.is_type_checked(class)
                .then(|| self.descriptor(class))
                .flatten()
                .map(|descriptor| (position, descriptor))
        });
        let checks = checks.collect();
        let is_unknown = self.checker.types.decorated_kind(value) == Some(DecoratedKind::Unknown);
        let mut returned = if is_unknown { ClassId::DYNAMIC } else { self.checker.returns(function) };
        if self.checker.types.kind(returned) == ClassKind::Awaitable {
            returned = self.checker.types.class(returned).type_args.first().copied().unwrap_or(ClassId::DYNAMIC);
        }
        let returns = if self.is_type_checked(returned) { self.descriptor(returned) } else { None };
        let name_prefix = match self.checker.types.decorated_kind(value) {
            Some(DecoratedKind::CachedProperty) => CACHED,
            Some(DecoratedKind::AsyncCachedProperty) => ASYNC_CACHED,
            _ => "",
        };
        let result = self.class_type_id(returned);
        let primitives = self.primitives(node);
        let fact = FunctionFact {
            checks,
            returns: returns.unwrap_or_else(object),
            result,
            unassigned: if primitives.is_empty() { Vec::new() } else { self.unassigned_primitives(node) },
            primitives,
            managers: self.managers(index),
            name_prefix,
            decorators: self.decorators(node, value),
            form: match self.checker.types.function(function).kind {
                FunctionKind::Native => FunctionForm::Native,
                FunctionKind::InitSubclass => FunctionForm::InitSubclass,
                _ => FunctionForm::Plain,
            },
        };
        self.facts.functions.insert(index, fact);
    }

    /// The managers of context decorators around a body.
    fn managers(&mut self, function: u32) -> Vec<u32> {
        let managers = self.checker.facts(self.module).managers.get(&function).cloned().unwrap_or_default();
        for &manager in &managers {
            self.lower_made(manager);
        }
        managers
    }

    /// What happens to the decorators of a function (`emit_function`).
    fn decorators(&self, node: &'a StmtFunctionDef, value: Value) -> Vec<DecoratorFact> {
        let types = &self.checker.types;
        let mut facts = vec![DecoratorFact::Call; node.decorator_list.len()];
        if types.real_function(value).is_some_and(|function| types.function(function).kind == FunctionKind::Native) {
            facts.fill(DecoratorFact::Omit);
        }
        let (mut next, mut is_outermost) = (value, true);
        while let Value::Decorated(decorated) = next {
            let data = types.decorated(decorated);
            let position = node
                .decorator_list
                .iter()
                .position(|decorator| std::ptr::eq(&raw const decorator.expression, data.decorator));
            match (data.kind, position) {
                // Nothing is known: all of them are called.
                (DecoratedKind::Unknown | DecoratedKind::Transient | DecoratedKind::TransientProperty, _)
                    if is_outermost =>
                {
                    break;
                }
                (DecoratedKind::CachedProperty | DecoratedKind::AsyncCachedProperty, Some(position))
                    if is_outermost =>
                {
                    facts[position] = DecoratorFact::Omit;
                }
                (DecoratedKind::Context(_), Some(position)) => {
                    if let Some(function) = types.real_function(value) {
                        let name = self.checker.context_name(function, data.decorator);
                        facts[position] = DecoratorFact::Keep(name);
                    }
                }
                _ => {}
            }
            (next, is_outermost) = (data.inner, false);
        }
        facts
    }

    /// `_is_type_checked`
    pub(super) fn is_type_checked(&self, class: ClassId) -> bool {
        class != ClassId::OBJECT && self.checker.types.is_nominal_class(class)
    }

    /// Primitives that may be read before they are assigned.
    fn unassigned_primitives(&self, node: &'a StmtFunctionDef) -> Vec<u32> {
        let Some(source) = self.checker.source(self.module) else { return Vec::new() };
        let symbols = source.symbols;
        let Some(scope) = symbols.try_scope_of(node_index(node), ScopeRole::Body) else { return Vec::new() };
        let is_local = |name: &str| {
            let symbol = symbols.names.lookup(name).and_then(|id| symbols.symbol(scope, id));
            symbol.is_some_and(|symbol| matches!(symbol.resolution, Resolution::Local | Resolution::Cell))
        };
        let facts = self.checker.facts(self.module);
        let is_primitive =
            |index: &u32| facts.type_of(*index).is_some_and(|value| self.checker.types.is_primitive(value));
        unassigned(&node.parameters, &node.body, &is_local).into_iter().filter(is_primitive).collect()
    }

    /// Whether a class is under `@_donotcompile`: its functions and the classes in it are ordinary code, itself it is not
    /// (`_is_static_compiler_disabled`).
    pub(super) fn is_uncompiled_class(&self, node: &'a StmtClassDef) -> bool {
        let class = self.checker.type_of(self.module, node).as_class();
        class.is_some_and(|class| self.checker.types.class(class).do_not_compile)
    }

    pub(super) fn lower_class(&mut self, node: &'a StmtClassDef) {
        let index = node_index(node);
        let Some(class) = self.checker.type_of(self.module, node).as_class().filter(|&class| class != ClassId::DYNAMIC)
        else {
            return;
        };
        let data = self.checker.types.class(class);
        let mut has_init_subclass = data.has_init_subclass;
        if let Some(dataclass) = self.checker.types.dataclass_of(class) {
            let wrapped = self.checker.types.dataclass(dataclass).wrapped;
            has_init_subclass |= self.checker.types.class(wrapped).has_init_subclass;
        }
        let mut fact = ClassFact { is_final: data.is_final, has_init_subclass, ..ClassFact::default() };
        let allow_weakrefs = data.allow_weakrefs;
        let members: Vec<(Name, Value)> =
            self.checker.types.members(class).iter().map(|(name, &value)| (name.clone(), value)).collect();
        for (name, value) in members {
            match self.checker.types.decorated_kind(value) {
                Some(DecoratedKind::CachedProperty) => {
                    fact.cached_properties.push(Name::new(format!("{CACHED}{name}")));
                }
                Some(DecoratedKind::AsyncCachedProperty) => {
                    fact.cached_properties.push(Name::new(format!("{ASYNC_CACHED}{name}")));
                }
                _ => {
                    if let Value::Slot(slot) = value {
                        self.lower_slot(class, slot, &mut fact);
                    }
                    continue;
                }
            }
            fact.slots.push(name);
        }
        if allow_weakrefs {
            fact.slots.push(Name::new_static("__weakref__"));
        }
        fact.inherited_defaults = self.inherited_defaults(class, node);
        fact.omitted_decorators = self.dataclass_decorators(node);
        fact.final_methods = self.final_methods(class);
        fact.dataclass = self.dataclass(class, node);
        self.facts.classes.insert(index, fact);
    }

    fn lower_slot(&mut self, owner: ClassId, slot: SlotId, fact: &mut ClassFact) {
        if self.checker.is_classvar_slot(slot) {
            return;
        }
        let name = self.stored_name(owner, slot);
        let has_default = self.checker.is_slot_with_default(slot);
        let class = self.checker.slot_decl_type(slot);
        let descriptor: Option<Descriptor> = match class {
            ClassId::DYNAMIC => has_default.then(object),
            class => self.descriptor(class),
        };
        if let Some(descriptor) = descriptor {
            fact.slot_types.push((name.clone(), descriptor));
        }
        if has_default {
            fact.slots_with_default.push(name.clone());
        }
        let data = self.checker.types.slot(slot);
        if data.overrides.is_none() || name != data.name {
            fact.slots.push(name);
        }
    }

    /// What makes a class a dataclass.
    fn dataclass(&mut self, class: ClassId, node: &'a StmtClassDef) -> Option<DataclassFact> {
        let data = self.checker.types.dataclass(self.checker.types.dataclass_of(class)?).clone();
        for &field in data.fields.values() {
            let field = self.checker.types.field(field);
            let (name, class, owner) = (field.name.clone(), field.class, field.base_class);
            let owner = owner.map(|owner| self.checker.types.inexact_of(owner));
            if let Some(owner) = owner.and_then(|owner| self.descriptor(owner)) {
                self.note_dataclass_field(&owner, &name, class);
            }
        }
        let mro = self.checker.types.mro(class);
        let types = &self.checker.types;
        let own = |name: &&&'static str| types.own_member(data.wrapped, name).is_some();
        let own_methods = MADE_METHODS.iter().filter(own).copied().collect();
        // A base's is called as well. (The reference forgets it.)
        let has_post_init = mro.iter().any(|&base| types.own_member(base, POST_INIT).is_some());
        let fields = data.fields.values().filter_map(|&field| self.field(class, field)).collect();
        Some(DataclassFact {
            class: self.descriptor(class)?,
            init: data.init,
            repr: data.repr,
            eq: data.eq,
            order: data.order,
            unsafe_hash: data.unsafe_hash,
            frozen: data.frozen,
            kw_only: data.kw_only || self.is_kw_only(class),
            own_methods,
            has_post_init,
            fields,
            field_calls: self.field_calls(node),
        })
    }

    /// Whether a dataclass takes its fields by name only, which its exact flavour does not know.
    fn is_kw_only(&mut self, class: ClassId) -> bool {
        let inexact = self.checker.types.inexact_type(class);
        let types = &self.checker.types;
        types.dataclass_of(inexact).is_some_and(|dataclass| types.dataclass(dataclass).kw_only)
    }

    /// What calls of `field` in the body of a dataclass leave there.
    fn field_calls(&self, node: &'a StmtClassDef) -> FxHashMap<u32, Option<u32>> {
        let mut calls = FxHashMap::default();
        for statement in &node.body {
            let Stmt::AnnAssign(assign) = statement else { continue };
            let Some(value) = assign.value.as_deref().filter(|value| value.is_call_expr()) else { continue };
            let Value::Field(field) = self.checker.type_of(self.module, value) else { continue };
            let data = self.checker.types.field(field);
            calls.insert(node_index(value), data.default.or(data.default_factory).map(node_index));
        }
        calls
    }

    fn field(&self, class: ClassId, field: FieldId) -> Option<FieldFact> {
        let types = &self.checker.types;
        let data = types.field(field);
        let annotation = match &data.type_ref {
            Some(TypeRef::Annotation { module, annotation, .. }) => {
                let source = self.checker.source(*module)?;
                unparse(annotation, source.folds, source.parsed.text())
            }
            _ => String::new(),
        };
        let this = types.inexact_of(class);
        Some(FieldFact {
            name: data.name.clone(),
            class: self.descriptor(data.class)?,
            owner: self.descriptor(data.base_class?)?,
            annotation,
            is_classvar: data.kind == FieldKind::ClassVar,
            is_initvar: data.kind == FieldKind::InitVar,
            default: match (data.default, data.default_factory) {
                (Some(_), _) => FieldDefault::Value,
                (None, Some(_)) => FieldDefault::Factory,
                (None, None) => FieldDefault::None,
            },
            default_owner: data
                .default_class
                .filter(|&default| types.inexact_of(default) != this)
                .and_then(|default| self.descriptor(default)),
            metadata: data.metadata.map(node_index),
            init: data.init,
            repr: data.repr,
            hash: data.hash,
            compare: data.compare,
        })
    }

    /// The decorators that make a class a dataclass, by position.
    fn dataclass_decorators(&self, node: &StmtClassDef) -> Vec<usize> {
        let types = &self.checker.types;
        let is_dataclass = |decorator: &Decorator| {
            let value = self.checker.type_of(self.module, &decorator.expression);
            let function = types.real_function(value);
            function.is_some_and(|function| types.function(function).kind == FunctionKind::DataclassDecorator)
        };
        let decorators = node.decorator_list.iter().enumerate();
        decorators.filter(|(_, decorator)| is_dataclass(decorator)).map(|(position, _)| position).collect()
    }

    /// Final methods of a class and its bases.
    fn final_methods(&mut self, class: ClassId) -> Vec<Name> {
        let mro = self.checker.types.mro(class);
        let types = &self.checker.types;
        let mut names: Vec<Name> = mro
            .iter()
            .flat_map(|&base| types.members(base))
            .filter(|(_, value)| types.real_function(**value).is_some_and(|function| types.function(function).is_final))
            .map(|(name, _)| name.clone())
            .collect();
        names.sort_unstable();
        names
    }
}
