//! The types of a program: arenas, and one file a question about them.
//!
//! | file | question |
//! |---|---|
//! | `flavours` | exact, inexact, literal, nonliteral, unwrapped |
//! | `mro` | in which order are bases searched? |
//! | `assign` | can this be assigned to that? |
//! | `generic` | what is `Union[A, B]`, `CheckedDict[K, V]`? |
//! | `print` | what is it called in messages? |
//! | `environment` | what does the checker know from the start? |
//!
//! Invariant: types know no syntax but the nodes they were declared at; nothing here reports.

mod assign;
mod class;
mod environment;
mod flavours;
mod function;
mod generic;
mod mro;
mod print;
mod value;

pub(crate) use assign::TYPE_MISMATCH;
pub(crate) use class::{ClassData, ClassKind, Decorator, EnumFlavour, Literal, Number, Primitive, Variance};
pub(crate) use function::{
    Assignment, BoundData, BoundKind, DecoratedData, DecoratedKind, DefaultValue, FunctionData, FunctionKind, Param,
    ParamStyle, SlotData, TypeRef,
};
pub(crate) use value::{
    BoundId, ClassId, DataclassId, DecoratedId, EnumMemberId, FieldId, FunctionId, GetSet, GroupId, MembersId,
    ModuleId, ModuleNameId, SlotId, Special, Value,
};

use crate::declare::dataclass::{DataclassData, FieldData};
use indexmap::IndexMap;
use pyclast_syntax::Span;
use ruff_python_ast::name::Name;
use rustc_hash::{FxBuildHasher, FxHashMap};
use std::rc::Rc;

/// A map by name that keeps its order.
pub(crate) type NameMap<T> = IndexMap<Name, T, FxBuildHasher>;

/// A member of an enum.
#[derive(Clone, Debug)]
pub struct EnumMember {
    /// The (exact) enum.
    pub class: ClassId,
    /// Its name.
    pub name: Name,
    /// What its value is.
    pub value: Value,
}

/// All types of a program.
///
/// Those known before any module is seen are shared by all programs of a thread, until one changes them.
#[derive(Clone, Debug)]
pub struct Types<'a> {
    classes: Vec<Rc<ClassData>>,
    members: Vec<Rc<NameMap<Value>>>,
    functions: Vec<Rc<FunctionData<'a>>>,
    groups: Vec<Vec<FunctionId>>,
    decorated: Vec<DecoratedData<'a>>,
    bound: Vec<BoundData<'a>>,
    slots: Vec<SlotData<'a>>,
    enum_members: Vec<EnumMember>,
    /// Members of enums by the enum's name members (`EnumType.values`, shared by its flavours).
    pub enum_values: FxHashMap<ClassId, NameMap<EnumMemberId>>,
    dataclasses: Vec<DataclassData>,
    fields: Vec<FieldData<'a>>,
    module_names: NameMap<()>,
    generics: IndexMap<(ClassId, Box<[ClassId]>), ClassId, FxBuildHasher>,
    literals: FxHashMap<(ClassId, Literal), ClassId>,
    /// The classes that literals are of, and unions without literals.
    nonliterals: FxHashMap<ClassId, ClassId>,
    /// The inexact flavours of unions.
    inexact_unions: FxHashMap<ClassId, ClassId>,
    /// Where members of classes of the program are declared (`_member_nodes`), by inexact class.
    pub member_places: FxHashMap<(ClassId, Name), Span>,
    /// Bases without a consistent order: the reference fails with a plain `SyntaxError` of this text.
    pub mro_failure: Option<String>,
    /// The classes known from the start, by the names of `stdlib-stubs`.
    pub(crate) known: FxHashMap<(&'static str, &'static str), ClassId>,
}

/// Pushes onto an arena, and gives the position.
fn push<T>(arena: &mut Vec<T>, item: T) -> u32 {
    arena.push(item);
    u32::try_from(arena.len() - 1).expect("a program has fewer than 2**32 types")
}

/// Makes the accessors of the arenas whose entries are shared until they are changed.
macro_rules! shared_arenas {
    ($($name:ident, $name_mut:ident, $add:ident: $arena:ident [$id:ident] -> $data:ty;)+) => {
        $(
            /// The data of an id.
            pub fn $name(&self, id: $id) -> &$data {
                &self.$arena[id.index()]
            }

            /// The data of an id, to change.
            pub fn $name_mut(&mut self, id: $id) -> &mut $data {
                Rc::make_mut(&mut self.$arena[id.index()])
            }

            /// A new entry.
            pub fn $add(&mut self, data: $data) -> $id {
                $id(push(&mut self.$arena, Rc::new(data)))
            }
        )+
    };
}

