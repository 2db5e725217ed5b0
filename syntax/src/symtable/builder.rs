//! The first pass's state: the stack of open scopes, and how a name enters a scope.
//!
//! ```text
//! class C:
//!     __x = 1        add(LOCAL) in scope C under the mangled name _C__x
//! ```
//!
//! Invariant: scope 0 is the module and is never left; the first error reported is the one at which
//! CPython stops, because errors are reported where CPython raises them and the visit goes on.

use super::future::{self, Future};
use super::mangle::is_private;
use super::names_of_nodes::NamesOfNodes;
use super::{Resolution, Scope, ScopeId, ScopeKind, ScopeRole, Symbol, SymbolFlags, errors, mangle};
use crate::{Diagnostic, NameId, NameTable, ParsedModule, Span};
use ruff_python_ast::{ExprContext, HasNodeIndex};
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};
use std::mem;

/// Names that the symbol table makes up or treats specially.
#[derive(Clone, Copy, Debug)]
pub(super) struct KnownNames {
    pub(super) annotate: NameId,
    pub(super) class: NameId,
    pub(super) class_dict: NameId,
    pub(super) conditional_annotations: NameId,
    pub(super) type_params_attribute: NameId,
    pub(super) lambda: NameId,
    pub(super) list_comprehension: NameId,
    pub(super) set_comprehension: NameId,
    pub(super) dict_comprehension: NameId,
    pub(super) generator: NameId,
    /// `.0`: the outermost iterator of a comprehension.
    pub(super) iterator: NameId,
    pub(super) format: NameId,
    pub(super) type_params: NameId,
    pub(super) generic_base: NameId,
    pub(super) defaults: NameId,
    pub(super) keyword_defaults: NameId,
}

impl KnownNames {
    fn new(names: &mut NameTable) -> Self {
        Self {
            annotate: names.intern("__annotate__"),
            class: names.intern("__class__"),
            class_dict: names.intern("__classdict__"),
            conditional_annotations: names.intern("__conditional_annotations__"),
            type_params_attribute: names.intern("__type_params__"),
            lambda: names.intern("<lambda>"),
            list_comprehension: names.intern("<listcomp>"),
            set_comprehension: names.intern("<setcomp>"),
            dict_comprehension: names.intern("<dictcomp>"),
            generator: names.intern("<genexpr>"),
            iterator: names.intern(".0"),
            format: names.intern(".format"),
            type_params: names.intern(".type_params"),
            generic_base: names.intern(".generic_base"),
            defaults: names.intern(".defaults"),
            keyword_defaults: names.intern(".kwdefaults"),
        }
    }
}

/// What matters of an open scope only while it is visited.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "all but one are CPython's, each with its own meaning")]
pub(super) struct Frame {
    pub(super) scope: ScopeId,
    /// The node of the class or module whose body this is.
    pub(super) annotated_node: Option<u32>,
    /// The type-parameter scope whose `mangled_names` apply here.
    mangling: Option<ScopeId>,
    /// How many comprehension iterables enclose the expression (`ste_comp_iter_expr`).
    pub(super) iterable_depth: u32,
    /// In a comprehension's target (`ste_comp_iter_target`).
    pub(super) in_target: bool,
    /// In an `if`, `for`, `while`, `try`, `with` or `match` (`ste_in_conditional_block`).
    pub(super) conditional: bool,
    /// In an annotation of a function's local (`ste_in_unevaluated_annotation`).
    pub(super) unevaluated: bool,
    /// In a class: a scope of annotations reads `__classdict__`.
    pub(super) needs_class_dict: bool,
    /// Which part of a type parameter the scope is (`ste_scope_info`).
    pub(super) type_variable_part: &'static str,
}

impl Frame {
    const fn new(scope: ScopeId) -> Self {
        Self {
            scope,
            annotated_node: None,
            mangling: None,
            iterable_depth: 0,
            in_target: false,
            conditional: false,
            unevaluated: false,
            needs_class_dict: false,
            type_variable_part: "",
        }
    }
}

