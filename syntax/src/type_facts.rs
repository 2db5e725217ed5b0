//! What the checker tells the code generator of a static module, by node index.
//!
//! ```text
//! c.x        types[node of c] = instance of ("m", "C");  attributes[node] = Field(("m", "C"), "x")
//! f(1)       calls[node] = Function { (("m",), "f"), 1 argument }
//! ```
//!
//! Types are described as CinderX's runtime wants them ([`Descriptor`]); equal types have equal ids. What a node needs beyond
//! the types of its operands has a plan; a node without one is compiled as in ordinary code.
//!
//! Invariant: facts are data: whoever reads them asks nobody else.

pub use crate::descriptor::{ClassDescriptor, Descriptor, FunctionDescriptor, Marks};
pub use crate::type_code::TypeCode;
use crate::world_facts::WorldFacts;
use crate::{PyInt, PyString};
use ruff_python_ast::Expr;
use ruff_python_ast::name::Name;
use rustc_hash::FxHashMap;

/// The facts of one module.
#[derive(Clone, Debug, Default)]
pub struct TypeFacts {
    types: Vec<TypeFact>,
    nodes: Vec<Option<TypeId>>,
    /// How attributes are read, stored and deleted.
    pub attributes: FxHashMap<u32, AttributePlan>,
    /// How calls are made.
    pub calls: FxHashMap<u32, CallFact>,
    /// Functions that calls of virtual methods may be of, by call: tested for in that order.
    pub implementations: FxHashMap<u32, Vec<Implementation>>,
    /// Attributes that are kept in, or read from, a temporary.
    pub refinements: FxHashMap<u32, Refinement>,
    /// The type that arithmetic on primitives is done in, where it is not that of the result.
    pub arithmetic: FxHashMap<u32, TypeId>,
    /// The types comparisons are made in, by comparison and position of the operator.
    pub comparisons: FxHashMap<(u32, u32), TypeId>,
    /// Tests whose value is known.
    pub known_tests: FxHashMap<u32, bool>,
    /// Functions, by definition.
    pub functions: FxHashMap<u32, FunctionFact>,
    /// Classes that are built statically, by definition.
    pub classes: FxHashMap<u32, ClassFact>,
    /// Expressions that stand in no text, by node index: bodies of inlined calls, managers of context decorators.
    pub made: FxHashMap<u32, Expr>,
    /// Classes and functions that are compiled as ordinary code.
    pub ordinary: Vec<u32>,
    /// Constants in the place of expressions that are no literals: folded primitives, names of `Final`s.
    pub constants: FxHashMap<u32, ConstantFact>,
    /// Types that assertions narrow to, by assertion: the expressions, and what they are afterwards.
    pub asserted: FxHashMap<u32, Vec<(u32, Descriptor)>>,
    /// Views of checked dictionaries that are used as sets, by call.
    pub views: FxHashMap<u32, DictView>,
    /// Names of constants (`__final_constants__`).
    pub final_constants: Vec<Name>,
    /// Names imported with `from`, and where from: local name, module, name.
    pub imported_from: Vec<(Name, Name, Name)>,
    /// What the module's code relies on.
    pub world: WorldFacts,
    /// `{}` makes a `CheckedDict`.
    pub checked_dicts: bool,
    /// `[]` makes a `CheckedList`.
    pub checked_lists: bool,
}

/// The position of a type among those of a module.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct TypeId(u32);

impl TypeFacts {
    /// Adds a type.
    pub fn add_type(&mut self, fact: TypeFact) -> TypeId {
        self.types.push(fact);
        TypeId(u32::try_from(self.types.len() - 1).expect("a module has fewer than 2**32 types"))
    }

    /// A type.
    pub fn get(&self, id: TypeId) -> &TypeFact {
        &self.types[id.0 as usize]
    }

    /// Says what nodes are, by index.
    pub fn set_nodes(&mut self, nodes: Vec<Option<TypeId>>) {
        self.nodes = nodes;
    }

    /// What a node is; none if nothing is known of it.
    pub fn node(&self, node: u32) -> Option<TypeId> {
        self.nodes.get(node as usize).copied().flatten()
    }

