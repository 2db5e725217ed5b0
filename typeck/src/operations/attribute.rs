//! What is `value.name`?
//!
//! ```text
//! c.x   the type of the field      c.m   a bound method      C.m   the function      module.f   what f stands for
//! ```
//!
//! Invariant: `resolve_attr` sets nothing, `bind_attr` sets the type of the node.

use crate::bind::Binder;
use crate::errors::{Check, Raised};
use crate::program::Checker;
use crate::types::{
    BoundData, BoundKind, ClassId, ClassKind, DecoratedKind, FunctionId, FunctionKind, GetSet, ModuleId, SlotId,
    TypeRef, Value,
};
use ruff_python_ast::name::Name;
use ruff_python_ast::{AtomicNodeIndex, Expr, ExprAttribute, ExprContext, ExprName};
use ruff_text_size::Ranged;

/// Attributes that every module has.
const MODULE_ATTRIBUTES: [&str; 4] = ["__dict__", "__class__", "__name__", "__patch_enabled__"];

/// Through what a member is reached.
#[derive(Clone, Copy, Debug)]
struct Access<'a> {
    module: ModuleId,
    node: &'a ExprAttribute,
    /// The instance; none if it is the class itself.
    instance: Option<Value>,
    /// The class.
    class: ClassId,
}

impl<'a> Checker<'a> {
    /// `value.resolve_attr(node, visitor)`: none where nothing is known.
    pub fn resolve_attr(&mut self, module: ModuleId, value: Value, node: &'a ExprAttribute) -> Check<Option<Value>> {
        match value {
            Value::Group(_) => {
                self.error_cannot_load(module, value, node);
                Ok(None)
            }
            Value::Instance(class) if self.types.is_primitive_class(class) => {
                self.error_cannot_load(module, value, node);
                Ok(None)
            }
            Value::Class(class) => {
                let access = Access { module, node, instance: None, class };
                match self.find_attr(access)? {
                    Some(found) => Ok(Some(found)),
                    None => self.resolve_instance_attr(module, value, node).map(Some),
                }
            }
            Value::Module(name) => {
                if MODULE_ATTRIBUTES.contains(&node.attr.as_str()) {
                    return self.resolve_instance_attr(module, value, node).map(Some);
                }
                let name = self.types.module_name_of(name).clone();
                let Some(&table) = self.loaded.get(&name) else { return Ok(Some(Value::DYNAMIC)) };
                Ok(Some(self.child(table, &node.attr)?.unwrap_or(Value::DYNAMIC)))
            }
            Value::Decorated(decorated) => {
                let data = *self.types.decorated(decorated);
                if data.kind == DecoratedKind::Transparent {
                    return self.resolve_attr(module, data.inner, node);
                }
                if data.kind.is_property()
                    && let Some(found) = self.resolve_property_attr(module, value, node)?
                {
                    return Ok(Some(found));
                }
                self.resolve_instance_attr(module, value, node).map(Some)
            }
            _ => self.resolve_instance_attr(module, value, node).map(Some),
        }
    }

    fn error_cannot_load(&mut self, module: ModuleId, value: Value, node: &ExprAttribute) {
        let name = self.types.name(value);
        self.error(module, node.range.into(), format!("cannot load attribute from {name}"));
    }

    /// `resolve_instance_attr`
    pub fn resolve_instance_attr(&mut self, module: ModuleId, value: Value, node: &'a ExprAttribute) -> Check<Value> {
        let class = self.types.class_of(value);
        let access = Access { module, node, instance: Some(value), class };
        Ok(self.find_attr(access)?.unwrap_or(Value::DYNAMIC))
    }

    fn find_attr(&mut self, access: Access<'a>) -> Check<Option<Value>> {
        match self.types.find_member(access.class, &access.node.attr) {
            Some((_, member)) => self.get_member(member, access).map(Some),
            None => Ok(None),
        }
    }

