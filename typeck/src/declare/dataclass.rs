//! Dataclasses (`Dataclass`, `DataclassField`).
//!
//! ```text
//! @dataclass
//! class C:
//!     x: int                     fields {x}, C.__init__(self, x: int)
//!     y: list = field(default_factory=list)
//! ```
//!
//! Invariant: fields are known after `finish_bind`, and only to the exact flavour.

use crate::constants::Constant;
use crate::errors::{Check, Raised};
use crate::program::Checker;
use crate::types::{
    Assignment, ClassData, ClassId, ClassKind, DataclassId, DefaultValue, FieldId, FunctionData, FunctionId,
    FunctionKind, ModuleId, NameMap, Param, ParamStyle, SlotId, TypeRef, Types, Value,
};
use crate::unparse::unparse;
use ruff_python_ast::name::Name;
use ruff_python_ast::{Expr, ExprCall};

/// The options and fields of a dataclass.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub struct DataclassData {
    /// The class it was made of, in the same flavour.
    pub wrapped: ClassId,
    /// `init=`
    pub init: bool,
    /// `repr=`
    pub repr: bool,
    /// `eq=`
    pub eq: bool,
    /// `order=`
    pub order: bool,
    /// `unsafe_hash=`
    pub unsafe_hash: bool,
    /// `frozen=`
    pub frozen: bool,
    /// `kw_only=`, which the exact flavour forgets.
    pub kw_only: bool,
    /// Its fields, those of its bases first.
    pub fields: NameMap<FieldId>,
}

/// A field of a dataclass.
#[derive(Clone, Debug)]
pub struct FieldData<'a> {
    /// Its name.
    pub name: Name,
    /// Its declared type.
    pub type_ref: Option<TypeRef<'a>>,
    /// Its default.
    pub default: Option<&'a Expr>,
    /// Its factory.
    pub default_factory: Option<&'a Expr>,
    /// `init=`
    pub init: bool,
    /// `repr=`
    pub repr: bool,
    /// `hash=`
    pub hash: Option<bool>,
    /// `compare=`
    pub compare: bool,
    /// `metadata=`
    pub metadata: Option<&'a Expr>,
    /// Which kind of field.
    pub kind: FieldKind,
    /// Its type without `Final`, `ClassVar` and `InitVar`.
    pub class: ClassId,
    /// The dataclass that introduces it.
    pub base_class: Option<ClassId>,
    /// The dataclass that gives its default.
    pub default_class: Option<ClassId>,
}

/// Which kind of field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FieldKind {
    /// Ordinary.
    Field,
    /// `InitVar`
    InitVar,
    /// `ClassVar`
    ClassVar,
}

impl FieldKind {
    fn name(self) -> &'static str {
        match self {
            Self::Field => "Field",
            Self::InitVar => "InitVar",
            Self::ClassVar => "ClassVar",
        }
    }
}

impl Types<'_> {
    /// The dataclass that a class is.
    pub fn dataclass_of(&self, class: ClassId) -> Option<DataclassId> {
        if let ClassKind::Dataclass(dataclass) = self.kind(class) { Some(dataclass) } else { None }
    }

    /// `Dataclass(type_env, klass, …)`: a class of its own, with its own copy of the members.
    fn make_dataclass(&mut self, wrapped: ClassId, options: DataclassData) -> ClassId {
        let members = self.members(wrapped).clone();
        let members = self.add_member_table(members);
        let dataclass = self.add_dataclass(options);
        let data = ClassData {
            kind: ClassKind::Dataclass(dataclass),
            members,
            allow_weakrefs: false,
            do_not_compile: false,
            dynamic_dispatch: false,
            has_init_subclass: false,
            exact: None,
            inexact: None,
            mro: None,
            ..self.class(wrapped).clone()
        };
        self.add_class(data)
    }

    /// `Dataclass._create_exact_type`: shares the members, forgets the fields and `kw_only`.
    pub(crate) fn make_exact_dataclass(&mut self, class: ClassId, dataclass: DataclassId) -> ClassId {
        let inexact = self.dataclass(dataclass).clone();
        let wrapped = self.exact_type(inexact.wrapped);
        let members = self.class(class).members;
        let dataclass =
            self.add_dataclass(DataclassData { wrapped, kw_only: false, fields: NameMap::default(), ..inexact });
        let data = ClassData {
            kind: ClassKind::Dataclass(dataclass),
            members,
            allow_weakrefs: false,
            do_not_compile: false,
            dynamic_dispatch: false,
            has_init_subclass: false,
            is_exact: true,
            exact: None,
            inexact: Some(class),
            mro: None,
            ..self.class(wrapped).clone()
        };
        self.add_class(data)
    }
}

