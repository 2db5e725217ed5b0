//! The names of a module, and what they stand for.
//!
//! ```text
//! from m import C as D        D → DeferredImport(m, C), looked up when D is first asked for
//! ```
//!
//! Invariant: imports are resolved on demand; a name that is nowhere is none, one that is unknown is dynamic.

mod annotation;
mod intrinsic;
mod references;
mod string_annotation;

pub(crate) use annotation::AnnotationKey;
pub(crate) use intrinsic::{IntrinsicModules, Start};

use crate::errors::{Check, ErrorClass, Raised};
use crate::program::{Checker, Source};
use crate::types::ModuleId;
use crate::types::{NameMap, Value};
use pyclast_syntax::{NameId, Span};
use ruff_python_ast::name::Name;
use ruff_python_ast::{Expr, StmtAnnAssign, StmtClassDef, StmtFunctionDef, StmtTypeAlias};
use rustc_hash::FxHashMap;

/// The table of a module (`ModuleTable`).
#[derive(Clone, Debug)]
pub struct ModuleTable<'a> {
    /// Its name.
    pub name: Name,
    /// Its source; none for intrinsic modules.
    pub source: Option<Source<'a>>,
    /// Its names.
    pub children: NameMap<Child>,
    /// Its declarations, in order.
    pub declarations: Vec<Declaration<'a>>,
    /// What names in the text are, and whether that is the module's own, by name.
    pub resolved: Vec<Option<(Value, bool)>>,
    /// Names that are only assigned.
    pub implicit_names: NameMap<()>,
    /// Names of type aliases.
    pub type_aliases: NameMap<()>,
    /// Where names imported with `from` come from: module, name.
    pub imported_from: NameMap<(Name, Name)>,
    /// Finals whose value is a constant.
    pub named_finals: FxHashMap<Name, &'a Expr>,
    /// Names that decorators see while a group is finished (`ref_visitor.local_names`).
    pub local_names: FxHashMap<Name, Value>,
    /// `from __static__.compiler_flags import checked_dicts`
    pub checked_dicts: bool,
    /// `… import checked_lists`
    pub checked_lists: bool,
    /// Modules whose names it takes over (`from m import *`).
    pub stars: Vec<Name>,
    /// How many nodes the checker made for it.
    pub made_nodes: u32,
    /// Whether all its statements were seen.
    pub first_pass_done: bool,
    /// Names that functions make with `global`.
    pub made_by_global: NameMap<()>,
    /// Classes that are compiled as ordinary code.
    pub compile_non_static: Vec<u32>,
}

/// What a name stands for.
#[derive(Clone, Debug)]
pub enum Child {
    /// A value.
    Value(Value),
    /// An import that nobody has asked for yet.
    Import(DeferredImport),
}

/// An import that nobody has asked for yet.
#[derive(Clone, Debug)]
pub struct DeferredImport {
    /// The module to load.
    pub module: Name,
    /// The name in it; none for `import m`.
    pub name: Option<Name>,
    /// The module that `import a.b` binds: `a`.
    pub returns: Option<Name>,
}

/// A declaration at the top of a module (`ModuleTable.decls`).
#[derive(Clone, Debug)]
pub struct Declaration<'a> {
    /// Its statement.
    pub node: DeclarationNode<'a>,
    /// The name and value, unless it is a variable.
    pub named: Option<(Name, Value)>,
}