/// A name in a `global` or `nonlocal` statement (`ste_directives`).
#[derive(Clone, Copy, Debug)]
pub(super) struct Directive {
    pub(super) scope: ScopeId,
    pub(super) name: NameId,
    pub(super) span: Span,
}

/// The first pass over a module.
pub(super) struct Builder<'m> {
    pub(super) module: &'m ParsedModule,
    pub(super) names: NameTable,
    pub(super) known: KnownNames,
    pub(super) future: Future,
    pub(super) scopes: Vec<Scope>,
    pub(super) by_node: FxHashMap<(u32, ScopeRole), ScopeId>,
    pub(super) names_of_nodes: NamesOfNodes,
    pub(super) current: Frame,
    /// The frames around `current`, the module's first.
    outer: Vec<Frame>,
    /// The class whose private names are mangled (`st_private`).
    pub(super) private: Option<NameId>,
    pub(super) directives: Vec<Directive>,
    /// By name: the scope that read it last.
    last_use: Vec<Option<ScopeId>>,
    /// Which scopes share the `mangled_names` of which type-parameter scope.
    shared_mangling: Vec<(ScopeId, ScopeId)>,
    /// `__debug__` is a constant by now and no name (`ast_preprocess.c`).
    pub(super) debug_is_constant: bool,
    pub(super) errors: Vec<Diagnostic>,
}

impl<'m> Builder<'m> {
    pub(super) fn new(module: &'m ParsedModule) -> Self {
        let mut errors = Vec::new();
        let node_count = module.node_count() as usize;
        // Few modules have more names, and few a function, class or comprehension of fewer nodes.
        let mut names = NameTable::with_capacity(node_count / 10);
        let scope_count = node_count / 20 + 4;
        let known = KnownNames::new(&mut names);
        let mut builder = Self {
            module,
            known,
            future: future::scan(module, &mut errors),
            scopes: Vec::with_capacity(scope_count),
            by_node: FxHashMap::with_capacity_and_hasher(scope_count, FxBuildHasher),
            names_of_nodes: NamesOfNodes::new(module.node_count()),
            current: Frame::new(ScopeId(0)),
            outer: Vec::new(),
            private: None,
            directives: Vec::new(),
            last_use: Vec::new(),
            shared_mangling: Vec::new(),
            debug_is_constant: true,
            errors,
            names,
        };
        let name = builder.names.intern("<module>");
        let module_scope = Scope::new(ScopeKind::Module, name, Span::default(), None);
        builder.scopes.push(module_scope);
        let node = crate::node_index(module.module());
        builder.register(node, ScopeRole::Body, ScopeId(0));
        builder.current.annotated_node = Some(node);
        builder
    }

    /// Ends the first pass: scopes get the private names that their type-parameter scope collected
    /// after they were closed.
    pub(super) fn share_mangled_names(&mut self) {
        for (scope, owner) in mem::take(&mut self.shared_mangling) {
            let mangled_names = self.scopes[owner.index()].mangled_names.clone();
            self.scopes[scope.index()].mangled_names = mangled_names;
        }
    }

    pub(super) fn report(&mut self, span: Span, message: impl Into<String>) {
        self.errors.push(Diagnostic::syntax_error(span, message));
    }

    /// The scope being visited.
    pub(super) fn scope(&mut self) -> &mut Scope {
        &mut self.scopes[self.current.scope.index()]
    }

    pub(super) fn kind(&self) -> ScopeKind {
        self.scopes[self.current.scope.index()].kind
    }

    /// The open frames; the innermost has the highest index.
    pub(super) fn frame(&self, index: usize) -> Frame {
        self.outer.get(index).copied().unwrap_or(self.current)
    }

    pub(super) fn frame_count(&self) -> usize {
        self.outer.len() + 1
    }

    /// A scope under the current one, not yet entered (`ste_new`).
    pub(super) fn new_scope(&mut self, kind: ScopeKind, name: NameId, span: Span) -> ScopeId {
        let id = ScopeId::from_index(self.scopes.len());
        let parent = self.scope();
        let nested = parent.nested || parent.is_function_like();
        let method = parent.kind == ScopeKind::Class && kind == ScopeKind::Function;
        let mut scope = Scope::new(kind, name, span, Some(self.current.scope));
        scope.nested = nested;
        scope.method = method;
        self.scopes.push(scope);
        id
    }

