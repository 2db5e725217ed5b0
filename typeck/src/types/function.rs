//! Functions, what decorators make of them, what they are bound to; fields.
//!
//! ```text
//! @staticmethod
//! def f(a: int) -> str: ...        Decorated(Static, Function(f: params [a: int], returns str))
//! ```
//!
//! Invariant: an annotation is kept as it is written and resolved when it is asked for, since the
//! names in it may not be declared yet.

use super::value::{ClassId, FunctionId, ModuleId, SlotId, Value};
use ruff_python_ast::name::Name;
use ruff_python_ast::{Expr, StmtAnnAssign, StmtAssign, StmtFunctionDef};
use std::rc::Rc;

/// A type that is resolved when it is asked for (`TypeRef`).
#[derive(Clone, Debug)]
pub enum TypeRef<'a> {
    /// A class.
    Resolved(ClassId),
    /// An annotation in a module.
    Annotation { module: ModuleId, annotation: &'a Expr },
    /// What awaiting gives it (`AwaitableTypeRef`).
    Awaitable(Rc<TypeRef<'a>>),
    /// The class a function is in (`ContainerTypeRef`).
    Container(FunctionId),
    /// The class of the receiver, which derives from this (`SelfTypeRef`).
    SelfType(ClassId),
}

/// A parameter (`Parameter`).
#[derive(Clone, Debug)]
pub struct Param<'a> {
    /// Its name.
    pub name: Name,
    /// Its position.
    pub index: u32,
    /// Its type.
    pub type_ref: TypeRef<'a>,
    /// Its default.
    pub default: Option<DefaultValue<'a>>,
    /// How it is passed.
    pub style: ParamStyle,
}

/// The default of a parameter.
#[derive(Clone, Copy, Debug)]
pub enum DefaultValue<'a> {
    /// An expression that folds to a constant.
    Constant(&'a Expr),
    /// Any other expression: calls that leave it out are dynamic.
    Expression(&'a Expr),
    /// A constant of C.
    Builtin(&'static str),
    /// An expression that the checker made (dataclasses).
    Synthetic,
}

impl DefaultValue<'_> {
    /// Whether it is no constant (`isinstance(param.default_val, ast.expr)`).
    pub const fn is_expression(self) -> bool {
        matches!(self, Self::Expression(_) | Self::Synthetic)
    }
}

/// How a parameter is passed (`ParamStyle`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ParamStyle {
    /// By position or name.
    Normal,
    /// By position.
    PosOnly,
    /// By name.
    KwOnly,
}

/// A function (`Callable`).
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is set by itself")]
pub struct FunctionData<'a> {
    /// Which it is.
    pub kind: FunctionKind,
    /// Its definition.
    pub node: Option<&'a StmtFunctionDef>,
    /// The module it is written in.
    pub module: Option<ModuleId>,
    /// Its name.
    pub name: Name,
    /// The name of its module.
    pub module_name: Name,
    /// The class it is in, inexact.
    pub container: Option<ClassId>,
    /// Its parameters; none if nothing is known of them.
    pub params: Option<Vec<Param<'a>>>,
    /// Whether none of them has an annotation that may still come to stand for something else.
    pub has_settled_params: bool,
    /// How many have no default (only counted for functions of the program).
    pub required: usize,
    /// `*args`
    pub has_vararg: bool,
    /// `**kwargs`
    pub has_kwarg: bool,
    /// What it returns.
    pub returns: TypeRef<'a>,
    /// `@final`
    pub is_final: bool,
    /// `@inline`
    pub inline: bool,
    /// `@_donotcompile`
    pub do_not_compile: bool,
    /// What comes after it has its name: callers find an overload, or a property that is not stored as properties are.
    pub is_hidden: bool,
}

