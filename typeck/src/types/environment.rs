//! What the checker knows from the start (`TypeEnvironment`): the classes of C, primitives, and forms of `typing`.
//!
//! ```text
//! ClassId::INT       builtins.int, with the members that stdlib-stubs lists
//! ```
//!
//! Invariant: the constants of [`ClassId`] are the positions of the first classes.

use super::{
    ClassData, ClassId, ClassKind, Decorator, DefaultValue, EnumFlavour, FunctionData, FunctionId, FunctionKind,
    GetSet, Literal, MembersId, NameMap, Number, Param, ParamStyle, Primitive, TypeRef, Types, Value, Variance,
};
use indexmap::IndexMap;
use pyclast_stdlib_stubs::c_types::{self, MemberKind, Shape, Signature, TypeKind, TypeStub};
use ruff_python_ast::name::Name;
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// Makes the constants of the classes that have rules of their own, and the table they are made from.
macro_rules! known {
    ($($constant:ident = $module:literal $name:literal $kind:expr, $exact:literal;)+) => {
        #[expect(non_camel_case_types, clippy::upper_case_acronyms, reason = "names of constants, used to count them")]
        enum Position { $($constant,)+ }

        impl ClassId {
            $(pub const $constant: Self = Self(Position::$constant as u32);)+
        }

        const KNOWN: &[(&str, &str, ClassKind, bool)] = &[$(($module, $name, $kind, $exact),)+];
    };
}

const fn int(constant: u8) -> ClassKind {
    ClassKind::PrimitiveInt(Primitive { constant })
}

const fn parameter(index: u32, variance: Variance) -> ClassKind {
    ClassKind::GenericParameter { index, variance, bound: None }
}

