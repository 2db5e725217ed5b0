//! What the symbol table knows: scopes, and each name's role in them.
//!
//! ```text
//! def f(a): return lambda: a      scope f: a is DEF_PARAM, Cell;  scope <lambda>: a is USE, Free
//! ```
//!
//! Invariant: after analysis every symbol of every scope has a [`Resolution`]; the order of
//! `Scope::symbols` is the order in which CPython's symbol table first sees the names (the order of
//! its `ste_symbols` dict), which decides the order in which inlined comprehensions save locals.

use crate::{NameId, NameMap, Span};
use rustc_hash::FxHashSet;
use smallvec::SmallVec;

/// A scope of one module.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct ScopeId(pub u32);

impl ScopeId {
    /// The position of the scope in the table.
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    pub(super) fn from_index(index: usize) -> Self {
        Self(u32::try_from(index).expect("a module has fewer than 2**32 scopes"))
    }
}

/// What kind of block a scope is (`_Py_block_ty`).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ScopeKind {
    /// A module.
    Module,
    /// A class body.
    Class,
    /// A function, a lambda or a comprehension.
    Function,
    /// The annotations of a function, class or module (PEP 649).
    Annotation,
    /// The value of a `type` statement.
    TypeAlias,
    /// Type parameters of a generic function, class or alias (PEP 695).
    TypeParameters,
    /// The bound, constraints or default of a type variable.
    TypeVariable,
}

/// Which kind of comprehension a scope is (`_Py_comprehension_ty`).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ComprehensionKind {
    /// `[x for …]`
    List,
    /// `{x for …}`
    Set,
    /// `{k: v for …}`
    Dict,
    /// `(x for …)`
    Generator,
}

/// Which of the scopes of one AST node is meant.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ScopeRole {
    /// The body of a module, class, function, lambda or comprehension; the value of a type alias.
    Body,
    /// The annotations of a function, class or module.
    Annotations,
    /// The type parameters of a function, class or alias.
    TypeParameters,
    /// The bound or constraints of a type variable.
    Bound,
    /// The default of a type parameter.
    Default,
}

/// Where a name lives (`LOCAL`, `GLOBAL_EXPLICIT`, `GLOBAL_IMPLICIT`, `FREE`, `CELL`).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Resolution {
    /// Not analysed yet, or unknown.
    Unresolved,
    /// A local of the scope.
    Local,
    /// Declared `global`.
    GlobalExplicit,
    /// Global because nothing binds it.
    GlobalImplicit,
    /// Bound in an enclosing function.
    Free,
    /// Bound here and captured by an inner scope.
    Cell,
}

/// What a scope does with a name: CPython's `DEF_*` and `USE` flags.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct SymbolFlags(pub u16);

impl SymbolFlags {
    /// `global` statement.
    pub const GLOBAL: Self = Self(1);
    /// Assigned.
    pub const LOCAL: Self = Self(1 << 1);
    /// A parameter.
    pub const PARAM: Self = Self(1 << 2);
    /// `nonlocal` statement.
    pub const NONLOCAL: Self = Self(1 << 3);
    /// Read.
    pub const USE: Self = Self(1 << 4);
    /// Free in a class, and bound in it.
    pub const FREE_CLASS: Self = Self(1 << 5);
    /// Bound by an import.
    pub const IMPORT: Self = Self(1 << 6);
    /// Annotated.
    pub const ANNOT: Self = Self(1 << 7);
    /// A comprehension's iteration variable.
    pub const COMP_ITER: Self = Self(1 << 8);
    /// A type parameter.
    pub const TYPE_PARAM: Self = Self(1 << 9);
    /// A cell in an inlined comprehension.
    pub const COMP_CELL: Self = Self(1 << 10);
    /// `DEF_BOUND`: anything that binds the name.
    pub const BOUND: Self = Self(Self::LOCAL.0 | Self::PARAM.0 | Self::IMPORT.0 | Self::TYPE_PARAM.0);

