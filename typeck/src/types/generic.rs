//! Instances of generic classes.
//!
//! ```text
//! Union[int, None] = Optional[int]      Union[C, Base of C] = Base      CheckedDict[str, int64]: refused
//! ```
//!
//! Invariant: the same arguments give the same class.

use super::{ClassData, ClassId, ClassKind, FunctionData, FunctionKind, NameMap, Param, TypeRef, Types, Value};
use indexmap::Equivalent;
use std::rc::Rc;

/// A generic class and its arguments, to look up.
#[derive(Hash)]
struct GenericKey<'k>(ClassId, &'k [ClassId]);

impl Equivalent<(ClassId, Box<[ClassId]>)> for GenericKey<'_> {
    fn equivalent(&self, (definition, args): &(ClassId, Box<[ClassId]>)) -> bool {
        self.0 == *definition && *self.1 == **args
    }
}

impl<'a> Types<'a> {
    /// `get_union`
    pub fn union(&mut self, args: &[ClassId]) -> Result<ClassId, String> {
        match *args {
            [only] if !self.is_union(only) && !self.is_generic_parameter(only) => Ok(only),
            _ => self.generic(ClassId::UNION, args),
        }
    }

    fn is_generic_parameter(&self, class: ClassId) -> bool {
        matches!(self.kind(class), ClassKind::GenericParameter { .. })
    }

    /// The union of two values, as a value; `dynamic` where there is none.
    pub fn union_of_values(&mut self, values: [Value; 2]) -> Result<Value, String> {
        let classes = values.map(|value| self.class_of(value));
        let union = self.union(&classes)?;
        Ok(self.instance(union))
    }

    /// `get_generic_type(definition, args)`; the error is the text of the reference's.
    pub fn generic(&mut self, definition: ClassId, args: &[ClassId]) -> Result<ClassId, String> {
        if let Some(&known) = self.generics.get(&GenericKey(definition, args)) {
            return Ok(known);
        }
        let made = match self.kind(definition) {
            ClassKind::Union => self.make_union(definition, args)?,
            ClassKind::Optional => {
                let mut args = args.to_vec();
                if args.first().is_some_and(|&arg| !self.is_generic_parameter(arg)) {
                    args.push(ClassId::NONE);
                }
                self.make_union(definition, &args)?
            }
            ClassKind::Array => {
                if let Some(&bad) = args.iter().find(|&&arg| arg != ClassId::INT64) {
                    return Err(self.invalid_element(definition, bad));
                }
                self.make_instance(definition, args)
            }
            ClassKind::CheckedDict | ClassKind::CheckedList => {
                if let Some(&bad) = args.iter().find(|&&arg| self.is_primitive_class(arg)) {
                    return Err(self.invalid_element(definition, bad));
                }
                self.make_instance(definition, args)
            }
            _ => self.make_instance(definition, args),
        };
        self.generics.insert((definition, Box::from(args)), made);
        if self.class(made).type_def == Some(definition) {
            self.fill_generic_members(definition, made);
        }
        Ok(made)
    }

    fn invalid_element(&self, definition: ClassId, element: ClassId) -> String {
        let element = self.name(self.instance(element));
        format!("Invalid {} element type: {element}", self.class(definition).qualname)
    }

    fn make_instance(&mut self, definition: ClassId, args: &[ClassId]) -> ClassId {
        let members = self.add_member_table(NameMap::default());
        let data = ClassData {
            type_args: args.into(),
            type_def: Some(definition),
            members,
            exact: None,
            inexact: None,
            mro: None,
            ..self.class(definition).clone()
        };
        self.add_class(data)
    }

    fn make_union(&mut self, definition: ClassId, args: &[ClassId]) -> Result<ClassId, String> {
        let args = self.simplify(args);
        if let [only] = *args
            && !self.is_generic_parameter(only)
        {
            return Ok(only);
        }
        let has_primitive = args.iter().any(|&arg| self.is_primitive_class(arg));
        let made = self.make_instance(definition, &args);
        if has_primitive {
            let name = self.readable_name(made);
            return Err(format!("invalid union type {name}; unions cannot include primitive types"));
        }
        if self.optional_argument(made).is_some() {
            self.class_mut(made).kind = ClassKind::Optional;
        }
        Ok(made)
    }