    /// `member.resolve_descr_get(node, inst, ctx, visitor)`
    fn get_member(&mut self, member: Value, access: Access<'a>) -> Check<Value> {
        Ok(match member {
            Value::Function(function) => self.get_function(function, access),
            Value::Decorated(decorated) => {
                let data = *self.types.decorated(decorated);
                match data.kind {
                    DecoratedKind::Transparent | DecoratedKind::Context(_) => self.get_member(data.inner, access)?,
                    DecoratedKind::Static => match (access.instance, self.types.real_function(data.inner)) {
                        (Some(_), Some(function)) => self.bind_member(access, BoundKind::Static, function),
                        _ => data.inner,
                    },
                    DecoratedKind::Class => match self.types.real_function(data.inner) {
                        Some(function) => {
                            let kind =
                                BoundKind::Class { class: access.class, is_instance_call: access.instance.is_some() };
                            self.bind_member(access, kind, function)
                        }
                        None => member,
                    },
                    kind if kind.is_property() => self.get_property(data.inner, access),
                    _ => member,
                }
            }
            Value::Slot(slot) => self.get_slot(slot, access)?,
            Value::GetSet(GetSet::ClassOf) => match access.instance {
                Some(instance) => Value::Class(self.types.class_of(instance)),
                None => member,
            },
            Value::GetSet(GetSet::TypeName) => Value::Instance(ClassId::STR),
            _ => member,
        })
    }

    fn get_function(&mut self, function: FunctionId, access: Access<'a>) -> Value {
        let member = Value::Function(function);
        let Some(instance) = access.instance else { return member };
        match self.types.function(function).kind {
            kind if kind.is_function() => self.bind_member(access, BoundKind::Method, function),
            FunctionKind::BuiltinMethod { dynamic_dispatch, valid_on_subclasses, list_append } => {
                let returns = self.types.function(function).returns.clone();
                if list_append {
                    return self.bind_member(access, BoundKind::Builtin(returns), function);
                }
                if dynamic_dispatch {
                    return Value::DYNAMIC;
                }
                let class = self.types.class_of(instance);
                let returns = if !self.types.class(class).is_exact && !valid_on_subclasses {
                    TypeRef::Resolved(ClassId::DYNAMIC)
                } else if matches!(returns, TypeRef::SelfType(_)) {
                    TypeRef::Resolved(class)
                } else {
                    returns
                };
                self.bind_member(access, BoundKind::Builtin(returns), function)
            }
            _ => member,
        }
    }

    /// `PropertyMethod.resolve_descr_get`
    fn get_property(&mut self, inner: Value, access: Access<'a>) -> Value {
        if access.instance.is_none() {
            return Value::Class(ClassId::DYNAMIC);
        }
        match self.types.real_function(inner) {
            Some(function) => {
                let returns = self.returns_of(inner, function);
                self.types.instance(returns)
            }
            None => Value::DYNAMIC,
        }
    }

    /// `function.return_type`, where the function may be decorated by what nobody knows.
    fn returns_of(&mut self, mut value: Value, function: FunctionId) -> ClassId {
        while let Value::Decorated(decorated) = value {
            let data = *self.types.decorated(decorated);
            if data.kind == DecoratedKind::Unknown {
                let is_async = self.types.function(function).node.is_some_and(|node| node.is_async);
                return if is_async {
                    self.types.generic(ClassId::AWAITABLE, &[ClassId::DYNAMIC]).unwrap_or(ClassId::DYNAMIC)
                } else {
                    ClassId::DYNAMIC
                };
            }
            value = data.inner;
        }
        self.returns(function)
    }

    /// `Slot.resolve_descr_get`
    fn get_slot(&mut self, slot: SlotId, access: Access<'a>) -> Check<Value> {
        if self.is_slot_with_default(slot) {
            let class = self.slot_type(slot);
            return Ok(self.types.instance(class));
        }
        let is_classvar = self.is_classvar_slot(slot);
        match access.instance {
            None if !is_classvar => return Ok(Value::Slot(slot)),
            Some(instance) if is_classvar && access.node.ctx == ExprContext::Store => {
                let name = self.types.slot(slot).name.clone();
                let instance = self.types.name(instance);
                return Err(Raised::new(format!("Cannot assign to classvar '{name}' on '{instance}' instance")));
            }
            _ => {}
        }
        let class = self.slot_decl_type(slot);
        Ok(self.types.instance(class))
    }

    /// A member bound to what it is reached through; the same whenever the node is visited.
    fn bind_member(&mut self, access: Access<'a>, kind: BoundKind<'a>, function: FunctionId) -> Value {
        let target = &*access.node.value;
        if let Some(known @ Value::Bound(bound)) = self.opt_type(access.module, access.node) {
            let data = self.types.bound(bound);
            if data.function == function && std::ptr::eq(data.target, target) && is_same_kind(&data.kind, &kind) {
                return known;
            }
        }
        Value::Bound(self.types.add_bound(BoundData { kind, function, target }))
    }
}

