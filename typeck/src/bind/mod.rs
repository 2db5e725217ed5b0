//! Types for the bodies of a module (`TypeBinder`).
//!
//! | file | what |
//! |---|---|
//! | `scope` | binding scopes, declarations, type states, branches |
//! | `effects` | what a test tells about names |
//! | `statement` `flow` `loops` `matching` | statements, and where they end |
//! | `expression` `comprehension` `display` | expressions |
//! | `name` | names, assignments to them |
//! | `function` | bodies and parameters of functions |
//! | `import` | imports in bodies |
//!
//! Invariant: `visit_*` report what is raised below them at their node, and go on.

mod comprehension;
mod display;
mod effects;
mod expression;
mod flow;
mod function;
mod import;
mod loops;
mod matching;
mod name;
mod refine;
mod revisit;
mod scope;
mod statement;

pub(crate) use effects::Effect;
pub(crate) use scope::{BindingScope, ScopeNode, TerminalKind, TypeDeclaration, TypeState};

use crate::errors::{Check, Raised};
use crate::facts::NodeSet;
use crate::operations::inline::Inlined;
use crate::program::{Checker, Source};
use crate::types::{ClassId, FunctionId, ModuleId, TYPE_MISMATCH, Value};
use effects::Path;
use indexmap::IndexSet;
use pyclast_syntax::{NameId, Span, node_index};
use ruff_python_ast::name::Name;
use ruff_python_ast::{Expr, ExprAttribute, HasNodeIndex};
use ruff_text_size::Ranged;
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};
use std::fmt::Display;
use std::ops::{Deref, DerefMut};

/// What the reference finds only when it makes code.
#[derive(Clone, Debug)]
enum Late<'a> {
    /// An error.
    Error(Span, String),
    /// A base with a star: the reference cannot make code of it.
    Starred(Span),
    /// The annotation of what a function returns, if nothing asked for it before.
    Annotation(&'a Expr),
}

/// Binds one module.
#[derive(Debug)]
pub(crate) struct Binder<'c, 'a> {
    checker: &'c mut Checker<'a>,
    /// The module.
    pub module: ModuleId,
    /// Its source.
    pub source: Source<'a>,
    /// The scopes around the current node, the module first.
    pub scopes: Vec<BindingScope<'a>>,
    /// The memory of scopes that were left, for the next.
    spare_scopes: Vec<scope::Memory>,
    /// Where statements leave their block, by node index (`terminals`).
    pub terminals: Vec<TerminalKind>,
    /// The loop around the current node, by node index.
    pub current_loop: Option<u32>,
    /// What the `for` loop around the current node iterates over, by node index.
    pub current_iterable: Option<u32>,
    /// Loops with a `break`.
    pub loop_may_break: FxHashSet<u32>,
    /// Whether an assignment's target is being visited.
    pub in_target: bool,
    /// How many inlined calls are inside each other.
    pub inline_depth: u32,
    /// How many calls were inlined.
    pub inline_calls: u32,
    /// They, by node index.
    pub inlined: FxHashMap<u32, Inlined<'a>>,
    /// Temporaries of refined fields by path (`self.x`).
    pub refined_indices: FxHashMap<Path, u32>,
    /// Names that are not in the text.
    made_names: IndexSet<Name, FxBuildHasher>,
    /// Finals of the module whose value is a constant.
    finals: FxHashMap<NameId, &'a Expr>,
    /// By name, whether it is one of them: most are not.
    is_final: Vec<bool>,
    /// What visits of expressions found.
    visits: revisit::Visits,
    /// Whether an operand is being visited a second time.
    is_revisiting: bool,
    /// How many second visits were inside others.
    nested_revisits: u32,
    /// Nodes after which refined fields still hold (`PreserveRefinedFields`).
    preserved: NodeSet,
    /// Type parameters of the functions, classes and aliases around.
    type_params: Vec<NameId>,
    /// Classes of nested functions.
    nested_functions: FxHashMap<FunctionId, ClassId>,
    /// What the reference finds only when it makes code.
    late: Vec<Late<'a>>,
    /// The module of the function whose inlined body is being bound.
    pub inline_home: Option<ModuleId>,
    /// Declarations of the body of an `if` that its `else` may repeat.
    repeatable: Vec<Vec<(NameId, TypeDeclaration)>>,
    /// `x.__exit__`, to look it up.
    exit: Option<&'a ExprAttribute>,
}