/// Makes the accessors of the arenas.
macro_rules! arenas {
    ($($name:ident, $name_mut:ident, $add:ident: $arena:ident [$id:ident] -> $data:ty;)+) => {
        $(
            /// The data of an id.
            pub fn $name(&self, id: $id) -> &$data {
                &self.$arena[id.index()]
            }

            /// The data of an id, to change.
            pub fn $name_mut(&mut self, id: $id) -> &mut $data {
                &mut self.$arena[id.index()]
            }

            /// A new entry.
            pub fn $add(&mut self, data: $data) -> $id {
                $id(push(&mut self.$arena, data))
            }
        )+
    };
}

impl<'a> Types<'a> {
    shared_arenas! {
        class, class_mut, add_class: classes[ClassId] -> ClassData;
        member_table, member_table_mut, add_member_table: members[MembersId] -> NameMap<Value>;
        function, function_mut, add_function: functions[FunctionId] -> FunctionData<'a>;
    }

    arenas! {
        group, group_mut, add_group: groups[GroupId] -> Vec<FunctionId>;
        decorated, decorated_mut, add_decorated: decorated[DecoratedId] -> DecoratedData<'a>;
        bound, bound_mut, add_bound: bound[BoundId] -> BoundData<'a>;
        slot, slot_mut, add_slot: slots[SlotId] -> SlotData<'a>;
        enum_member, enum_member_mut, add_enum_member: enum_members[EnumMemberId] -> EnumMember;
        dataclass, dataclass_mut, add_dataclass: dataclasses[DataclassId] -> DataclassData;
        field, field_mut, add_field: fields[FieldId] -> FieldData<'a>;
    }

    /// The id of a module name.
    pub fn module_name(&mut self, name: &str) -> ModuleNameId {
        let (index, _) = self.module_names.insert_full(Name::new(name), ());
        ModuleNameId(u32::try_from(index).expect("a program has fewer than 2**32 modules"))
    }

    /// The module name of an id.
    pub fn module_name_of(&self, id: ModuleNameId) -> &Name {
        self.module_names.get_index(id.index()).map(|(name, ())| name).expect("ids come from the table")
    }

    /// The kind of a class.
    pub fn kind(&self, class: ClassId) -> ClassKind {
        self.class(class).kind
    }

    /// The members of a class itself (`klass.members`).
    pub fn members(&self, class: ClassId) -> &NameMap<Value> {
        self.member_table(self.class(class).members)
    }

    /// The members of a class itself, to change.
    pub fn members_mut(&mut self, class: ClassId) -> &mut NameMap<Value> {
        let members = self.class(class).members;
        self.member_table_mut(members)
    }

    /// A member of a class itself.
    pub fn own_member(&self, class: ClassId, name: &str) -> Option<Value> {
        self.members(class).get(name).copied()
    }

    /// The first member of that name along the method resolution order, and the class it is in.
    pub fn find_member(&mut self, class: ClassId, name: &str) -> Option<(ClassId, Value)> {
        let mro = self.mro(class);
        mro.iter().find_map(|&base| Some((base, self.own_member(base, name)?)))
    }

    /// `Class.get_member`: its own member, or the first of its bases.
    pub fn get_member(&mut self, class: ClassId, name: &str) -> Option<Value> {
        if let Some(member) = self.own_member(class, name) {
            return Some(member);
        }
        let mro = self.mro(class);
        mro.iter().skip(1).find_map(|&base| self.own_member(base, name))
    }

    /// Says where a member is declared.
    pub fn set_member_place(&mut self, class: ClassId, name: &Name, place: Span) {
        self.member_places.insert((class, name.clone()), place);
    }

    /// Where a member is declared, if anyone knows.
    pub fn member_place(&mut self, class: ClassId, name: &Name) -> Option<Span> {
        let class = self.inexact_type(class);
        self.member_places.get(&(class, name.clone())).copied()
    }

    /// The instance of a class (`klass.instance`).
    pub fn instance(&self, class: ClassId) -> Value {
        if class == ClassId::TYPE || self.class(class).inexact == Some(ClassId::TYPE) {
            Value::Class(ClassId::TYPE)
        } else {
            Value::Instance(class)
        }
    }

    /// The class of a value (`value.klass`).
    #[inline]
    pub fn class_of(&self, value: Value) -> ClassId {
        if let Value::Instance(class) = value { class } else { self.class_of_other(value) }
    }