    pub(super) fn register(&mut self, node: u32, role: ScopeRole, scope: ScopeId) {
        self.by_node.insert((node, role), scope);
    }

    /// Enters a scope and makes it a child (`symtable_enter_existing_block`).
    pub(super) fn enter(&mut self, id: ScopeId) {
        let scope = &self.scopes[id.index()];
        // With the annotations future, annotations are strings: their scopes have no effect.
        if scope.kind != ScopeKind::Annotation || !self.future.features.annotations {
            self.scope().children.push(id);
        }
        self.reenter(id);
    }

    /// Enters a scope that is a child already.
    pub(super) fn reenter(&mut self, id: ScopeId) {
        let mut frame = Frame::new(id);
        // No assignment expressions in a comprehension's iterable, however deep.
        frame.iterable_depth = self.current.iterable_depth;
        // Classes mangle all names.
        if let Some(owner) = self.current.mangling
            && self.scopes[id.index()].kind != ScopeKind::Class
        {
            frame.mangling = Some(owner);
            self.shared_mangling.push((id, owner));
        }
        self.outer.push(mem::replace(&mut self.current, frame));
    }

    /// Opens and enters a scope (`symtable_enter_block`). Those that CPython calls with an
    /// annotation format have it as a parameter.
    pub(super) fn open(&mut self, kind: ScopeKind, name: NameId, span: Span) -> ScopeId {
        let id = self.new_scope(kind, name, span);
        self.enter(id);
        if matches!(kind, ScopeKind::Annotation | ScopeKind::TypeVariable | ScopeKind::TypeAlias) {
            self.add_known(self.known.format, SymbolFlags::PARAM);
            self.add_known(self.known.format, SymbolFlags::USE);
        }
        id
    }

    /// Leaves the current scope (`symtable_exit_block`).
    pub(super) fn leave(&mut self) {
        self.current = self.outer.pop().expect("the module's scope is never left");
    }

    /// From here on only type parameters are private in the current scope.
    pub(super) fn mangle_only_type_parameters(&mut self) {
        self.scope().mangled_names = Some(FxHashSet::default());
        self.current.mangling = Some(self.current.scope);
    }

    /// The key of a name in a frame's symbols (`_Py_MaybeMangle`).
    pub(super) fn key(&mut self, frame: Frame, name: &str) -> NameId {
        let id = self.names.intern(name);
        self.key_of(frame, name, id)
    }

    /// The same for a name that was interned.
    #[inline]
    fn key_of(&mut self, frame: Frame, name: &str, id: NameId) -> NameId {
        if self.private.is_some() && is_private(name.as_bytes()) { self.private_key(frame, id) } else { id }
    }

    #[cold]
    fn private_key(&mut self, frame: Frame, id: NameId) -> NameId {
        if let Some(owner) = frame.mangling
            && let Some(mangled) = &self.scopes[owner.index()].mangled_names
            && !mangled.contains(&id)
        {
            return id;
        }
        mangle(&mut self.names, self.private, id)
    }

    /// What a frame's scope does with a name so far (`symtable_lookup_entry`).
    pub(super) fn flags_in(&mut self, frame: Frame, name: &str) -> SymbolFlags {
        let key = self.key(frame, name);
        let symbol = self.scopes[frame.scope.index()].symbols.get(key);
        symbol.map_or(SymbolFlags::default(), |symbol| symbol.flags)
    }

    /// `__debug__` cannot be bound (`check_name`).
    pub(super) fn check_name(&mut self, name: &str, span: Span, context: ExprContext) {
        if name == "__debug__" {
            match context {
                ExprContext::Store => self.report(span, errors::ASSIGN_TO_DEBUG),
                ExprContext::Del => self.report(span, errors::DELETE_DEBUG),
                ExprContext::Load | ExprContext::Invalid => {}
            }
        }
    }

    /// Records that the current scope binds the name that a node gives.
    pub(super) fn add_of(&mut self, node: &impl HasNodeIndex, name: &str, flags: SymbolFlags, span: Span) -> NameId {
        let id = self.add(name, flags, span);
        self.names_of_nodes.set(crate::node_index(node), id);
        id
    }