impl<'a> Deref for Binder<'_, 'a> {
    type Target = Checker<'a>;

    fn deref(&self) -> &Checker<'a> {
        self.checker
    }
}

impl DerefMut for Binder<'_, '_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        self.checker
    }
}

impl<'c, 'a> Binder<'c, 'a> {
    /// A binder of a module of the program.
    pub(crate) fn new(checker: &'c mut Checker<'a>, module: ModuleId) -> Self {
        let source = checker.source(module).expect("only modules of the program are bound");
        let names = &source.symbols.names;
        let finals = &checker.module(module).named_finals;
        let mut is_final = vec![false; names.len()];
        let finals = finals.iter().filter_map(|(name, &value)| {
            let name = names.lookup(name)?;
            is_final[name.index()] = true;
            Some((name, value))
        });
        let finals = finals.collect();
        Self {
            checker,
            module,
            source,
            scopes: Vec::new(),
            spare_scopes: Vec::new(),
            terminals: vec![TerminalKind::NonTerminal; source.parsed.node_count() as usize],
            current_loop: None,
            current_iterable: None,
            loop_may_break: FxHashSet::default(),
            in_target: false,
            inline_depth: 0,
            inline_calls: 0,
            inlined: FxHashMap::default(),
            refined_indices: FxHashMap::default(),
            made_names: IndexSet::default(),
            is_final,
            finals,
            visits: revisit::Visits::new(source.parsed.node_count()),
            is_revisiting: false,
            nested_revisits: 0,
            preserved: NodeSet::default(),
            type_params: Vec::new(),
            nested_functions: FxHashMap::default(),
            late: Vec::new(),
            inline_home: None,
            repeatable: Vec::new(),
            exit: None,
        }
    }

    /// What a node is (`get_type`); dynamic if an error kept it from being known.
    #[inline]
    pub(crate) fn get_type(&self, node: &impl HasNodeIndex) -> Value {
        self.checker.type_of(self.module, node)
    }

    /// Says what a node is (`set_type`).
    #[inline]
    pub(crate) fn set_type(&mut self, node: &impl HasNodeIndex, value: Value) {
        let module = self.module;
        self.checker.set_type_of(module, node, value);
    }

    /// Reports an error at an expression (`visitor.syntax_error(message, node)`).
    pub(crate) fn error_at(&mut self, node: &Expr, message: impl Into<String>) {
        let place = self.place(node);
        self.error_in(place, message);
    }

    /// Reports an error at a place.
    pub(crate) fn error_in(&mut self, place: Span, message: impl Into<String>) {
        let module = self.module;
        self.checker.error(module, place, message);
    }

    /// Reports an error at a node that stands where the parser has it (calls, attributes, subscripts, parameters, …).
    pub(crate) fn error_on(&mut self, node: &impl Ranged, message: impl Into<String>) {
        self.error_in(node.range().into(), message);
    }

    /// The place of an expression.
    pub(crate) fn place(&self, node: &Expr) -> Span {
        self.checker.expr_span(self.module, node)
    }

    /// Runs a step in the error context of a place.
    pub(crate) fn context<T>(&mut self, place: Span, step: impl FnOnce(&mut Self) -> Check<T>) -> Option<T> {
        match step(self) {
            Ok(value) => Some(value),
            Err(raised) => {
                let module = self.module;
                self.checker.report(module, place, raised);
                None
            }
        }
    }