    /// Whether any flag of `other` is set.
    pub const fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// The flags of both.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Sets the flags of `other`.
    pub const fn insert(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// Clears the flags of `other`.
    pub const fn remove(&mut self, other: Self) {
        self.0 &= !other.0;
    }
}

/// One name in one scope.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Symbol {
    /// What the scope does with it.
    pub flags: SymbolFlags,
    /// Where it lives.
    pub resolution: Resolution,
}

/// Names in the order of first mention.
pub type Symbols = NameMap<Symbol>;

/// How many inner scopes and parameters a scope holds itself: as many as there is room for anyway.
const FEW: usize = 4;

/// One scope (`PySTEntryObject`).
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "CPython's entry has these flags, each with its own meaning")]
pub struct Scope {
    /// The kind of block.
    pub kind: ScopeKind,
    /// The name: `f`, `C`, `<lambda>`, `<module>`, `__annotate__`, …
    pub name: NameId,
    /// The place of the node that opened the scope.
    pub span: Span,
    /// The enclosing scope, `None` for the module.
    pub parent: Option<ScopeId>,
    /// Inner scopes in CPython's order (those of inlined comprehensions spliced in).
    pub children: SmallVec<[ScopeId; FEW]>,
    /// Every name mentioned.
    pub symbols: Symbols,
    /// Parameters in CPython's order: positional-only, positional, keyword-only, `*args`, `**kwargs`
    /// (`ste_varnames`).
    pub parameters: SmallVec<[NameId; FEW]>,
    /// Which comprehension this is, if one.
    pub comprehension: Option<ComprehensionKind>,
    /// The comprehension is compiled into its enclosing scope (PEP 709).
    pub inlined: bool,
    /// Some enclosing scope is function-like (`ste_nested`).
    pub nested: bool,
    /// Contains `yield` (or is a generator expression).
    pub generator: bool,
    /// `async def`, or a comprehension that awaits.
    pub coroutine: bool,
    /// Has `*args`.
    pub varargs: bool,
    /// Has `**kwargs`.
    pub varkeywords: bool,
    /// `return` with a value occurs.
    pub returns_value: bool,
    /// A function block directly under a class (`ste_method`).
    pub method: bool,
    /// The scope sees the names of an enclosing class (annotation and type-parameter scopes).
    pub can_see_class_scope: bool,
    /// A child uses `__class__` (`ste_needs_class_closure`).
    pub needs_class_closure: bool,
    /// A child uses `__classdict__` (`ste_needs_classdict`).
    pub needs_classdict: bool,
    /// `__conditional_annotations__` is needed (`ste_has_conditional_annotations`).
    pub has_conditional_annotations: bool,
    /// At least one annotation is evaluated in the scope's `__annotate__` (`ste_annotations_used`).
    pub annotations_used: bool,
    /// The only names that are mangled here (type parameters of a generic class); `None` for all.
    pub mangled_names: Option<FxHashSet<NameId>>,
    /// The scope of the annotations of variables in this class or module, once one was seen; in a
    /// function a scope that is never evaluated.
    pub annotation_block: Option<ScopeId>,
}

impl Scope {
    /// A scope that mentions nothing yet.
    pub(super) fn new(kind: ScopeKind, name: NameId, span: Span, parent: Option<ScopeId>) -> Self {
        Self {
            kind,
            name,
            span,
            parent,
            children: SmallVec::new(),
            symbols: Symbols::default(),
            parameters: SmallVec::new(),
            comprehension: None,
            inlined: false,
            nested: false,
            generator: false,
            coroutine: false,
            varargs: false,
            varkeywords: false,
            returns_value: false,
            method: false,
            can_see_class_scope: false,
            needs_class_closure: false,
            needs_classdict: false,
            has_conditional_annotations: false,
            annotations_used: false,
            mangled_names: None,
            annotation_block: None,
        }
    }

    /// `_PyST_IsFunctionLike`: names are fast locals here.
    pub const fn is_function_like(&self) -> bool {
        !matches!(self.kind, ScopeKind::Module | ScopeKind::Class)
    }

    /// The symbol of `name`, if mentioned here.
    #[inline]
    pub fn symbol(&self, name: NameId) -> Option<Symbol> {
        self.symbols.get(name).copied()
    }
}