    /// What must be done to a value of type `source` that goes where `target` is wanted (`emit_type_check`); a value
    /// without type is dynamic.
    pub fn conversion(&self, target: TypeId, source: Option<TypeId>) -> Conversion<'_> {
        let target = self.get(target);
        let Some(source) = source else { return target.conversion_of_dynamic() };
        let source = self.get(source);
        match (target.kind, source.kind) {
            (TypeKind::Primitive(to), TypeKind::Primitive(from)) if to == from => Conversion::None,
            (TypeKind::Primitive(to), TypeKind::Primitive(from)) => Conversion::Primitive { from, to },
            (TypeKind::Primitive(to), _) => {
                let is_known = match to {
                    TypeCode::Double => source.is_float,
                    TypeCode::Bool => source.is_bool,
                    _ => source.is_int,
                };
                Conversion::Unbox { to, refine: source.descriptor.as_ref().filter(|_| is_known) }
            }
            (_, TypeKind::Dynamic) => target.conversion_of_dynamic(),
            _ => Conversion::None,
        }
    }
}

impl TypeFact {
    /// What must be done to a value of which nothing is known that goes where this type is wanted.
    pub fn conversion_of_dynamic(&self) -> Conversion<'_> {
        match (self.kind, &self.literal, &self.descriptor) {
            (TypeKind::Primitive(to), ..) => Conversion::Unbox { to, refine: None },
            (TypeKind::Dynamic, ..) => Conversion::None,
            _ if !self.is_nominal => Conversion::None,
            (_, Some(literal), _) => Conversion::CheckLiteral(literal),
            // Everything is an object.
            (_, None, Some(descriptor)) if descriptor.is_object() => Conversion::None,
            (_, None, Some(descriptor)) => Conversion::Cast(descriptor),
            (_, None, None) => Conversion::None,
        }
    }
}

/// What must be done to a value that goes somewhere else.
#[derive(Clone, Copy, PartialEq, Debug)]
#[expect(missing_docs, reason = "fields are named as what they hold")]
pub enum Conversion<'f> {
    /// Nothing.
    None,
    /// `CAST`
    Cast(&'f Descriptor),
    /// Compare with the literal, and raise.
    CheckLiteral(&'f LiteralFact),
    /// `CONVERT_PRIMITIVE`
    Primitive { from: TypeCode, to: TypeCode },
    /// `REFINE_TYPE` if the type is known, else `CAST`; then `PRIMITIVE_UNBOX`.
    Unbox { to: TypeCode, refine: Option<&'f Descriptor> },
}

/// What is known of a value.
#[derive(Clone, PartialEq, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is asked by itself")]
pub struct TypeFact {
    /// Which rules it has.
    pub kind: TypeKind,
    /// Its class at run time; none for what has none.
    pub descriptor: Option<Descriptor>,
    /// Whether its class has no subclasses in play.
    pub is_exact: bool,
    /// Whether its class is final.
    pub is_final: bool,
    /// Whether its class is one that can be checked at run time.
    pub is_nominal: bool,
    /// Whether it is an `int`.
    pub is_int: bool,
    /// Whether it is a `float`.
    pub is_float: bool,
    /// Whether it is a `bool`.
    pub is_bool: bool,
    /// The literal it is.
    pub literal: Option<LiteralFact>,
}

/// A constant.
#[derive(Clone, PartialEq, Debug)]
#[expect(missing_docs, reason = "named as the values")]
pub enum ConstantFact {
    None,
    Ellipsis,
    Bool(bool),
    Int(PyInt),
    Float(f64),
    Complex(f64, f64),
    Str(PyString),
    Bytes(Box<[u8]>),
    Tuple(Vec<Self>),
    FrozenSet(Vec<Self>),
}

/// What takes the place of a view of a checked dictionary (`d.keys()`) that is used as a set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DictView {
    /// The dictionary itself, which is searched for a key.
    Dict,
    /// The view of a `dict` with the same items.
    OfCopy,
    /// A `KeysView` or `ItemsView` of `collections.abc`, which lives on.
    Kept,
}

/// The value of a literal type.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LiteralFact {
    /// An int, in decimal.
    Int(String),
    /// A bool.
    Bool(bool),
}

/// Which rules a value has.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TypeKind {
    /// Nothing is known.
    Dynamic,
    /// An object.
    Object,
    /// A primitive.
    Primitive(TypeCode),
    /// A `list`, `CheckedList`, …: has a fast length, truth and loop.
    Sequence(Sequence),
    /// A class.
    Class,
    /// A function, method or descriptor.
    Callable,
    /// A module.
    Module,
    /// What `crange` gives.
    CRange,
    /// What `super()` gives.
    Super,
}

/// What `FAST_LEN` and `SEQUENCE_GET` know.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(missing_docs, reason = "named as the types they stand for")]
pub enum Sequence {
    List,
    Dict,
    Set,
    Tuple,
    Array,
    Str,
    CheckedList,
    CheckedDict,
}