    /// The scope of the current node.
    pub(crate) fn scope(&self) -> &BindingScope<'a> {
        self.scopes.last().expect("nodes are visited in a scope")
    }

    /// The scope of the current node, to change.
    pub(crate) fn scope_mut(&mut self) -> &mut BindingScope<'a> {
        self.state_changes();
        self.scopes.last_mut().expect("nodes are visited in a scope")
    }

    /// Leaves the scope that was pushed last.
    fn leave_scope(&mut self) {
        self.spare_scopes.extend(self.scopes.pop().and_then(BindingScope::into_memory));
    }

    /// Says what a node with that index is.
    fn set_type_at(&mut self, index: u32, value: Value) {
        let module = self.module;
        self.checker.facts_mut(module).set_type(index, value);
    }

    /// Refined fields still hold after this node.
    fn preserve_refined(&mut self, node: &impl HasNodeIndex) {
        self.preserved.insert(node_index(node));
    }

    /// What follows every visit of a node: other code may have run, so refined fields are forgotten.
    fn after_visit(&mut self, index: u32) {
        if self.scopes.last().is_some_and(|scope| !scope.state.refined.is_empty()) && !self.preserved.contains(index) {
            self.state().refined.clear();
        }
    }

    /// The types of locals here (`type_state`).
    pub(crate) fn state(&mut self) -> &mut TypeState {
        &mut self.scope_mut().state
    }

    /// Reports an error that the reference finds only when it makes code: after all others of the module.
    pub(crate) fn late_error(&mut self, place: Span, message: impl Into<String>) {
        if self.errors.is_heard() {
            self.late.push(Late::Error(place, message.into()));
        }
    }

    /// `visitExpectedType`: visits with a context, and checks that the result can be assigned.
    pub(crate) fn visit_expected(&mut self, node: &'a Expr, expected: Value, reason: impl Display) -> Effect {
        let effect = self.visit_expr(node, Some(expected));
        self.check_value(node, expected, reason);
        effect
    }

    /// [`visit_expected`](Self::visit_expected) that blames another place.
    pub(crate) fn visit_expected_blame(&mut self, node: &'a Expr, expected: Value, blame: Span) {
        self.visit_expr(node, Some(expected));
        let (dest, src) = (self.types.class_of(expected), self.types.class_of(self.get_type(node)));
        self.check_can_assign(dest, src, blame, TYPE_MISMATCH);
    }

    fn check_value(&mut self, node: &Expr, expected: Value, reason: impl Display) {
        let (dest, src) = (self.types.class_of(expected), self.types.class_of(self.get_type(node)));
        if !self.may_assign(dest, src) {
            let place = self.place(node);
            self.check_can_assign(dest, src, place, &reason.to_string());
        }
    }

    fn may_assign(&mut self, dest: ClassId, src: ClassId) -> bool {
        self.types.can_assign(dest, src) || (src == ClassId::DYNAMIC && !self.types.is_primitive_class(dest))
    }

    /// `check_can_assign_from(dest, src, node, reason)`
    pub(crate) fn check_can_assign(&mut self, dest: ClassId, src: ClassId, place: Span, reason: &str) {
        if !self.may_assign(dest, src) {
            let message = self.types.assign_error(dest, src, reason);
            self.error_in(place, message);
        }
    }

    /// Joins types that flow together (`widen`).
    pub(crate) fn widen(&mut self, existing: Option<Value>, new: Value) -> Check<Value> {
        let Some(existing) = existing else { return Ok(new) };
        let (old_class, new_class) = (self.types.class_of(existing), self.types.class_of(new));
        if self.types.can_assign(new_class, old_class) {
            return Ok(new);
        }
        if self.types.can_assign(old_class, new_class) {
            return Ok(existing);
        }
        self.types.union_of_values([existing, new]).map_err(Raised::new)
    }
}
