//! Loading, storing and deleting names (`codegen_nameop`, `_PyCompile_ResolveNameop`).
//!
//! ```text
//! def f(a): b = a; return c      LOAD_FAST a · STORE_FAST b · LOAD_GLOBAL c
//! ```
//!
//! Invariant: an index is taken in the table the opcode reads (names, locals, cells then frees).

use super::Builder;
use crate::Opcode;
use pyclast_syntax::symtable::{Resolution, ScopeKind, Symbol};
use pyclast_syntax::{Location, NameId, NameTable};
use ruff_python_ast::ExprContext;

/// Names the compiler itself mentions.
#[derive(Clone, Copy, Debug)]
pub(super) struct KnownNames {
    /// `__class__`
    pub(super) class_cell: NameId,
    /// `__classdict__`
    pub(super) classdict: NameId,
    /// `__conditional_annotations__`
    pub(super) conditional_annotations: NameId,
    /// `__debug__`
    pub(super) debug: NameId,
    /// `super`
    pub(super) super_: NameId,
}

impl KnownNames {
    /// Interns them.
    pub(super) fn new(names: &mut NameTable) -> Self {
        Self {
            class_cell: names.intern("__class__"),
            classdict: names.intern("__classdict__"),
            conditional_annotations: names.intern("__conditional_annotations__"),
            debug: names.intern("__debug__"),
            super_: names.intern("super"),
        }
    }
}

/// Where a name is kept at run time (`COMPILE_OP_*`).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Storage {
    /// Among the locals.
    Fast(u32),
    /// Among the unit's names.
    Global { index: u32, explicit: bool },
    /// Among cells and free variables.
    Deref(u32),
    /// Among the unit's names.
    Name(u32),
}

/// Where the names of one view of a unit were found to be, by name: most are asked for again and again.
/// An inlined comprehension sees the names of its unit differently, and is a view of its own.
#[derive(Default)]
pub(super) struct FoundNames {
    by_name: Vec<(View, Storage)>,
    /// The indices of attributes among the unit's names.
    attributes: Vec<(View, usize)>,
    views: u32,
}

/// The number of a view; none has number 0.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct View(u32);

impl FoundNames {
    /// A view in which nothing was found yet.
    pub(super) fn new_view(&mut self) -> View {
        self.views += 1;
        View(self.views)
    }

    /// The index of an attribute among the unit's names.
    pub(super) fn attribute(&self, view: View, name: NameId) -> Option<usize> {
        self.attributes.get(name.index()).filter(|(found_in, _)| *found_in == view).map(|&(_, index)| index)
    }

    /// Remembers the index of an attribute.
    pub(super) fn insert_attribute(&mut self, view: View, name: NameId, index: usize) {
        if self.attributes.len() <= name.index() {
            self.attributes.resize(name.index() + 64, (View::default(), 0));
        }
        self.attributes[name.index()] = (view, index);
    }

    fn get(&self, view: View, name: NameId) -> Option<Storage> {
        self.by_name.get(name.index()).filter(|(found_in, _)| *found_in == view).map(|&(_, storage)| storage)
    }

    fn insert(&mut self, view: View, name: NameId, storage: Storage) {
        if self.by_name.len() <= name.index() {
            self.by_name.resize(name.index() + 64, (View::default(), Storage::Fast(0)));
        }
        self.by_name[name.index()] = (view, storage);
    }
}

