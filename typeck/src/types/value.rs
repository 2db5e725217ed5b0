//! What an expression is known to be, as a small copyable number.
//!
//! ```text
//! C()      Instance(C exact)          C        Class(C exact)         c.m      Bound(method m on c)
//! 1        Instance(Literal[1])       len      Special(Len)           x?       Instance(DYNAMIC)
//! ```
//!
//! Invariant: ids are positions in the arenas of [`Types`](super::Types); equal values are the same
//! object of the reference (`is`).

/// Makes the id types.
macro_rules! ids {
    ($($(#[doc = $doc:literal])+ $name:ident;)+) => {
        $(
            $(#[doc = $doc])+
            #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
            pub struct $name(pub u32);

            impl $name {
                /// The position in its arena.
                pub const fn index(self) -> usize {
                    self.0 as usize
                }
            }
        )+
    };
}

ids! {
    /// A class, in one flavour (inexact, exact, or a literal).
    ClassId;
    /// Members of a class, shared by its flavours.
    MembersId;
    /// A function: of the program, or of C.
    FunctionId;
    /// Functions of one name, until `finish_bind`.
    GroupId;
    /// A function under a decorator.
    DecoratedId;
    /// A function bound to what it was reached through.
    BoundId;
    /// A field.
    SlotId;
    /// A member of an `Enum`.
    EnumMemberId;
    /// The fields and options of a dataclass.
    DataclassId;
    /// A field of a dataclass.
    FieldId;
    /// A module by name, known or not.
    ModuleNameId;
    /// A static module of the program (position in the list given to the checker), or an intrinsic one.
    ModuleId;
}

/// What an expression is known to be (`Value`).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Value {
    /// A class itself.
    Class(ClassId),
    /// An instance of a class; `Instance(ClassId::DYNAMIC)` is anything.
    Instance(ClassId),
    /// A function, method descriptor or built-in function (`Callable`).
    Function(FunctionId),
    /// Several functions of one name (`FunctionGroup`).
    Group(GroupId),
    /// A decorated function (`DecoratedMethod`).
    Decorated(DecoratedId),
    /// A bound method (`MethodType`, `BoundClassMethod`, `BuiltinMethod`, …).
    Bound(BoundId),
    /// A field seen through its class (`Slot`).
    Slot(SlotId),
    /// A module (`ModuleInstance`).
    Module(ModuleNameId),
    /// A function the checker knows by heart.
    Special(Special),
    /// A descriptor of C.
    GetSet(GetSet),
    /// A member of an enum (`EnumInstance` with a name).
    EnumMember(EnumMemberId),
    /// A field of a dataclass.
    Field(FieldId),
    /// What `crange()` gives.
    CRangeIterator,
    /// `<builtins>`, `<fixed-modules>`.
    Mapping,
}

/// Functions the checker knows by heart.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Special {
    /// `len`
    Len,
    /// `clen`
    CLen,
    /// `sorted`
    Sorted,
    /// `min`
    Min,
    /// `max`
    Max,
    /// `isinstance`
    IsInstance,
    /// `issubclass`
    IsSubclass,
    /// `reveal_type`
    RevealType,
    /// `box`
    Box,
    /// `unbox`
    Unbox,
    /// `cast`
    Cast,
    /// `crange`
    CRange,
    /// `prod_assert`
    ProdAssert,
}

/// Descriptors of C.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum GetSet {
    /// Any (`GetSetDescriptor`).
    Plain,
    /// `__class__` (`ClassGetSetDescriptor`).
    ClassOf,
    /// `type.__name__` (`TypeDunderNameGetSetDescriptor`).
    TypeName,
}

impl Value {
    /// Anything.
    pub const DYNAMIC: Self = Self::Instance(ClassId::DYNAMIC);
    /// `None`.
    pub const NONE: Self = Self::Instance(ClassId::NONE);

    /// The class, if it is one.
    pub const fn as_class(self) -> Option<ClassId> {
        if let Self::Class(class) = self { Some(class) } else { None }
    }
}