fn is_same_kind(left: &BoundKind<'_>, right: &BoundKind<'_>) -> bool {
    match (left, right) {
        (BoundKind::Method, BoundKind::Method) | (BoundKind::Static, BoundKind::Static) => true,
        (BoundKind::Super(left), BoundKind::Super(right)) => left == right,
        (
            BoundKind::Class { class: left, is_instance_call: left_call },
            BoundKind::Class { class: right, is_instance_call: right_call },
        ) => left == right && left_call == right_call,
        (BoundKind::Builtin(TypeRef::Resolved(left)), BoundKind::Builtin(TypeRef::Resolved(right))) => left == right,
        _ => false,
    }
}

impl<'a> Binder<'_, 'a> {
    /// `value.bind_attr(node, visitor, type_ctx)`
    pub(crate) fn bind_attr(&mut self, value: Value, node: &'a ExprAttribute) -> Check<()> {
        match value {
            Value::EnumMember(_) if self.bind_enum_attr(value, node) => {
                return Ok(());
            }
            Value::Class(class)
                if matches!(self.types.kind(class), ClassKind::Enum(_)) && self.bind_enum_attr(value, node) =>
            {
                return Ok(());
            }
            Value::Instance(class) => match self.types.kind(class) {
                ClassKind::NoneType if self.types.own_member(ClassId::OBJECT, &node.attr).is_none() => {
                    self.error_on(node, format!("'NoneType' object has no attribute '{}'", node.attr));
                    return Ok(());
                }
                ClassKind::Enum(_) if self.bind_enum_attr(value, node) => {
                    return Ok(());
                }
                ClassKind::Union | ClassKind::Optional => {
                    self.bind_union(class, node, "access attribute from", |binder, value| {
                        binder.bind_attr(value, node)?;
                        Ok(true)
                    })?;
                    return Ok(());
                }
                ClassKind::Dataclass(_) => self.check_frozen(class, node),
                ClassKind::Super => {
                    if !self.bind_super_attr(node) {
                        let module = self.module;
                        self.resolve_attr(module, value, node)?;
                        self.set_type(node, Value::DYNAMIC);
                    }
                    return Ok(());
                }
                _ => {}
            },
            _ => {}
        }
        let module = self.module;
        let found = self.resolve_attr(module, value, node)?.unwrap_or(Value::DYNAMIC);
        self.set_type(node, found);
        Ok(())
    }

    /// A method of a base, bound to the first parameter's name (`SuperInstance.bind_attr`).
    fn bind_super_attr(&mut self, node: &'a ExprAttribute) -> bool {
        let Some(class) = self.enclosing_class().filter(|&class| class != ClassId::DYNAMIC) else { return false };
        let mro = self.types.mro(class);
        for &base in mro.iter().skip(1) {
            if base == ClassId::DYNAMIC {
                break;
            }
            let Some(member) = self.types.own_member(base, &node.attr) else { continue };
            let Some(function) = self.types.as_function(member) else { continue };
            let first = self.types.function(function).params.as_ref().and_then(|params| params.first());
            // The reference takes the first parameter as it comes, and fails without one.
            let Some(name) = first.map(|param| param.name.clone()) else { continue };
            let class = self.types.exact_type(base);
            if let Value::Bound(bound) = self.get_type(node) {
                let data = self.types.bound(bound);
                if data.function == function && matches!(data.kind, BoundKind::Super(known) if known == class) {
                    return true;
                }
            }
            let target = self.receiver_name(name, &node.value);
            let data = BoundData { kind: BoundKind::Super(class), function, target };
            let bound = self.types.add_bound(data);
            self.set_type(node, Value::Bound(bound));
            return true;
        }
        false
    }

    /// A name that stands where the call of `super` stands.
    fn receiver_name(&mut self, id: Name, place: &'a Expr) -> &'a Expr {
        let module = self.module;
        let name = ExprName { node_index: AtomicNodeIndex::NONE, range: place.range(), id, ctx: ExprContext::Load };
        self.adopt(module, Expr::Name(name), "")
    }
}