impl<'a> Checker<'a> {
    /// `DataclassDecorator.resolve_decorate_class`
    pub fn decorate_dataclass(&mut self, module: ModuleId, class: ClassId, decorator: &'a Expr) -> Check<ClassId> {
        if self.types.mro(class).contains(&ClassId::DYNAMIC) {
            let (place, class) = (self.expr_span(module, decorator), self.types.readable_name(class));
            let message = format!(
                "Dataclass {class} has a dynamic base. Convert all of its bases to Static Python to resolve dataclass at \
                 compile time."
            );
            self.warn(module, place, message);
            return Ok(ClassId::DYNAMIC);
        }
        let mut options = DataclassData {
            wrapped: class,
            init: true,
            repr: true,
            eq: true,
            order: false,
            unsafe_hash: false,
            frozen: false,
            kw_only: false,
            fields: NameMap::default(),
        };
        let mut slots = true;
        if let Expr::Call(call) = decorator {
            self.dataclass_options(module, call, &mut options, &mut slots)?;
        }
        self.check_dataclass(&options, slots)?;
        Ok(self.types.make_dataclass(class, options))
    }

    fn dataclass_options(
        &self,
        module: ModuleId,
        call: &ExprCall,
        options: &mut DataclassData,
        slots: &mut bool,
    ) -> Check<()> {
        if !call.arguments.args.is_empty() {
            return Err(Raised::new("dataclass() takes no positional arguments"));
        }
        for keyword in &call.arguments.keywords {
            let name = keyword.arg.as_ref().map_or("None", |name| name.as_str());
            let option = match name {
                "init" => &mut options.init,
                "repr" => &mut options.repr,
                "eq" => &mut options.eq,
                "order" => &mut options.order,
                "unsafe_hash" => &mut options.unsafe_hash,
                "frozen" => &mut options.frozen,
                "kw_only" => &mut options.kw_only,
                "slots" => &mut *slots,
                _ => return Err(Raised::new(format!("dataclass() got an unexpected keyword argument '{name}'"))),
            };
            let Some(Constant::Bool(value)) = self.constant(module, &keyword.value) else {
                return Err(Raised::new("dataclass() arguments must be boolean constants"));
            };
            *option = value;
        }
        Ok(())
    }

    fn check_dataclass(&self, options: &DataclassData, slots: bool) -> Check<()> {
        let qualname = &self.types.class(options.wrapped).qualname;
        let defines = |name: &str| self.types.own_member(options.wrapped, name).is_some();
        if !slots {
            return Err(Raised::new(format!(
                "Dataclass {qualname} sets slots=False but Static Python defaults to and only supports slots=True"
            )));
        }
        if options.order {
            if !options.eq {
                return Err(Raised::new("eq must be true if order is true"));
            }
            if let Some(name) = ["__lt__", "__le__", "__gt__", "__ge__"].into_iter().find(|name| defines(name)) {
                return Err(Raised::new(format!(
                    "Cannot overwrite attribute {name} in class {qualname}. Consider using functools.total_ordering"
                )));
            }
        }
        let of_frozen = ["__setattr__", "__delattr__"].into_iter().filter(|_| options.frozen);
        let of_hash = ["__hash__"].into_iter().filter(|_| options.unsafe_hash);
        if let Some(name) = of_frozen.chain(of_hash).find(|name| defines(name)) {
            return Err(Raised::new(format!("Cannot overwrite attribute {name} in class {qualname}")));
        }
        Ok(())
    }

    /// `Dataclass.finish_bind`, before that of any class.
    pub fn finish_dataclass(&mut self, module: ModuleId, class: ClassId) -> Check<()> {
        let Some(dataclass) = self.types.dataclass_of(class) else { return Ok(()) };
        let mut fields = self.inherited_fields(class, dataclass)?;
        let slots: Vec<(Name, SlotId)> = self
            .types
            .members(class)
            .iter()
            .filter_map(|(name, &value)| if let Value::Slot(slot) = value { Some((name.clone(), slot)) } else { None })
            .collect();
        for (name, slot) in slots {
            if self.types.slot(slot).declared_on_class {
                let field = self.dataclass_field(module, class, &name, slot, fields.get(&name).copied())?;
                fields.insert(name, field);
            }
        }
        if self.types.dataclass(dataclass).init {
            self.add_dataclass_init(class, dataclass, &fields)?;
        }
        self.types.dataclass_mut(dataclass).fields = fields;
        self.adopt_functions(class, dataclass);
        Ok(())
    }