impl Builder<'_> {
    /// The name of a `Name` or `Attribute` node.
    pub(super) fn name_of(&mut self, node: u32, text: &str) -> NameId {
        self.table.name_of(node).unwrap_or_else(|| self.names.intern(text))
    }

    /// Loads, stores or deletes a name (`codegen_nameop`).
    pub(super) fn emit_name_access(&mut self, name: NameId, context: ExprContext, location: Location) {
        let view = self.unit().view;
        let storage = self.found_names.get(view, name).unwrap_or_else(|| {
            let storage = self.find_storage(name);
            self.found_names.insert(view, name, storage);
            storage
        });
        match storage {
            Storage::Fast(index) => {
                let opcode = by_context(context, Opcode::LoadFast, Opcode::StoreFast, Opcode::DeleteFast);
                self.emit_arg(opcode, index as usize, location);
            }
            Storage::Deref(index) => self.emit_deref(index as usize, context, location),
            Storage::Global { index, explicit } => self.emit_global(index as usize, explicit, context, location),
            Storage::Name(index) => {
                let index = index as usize;
                if context == ExprContext::Load && self.in_class_comprehension() {
                    // Class names are invisible to an inlined comprehension.
                    self.emit_arg(Opcode::LoadGlobal, index << 1, location);
                } else {
                    let opcode = by_context(context, Opcode::LoadName, Opcode::StoreName, Opcode::DeleteName);
                    self.emit_arg(opcode, index, location);
                }
            }
        }
    }

    /// Interns and accesses a name given as text.
    pub(super) fn emit_text_access(&mut self, name: &str, context: ExprContext, location: Location) {
        let name = self.names.intern(name);
        self.emit_name_access(name, context, location);
    }

    /// The symbol of a mangled name in the unit's scope, inlined comprehensions considered.
    pub(super) fn symbol(&self, name: NameId) -> Option<Symbol> {
        let unit = self.unit();
        match unit.symbol_overrides.get(&name) {
            Some(&symbol) => Some(symbol),
            None => self.table.symbol(unit.scope, name),
        }
    }

    /// `_PyST_GetScope` in the unit's scope.
    pub(super) fn resolution(&self, name: NameId) -> Resolution {
        self.symbol(name).map_or(Resolution::Unresolved, |symbol| symbol.resolution)
    }

    /// The operand of a cell or free variable: cells first, then frees.
    pub(super) fn deref_index(&self, name: NameId) -> usize {
        let unit = self.unit();
        let name = unit.apart.get(&name).copied().unwrap_or(name);
        match unit.cell_vars.get_index_of(name) {
            Some(index) => index,
            None => {
                let index = unit.free_vars.get_index_of(name);
                unit.cell_vars.len() + index.expect("a free or cell name is in the unit's tables")
            }
        }
    }

    /// Where a name is kept; it gets its place if it has none.
    fn find_storage(&mut self, name: NameId) -> Storage {
        let name = self.mangled(name);
        let resolution = self.resolution(name);
        let function_like = self.table.scope(self.unit().scope).is_function_like();
        // Static code has names that stand in no source: those are global.
        let is_static = self.facts.is_some();
        let local = if resolution == Resolution::Local { self.isolated_name(name) } else { name };
        let unit = self.unit_mut();
        let number = |index: usize| u32::try_from(index).expect("a unit has fewer than 2**32 names");
        match resolution {
            Resolution::Free => {
                let index = unit.free_vars.get_index_of(name).expect("free names are in the unit's table");
                Storage::Deref(number(unit.cell_vars.len() + index))
            }
            Resolution::Cell => {
                let name = unit.apart.get(&name).copied().unwrap_or(name);
                let index = unit.cell_vars.get_index_of(name).expect("cells are in the unit's table");
                Storage::Deref(number(index))
            }
            Resolution::Local if function_like || unit.fast_hidden.get(&name) == Some(&true) => {
                Storage::Fast(number(unit.var_names.insert_full(local).0))
            }
            Resolution::GlobalImplicit | Resolution::Unresolved
                if function_like && (resolution == Resolution::GlobalImplicit || is_static) =>
            {
                Storage::Global { index: number(unit.names.insert_full(name).0), explicit: false }
            }
            Resolution::GlobalExplicit => {
                Storage::Global { index: number(unit.names.insert_full(name).0), explicit: true }
            }
            _ => Storage::Name(number(unit.names.insert_full(name).0)),
        }
    }

    fn emit_deref(&mut self, index: usize, context: ExprContext, location: Location) {
        let scope = self.table.scope(self.unit().scope);
        let opcode = match context {
            ExprContext::Load if scope.kind == ScopeKind::Class && !self.unit().in_inlined_comprehension => {
                self.emit(Opcode::LoadLocals, location);
                Opcode::LoadFromDictOrDeref
            }
            ExprContext::Load if scope.can_see_class_scope => {
                self.emit_classdict(location);
                Opcode::LoadFromDictOrDeref
            }
            _ => by_context(context, Opcode::LoadDeref, Opcode::StoreDeref, Opcode::DeleteDeref),
        };
        self.emit_arg(opcode, index, location);
    }

    fn emit_global(&mut self, index: usize, explicit: bool, context: ExprContext, location: Location) {
        let sees_class = self.table.scope(self.unit().scope).can_see_class_scope;
        match context {
            ExprContext::Load if sees_class && !explicit => {
                self.emit_classdict(location);
                self.emit_arg(Opcode::LoadFromDictOrGlobals, index, location);
            }
            ExprContext::Load | ExprContext::Invalid => self.emit_arg(Opcode::LoadGlobal, index << 1, location),
            ExprContext::Store => self.emit_arg(Opcode::StoreGlobal, index, location),
            ExprContext::Del => self.emit_arg(Opcode::DeleteGlobal, index, location),
        }
    }

    /// `LOAD_DEREF __classdict__`: the namespace of the enclosing class.
    fn emit_classdict(&mut self, location: Location) {
        let index = self.free_index(self.known.classdict);
        self.emit_arg(Opcode::LoadDeref, index, location);
    }

    /// The operand of a free variable that the symbol table may not know of; such a one is added to
    /// the table, and gets its place in it without the cells before (`_PyCompile_DictAddObj`).
    pub(super) fn free_index(&mut self, name: NameId) -> usize {
        let unit = self.unit_mut();
        let (index, added) = unit.free_vars.insert_full(name);
        if added { index } else { unit.cell_vars.len() + index }
    }

    fn in_class_comprehension(&self) -> bool {
        let unit = self.unit();
        unit.in_inlined_comprehension && self.table.scope(unit.scope).kind == ScopeKind::Class
    }
}

/// The opcode for a context (ruff's parser leaves no `Invalid` in a tree without errors).
const fn by_context(context: ExprContext, load: Opcode, store: Opcode, delete: Opcode) -> Opcode {
    match context {
        ExprContext::Load | ExprContext::Invalid => load,
        ExprContext::Store => store,
        ExprContext::Del => delete,
    }
}
