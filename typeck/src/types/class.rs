//! What is known of a class.
//!
//! ```text
//! class C(B): x: int      name m.C, bases [B], members {x: Slot}; two flavours: C and Exact[C]
//! ```
//!
//! Invariant: a class has one entry per flavour; flavours share their name and, unless the reference
//! makes new ones, their members.

use super::value::{ClassId, DataclassId, FunctionId, MembersId};
use num_bigint::BigInt;
use ruff_python_ast::name::Name;
use std::rc::Rc;

/// What is known of one flavour of a class (`Class`).
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is set by itself")]
pub struct ClassData {
    /// The module its name belongs to.
    pub module: Name,
    /// The name within the module.
    pub qualname: Name,
    /// Which rules of its own it has (the Python class that the reference makes it of).
    pub kind: ClassKind,
    /// Its bases, in the flavours they were resolved to; cut after a dynamic one.
    pub bases: Vec<ClassId>,
    /// Its own members.
    pub members: MembersId,
    /// The class of the class.
    pub class: ClassId,
    /// Whether no subclass is meant.
    pub is_exact: bool,
    /// `@final`
    pub is_final: bool,
    /// `@allow_weakrefs`
    pub allow_weakrefs: bool,
    /// `@_donotcompile`
    pub do_not_compile: bool,
    /// Methods of C are found at run time only (`object`).
    pub dynamic_dispatch: bool,
    /// It defines `__init_subclass__`.
    pub has_init_subclass: bool,
    /// The value of a literal type.
    pub literal: Option<Literal>,
    /// Arguments of a generic class, or the parameters of a definition.
    pub type_args: Rc<[ClassId]>,
    /// What it is an instance of, if generic.
    pub type_def: Option<ClassId>,
    pub(crate) exact: Option<ClassId>,
    pub(crate) inexact: Option<ClassId>,
    pub(crate) mro: Option<Rc<[ClassId]>>,
}

/// The value of a literal type.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Literal {
    /// `Literal[1]`
    Int(BigInt),
    /// `Literal[True]`
    Bool(bool),
}

/// Which rules of its own a class has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ClassKind {
    /// None (`Class`).
    Plain,
    /// `object`
    Object,
    /// `dynamic`
    Dynamic,
    /// `None`
    NoneType,
    /// `int`, `float`, `complex` and literals of `int` (`NumClass`).
    Number(Number),
    /// `bool` and its literals.
    Bool,
    /// `str`
    Str,
    /// `tuple`
    Tuple,
    /// `list`
    List,
    /// `dict`
    Dict,
    /// `set`
    Set,
    /// `frozenset`
    FrozenSet,
    /// `super`
    Super,
    /// `int8` … `uint64`, `char`, `cbool` and their literals (`CIntType`).
    PrimitiveInt(Primitive),
    /// `double`
    Double,
    /// A type parameter of a generic class.
    GenericParameter { index: u32, variance: Variance, bound: Option<ClassId> },
    /// What an `async def` gives.
    Awaitable,
    /// `Union`, or an instance of it that is no optional.
    Union,
    /// `Optional`, or an instance.
    Optional,
    /// `Array`
    Array,
    /// `CheckedDict`
    CheckedDict,
    /// `CheckedList`
    CheckedList,
    /// `Final`
    Final,
    /// `ClassVar`
    ClassVar,
    /// `InitVar`
    InitVar,
    /// `Annotated[T, "Exact"]`
    ExactWrapper,
    /// `Annotated`
    Annotated,
    /// `Literal`
    LiteralForm,
    /// A decorator the checker knows.
    Decorator(Decorator),
    /// A dataclass.
    Dataclass(DataclassId),
    /// `dataclasses.Field`
    DataclassField,
    /// `ContextDecorator` and what derives from it alone.
    ContextDecorator { subclass: bool },
    /// `Enum` of `__static__`, and what derives from it.
    Enum(EnumFlavour),
    /// A function in a function; never called statically.
    NestedFunction(FunctionId),
    /// `ClassDecorator`
    ClassDecorator,
    /// The class of modules.
    Module,
}

/// The numbers of Python.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Number {
    /// `int`
    Int,
    /// `float`
    Float,
    /// `complex`
    Complex,
}

/// A primitive integer, by CinderX's type code (`TYPED_INT8` …).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Primitive {
    /// The type code.
    pub constant: u8,
}

impl Primitive {
    /// `cbool`
    pub const BOOL: Self = Self { constant: 12 };

    /// log2 of the bytes.
    pub const fn size(self) -> u8 {
        (self.constant >> 1) & 3
    }

    /// Whether it has a sign. (`cbool` counts as `uint32` in size and sign, as in the reference.)
    pub const fn is_signed(self) -> bool {
        self.constant & 1 == 1
    }

    /// Whether a number fits.
    pub fn fits(self, value: &BigInt) -> bool {
        let bits = 8_u32 << self.size();
        let (low, high) = if self.is_signed() {
            (-(BigInt::from(1) << (bits - 1)), (BigInt::from(1) << (bits - 1)) - 1)
        } else {
            (BigInt::from(0), (BigInt::from(1) << bits) - 1)
        };
        low <= *value && *value <= high
    }
}

/// How arguments of a generic class may differ.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Variance {
    /// Not at all.
    Invariant,
    /// As the class does.
    Covariant,
    /// The other way round.
    Contravariant,
}

/// The enums of `__static__`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum EnumFlavour {
    /// `Enum`
    Plain,
    /// `IntEnum`
    Int,
    /// `StringEnum`
    String,
}

/// Decorators that are classes in the reference.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Decorator {
    /// `typing.final`
    Final,
    /// `allow_weakrefs`
    AllowWeakrefs,
    /// `classmethod`
    ClassMethod,
    /// `dynamic_return`
    DynamicReturn,
    /// `staticmethod`
    StaticMethod,
    /// `inline`
    Inline,
    /// `_donotcompile`
    DoNotCompile,
    /// `property`
    Property,
    /// `cached_property`
    CachedProperty,
    /// `async_cached_property`
    AsyncCachedProperty,
    /// `mutable`, `strict_slots`, …
    Identity,
    /// `override`
    Override,
    /// `overload`
    Overload,
    /// `@x.setter`
    PropertySetter,
    /// `@x.deleter`
    PropertyDeleter,
}