    /// Records that the current scope binds or reads a name (`symtable_add_def`).
    pub(super) fn add(&mut self, name: &str, flags: SymbolFlags, span: Span) -> NameId {
        const WRITES: SymbolFlags = SymbolFlags::PARAM.union(SymbolFlags::LOCAL).union(SymbolFlags::IMPORT);
        if flags.intersects(WRITES) {
            self.check_name(name, span, ExprContext::Store);
        }
        if flags.intersects(SymbolFlags::TYPE_PARAM)
            && let Some(owner) = self.current.mangling
            && let Some(mangled) = &mut self.scopes[owner.index()].mangled_names
        {
            mangled.insert(self.names.intern(name));
        }
        self.add_to(self.current, name, flags, span)
    }

    /// The same for a frame around (`symtable_add_def_helper`); the name is mangled as the current
    /// scope does it.
    pub(super) fn add_to(&mut self, frame: Frame, name: &str, flags: SymbolFlags, span: Span) -> NameId {
        let id = self.names.intern(name);
        self.add_id_to(frame, name, id, flags, span);
        id
    }

    /// The same for a name that was interned.
    pub(super) fn add_id_to(&mut self, frame: Frame, name: &str, id: NameId, flags: SymbolFlags, span: Span) {
        const MOVED: SymbolFlags = SymbolFlags::GLOBAL.union(SymbolFlags::NONLOCAL);
        let key = self.key_of(self.current, name, id);
        if flags == SymbolFlags::USE && !frame.in_target && self.was_used(key, frame.scope) {
            return;
        }
        let scope = &mut self.scopes[frame.scope.index()];
        let symbol = scope.mention(key);
        let known = symbol.flags;
        symbol.flags.insert(flags);
        if frame.in_target {
            symbol.flags.insert(SymbolFlags::COMP_ITER);
        }
        if flags.intersects(SymbolFlags::PARAM) {
            scope.parameters.push(key);
        } else if flags.intersects(SymbolFlags::GLOBAL) {
            self.scopes[0].mention(key).flags.insert(flags);
        }
        if flags.intersects(SymbolFlags::PARAM) && known.intersects(SymbolFlags::PARAM) {
            self.report(span, errors::duplicate_argument(self.names.text(id)));
        } else if flags.intersects(SymbolFlags::TYPE_PARAM) && known.intersects(SymbolFlags::TYPE_PARAM) {
            self.report(span, errors::duplicate_type_parameter(self.names.text(id)));
        } else if frame.in_target && known.union(flags).intersects(MOVED) {
            self.report(span, errors::inner_loop_rebinds_named(self.names.text(id)));
        }
    }

    /// Whether the name was read in the scope before; from now on it was.
    fn was_used(&mut self, key: NameId, scope: ScopeId) -> bool {
        if self.last_use.len() <= key.index() {
            self.last_use.resize(self.names.len().max(key.index() + 1), None);
        }
        self.last_use[key.index()].replace(scope) == Some(scope)
    }

    /// Records a name that is never mangled nor checked.
    pub(super) fn add_known(&mut self, name: NameId, flags: SymbolFlags) {
        let in_target = self.current.in_target;
        let scope = self.scope();
        let symbol = scope.mention(name);
        symbol.flags.insert(flags);
        if in_target {
            symbol.flags.insert(SymbolFlags::COMP_ITER);
        }
        if flags.intersects(SymbolFlags::PARAM) {
            scope.parameters.push(name);
        }
    }

    /// `symtable_record_directive`.
    pub(super) fn record_directive(&mut self, name: &str, span: Span) {
        let name = self.key(self.current, name);
        self.directives.push(Directive { scope: self.current.scope, name, span });
    }
}

impl Scope {
    /// The symbol of a name, from now on in the scope's symbols.
    fn mention(&mut self, name: NameId) -> &mut Symbol {
        let new = Symbol { flags: SymbolFlags::default(), resolution: Resolution::Unresolved };
        self.symbols.get_or_insert(name, new)
    }
}