/// The statement of a declaration.
#[derive(Clone, Copy, Debug)]
pub enum DeclarationNode<'a> {
    /// `x: T`
    Variable(&'a StmtAnnAssign),
    /// `class`
    Class(&'a StmtClassDef),
    /// `def`
    Function(&'a StmtFunctionDef),
    /// `type X = …`
    Alias(&'a StmtTypeAlias),
}

impl<'a> ModuleTable<'a> {
    /// An empty table.
    pub fn new(name: Name, source: Option<Source<'a>>) -> Self {
        Self {
            name,
            source,
            children: NameMap::default(),
            declarations: Vec::new(),
            resolved: Vec::new(),
            implicit_names: NameMap::default(),
            type_aliases: NameMap::default(),
            imported_from: NameMap::default(),
            named_finals: FxHashMap::default(),
            local_names: FxHashMap::default(),
            checked_dicts: false,
            checked_lists: false,
            stars: Vec::new(),
            made_nodes: 0,
            first_pass_done: false,
            made_by_global: NameMap::default(),
            compile_non_static: Vec::new(),
        }
    }

    /// The value of a name, if it is no import that nobody asked for.
    pub fn value(&self, name: &str) -> Option<Value> {
        if let Some(Child::Value(value)) = self.children.get(name) { Some(*value) } else { None }
    }

    /// Says what a name stands for.
    pub fn set(&mut self, name: Name, value: Value) {
        self.children.insert(name, Child::Value(value));
    }
}

/// What declaring a module takes of the stack, whatever its tree.
const STACK: usize = 1 << 20;

/// What one level of a tree takes of the stack at most.
const STACK_OF_LEVEL: usize = 48 << 10;

impl Checker<'_> {
    /// A module by name: loaded, or loaded now; none if it is no static module (`import_module`).
    pub fn load_module(&mut self, name: &str) -> Option<ModuleId> {
        if let Some(&module) = self.loaded.get(name) {
            return Some(module);
        }
        let source = self.sources.find(name)?;
        // Modules that import each other in a chain are loaded inside each other, as the reference does.
        let needed = STACK + source.parsed.nesting() as usize * STACK_OF_LEVEL;
        stacker::maybe_grow(needed, needed + STACK, || Some(self.declare_module(source)))
    }

    /// What a name of a module stands for (`get_child`).
    pub fn child(&mut self, module: ModuleId, name: &str) -> Check<Option<Value>> {
        let import = match self.module(module).children.get(name) {
            None if self.module(module).stars.is_empty() => return Ok(None),
            None => return self.guarded(module, name, |checker| checker.starred_child(module, name)),
            Some(Child::Value(value)) => return Ok(Some(*value)),
            Some(Child::Import(import)) => import.clone(),
        };
        // A module that is being loaded is one already, whoever else is looking for it.
        let value = if import.name.is_none() && self.loaded.contains_key(&import.module) {
            Some(self.resolve_import(&import)?)
        } else {
            self.guarded(module, name, |checker| checker.resolve_import(&import).map(Some))?
        };
        if let Some(value) = value {
            self.module_mut(module).set(Name::new(name), value);
        }
        Ok(value)
    }

    /// Looks for a name of a module, unless it is being looked for already: then imports go in a circle.
    fn guarded(
        &mut self,
        module: ModuleId,
        name: &str,
        look: impl FnOnce(&mut Self) -> Check<Option<Value>>,
    ) -> Check<Option<Value>> {
        let key = (module, Name::new(name));
        if !self.resolving.insert(key.clone()) {
            let message = format!("Cannot find {}.{name} due to cyclic reference", self.module(module).name);
            return Err(Raised::of(message, ErrorClass::ModuleTable));
        }
        // A chain of imports may be as long as the program has modules.
        let value = stacker::maybe_grow(128 * 1024, 2 * 1024 * 1024, || look(self));
        self.resolving.remove(&key);
        value
    }

    /// A name that comes from a module whose names are all imported. (The reference finds none: §8.1 k.)
    fn starred_child(&mut self, module: ModuleId, name: &str) -> Check<Option<Value>> {
        if name.starts_with('_') {
            return Ok(None);
        }
        for star in self.module(module).stars.clone().into_iter().rev() {
            let Some(from) = self.load_module(&star) else { continue };
            if from != module
                && !self.resolving.contains(&(from, Name::new(name)))
                && let Some(value) = self.child(from, name)?
            {
                return Ok(Some(value));
            }
        }
        Ok(None)
    }

    /// Whether a name may come from a module that nobody knows.
    fn has_unknown_star(&mut self, module: ModuleId) -> bool {
        let stars = self.module(module).stars.clone();
        stars.iter().any(|star| self.load_module(star).is_none())
    }

    /// `DeferredImport.resolve`
    fn resolve_import(&mut self, import: &DeferredImport) -> Check<Value> {
        let Some(module) = self.load_module(&import.module) else { return Ok(Value::DYNAMIC) };
        let Some(name) = &import.name else {
            let returned = import.returns.as_ref().unwrap_or(&import.module);
            return Ok(Value::Module(self.types.module_name(returned)));
        };
        let submodule = format!("{}.{name}", import.module);
        // `from . import name` in a package is where the package's `name` comes from: it is looked for already.
        let itself = self.resolving.contains(&(module, Name::new(name))) && self.load_module(&submodule).is_some();
        if !itself && let Some(value) = self.child(module, name)? {
            return Ok(value);
        }
        if self.load_module(&submodule).is_some() {
            return Ok(Value::Module(self.types.module_name(&submodule)));
        }
        if !self.module(module).first_pass_done {
            let message = format!("Cannot find {submodule} due to cyclic reference");
            return Err(Raised::of(message, ErrorClass::ModuleTable));
        }
        Ok(Value::DYNAMIC)
    }

    /// What a name means in a module: its own, else a builtin (`resolve_name_with_descr`). The flag says whether it
    /// is the module's own.
    pub fn resolve_name(&mut self, module: ModuleId, name: &str) -> Check<Option<(Value, bool)>> {
        let known = self.resolve_known_name(module, name)?;
        Ok(known.or_else(|| self.may_be_made(module, name).then_some((Value::DYNAMIC, false))))
    }

    /// What the reference finds: a name of the module or of `builtins`.
    pub fn resolve_known_name(&mut self, module: ModuleId, name: &str) -> Check<Option<(Value, bool)>> {
        if let Some(value) = self.child(module, name)? {
            return Ok(Some((value, true)));
        }
        Ok(self.builtin(name).map(|value| (value, false)))
    }

    /// The same of a name that may have a number in the module: those are looked for once, since names do not change once
    /// all modules are declared.
    pub fn resolve_name_of(
        &mut self,
        module: ModuleId,
        id: Option<NameId>,
        name: &Name,
    ) -> Check<Option<(Value, bool)>> {
        let known = id.and_then(|id| self.module(module).resolved.get(id.index()).copied().flatten());
        if known.is_some() { Ok(known) } else { self.resolve_new_name(module, id, name) }
    }

    fn resolve_new_name(&mut self, module: ModuleId, id: Option<NameId>, name: &Name) -> Check<Option<(Value, bool)>> {
        let found = self.resolve_known_name(module, name)?;
        if let (Some(id), true, Some(source)) = (id, self.is_declared(), self.source(module)) {
            let resolved = &mut self.module_mut(module).resolved;
            if resolved.is_empty() {
                resolved.resize(source.symbols.names.len(), None);
            }
            // Names that the checker made have later numbers.
            if let Some(place) = resolved.get_mut(id.index()) {
                *place = found;
            }
        }
        Ok(found)
    }

    /// Whether all modules that are loaded are declared, and no import is being looked for.
    pub(crate) fn is_declared(&self) -> bool {
        self.declaring == 0 && self.resolving.is_empty()
    }

    /// Whether a name may come from a star import, or is made by a function with `global`. (The reference knows none of
    /// them: §8.1 k.)
    pub fn may_be_made(&mut self, module: ModuleId, name: &str) -> bool {
        self.has_unknown_star(module) || self.module(module).made_by_global.contains_key(name)
    }

    /// A name of `builtins`.
    pub fn builtin(&self, name: &str) -> Option<Value> {
        self.module(self.intrinsic.builtins).value(name)
    }

    /// The module that `from .m import x` names, or none after reporting (`_resolve_relative_import`).
    pub fn relative_import(&mut self, module: ModuleId, level: u32, name: Option<&str>, place: Span) -> Option<Name> {
        let source = self.source(module)?;
        let parts: Vec<&str> = source.name.split('.').collect();
        let strip = if source.is_package { level as usize - 1 } else { level as usize };
        if strip > parts.len() {
            self.error(module, place, "attempted relative import beyond top-level package");
            return None;
        }
        let mut base: Vec<&str> = parts[..parts.len() - strip].to_vec();
        base.extend(name);
        if base.is_empty() || base == [""] {
            self.error(module, place, "attempted relative import beyond top-level package");
            return None;
        }
        Some(Name::new(base.join(".")))
    }
}
