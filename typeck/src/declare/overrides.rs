//! What may replace an inherited member (`validate_overrides`, `can_override`).
//!
//! ```text
//! class B: def f(self, x: int) -> int: ...
//! class C(B): def f(self, x: int) -> str: ...      refused: the result is no int
//! ```
//!
//! Invariant: all modules that were loaded together are declared before any is checked.

use crate::errors::{Check, ErrorClass, Raised};
use crate::module_table::Child;
use crate::program::Checker;
use crate::types::{ClassId, ClassKind, DecoratedKind, FunctionId, FunctionKind, ModuleId, ParamStyle, SlotId, Value};
use pyclast_syntax::Span;
use ruff_python_ast::name::Name;

impl Checker<'_> {
    /// `ModuleTable.validate_overrides`
    pub(super) fn validate_module(&mut self, module: ModuleId) {
        let table = self.module_mut(module);
        let declarations = std::mem::take(&mut table.declarations);
        for (name, _) in declarations.into_iter().filter_map(|declaration| declaration.named) {
            let table = self.module(module);
            if table.type_aliases.contains_key(&name) {
                continue;
            }
            let Some(&Child::Value(value)) = table.children.get(&name) else { continue };
            // The reference has no node at hand here.
            self.at(module, Span::NONE, |checker| checker.validate_value(module, value));
        }
    }

    fn validate_value(&mut self, module: ModuleId, value: Value) -> Check<()> {
        match value {
            Value::Class(class) => self.validate_class(module, class),
            Value::Slot(slot) => {
                if self.is_final_slot(slot) && self.types.slot(slot).assignment.is_none() {
                    let data = self.types.slot(slot);
                    let (class, name) = (self.types.instance_name(data.container), &data.name);
                    return Err(Raised::new(format!("Final attribute not initialized: {class}:{name}")));
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn validate_class(&mut self, module: ModuleId, class: ClassId) -> Check<()> {
        let mut removed = Vec::new();
        let members: Vec<(Name, Value)> =
            self.types.members(class).iter().map(|(name, &value)| (name.clone(), value)).collect();
        for (name, value) in members {
            let place = self.types.member_place(class, &name);
            self.within(module, place, |checker| checker.validate_value(module, value))?;
            self.within(module, place, |checker| {
                if checker.validate_member(module, class, &name, value)? {
                    removed.push(name.clone());
                }
                Ok(())
            })?;
        }
        for name in removed {
            self.types.members_mut(class).shift_remove(&name);
        }
        Ok(())
    }

    /// Runs a step in the error context of a place, if there is one.
    fn within(
        &mut self,
        module: ModuleId,
        place: Option<Span>,
        step: impl FnOnce(&mut Self) -> Check<()>,
    ) -> Check<()> {
        match place {
            Some(place) => {
                self.at(module, place, step);
                Ok(())
            }
            None => step(self),
        }
    }

    /// Checks a member against all that it hides; whether the field of a base is used instead.
    fn validate_member(&mut self, module: ModuleId, class: ClassId, name: &str, value: Value) -> Check<bool> {
        let mro = self.types.mro(class);
        if let Some(message) = self.types.mro_failure.take() {
            return Err(Raised::of(message, ErrorClass::Other("SyntaxError")));
        }
        for &base in mro.iter().skip(1) {
            let Some(inherited) = self.types.own_member(base, name) else { continue };
            self.check_override(module, class, value, inherited)?;
            if let (Value::Slot(inherited), Value::Slot(slot)) = (inherited, value) {
                if self.is_final_slot(inherited) || !self.types.slot(inherited).assigned_on_class {
                    return Ok(true);
                }
                let type_ref = self.types.slot(inherited).type_ref.clone();
                let data = self.types.slot_mut(slot);
                data.overrides = Some(inherited);
                data.type_ref = type_ref;
            }
        }
        Ok(false)
    }

    /// `check_incompatible_override`
    fn check_override(&mut self, module: ModuleId, class: ClassId, mut value: Value, inherited: Value) -> Check<()> {
        if let Value::Decorated(decorated) = value
            && self.types.decorated(decorated).kind == DecoratedKind::Transparent
        {
            value = self.types.decorated(decorated).inner;
        }
        if self.can_override(module, class, inherited, value)? {
            return Ok(());
        }
        Err(self.hidden(inherited))
    }

    fn hidden(&self, inherited: Value) -> Raised {
        Raised::new(format!("class cannot hide inherited member: {}", self.types.repr(inherited)))
    }

    fn final_attribute(&self, class: ClassId, name: &str) -> Raised {
        Raised::new(format!("Cannot assign to a Final attribute of {}:{name}", self.types.instance_name(class)))
    }

    /// `inherited.can_override(value, klass, module)`
    fn can_override(&mut self, module: ModuleId, class: ClassId, inherited: Value, value: Value) -> Check<bool> {
        match inherited {
            Value::Function(function) => self.can_override_function(module, class, function, value),
            Value::Decorated(decorated) => {
                let data = *self.types.decorated(decorated);
                let real = self.types.real_function(inherited);
                let is_final = real.is_some_and(|function| self.types.function(function).is_final);
                match data.kind {
                    DecoratedKind::Unknown => Ok(true),
                    DecoratedKind::Transparent => self.can_override(module, class, data.inner, value),
                    DecoratedKind::Static => {
                        let name = real.map_or_else(String::new, |function| self.types.function_name(function));
                        if is_final {
                            return Err(self.final_attribute(class, &name));
                        }
                        let (Some(real), Value::Decorated(_), Some(over)) =
                            (real, value, self.types.real_function(value))
                        else {
                            // An assertion of the reference fails here.
                            return Err(self.hidden(inherited));
                        };
                        self.validate_signature(module, real, over, false);
                        Ok(true)
                    }
                    kind if kind.is_property() => self.can_override_property(module, class, inherited, is_final, value),
                    _ => Ok(self.is_same_kind(inherited, value)),
                }
            }
            Value::Slot(slot) => self.can_override_slot(slot, value, inherited),
            _ => Ok(self.is_same_kind(inherited, value)),
        }
    }

    /// `Value.can_override`
    fn is_same_kind(&self, inherited: Value, value: Value) -> bool {
        if self.types.decorated_kind(value) == Some(DecoratedKind::Unknown) {
            return true;
        }
        match (inherited, value) {
            (Value::Decorated(left), Value::Decorated(right)) => {
                std::mem::discriminant(&self.types.decorated(left).kind)
                    == std::mem::discriminant(&self.types.decorated(right).kind)
            }
            (Value::Function(left), Value::Function(right)) => {
                std::mem::discriminant(&self.types.function(left).kind)
                    == std::mem::discriminant(&self.types.function(right).kind)
            }
            (Value::Class(left), Value::Class(right)) => {
                std::mem::discriminant(&self.types.kind(left)) == std::mem::discriminant(&self.types.kind(right))
            }
            (left, right) => left == right || std::mem::discriminant(&left) == std::mem::discriminant(&right),
        }
    }

    fn can_override_function(
        &mut self,
        module: ModuleId,
        class: ClassId,
        function: FunctionId,
        value: Value,
    ) -> Check<bool> {
        let inherited = Value::Function(function);
        let is_unknown = self.types.decorated_kind(value) == Some(DecoratedKind::Unknown);
        let over = self.types.as_function(value);
        match self.types.function(function).kind {
            FunctionKind::Builtin | FunctionKind::BuiltinNew if over.is_none() => return Err(self.hidden(inherited)),
            FunctionKind::BuiltinMethod { .. } => {
                let is_method = matches!(value, Value::Function(other)
                    if matches!(self.types.function(other).kind, FunctionKind::BuiltinMethod { .. }));
                if over.is_none() && !is_method && !is_unknown {
                    return Err(self.hidden(inherited));
                }
            }
            _ => {}
        }
        if self.types.function(function).is_final {
            let name = self.types.callable_name(function);
            return Err(self.final_attribute(class, &name));
        }
        if is_unknown {
            return Ok(true);
        }
        let is_virtual =
            !matches!(self.types.function(function).name.as_str(), "__init__" | "__new__" | "__init_subclass__");
        if is_virtual {
            let over = match value {
                // `real_function` of a transparent one under another.
                Value::Decorated(decorated) if self.types.decorated(decorated).kind == DecoratedKind::Transparent => {
                    self.types.real_function(value)
                }
                _ => over,
            };
            // An assertion of the reference fails otherwise.
            let Some(over) = over else { return Err(self.hidden(inherited)) };
            self.validate_signature(module, function, over, true);
            return Ok(true);
        }
        Ok(over.is_some() || self.is_same_kind(inherited, value))
    }

    fn can_override_property(
        &mut self,
        module: ModuleId,
        class: ClassId,
        inherited: Value,
        is_final: bool,
        value: Value,
    ) -> Check<bool> {
        let Some(real) = self.types.real_function(inherited) else { return Ok(true) };
        if is_final {
            let name = self.types.name(inherited);
            return Err(self.final_attribute(class, &name));
        }
        if self.types.decorated_kind(value).is_some_and(DecoratedKind::is_property) {
            if let Some(over) = self.types.real_function(value) {
                self.validate_signature(module, real, over, true);
            }
            return Ok(true);
        }
        if let Value::Slot(slot) = value {
            if self.types.slot(slot).type_ref.is_some() {
                let returns = self.types.function(real).returns.clone();
                let expected = self.resolve_declared(&returns, true);
                if self.slot_type(slot) != expected {
                    return Err(self.changed_type(expected));
                }
            }
            return Ok(true);
        }
        Ok(self.is_same_kind(inherited, value))
    }

    fn changed_type(&self, inherited: ClassId) -> Raised {
        let name = self.types.name(self.types.instance(inherited));
        Raised::new(format!("Cannot change type of inherited attribute (inherited type '{name}')"))
    }

    fn can_override_slot(&mut self, slot: SlotId, value: Value, inherited: Value) -> Check<bool> {
        if let Value::Slot(over) = value {
            if self.types.slot(over).type_ref.is_some() && self.types.slot(slot).type_ref.is_some() {
                let expected = self.slot_type(slot);
                if self.slot_type(over) != expected {
                    return Err(self.changed_type(expected));
                }
            }
            return Ok(true);
        }
        if self.types.decorated_kind(value).is_some_and(DecoratedKind::is_property) {
            if !self.is_slot_with_default(slot) {
                return Err(Raised::new("Cannot override attribute with property method"));
            }
            if let Some(real) = self.types.real_function(value) {
                let returns = self.types.function(real).returns.clone();
                let expected = self.slot_type(slot);
                if self.resolve_declared(&returns, true) != expected {
                    return Err(self.changed_type(expected));
                }
            }
            return Ok(true);
        }
        Ok(self.is_same_kind(inherited, value))
    }

    /// `validate_compat_signature`
    fn validate_signature(
        &mut self,
        module: ModuleId,
        inherited: FunctionId,
        over: FunctionId,
        first_is_implicit: bool,
    ) {
        let Some(fault) = self.signature_fault(inherited, over, first_is_implicit) else { return };
        let (name, base) = (self.types.function_name(over), self.types.function_name(inherited));
        let message = format!("{name} overrides {base} inconsistently. {fault}");
        let place = self.types.function(over).node.map_or(Span::NONE, |node| {
            let module = self.types.function(over).module.unwrap_or(module);
            self.function_place(module, node)
        });
        self.error(module, place, message);
    }

    fn signature_fault(&mut self, inherited: FunctionId, over: FunctionId, first_is_implicit: bool) -> Option<String> {
        let (returns, over_returns) = (self.returns(inherited), self.returns(over));
        if !self.types.can_assign(returns, over_returns) {
            let (returns, over_returns) = (self.types.instance_name(returns), self.types.instance_name(over_returns));
            return Some(format!(
                "Returned type `{over_returns}` is not a subtype of the overridden return `{returns}`"
            ));
        }
        self.settle_parameters(inherited);
        self.settle_parameters(over);
        let (inherited, over) = (self.types.shared_function(inherited), self.types.shared_function(over));
        let params = inherited.params.as_deref()?;
        let over_params = over.params.as_deref().unwrap_or_default();
        let counted = if inherited.has_kwarg {
            over_params
                .iter()
                .filter(|param| param.default.is_none() || params.iter().any(|known| known.name == param.name))
                .count()
        } else {
            over_params.len()
        };
        if params.len() != counted {
            return Some("Number of arguments differ".to_owned());
        }
        let skip = usize::from(first_is_implicit);
        for (param, over_param) in params.iter().zip(over_params).skip(skip) {
            let (is_kwonly, is_posonly) = (param.style == ParamStyle::KwOnly, param.style == ParamStyle::PosOnly);
            if !is_posonly && param.name != over_param.name {
                let described = if is_kwonly {
                    format!("Keyword only argument `{}`", param.name)
                } else {
                    format!("Positional argument {} named `{}`", param.index + 1, param.name)
                };
                return Some(format!("{described} is overridden as `{}`", over_param.name));
            }
            if over_param.style == ParamStyle::PosOnly && !is_posonly {
                return Some(format!("`{}` is positional-only in override, not in base", over_param.name));
            }
            if is_kwonly != (over_param.style == ParamStyle::KwOnly) {
                return Some(format!("`{}` differs by keyword only vs positional", param.name));
            }
            let (over_type, base_type) = (self.resolve(&over_param.type_ref), self.resolve(&param.type_ref));
            if !self.types.can_assign(over_type, base_type) {
                let reason = format!(
                    "Parameter {} of type `{{1}}` is not a supertype of the overridden parameter `{{0}}`",
                    param.name
                );
                return Some(self.types.assign_error(over_type, base_type, &reason));
            }
        }
        if inherited.has_vararg != over.has_vararg {
            return Some("Functions differ by including *args".to_owned());
        }
        if inherited.has_kwarg != over.has_kwarg {
            return Some("Functions differ by including **kwargs".to_owned());
        }
        None
    }

    /// Whether the class is a dataclass.
    pub fn is_dataclass(&self, class: ClassId) -> bool {
        matches!(self.types.kind(class), ClassKind::Dataclass(_))
    }
}