    /// The fields of the bases, which must agree with each other.
    fn inherited_fields(&mut self, class: ClassId, dataclass: DataclassId) -> Check<NameMap<FieldId>> {
        let mut fields: NameMap<FieldId> = NameMap::default();
        let mut is_frozen = None;
        let mro = self.types.mro(class);
        for &base in mro.iter().skip(1).rev() {
            let Some(base) = self.types.dataclass_of(base) else { continue };
            for (name, field) in self.types.dataclass(base).fields.clone() {
                if let Some(&existing) = fields.get(&name) {
                    self.check_consistent_override(class, &name, existing, field)?;
                }
                fields.insert(name, field);
            }
            is_frozen = Some(is_frozen.unwrap_or(false) | self.types.dataclass(base).frozen);
        }
        match (is_frozen, self.types.dataclass(dataclass).frozen) {
            (Some(true), false) => Err(Raised::new("cannot inherit non-frozen dataclass from a frozen one")),
            (Some(false), true) => Err(Raised::new("cannot inherit frozen dataclass from a non-frozen one")),
            _ => Ok(fields),
        }
    }

    fn check_consistent_override(
        &mut self,
        class: ClassId,
        name: &str,
        existing: FieldId,
        field: FieldId,
    ) -> Check<()> {
        let (existing, field) = (self.types.field(existing).clone(), self.types.field(field).clone());
        if existing.kind != field.kind {
            return Err(Raised::new(if existing.kind == FieldKind::Field {
                format!("Override of field '{name}' cannot be a {}", field.kind.name())
            } else {
                format!("Override of field '{name}' must be a {}", existing.kind.name())
            }));
        }
        if existing.class == field.class {
            return Ok(());
        }
        Err(Raised::new(format!(
            "Type of field '{name}' on class '{}' conflicts with base type. Base field has annotation {}, \
             but overridden field has annotation {}",
            self.types.readable_name(class),
            self.annotation_text(&existing),
            self.annotation_text(&field)
        )))
    }

    fn annotation_text(&self, field: &FieldData<'_>) -> String {
        let Some(TypeRef::Annotation { module, annotation, .. }) = field.type_ref else { return String::new() };
        let Some(source) = self.source(module) else { return String::new() };
        unparse(annotation, source.folds, source.parsed.text())
    }

    /// The field that a slot of the class becomes.
    fn dataclass_field(
        &mut self,
        module: ModuleId,
        class: ClassId,
        name: &Name,
        slot: SlotId,
        base: Option<FieldId>,
    ) -> Check<FieldId> {
        let slot_data = self.types.slot(slot).clone();
        let declared =
            slot_data.type_ref.as_ref().map_or(ClassId::DYNAMIC, |type_ref| self.resolve_declared(type_ref, true));
        let kind = match self.types.kind(declared) {
            ClassKind::ClassVar => FieldKind::ClassVar,
            ClassKind::InitVar => FieldKind::InitVar,
            _ => FieldKind::Field,
        };
        let field = self.types.add_field(FieldData {
            name: name.clone(),
            type_ref: slot_data.type_ref,
            default: None,
            default_factory: None,
            init: true,
            repr: true,
            hash: None,
            compare: true,
            metadata: None,
            kind,
            class: self.types.unwrap(declared),
            base_class: Some(class),
            default_class: None,
        });
        if let Some(base) = base {
            self.check_consistent_override(class, name, base, field)?;
            self.types.field_mut(field).base_class = self.types.field(base).base_class;
        }
        if !slot_data.assigned_on_class {
            if let Some(base) = base {
                let FieldData { default, default_class, .. } = *self.types.field(base);
                let data = self.types.field_mut(field);
                (data.default, data.default_class) = (default, default_class);
            }
            return Ok(field);
        }
        let default = match slot_data.assignment {
            Some(Assignment::Annotated(assignment)) => assignment.value.as_deref(),
            // An assertion of the reference fails here.
            Some(Assignment::Plain(assignment)) => Some(&*assignment.value),
            Some(Assignment::Function(_)) | None => None,
        };
        let Some(default) = default else { return Ok(field) };
        let call = match default {
            Expr::Call(call) if self.reference(module, &call.func)? == Some(Value::Function(FunctionId::FIELD)) => call,
            _ => {
                let data = self.types.field_mut(field);
                (data.default, data.default_class) = (Some(default), Some(class));
                return Ok(field);
            }
        };
        self.field_options(module, call, field)?;
        let data = self.types.field_mut(field);
        match (data.default, data.default_factory) {
            (Some(_), Some(_)) => return Err(Raised::new("cannot specify both default and default_factory")),
            (None, None) => {
                let slot = self.types.slot_mut(slot);
                slot.assignment = None;
                slot.assigned_on_class = false;
            }
            _ => data.default_class = Some(class),
        }
        Ok(field)
    }