impl Sequence {
    /// The operand of `FAST_LEN` for an exact one; 16 more for others.
    pub const fn fast_len(self) -> u8 {
        match self {
            Self::List | Self::CheckedList => 0,
            Self::Dict | Self::CheckedDict => 1,
            Self::Set => 2,
            Self::Tuple => 3,
            Self::Array => 4,
            Self::Str => 5,
        }
    }
}

/// How an attribute is read and stored.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "fields are named as what they hold")]
pub enum AttributePlan {
    /// A field: `LOAD_FIELD`, `STORE_FIELD`.
    Field { class: Descriptor, name: Name },
    /// A field with a default in the class: `fget` and `fset`, virtual.
    DefaultField { class: Descriptor, name: Name },
    /// A property: `fget` and `fset`; virtual unless the method or class is final or exact.
    Property { owner: FunctionDescriptor, is_virtual_load: bool, is_virtual_store: bool },
}

/// An attribute that is kept in, or read from, a temporary (`UsedRefinementField`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Refinement {
    /// The number of the temporary.
    pub temporary: u32,
    /// Whether it is kept here.
    pub is_source: bool,
    /// Whether anyone reads it.
    pub is_used: bool,
}

/// How a call is made.
#[derive(Clone, PartialEq, Debug)]
#[expect(missing_docs, reason = "fields are named as what they hold")]
pub enum CallFact {
    /// `INVOKE_FUNCTION`
    Function(Invocation),
    /// `LOAD_METHOD_STATIC` and `INVOKE_METHOD`; or `INVOKE_FUNCTION` if not virtual. Then `REFINE_TYPE`, if the result has a
    /// type that the function does not state.
    Method { invocation: Invocation, binding: Binding, is_virtual: bool, refine: Option<Descriptor> },
    /// A constructor: `__new__`, or `TP_ALLOC` if there is none; then `__init__`.
    Construct { class: Descriptor, new: Option<Invocation>, init: Option<Invocation> },
    /// A function of a shared library: types of arguments, and of the result (`INVOKE_NATIVE`).
    Native { library: String, name: Name, arguments: Vec<Descriptor>, returns: Descriptor },
    /// A primitive or double made of another value.
    Convert { to: TypeCode },
    /// The expression of that node stands for the call; before it, arguments are kept in locals.
    Inlined { expression: u32, kept: Vec<(Name, u32)> },
    /// A function that the checker knows by heart.
    Known(KnownFunction),
}

/// A function, and what it is called with.
#[derive(Clone, PartialEq, Debug)]
pub struct Invocation {
    /// The function.
    pub function: FunctionDescriptor,
    /// How many parameters it has, the receiver included.
    pub parameters: u32,
    /// Where the arguments come from, in order.
    pub arguments: Vec<ArgumentFact>,
}

/// What a virtual method is for one class.
#[derive(Clone, PartialEq, Debug)]
pub struct Implementation {
    /// The class, without marks.
    pub class: Descriptor,
    /// The function it is for what is exactly of that class.
    pub function: FunctionDescriptor,
}

/// What a method is bound to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Binding {
    /// An instance.
    Instance,
    /// An instance, the method of a base.
    Super,
    /// An instance that a static method does not take.
    Static,
    /// A class.
    Class,
    /// The class of an instance.
    ClassOfInstance,
}

/// Functions that have instructions of their own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "named as the functions")]
pub enum KnownFunction {
    Len,
    CLen,
    Sorted,
    Box,
    Unbox,
    Cast,
    CRange,
    ProdAssert,
    ListAppend,
}

/// Where an argument comes from.
#[derive(Clone, PartialEq, Debug)]
#[expect(missing_docs, reason = "fields are named as what they hold")]
pub enum ArgumentFact {
    /// The expression of that node.
    Expression { node: u32, parameter: TypeId },
    /// An expression given by name out of order, kept in a temporary: the position of the keyword.
    Spill { keyword: u32 },
    /// That temporary.
    Spilled { keyword: u32, parameter: TypeId },
    /// `*x`: one element for each of these parameters.
    Starred { node: u32, parameters: Vec<(Name, TypeId)> },
    /// From `**x`.
    Mapping { name: Name, parameter: TypeId, default: Option<ConstantFact> },
    /// The default of a parameter.
    Default { value: ConstantFact, parameter: TypeId },
}