known! {
    OBJECT = "builtins" "object" ClassKind::Object, false;
    TYPE = "builtins" "type" ClassKind::Plain, false;
    DYNAMIC = "builtins" "object" ClassKind::Dynamic, true;
    NONE = "builtins" "None" ClassKind::NoneType, true;
    FUNCTION = "types" "FunctionType" ClassKind::Plain, true;
    METHOD = "types" "MethodType" ClassKind::Plain, true;
    MEMBER = "types" "MemberDescriptorType" ClassKind::Plain, true;
    BUILTIN_METHOD_DESCRIPTOR = "types" "MethodDescriptorType" ClassKind::Plain, true;
    BUILTIN_METHOD = "types" "BuiltinMethodType" ClassKind::Plain, true;
    GETSET_DESCRIPTOR = "builtins" "getset_descriptor" ClassKind::Plain, false;
    MODULE = "types" "ModuleType" ClassKind::Module, true;
    STR = "builtins" "str" ClassKind::Str, false;
    INT = "builtins" "int" ClassKind::Number(Number::Int), false;
    FLOAT = "builtins" "float" ClassKind::Number(Number::Float), false;
    COMPLEX = "builtins" "complex" ClassKind::Number(Number::Complex), false;
    BYTES = "builtins" "bytes" ClassKind::Plain, false;
    BOOL = "builtins" "bool" ClassKind::Bool, true;
    RANGE = "builtins" "range" ClassKind::Plain, false;
    ELLIPSIS = "builtins" "ellipsis" ClassKind::Plain, true;
    DICT = "builtins" "dict" ClassKind::Dict, false;
    LIST = "builtins" "list" ClassKind::List, false;
    SET = "builtins" "set" ClassKind::Set, false;
    FROZENSET = "builtins" "frozenset" ClassKind::FrozenSet, false;
    TUPLE = "builtins" "tuple" ClassKind::Tuple, false;
    SLICE = "builtins" "slice" ClassKind::Plain, true;
    SUPER = "builtins" "super" ClassKind::Super, true;
    NOT_IMPLEMENTED = "builtins" "NotImplementedType" ClassKind::Plain, false;
    STATIC_METHOD = "builtins" "staticmethod" ClassKind::Decorator(Decorator::StaticMethod), false;
    CLASS_METHOD = "builtins" "classmethod" ClassKind::Decorator(Decorator::ClassMethod), false;
    PROPERTY = "builtins" "property" ClassKind::Decorator(Decorator::Property), false;
    CBOOL = "__static__" "cbool" int(12), true;
    INT8 = "__static__" "int8" int(1), true;
    INT16 = "__static__" "int16" int(3), true;
    INT32 = "__static__" "int32" int(5), true;
    INT64 = "__static__" "int64" int(7), true;
    UINT8 = "__static__" "uint8" int(0), true;
    UINT16 = "__static__" "uint16" int(2), true;
    UINT32 = "__static__" "uint32" int(4), true;
    UINT64 = "__static__" "uint64" int(6), true;
    CHAR = "__static__" "char" int(1), true;
    DOUBLE = "__static__" "double" ClassKind::Double, true;
    CHECKED_DICT = "__static__" "chkdict" ClassKind::CheckedDict, true;
    CHECKED_LIST = "__static__" "chklist" ClassKind::CheckedList, true;
    ARRAY = "__static__" "Array" ClassKind::Array, true;
    UNION = "typing" "Union" ClassKind::Union, false;
    OPTIONAL = "typing" "Optional" ClassKind::Optional, false;
    AWAITABLE = "static" "InferredAwaitable" ClassKind::Awaitable, false;
    FINAL = "typing" "Final" ClassKind::Final, false;
    CLASSVAR = "typing" "ClassVar" ClassKind::ClassVar, false;
    INITVAR = "dataclasses" "InitVar" ClassKind::InitVar, false;
    EXACT = "typing" "Exact" ClassKind::ExactWrapper, false;
    NAMED_TUPLE = "typing" "NamedTuple" ClassKind::Plain, false;
    PROTOCOL = "typing" "Protocol" ClassKind::Plain, false;
    TYPED_DICT = "typing" "TypedDict" ClassKind::Plain, false;
    LITERAL = "typing" "Literal" ClassKind::LiteralForm, false;
    ANNOTATED = "typing" "Annotated" ClassKind::Annotated, false;
    CLASS_DECORATOR = "__static__" "ClassDecorator" ClassKind::ClassDecorator, false;
    CLASS_TYPEVAR = "" "TClass"
        ClassKind::GenericParameter { index: u32::MAX, variance: Variance::Invariant, bound: Some(ClassId::TYPE) }, true;
    PARAMETER_T = "" "T" parameter(0, Variance::Invariant), true;
    PARAMETER_K = "" "K" parameter(0, Variance::Invariant), true;
    PARAMETER_V = "" "V" parameter(1, Variance::Invariant), true;
    PARAMETER_AWAITED = "" "T" parameter(0, Variance::Covariant), true;
    PARAMETER_0 = "" "T0" parameter(0, Variance::Invariant), true;
    PARAMETER_1 = "" "T1" parameter(1, Variance::Invariant), true;
    FINAL_DECORATOR = "typing" "final" ClassKind::Decorator(Decorator::Final), false;
    OVERLOAD = "typing" "overload" ClassKind::Decorator(Decorator::Overload), false;
    ALLOW_WEAKREFS = "__static__" "allow_weakrefs" ClassKind::Decorator(Decorator::AllowWeakrefs), false;
    DYNAMIC_RETURN = "__static__" "dynamic_return" ClassKind::Decorator(Decorator::DynamicReturn), false;
    INLINE = "__static__" "inline" ClassKind::Decorator(Decorator::Inline), false;
    DO_NOT_COMPILE = "__static__" "_donotcompile" ClassKind::Decorator(Decorator::DoNotCompile), false;
    CACHED_PROPERTY = "cinder" "cached_property" ClassKind::Decorator(Decorator::CachedProperty), false;
    ASYNC_CACHED_PROPERTY = "cinder" "async_cached_property" ClassKind::Decorator(Decorator::AsyncCachedProperty), false;
    PROPERTY_SETTER = "builtins" "property" ClassKind::Decorator(Decorator::PropertySetter), false;
    PROPERTY_DELETER = "builtins" "property" ClassKind::Decorator(Decorator::PropertyDeleter), false;
    DATACLASS_FIELD = "dataclasses" "Field" ClassKind::DataclassField, true;
    ENUM = "__static__" "Enum" ClassKind::Enum(EnumFlavour::Plain), false;
    INT_ENUM = "__static__" "IntEnum" ClassKind::Enum(EnumFlavour::Int), false;
    STRING_ENUM = "__static__" "StringEnum" ClassKind::Enum(EnumFlavour::String), false;
    EXC_CONTEXT_DECORATOR = "__static__" "ExcContextDecorator" ClassKind::ContextDecorator { subclass: false }, false;
    CONTEXT_DECORATOR = "__static__" "ContextDecorator" ClassKind::ContextDecorator { subclass: false }, false;
    BASE_EXCEPTION = "builtins" "BaseException" ClassKind::Plain, false;
    EXCEPTION = "builtins" "Exception" ClassKind::Plain, false;
}