    /// The arguments of `field()`.
    fn field_options(&mut self, module: ModuleId, call: &'a ExprCall, field: FieldId) -> Check<()> {
        if !call.arguments.args.is_empty() {
            return Err(Raised::new("dataclasses.field() takes no positional arguments"));
        }
        for keyword in &call.arguments.keywords {
            let name = keyword.arg.as_ref().map_or("None", |name| name.as_str());
            let value = &keyword.value;
            let constant = self.constant(module, value);
            let data = self.types.field_mut(field);
            match name {
                "default" => data.default = Some(value),
                "default_factory" => data.default_factory = Some(value),
                "metadata" => data.metadata = Some(value),
                "init" | "repr" | "compare" => {
                    let Some(Constant::Bool(value)) = constant else {
                        return Err(Raised::new(format!(
                            "dataclasses.field() argument '{name}' must be a boolean constant"
                        )));
                    };
                    match name {
                        "init" => data.init = value,
                        "repr" => data.repr = value,
                        _ => data.compare = value,
                    }
                }
                "hash" => match constant {
                    Some(Constant::None) => data.hash = None,
                    Some(Constant::Bool(value)) => data.hash = Some(value),
                    _ => {
                        return Err(Raised::new(
                            "dataclasses.field() argument 'hash' must be None or a boolean constant",
                        ));
                    }
                },
                _ => {
                    return Err(Raised::new(format!(
                        "dataclasses.field() got an unexpected keyword argument '{name}'"
                    )));
                }
            }
        }
        Ok(())
    }

    /// The `__init__` that is made of the fields.
    fn add_dataclass_init(&mut self, class: ClassId, dataclass: DataclassId, fields: &NameMap<FieldId>) -> Check<()> {
        let inexact = self.types.inexact_type(class);
        let style = if self.types.dataclass(dataclass).kw_only { ParamStyle::KwOnly } else { ParamStyle::Normal };
        let mut params = vec![Param {
            name: Name::new_static("self"),
            index: 0,
            type_ref: TypeRef::Resolved(inexact),
            default: None,
            style: ParamStyle::PosOnly,
        }];
        let mut seen_default = false;
        for (name, &field) in fields {
            let field = self.types.field(field);
            if field.kind == FieldKind::ClassVar || !field.init {
                continue;
            }
            let has_default = field.default.is_some() || field.default_factory.is_some();
            if has_default {
                seen_default = true;
            } else if seen_default {
                return Err(Raised::new(format!("non-default argument '{name}' follows default argument")));
            }
            params.push(Param {
                name: name.clone(),
                index: u32::try_from(params.len()).expect("classes have fewer than 2**32 fields"),
                type_ref: TypeRef::Resolved(field.class),
                default: has_default.then_some(DefaultValue::Synthetic),
                style,
            });
        }
        if self.types.own_member(class, "__init__").is_some() {
            return Ok(());
        }
        let init = self.types.add_function(FunctionData {
            kind: FunctionKind::BuiltinMethod {
                dynamic_dispatch: false,
                valid_on_subclasses: false,
                list_append: false,
            },
            node: None,
            module: None,
            name: Name::new_static("__init__"),
            module_name: self.types.class(class).module.clone(),
            container: Some(inexact),
            params: Some(params),
            has_settled_params: false,
            required: 0,
            has_vararg: false,
            has_kwarg: false,
            returns: TypeRef::Resolved(ClassId::NONE),
            is_final: false,
            inline: false,
            do_not_compile: false,
            is_hidden: false,
        });
        self.types.members_mut(class).insert(Name::new_static("__init__"), Value::Function(init));
        Ok(())
    }

    /// The functions of the class that was decorated become methods of the dataclass.
    fn adopt_functions(&mut self, class: ClassId, dataclass: DataclassId) {
        let wrapped = self.types.dataclass(dataclass).wrapped;
        let (wrapped, inexact) = (self.types.inexact_type(wrapped), self.types.inexact_type(class));
        let members: Vec<Value> = self.types.members(class).values().copied().collect();
        for member in members {
            if let Value::Function(function) = member
                && self.types.function(function).container == Some(wrapped)
            {
                self.types.function_mut(function).container = Some(inexact);
            }
        }
    }
}