    /// Flattens nested unions, and drops what another argument covers.
    ///
    /// The arguments of one union do not cover each other, so they are not compared again: a union that grows by one
    /// class at a time takes linear time for each.
    fn simplify(&mut self, args: &[ClassId]) -> Vec<ClassId> {
        let mut flat = Vec::new();
        let mut groups = Vec::new();
        for arg in args {
            let start = flat.len();
            self.flatten(std::slice::from_ref(arg), &mut flat);
            groups.push(start..flat.len());
        }
        let mut removed = vec![false; flat.len()];
        for group in &groups {
            for i in group.clone() {
                if removed[i] {
                    continue;
                }
                for j in (0..group.start).chain(group.end..flat.len()) {
                    if self.can_assign(flat[i], flat[j]) {
                        removed[j] = true;
                    }
                }
            }
        }
        flat.into_iter().zip(removed).filter(|&(_, removed)| !removed).map(|(arg, _)| arg).collect()
    }

    fn flatten(&self, args: &[ClassId], flat: &mut Vec<ClassId>) {
        for &arg in args {
            if self.is_union(arg) {
                self.flatten(&self.class(arg).type_args, flat);
            } else {
                flat.push(arg);
            }
        }
    }

    /// Binds the members of a definition to the arguments of an instance (`make_generic`).
    fn fill_generic_members(&mut self, definition: ClassId, made: ClassId) {
        let members: Vec<_> = self.members(definition).iter().map(|(name, &value)| (name.clone(), value)).collect();
        for (name, value) in members {
            let value = self.bind_member(value, made);
            self.members_mut(made).insert(name, value);
        }
    }

    fn bind_member(&mut self, value: Value, made: ClassId) -> Value {
        let Value::Function(function) = value else { return value };
        let data = self.function(function).clone();
        if !matches!(data.kind, FunctionKind::Builtin | FunctionKind::BuiltinNew | FunctionKind::BuiltinMethod { .. }) {
            return value;
        }
        let params = data.params.as_ref().map(|params| {
            params
                .iter()
                .map(|param| Param { type_ref: self.bind_type_ref(&param.type_ref, made), ..param.clone() })
                .collect()
        });
        let returns = if params.is_some() { self.bind_type_ref(&data.returns, made) } else { data.returns.clone() };
        let kind = match data.kind {
            // `make_generic` makes a plain `BuiltinFunction` of `__new__`, and a plain method of every other.
            FunctionKind::BuiltinNew => FunctionKind::Builtin,
            FunctionKind::BuiltinMethod { .. } => {
                FunctionKind::BuiltinMethod { dynamic_dispatch: false, valid_on_subclasses: false, list_append: false }
            }
            kind => kind,
        };
        let container = Some(self.inexact_type(made));
        Value::Function(self.add_function(FunctionData { kind, container, params, returns, ..data }))
    }

    fn bind_type_ref(&mut self, type_ref: &TypeRef<'a>, made: ClassId) -> TypeRef<'a> {
        match type_ref {
            TypeRef::Resolved(class) => TypeRef::Resolved(self.bind_generics(*class, made)),
            other => other.clone(),
        }
    }

    /// `klass.bind_generics(name)`: type parameters replaced by the arguments of `made`.
    pub fn bind_generics(&mut self, class: ClassId, made: ClassId) -> ClassId {
        if let ClassKind::GenericParameter { index, .. } = self.kind(class) {
            return self.class(made).type_args.get(index as usize).copied().unwrap_or(class);
        }
        if !self.contains_generic_parameters(class) {
            return class;
        }
        let args = Rc::clone(&self.class(class).type_args);
        let args: Vec<_> = args.iter().map(|&arg| self.bind_generics(arg, made)).collect();
        self.generic(class, &args).unwrap_or(class)
    }

    /// `contains_generic_parameters`
    pub fn contains_generic_parameters(&self, class: ClassId) -> bool {
        self.is_generic_parameter(class)
            || self.class(class).type_args.iter().any(|&arg| self.is_generic_parameter(arg))
    }

    /// Whether the class is made of `type_args` (`GenericClass`).
    pub fn is_generic(&self, class: ClassId) -> bool {
        matches!(
            self.kind(class),
            ClassKind::Awaitable
                | ClassKind::Union
                | ClassKind::Optional
                | ClassKind::Array
                | ClassKind::CheckedDict
                | ClassKind::CheckedList
                | ClassKind::Final
                | ClassKind::ClassVar
                | ClassKind::InitVar
                | ClassKind::ExactWrapper
        )
    }
}