impl ClassId {
    /// `int8` … `int64`
    pub const SIGNED: [Self; 4] = [Self::INT8, Self::INT16, Self::INT32, Self::INT64];
    /// `uint8` … `uint64`
    pub const UNSIGNED: [Self; 4] = [Self::UINT8, Self::UINT16, Self::UINT32, Self::UINT64];

    /// `klass in type_env.signed_cint_types`: by identity, so literals and `char` are none.
    pub fn is_signed_primitive(self) -> bool {
        Self::SIGNED.contains(&self)
    }
}

/// Ids of functions the checker knows.
impl FunctionId {
    /// `dataclasses.dataclass`
    pub const DATACLASS: Self = Self(0);
    /// `dataclasses.field`
    pub const FIELD: Self = Self(1);
    /// `__static__.native`
    pub const NATIVE: Self = Self(2);
}

impl Types<'_> {
    /// All that is known before any module is seen.
    pub fn new() -> Self {
        let mut types = Self {
            classes: Vec::new(),
            members: Vec::new(),
            functions: Vec::new(),
            groups: Vec::new(),
            decorated: Vec::new(),
            bound: Vec::new(),
            slots: Vec::new(),
            enum_members: Vec::new(),
            enum_values: FxHashMap::default(),
            dataclasses: Vec::new(),
            fields: Vec::new(),
            module_names: NameMap::default(),
            generics: IndexMap::default(),
            literals: FxHashMap::default(),
            nonliterals: FxHashMap::default(),
            inexact_unions: FxHashMap::default(),
            member_places: FxHashMap::default(),
            mro_failure: None,
            known: FxHashMap::default(),
        };
        for &(module, name, kind, is_exact) in KNOWN {
            let class = types.add_known(module, name, kind, is_exact);
            if !matches!(kind, ClassKind::Decorator(Decorator::PropertySetter | Decorator::PropertyDeleter))
                && class != ClassId::DYNAMIC
            {
                types.known.insert((module, name), class);
            }
        }
        types.link();
        types.known_functions();
        types.add_stubs();
        types
    }

    fn add_known(&mut self, module: &str, name: &str, kind: ClassKind, is_exact: bool) -> ClassId {
        let members = self.add_member_table(NameMap::default());
        let data = ClassData {
            module: Name::new(module),
            qualname: Name::new(name),
            kind,
            bases: vec![ClassId::OBJECT],
            members,
            class: ClassId::TYPE,
            is_exact,
            is_final: false,
            allow_weakrefs: false,
            do_not_compile: false,
            dynamic_dispatch: kind == ClassKind::Object,
            has_init_subclass: false,
            literal: None,
            type_args: Rc::default(),
            type_def: None,
            exact: None,
            inexact: None,
            mro: None,
        };
        self.add_class(data)
    }

    /// Bases and type parameters other than the usual ones.
    fn link(&mut self) {
        self.class_mut(ClassId::OBJECT).bases.clear();
        for position in 0..self.classes.len() {
            let class = ClassId(u32::try_from(position).expect("few classes are known"));
            if self.is_primitive_class(class)
                || self.is_union(class)
                || matches!(self.kind(class), ClassKind::GenericParameter { .. })
            {
                self.class_mut(class).bases.clear();
            }
        }
        self.class_mut(ClassId::BOOL).bases = vec![ClassId::INT];
        self.class_mut(ClassId::INT_ENUM).bases = vec![ClassId::ENUM, ClassId::INT];
        self.class_mut(ClassId::STRING_ENUM).bases = vec![ClassId::ENUM, ClassId::STR];
        self.class_mut(ClassId::CONTEXT_DECORATOR).bases = vec![ClassId::EXC_CONTEXT_DECORATOR];
        self.class_mut(ClassId::EXCEPTION).bases = vec![ClassId::BASE_EXCEPTION];
        self.class_mut(ClassId::CHECKED_DICT).type_args = Rc::from([ClassId::PARAMETER_K, ClassId::PARAMETER_V]);
        self.class_mut(ClassId::AWAITABLE).type_args = Rc::from([ClassId::PARAMETER_AWAITED]);
        for class in [
            ClassId::CHECKED_LIST,
            ClassId::ARRAY,
            ClassId::OPTIONAL,
            ClassId::FINAL,
            ClassId::CLASSVAR,
            ClassId::INITVAR,
            ClassId::EXACT,
        ] {
            self.class_mut(class).type_args = Rc::from([ClassId::PARAMETER_T]);
        }
        for class in [ClassId::CHECKED_DICT, ClassId::CHECKED_LIST, ClassId::BOOL, ClassId::DATACLASS_FIELD] {
            self.class_mut(class).is_final = true;
        }
    }

    fn known_functions(&mut self) {
        let mut add = |kind, name, module, params, returns| {
            self.add_function(FunctionData {
                kind,
                node: None,
                module: None,
                name: Name::new_static(name),
                module_name: Name::new_static(module),
                container: None,
                params,
                has_settled_params: false,
                required: 0,
                has_vararg: false,
                has_kwarg: false,
                returns: TypeRef::Resolved(returns),
                is_final: false,
                inline: false,
                do_not_compile: false,
                is_hidden: false,
            })
        };
        // Both take keywords only, so that all calls are dynamic: their parameters do not matter.
        let dataclass = add(FunctionKind::DataclassDecorator, "dataclass", "__static__", None, ClassId::DYNAMIC);
        let field = add(FunctionKind::DataclassFieldFunction, "dataclass", "field", None, ClassId::DATACLASS_FIELD);
        let library = Param {
            name: Name::new_static("lib"),
            index: 0,
            type_ref: TypeRef::Resolved(ClassId::STR),
            default: Some(DefaultValue::Builtin("None")),
            style: ParamStyle::PosOnly,
        };
        let native = add(FunctionKind::NativeDecorator, "native", "__static__", Some(vec![library]), ClassId::DYNAMIC);
        debug_assert_eq!((dataclass, field, native), (FunctionId::DATACLASS, FunctionId::FIELD, FunctionId::NATIVE));
    }

    /// The classes of C, and what they have.
    fn add_stubs(&mut self) {
        for stub in c_types::classes() {
            let class = if let Some(&class) = self.known.get(&(stub.module, stub.name)) {
                class
            } else {
                let class = self.add_known(stub.module, stub.name, ClassKind::Plain, stub.is_exact);
                let bases =
                    stub.bases.iter().filter_map(|&base| self.known.get(&("builtins", base)).copied()).collect();
                self.class_mut(class).bases = bases;
                self.known.insert((stub.module, stub.name), class);
                class
            };
            self.class_mut(class).is_final |= stub.is_final;
        }
        for stub in c_types::classes() {
            let class = self.known[&(stub.module, stub.name)];
            self.fill_members(class, stub, false);
        }
    }

    fn fill_members(&mut self, class: ClassId, stub: &'static c_types::ClassStub, is_exact: bool) {
        for member in stub.members {
            let shape = member.exact.filter(|_| is_exact).unwrap_or(member.shape);
            let value = self.stub_member(class, member.name, shape);
            self.members_mut(class).insert(Name::new_static(member.name), value);
        }
    }

    /// Members of the exact flavour of a class of C, which the reference makes anew.
    pub(super) fn fill_exact_members(&mut self, class: ClassId, exact: ClassId) {
        if class.index() < KNOWN.len()
            && let Some(stub) = c_types::class(KNOWN[class.index()].0, KNOWN[class.index()].1)
            && !matches!(self.kind(class), ClassKind::ContextDecorator { .. } | ClassKind::Decorator(_))
            && !matches!(class, ClassId::TYPE | ClassId::OBJECT)
        {
            let members: MembersId = self.add_member_table(NameMap::default());
            self.class_mut(exact).members = members;
            self.fill_members(exact, stub, true);
        }
    }

    fn stub_member(&mut self, class: ClassId, name: &'static str, shape: Shape) -> Value {
        let kind = match shape.kind {
            MemberKind::GetSet => return Value::GetSet(GetSet::Plain),
            MemberKind::ClassOf => return Value::GetSet(GetSet::ClassOf),
            MemberKind::TypeName => return Value::GetSet(GetSet::TypeName),
            MemberKind::Function => FunctionKind::Builtin,
            MemberKind::New => FunctionKind::BuiltinNew,
            MemberKind::Method | MemberKind::ListAppend => FunctionKind::BuiltinMethod {
                dynamic_dispatch: self.class(class).dynamic_dispatch,
                valid_on_subclasses: matches!(self.kind(class), ClassKind::ContextDecorator { .. }),
                list_append: shape.kind == MemberKind::ListAppend,
            },
        };
        let function = self.stub_function(kind, name, shape.signature, Some(class));
        if class == ClassId::CONTEXT_DECORATOR && name == "__exit__" {
            let literal = self.literal(Value::Instance(ClassId::BOOL), Literal::Bool(false));
            self.function_mut(function).returns = TypeRef::Resolved(self.class_of(literal));
        }
        if name == "_recreate_cm" {
            self.function_mut(function).returns = TypeRef::SelfType(class);
        }
        Value::Function(function)
    }

    /// A function of C.
    pub(crate) fn stub_function(
        &mut self,
        kind: FunctionKind,
        name: &'static str,
        signature: Option<&'static Signature>,
        class: Option<ClassId>,
    ) -> FunctionId {
        let params = signature.and_then(|signature| signature.parameters).map(|parameters| {
            parameters
                .iter()
                .zip(0..)
                .map(|(parameter, index)| Param {
                    name: Name::new_static(parameter.name),
                    index,
                    type_ref: TypeRef::Resolved(self.stub_type(parameter.type_, class)),
                    default: parameter.default.map(DefaultValue::Builtin),
                    style: ParamStyle::PosOnly,
                })
                .collect()
        });
        let returns = signature.map_or(ClassId::DYNAMIC, |signature| self.stub_type(signature.returns, class));
        let container = class.map(|class| self.inexact_type(class));
        let module_name = class.map_or(Name::new_static("builtins"), |class| self.class(class).module.clone());
        self.add_function(FunctionData {
            kind,
            node: None,
            module: None,
            name: Name::new_static(name),
            module_name,
            container,
            params,
            has_settled_params: false,
            required: 0,
            has_vararg: false,
            has_kwarg: false,
            returns: TypeRef::Resolved(returns),
            is_final: false,
            inline: false,
            do_not_compile: false,
            is_hidden: false,
        })
    }

    fn stub_type(&mut self, stub: TypeStub, owner: Option<ClassId>) -> ClassId {
        let class = match stub.kind {
            TypeKind::Dynamic => ClassId::DYNAMIC,
            TypeKind::Owner => owner.unwrap_or(ClassId::DYNAMIC),
            TypeKind::Parameter(0) => ClassId::PARAMETER_0,
            TypeKind::Parameter(_) => ClassId::PARAMETER_1,
            TypeKind::Class(name) => {
                let known = |module| self.known.get(&(module, name)).copied();
                known("builtins").or_else(|| known("__static__")).unwrap_or(ClassId::DYNAMIC)
            }
        };
        if !stub.optional {
            class
        } else if matches!(self.kind(class), ClassKind::GenericParameter { .. }) {
            self.generic(ClassId::OPTIONAL, &[class]).unwrap_or(class)
        } else {
            self.union(&[class, ClassId::NONE]).unwrap_or(class)
        }
    }
}

impl Default for Types<'_> {
    fn default() -> Self {
        Self::new()
    }
}