    fn class_of_other(&self, value: Value) -> ClassId {
        match value {
            Value::Instance(class) => class,
            Value::Class(class) => self.class(class).class,
            Value::Function(function) => match self.function(function).kind {
                FunctionKind::Builtin | FunctionKind::BuiltinNew | FunctionKind::BuiltinMethod { .. } => {
                    ClassId::BUILTIN_METHOD_DESCRIPTOR
                }
                _ => ClassId::FUNCTION,
            },
            Value::Group(_) | Value::Special(_) => ClassId::FUNCTION,
            Value::Decorated(decorated) => self.decorated(decorated).class,
            Value::Bound(bound) => match &self.bound(bound).kind {
                BoundKind::Method | BoundKind::Super(_) | BoundKind::Builtin(_) => ClassId::METHOD,
                BoundKind::Static => ClassId::STATIC_METHOD,
                BoundKind::Class { class, .. } => *class,
            },
            Value::Slot(_) => ClassId::MEMBER,
            Value::Module(_) => ClassId::MODULE,
            Value::GetSet(_) => ClassId::GETSET_DESCRIPTOR,
            Value::EnumMember(member) => self.enum_member(member).class,
            Value::Field(_) => ClassId::DATACLASS_FIELD,
            Value::CRangeIterator => ClassId::TYPE,
            Value::Mapping => ClassId::DICT,
        }
    }

    /// The function under all decorators (`real_function`).
    pub fn real_function(&self, mut value: Value) -> Option<FunctionId> {
        loop {
            match value {
                Value::Function(function) => return Some(function),
                Value::Decorated(decorated) => value = self.decorated(decorated).inner,
                _ => return None,
            }
        }
    }

    /// A function, to hold on to while types change.
    pub fn shared_function(&self, function: FunctionId) -> Rc<FunctionData<'a>> {
        Rc::clone(&self.functions[function.index()])
    }

    /// What kind of decorated function it is.
    pub fn decorated_kind(&self, value: Value) -> Option<DecoratedKind> {
        if let Value::Decorated(decorated) = value { Some(self.decorated(decorated).kind) } else { None }
    }

    /// Whether the value is a `Function` of the program (not one of C).
    pub fn as_function(&self, value: Value) -> Option<FunctionId> {
        match value {
            Value::Function(function) if self.function(function).kind.is_function() => Some(function),
            _ => None,
        }
    }

    /// Whether the value is a primitive (`isinstance(value, CInstance)`).
    pub fn is_primitive(&self, value: Value) -> bool {
        matches!(value, Value::Instance(class) if self.is_primitive_class(class))
    }

    /// Whether the class is a primitive (`CType`).
    pub fn is_primitive_class(&self, class: ClassId) -> bool {
        matches!(self.kind(class), ClassKind::PrimitiveInt(_) | ClassKind::Double)
    }

    /// The primitive integer that the value is (`CIntInstance`).
    pub fn primitive_int(&self, value: Value) -> Option<Primitive> {
        match value {
            Value::Instance(class) => match self.kind(class) {
                ClassKind::PrimitiveInt(primitive) => Some(primitive),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether the class is a union or an optional (`UnionType`), instance or definition.
    pub fn is_union(&self, class: ClassId) -> bool {
        matches!(self.kind(class), ClassKind::Union | ClassKind::Optional)
    }

    /// `T` of `Optional[T]` (`opt_type`).
    pub fn optional_argument(&self, class: ClassId) -> Option<ClassId> {
        match (self.is_union(class), &*self.class(class).type_args) {
            (true, &[ClassId::NONE, other] | &[other, ClassId::NONE]) => Some(other),
            _ => None,
        }
    }

    /// Whether the value names a type at run time (`is_nominal_type`).
    pub fn is_nominal(&self, value: Value) -> bool {
        match value {
            Value::Class(class) => self.is_nominal_class(class),
            Value::Instance(class) => class != ClassId::DYNAMIC,
            Value::Decorated(decorated) => self.decorated(decorated).kind != DecoratedKind::Unknown,
            _ => true,
        }
    }

    /// Whether the class is a type at run time (`klass.is_nominal_type`).
    pub fn is_nominal_class(&self, class: ClassId) -> bool {
        match self.kind(class) {
            ClassKind::Dynamic
            | ClassKind::GenericParameter { .. }
            | ClassKind::NestedFunction(_)
            | ClassKind::ClassDecorator => false,
            _ => !self.contains_generic_parameters(class),
        }
    }

    /// Whether locals of the class may be narrowed (`can_be_narrowed`).
    pub fn can_be_narrowed(&self, class: ClassId) -> bool {
        !self.is_primitive_class(class)
    }
}