/// A function.
#[derive(Clone, PartialEq, Debug)]
pub struct FunctionFact {
    /// Checks of arguments: position, type.
    pub checks: Vec<(u32, Descriptor)>,
    /// What it returns, as the runtime sees it.
    pub returns: Descriptor,
    /// What `return` converts to.
    pub result: TypeId,
    /// Primitives that must be zero at the start, in order: name nodes.
    pub unassigned: Vec<u32>,
    /// Its locals that are primitives, parameters included.
    pub primitives: Vec<(Name, TypeCode)>,
    /// The managers of its context decorators, outermost first: expressions among [`TypeFacts::made`].
    pub managers: Vec<u32>,
    /// The prefix of the name it is stored under (`cached_property`).
    pub name_prefix: &'static str,
    /// What happens to its decorators, in the order of the source.
    pub decorators: Vec<DecoratorFact>,
    /// Where its body comes from.
    pub form: FunctionForm,
}

/// What happens to a decorator.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DecoratorFact {
    /// It is called.
    Call,
    /// Nothing: its effect is known.
    Omit,
    /// It is kept under that name, for the body.
    Keep(Name),
}

/// Where the body of a function comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FunctionForm {
    /// The source.
    Plain,
    /// The source; before it the class is made static (`__init_subclass__`).
    InitSubclass,
    /// A shared library.
    Native,
}

/// A class that is built statically.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ClassFact {
    /// `@final`
    pub is_final: bool,
    /// Final methods of it and its bases, sorted.
    pub final_methods: Vec<Name>,
    /// Names of implementations of cached properties.
    pub cached_properties: Vec<Name>,
    /// `__slots__`
    pub slots: Vec<Name>,
    /// Fields with a default in the class.
    pub slots_with_default: Vec<Name>,
    /// Those of its bases.
    pub inherited_defaults: Option<InheritedDefaults>,
    /// `__slot_types__`
    pub slot_types: Vec<(Name, Descriptor)>,
    /// It defines `__init_subclass__`.
    pub has_init_subclass: bool,
    /// Decorators whose effect is known, by position: they are not called.
    pub omitted_decorators: Vec<usize>,
    /// What makes it a dataclass.
    pub dataclass: Option<DataclassFact>,
}

/// The defaults that a class has from its bases, or gives to their fields anew.
#[derive(Clone, PartialEq, Debug)]
pub struct InheritedDefaults {
    /// The nearest static base.
    pub base: Descriptor,
    /// The fields.
    pub fields: Vec<InheritedDefault>,
}

/// A field of a base that has a default there.
#[derive(Clone, PartialEq, Debug)]
pub struct InheritedDefault {
    /// Its name.
    pub name: Name,
    /// The body of the class may assign another.
    pub is_bound: bool,
    /// It does, wherever control goes.
    pub is_certain: bool,
    /// What it must be.
    pub class: Option<Descriptor>,
}

/// A dataclass: which methods are made for it, and of which fields.
#[derive(Clone, PartialEq, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub struct DataclassFact {
    /// The class.
    pub class: Descriptor,
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
    /// `kw_only=`
    pub kw_only: bool,
    /// Of `__init__`, `__repr__`, `__eq__` and `__hash__`, those the class has itself.
    pub own_methods: Vec<&'static str>,
    /// It has `__post_init__`, or a base of it.
    pub has_post_init: bool,
    /// Its fields, those of its bases first.
    pub fields: Vec<FieldFact>,
    /// Calls of `field` in its body, and what the class keeps of them: the default or the factory.
    pub field_calls: FxHashMap<u32, Option<u32>>,
}

/// A field of a dataclass.
#[derive(Clone, PartialEq, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub struct FieldFact {
    /// Its name.
    pub name: Name,
    /// Its type, without `ClassVar` and `InitVar`.
    pub class: Descriptor,
    /// The dataclass that introduces it: whose slot it is.
    pub owner: Descriptor,
    /// Its annotation, as text.
    pub annotation: String,
    /// Whether it is a class variable.
    pub is_classvar: bool,
    /// Whether it is an argument of `__init__` only.
    pub is_initvar: bool,
    /// Whether it has a default, and whether that is a factory.
    pub default: FieldDefault,
    /// The dataclass whose attribute holds the default; none if it is this one.
    pub default_owner: Option<Descriptor>,
    /// `metadata=`: an expression of this module.
    pub metadata: Option<u32>,
    /// `init=`
    pub init: bool,
    /// `repr=`
    pub repr: bool,
    /// `hash=`
    pub hash: Option<bool>,
    /// `compare=`
    pub compare: bool,
}

/// The default of a field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FieldDefault {
    /// None.
    None,
    /// A value.
    Value,
    /// A factory.
    Factory,
}
