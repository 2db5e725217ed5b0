//! Scopes while binding: declarations, and what is known of locals at a point.
//!
//! ```text
//! x: Optional[C] = f()        declared Optional[C], local type Optional[C]
//! if x: …                     local type C in the branch
//! ```
//!
//! Invariant: a name has a local type only if it has a declaration (or had one: handlers delete theirs).

use crate::types::{ClassId, Types, Value};
use pyclast_syntax::symtable::ScopeId;
use pyclast_syntax::{NameId, NameMap, Span};
use ruff_python_ast::{StmtClassDef, StmtFunctionDef};
use std::cell::RefCell;
use std::rc::Rc;

/// The node a scope belongs to.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ScopeNode<'a> {
    /// A module.
    Module,
    /// A class.
    Class(&'a StmtClassDef),
    /// A function.
    Function(&'a StmtFunctionDef),
    /// A lambda or comprehension.
    Other,
}

impl<'a> ScopeNode<'a> {
    /// The name of the node.
    pub(crate) fn name(self) -> &'a str {
        match self {
            Self::Module => "",
            Self::Class(class) => &class.name,
            Self::Function(function) => &function.name,
            Self::Other => "<unknown>",
        }
    }
}

/// The declaration of a local.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct TypeDeclaration {
    /// Its type.
    pub value: Value,
    /// `Final`
    pub is_final: bool,
}

/// A refined field: its type, its temporary, and the nodes that refine it, in order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Refinement {
    /// Its type.
    pub value: Value,
    /// Its temporary.
    pub temporary: u32,
    /// The nodes that refine it.
    pub sources: Vec<u32>,
}

/// What is known at a point (`TypeState`).
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct TypeState {
    /// Types of locals; copies of a state share them until one changes.
    pub locals: Rc<NameMap<Value>>,
    /// Fields of locals, by local and field. Copies of a state share the fields of a local, as the reference's do:
    /// what is refined in a branch is refined in the states it was copied from, too.
    pub refined: NameMap<Rc<RefCell<NameMap<Refinement>>>>,
}

impl TypeState {
    /// Says what a local is.
    pub(crate) fn set_local(&mut self, name: NameId, value: Value) {
        if self.locals.get(name) != Some(&value) {
            Rc::make_mut(&mut self.locals).set(name, value);
        }
    }

    /// A local is gone.
    pub(crate) fn remove_local(&mut self, name: NameId) {
        Rc::make_mut(&mut self.locals).shift_remove(name);
    }

    /// Says what a field of a local is.
    pub(crate) fn refine(&mut self, base: NameId, field: NameId, refinement: Refinement) {
        let fields = self.refined.get_or_insert_with(base, Rc::default);
        fields.borrow_mut().set(field, refinement);
    }

    /// What a field of a local is known to be.
    pub(crate) fn refinement(&self, base: NameId, field: NameId) -> Option<Refinement> {
        self.refined.get(base)?.borrow().get(field).cloned()
    }
}

/// A scope (`BindingScope`).
#[derive(Debug)]
pub(crate) struct BindingScope<'a> {
    /// Its node.
    pub node: ScopeNode<'a>,
    /// Its names.
    pub symbols: ScopeId,
    /// What is known here.
    pub state: TypeState,
    /// Its declarations; copies share them until one changes.
    pub declarations: Rc<NameMap<TypeDeclaration>>,
    /// The enum whose members are declared here.
    pub enum_class: Option<ClassId>,
    /// Names that handlers give to exceptions, what these are, and the handlers.
    pub caught: Vec<(NameId, ClassId, Span)>,
}

/// The locals and declarations of a scope that was left: none.
pub(super) type Memory = (Rc<NameMap<Value>>, Rc<NameMap<TypeDeclaration>>);

impl<'a> BindingScope<'a> {
    /// A scope with room for so many names.
    pub(crate) fn new(node: ScopeNode<'a>, symbols: ScopeId, names: usize) -> Self {
        Self::with_memory(
            node,
            symbols,
            (Rc::new(NameMap::with_capacity(names)), Rc::new(NameMap::with_capacity(names))),
        )
    }