/// Which function it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FunctionKind {
    /// Of the program.
    Function,
    /// `__init_subclass__`
    InitSubclass,
    /// `@native`
    Native,
    /// A function of C (`BuiltinFunction`).
    Builtin,
    /// `__new__` of a class of C (`BuiltinNewFunction`).
    BuiltinNew,
    /// A method of C (`BuiltinMethodDescriptor`); `append` of an exact list is its own.
    BuiltinMethod { dynamic_dispatch: bool, valid_on_subclasses: bool, list_append: bool },
    /// `dataclass`
    DataclassDecorator,
    /// `field`
    DataclassFieldFunction,
    /// `native`
    NativeDecorator,
}

impl FunctionKind {
    /// Whether the reference's object is a `Function`.
    pub const fn is_function(self) -> bool {
        matches!(self, Self::Function | Self::InitSubclass | Self::Native)
    }
}

/// A decorated function (`DecoratedMethod`).
#[derive(Clone, Copy, Debug)]
pub struct DecoratedData<'a> {
    /// What the decorator does.
    pub kind: DecoratedKind,
    /// What it decorates: a function, or decorated itself.
    pub inner: Value,
    /// The decorator.
    pub decorator: &'a Expr,
    /// The class of the result.
    pub class: ClassId,
}

/// What a decorator does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DecoratedKind {
    /// Nobody knows.
    Unknown,
    /// Nothing that matters to callers.
    Transparent,
    /// `@staticmethod`
    Static,
    /// `@classmethod`
    Class,
    /// `@property`
    Property,
    /// `@cached_property`
    CachedProperty,
    /// `@async_cached_property`
    AsyncCachedProperty,
    /// `@overload`: not there at run time.
    Transient,
    /// `@x.setter`
    TransientProperty,
    /// A context decorator of that class.
    Context(ClassId),
}

impl DecoratedKind {
    /// Whether it is a property of any kind (`isinstance(x, PropertyMethod)`).
    pub const fn is_property(self) -> bool {
        matches!(self, Self::Property | Self::CachedProperty | Self::AsyncCachedProperty)
    }

    /// `isinstance(x, TransientDecoratedMethod)`
    pub const fn is_transient(self) -> bool {
        matches!(self, Self::Transient | Self::TransientProperty)
    }
}

/// A function bound to what it was reached through.
#[derive(Clone, Debug)]
pub struct BoundData<'a> {
    /// How.
    pub kind: BoundKind<'a>,
    /// The function.
    pub function: FunctionId,
    /// The receiver's expression.
    pub target: &'a Expr,
}

/// How a function is bound.
#[derive(Clone, Debug)]
pub enum BoundKind<'a> {
    /// A method of an instance (`MethodType`).
    Method,
    /// A method of `super()`, in that exact class (`SuperMethodType`).
    Super(ClassId),
    /// A static method of an instance (`StaticMethodInstanceBound`).
    Static,
    /// A class method (`BoundClassMethod`).
    Class { class: ClassId, is_instance_call: bool },
    /// A method of C (`BuiltinMethod`), and what it returns here.
    Builtin(TypeRef<'a>),
}

/// A field (`Slot`).
#[derive(Clone, Debug)]
pub struct SlotData<'a> {
    /// Its name.
    pub name: Name,
    /// The class that declares it.
    pub container: ClassId,
    /// Its declared type.
    pub type_ref: Option<TypeRef<'a>>,
    /// Where it gets a value.
    pub assignment: Option<Assignment<'a>>,
    /// Annotated in the class body.
    pub declared_on_class: bool,
    /// Given a value in the class body.
    pub assigned_on_class: bool,
    /// The field of a base that it replaces.
    pub overrides: Option<SlotId>,
}

/// The statement that gives a field its value.
#[derive(Clone, Copy, Debug)]
pub enum Assignment<'a> {
    /// `x: T = v`
    Annotated(&'a StmtAnnAssign),
    /// `x = v`
    Plain(&'a StmtAssign),
    /// The method that a context decorator decorates.
    Function(&'a StmtFunctionDef),
}

impl PartialEq for Assignment<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Annotated(a), Self::Annotated(b)) => std::ptr::eq(*a, *b),
            (Self::Plain(a), Self::Plain(b)) => std::ptr::eq(*a, *b),
            (Self::Function(a), Self::Function(b)) => std::ptr::eq(*a, *b),
            _ => false,
        }
    }
}