    /// The same in the memory of another.
    pub(super) fn with_memory(node: ScopeNode<'a>, symbols: ScopeId, (locals, declarations): Memory) -> Self {
        let state = TypeState { locals, refined: NameMap::default() };
        Self { node, symbols, state, declarations, enum_class: None, caught: Vec::new() }
    }

    /// What another scope can have, if nobody keeps a copy of a state.
    pub(super) fn into_memory(self) -> Option<Memory> {
        let (mut locals, mut declarations) = (self.state.locals, self.declarations);
        Rc::get_mut(&mut locals)?.clear();
        Rc::get_mut(&mut declarations)?.clear();
        Some((locals, declarations))
    }

    /// `BindingScope.declare`, but for enums ([`Binder::declare`](super::Binder::declare)).
    pub(crate) fn declare(
        &mut self,
        types: &mut Types<'_>,
        name: NameId,
        mut value: Value,
        is_final: bool,
        mut is_inferred: bool,
    ) {
        if matches!(self.node, ScopeNode::Module) && is_inferred {
            let plain = types.nonliteral(value);
            value = types.inexact(plain);
            is_inferred = false;
        }
        let declared = if is_inferred { Value::DYNAMIC } else { value };
        let declaration = TypeDeclaration { value: declared, is_final };
        Rc::make_mut(&mut self.declarations).set(name, declaration);
        self.state.set_local(name, value);
    }

    /// A branch from here.
    pub(crate) fn branch(&self) -> Branch {
        Branch { entry: self.state.clone() }
    }
}

/// The state at the start of a branch (`LocalsBranch`).
#[derive(Clone, Debug)]
pub(crate) struct Branch {
    /// The state when it was entered.
    pub entry: TypeState,
}

impl Branch {
    /// Merges a state (the entry state if none) into the current one.
    pub(crate) fn merge(
        &self,
        types: &mut Types<'_>,
        current: &mut TypeState,
        other: Option<&TypeState>,
    ) -> Result<(), String> {
        let other = other.unwrap_or(&self.entry);
        let mut failure = Ok(());
        if !Rc::ptr_eq(&current.locals, &other.locals) {
            let locals = Rc::make_mut(&mut current.locals);
            locals.retain(|name| other.locals.contains(name));
            for (name, value) in locals.iter_mut() {
                if let Some(&entry) = other.locals.get(name)
                    && *value != entry
                {
                    match join(types, *value, entry) {
                        Ok(joined) => *value = joined,
                        Err(message) => failure = failure.and(Err(message)),
                    }
                }
            }
        }
        current.refined.retain(|name| other.refined.contains(name));
        for (name, fields) in current.refined.iter_mut() {
            let Some(entry) = other.refined.get(name).map(|fields| fields.borrow().clone()) else { continue };
            let mut fields = fields.borrow_mut();
            fields.retain(|field| entry.contains(field));
            for (field, refinement) in fields.iter_mut() {
                let Some(entry) = entry.get(field) else { continue };
                match join(types, entry.value, refinement.value) {
                    Ok(joined) => refinement.value = joined,
                    Err(message) => failure = failure.and(Err(message)),
                }
                refinement.sources.extend(&entry.sources);
                refinement.sources.sort_unstable();
                refinement.sources.dedup();
            }
        }
        failure
    }

    /// Whether the current state differs from the entry state.
    pub(crate) fn changed(&self, current: &TypeState) -> bool {
        self.entry.refined.iter().any(|(name, fields)| current.refined.get(name).is_some_and(|now| now != fields))
            || (!Rc::ptr_eq(&self.entry.locals, &current.locals) && self.entry.locals != current.locals)
    }
}

fn join(types: &mut Types<'_>, left: Value, right: Value) -> Result<Value, String> {
    let classes = [left, right].map(|value| {
        let class = types.class_of(value);
        types.inexact_type(class)
    });
    let union = types.union(&classes)?;
    Ok(types.instance(union))
}

/// How a statement leaves its block (`TerminalKind`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub(crate) enum TerminalKind {
    /// It does not.
    #[default]
    NonTerminal,
    /// `break`, `continue`
    BreakOrContinue,
    /// `raise`, `return`
    RaiseOrReturn,
}

impl TerminalKind {
    /// Whether it leaves.
    pub(crate) fn is_terminal(self) -> bool {
        self != Self::NonTerminal
    }
}
