//! Names that loops give the object of another name: they own it in their own right.
//!
//! ```text
//! best = None                     LOAD_FAST best · BUILD_LIST 1 · UNPACK_SEQUENCE 1 · STORE_FAST best    before the loop
//! for item in items:
//!     current = make(item)
//!     if better(current, best):
//!         best = current          … or LOAD_FAST current · BUILD_LIST 1 · UNPACK_SEQUENCE 1 · STORE_FAST best, if `best` may be unset
//! ```
//!
//! The JIT counts references of one name where several have the same object; the others borrow. Where a loop comes back with a
//! borrower whose name had nothing to own when the loop began (a constant, a parameter, nothing at all), it loses sight of whom
//! that borrows from once the lender's name gets another object (`RefcountInsertion`: `processPhis` passes by what is owned
//! already): the object is freed, and the borrower's name leads nowhere. So it does with ordinary code. A name that owns what it
//! has when the loop begins owns it in the loop, too; what comes out of a list, the JIT does not find out to be what went in.
//!
//! It is the same with a copy before a loop that may not have been made (`if late: best = current`), when the loop hands on what
//! it has (`last = current`): that copy owns what it gets.
//!
//! What is rare owns what it gets wherever it stands: see [`super::owned`]. The temporaries of inlined calls that have the object
//! of a name lose it behind the call.
//!
//! Invariant: a name that a loop may or may not give another's object owns its object when the loop begins, or that copy does.

use super::super::Builder;
use super::owned::{add_names, inlined};
use pyclast_syntax::symtable::Resolution;
use pyclast_syntax::{Location, node_index};
use ruff_python_ast::statement_visitor::{StatementVisitor, walk_stmt};
use ruff_python_ast::{ExceptHandler, Expr, ExprContext, ExprName, HasNodeIndex, Stmt, StmtFunctionDef, StmtTry};
use rustc_hash::{FxHashMap, FxHashSet};

/// What a function has to own, by node index.
#[derive(Debug, Default)]
pub(in crate::build) struct LoopCopies<'a> {
    /// Names before a loop.
    before: FxHashMap<u32, Vec<&'a ExprName>>,
    /// Names stored in.
    stored: FxHashSet<u32>,
    /// Whether the function has loops.
    pub(super) has_loops: bool,
}

impl<'a> Builder<'a> {
    /// Finds out which names of a function its loops give the objects of others.
    pub(super) fn find_loop_copies(&mut self, function: &'a StmtFunctionDef) {
        if !has_loop(&function.body) {
            return;
        }
        let mut walk = Walk {
            builder: self,
            bound: Bound::default(),
            loops: Vec::new(),
            closed: Vec::new(),
            uncertain: Vec::new(),
            stored: FxHashSet::default(),
        };
        function.parameters.iter().for_each(|parameter| walk.bound.add(parameter.name()));
        walk.block(&function.body, true);
        let mut found = owned(walk.closed, &walk.bound.deleted);
        found.stored.extend(walk.stored);
        found.has_loops = true;
        self.unit_mut().loop_copies = found;
    }

    /// Lets names own what they have before a loop.
    pub(super) fn own_before_loop(&mut self, loop_: &impl HasNodeIndex) {
        let Some(names) = self.unit().loop_copies.before.get(&node_index(loop_)).cloned() else { return };
        for name in names {
            if self.is_counted_local(name) {
                self.emit_text_access(&name.id, ExprContext::Load, Location::NONE);
                self.emit_owned(Location::NONE);
                self.emit_text_access(&name.id, ExprContext::Store, Location::NONE);
            }
        }
    }

    /// Lets a name own the object that it is about to get.
    pub(super) fn own_stored(&mut self, target: &Expr, location: Location) {
        if let Expr::Name(name) = target
            && self.unit().loop_copies.stored.contains(&node_index(name))
            && self.is_counted_local(name)
        {
            self.emit_owned(location);
        }
    }

    /// Whether a name is that of an object which the JIT has in a register.
    pub(super) fn is_counted_local(&mut self, name: &ExprName) -> bool {
        let id = self.names.intern(name.id.as_str());
        let id = self.mangled(id);
        self.primitive_of(name).is_none()
            && !self.unit().primitives.contains(&id)
            && self.resolution(id) == Resolution::Local
    }
}

/// Whether there is a loop among the statements of a function.
fn has_loop(body: &[Stmt]) -> bool {
    struct Loops {
        found: bool,
    }

    impl<'s> StatementVisitor<'s> for Loops {
        fn visit_stmt(&mut self, statement: &'s Stmt) {
            match statement {
                Stmt::For(_) | Stmt::While(_) => self.found = true,
                Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {}
                _ => walk_stmt(self, statement),
            }
        }
    }

    let mut loops = Loops { found: false };
    loops.visit_body(body);
    loops.found
}

/// A store of another name's object.
struct Copy<'a> {
    target: &'a ExprName,
    /// Each time the innermost loop comes round the name gets the object of another that has a new one then: both own it.
    is_regular: bool,
    /// What may be copied.
    sources: Vec<&'a str>,
}

/// A loop that is being walked through.
struct Loop<'a> {
    node: u32,
    parent: Option<u32>,
    /// How many names are bound where it begins.
    bound: usize,
    stores: FxHashMap<&'a str, usize>,
    copies: Vec<Copy<'a>>,
    /// What comes next may be passed by: there was a `continue`.
    is_cut_short: bool,
}

/// A name that is copied to in a loop.
struct Closed<'a> {
    loop_: u32,
    parent: Option<u32>,
    target: &'a ExprName,
    is_bound: bool,
    /// How often the loop stores in the name.
    stores: usize,
}

/// Goes through the statements of a function.
struct Walk<'b, 'a> {
    builder: &'b Builder<'a>,
    bound: Bound<'a>,
    loops: Vec<Loop<'a>>,
    closed: Vec<Closed<'a>>,
    /// Copies outside of loops that may not be made, since the last loop that hands on what it has.
    uncertain: Vec<u32>,
    /// Those before such a loop.
    stored: FxHashSet<u32>,
}

/// Names that are sure to be bound at a place.
#[derive(Default)]
struct Bound<'a> {
    in_order: Vec<&'a str>,
    counts: FxHashMap<&'a str, usize>,
    /// They may be unbound at any place.
    deleted: FxHashSet<&'a str>,
}

impl<'a> Bound<'a> {
    fn add(&mut self, name: &'a str) {
        self.in_order.push(name);
        *self.counts.entry(name).or_default() += 1;
    }

    /// Forgets what was bound after there were `len` names.
    fn truncate(&mut self, len: usize) {
        for name in self.in_order.drain(len..) {
            self.counts.entry(name).and_modify(|count| *count -= 1);
        }
    }

    fn contains(&self, name: &str) -> bool {
        self.counts.get(name).is_some_and(|&count| count > 0)
    }
}

impl<'a> Walk<'_, 'a> {
    /// Statements that run one after the other; `is_regular` if they do whenever the innermost loop comes round.
    fn block(&mut self, statements: &'a [Stmt], is_regular: bool) {
        for statement in statements {
            self.statement(statement, is_regular);
        }
    }

    /// Statements that may not run: what they bind may be unbound.
    fn branch(&mut self, statements: &'a [Stmt]) {
        let bound = self.bound.in_order.len();
        self.block(statements, false);
        self.bound.truncate(bound);
    }

    fn statement(&mut self, statement: &'a Stmt, is_regular: bool) {
        match statement {
            Stmt::Assign(assign) => {
                for target in &assign.targets {
                    self.store(target, Some(&assign.value), is_regular);
                }
            }
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    self.store(&assign.target, Some(value), is_regular);
                }
            }
            Stmt::AugAssign(assign) => self.store(&assign.target, None, is_regular),
            Stmt::For(for_) => {
                self.enter_loop(node_index(for_));
                self.store(&for_.target, None, true);
                self.leave_loop(&for_.body);
                self.branch(&for_.orelse);
            }
            Stmt::While(while_) => {
                self.enter_loop(node_index(while_));
                self.leave_loop(&while_.body);
                self.branch(&while_.orelse);
            }
            Stmt::If(if_) => {
                self.branch(&if_.body);
                if_.elif_else_clauses.iter().for_each(|clause| self.branch(&clause.body));
            }
            Stmt::With(with) => {
                // A manager may pass over what raises in the ones behind it: then their targets are unbound.
                let bound = self.bound.in_order.len();
                let targets = with.items.iter().filter_map(|item| item.optional_vars.as_deref());
                targets.for_each(|target| self.store(target, None, false));
                self.block(&with.body, false);
                self.bound.truncate(bound);
            }
            Stmt::Try(try_) => self.try_statement(try_),
            Stmt::Match(match_) => match_.cases.iter().for_each(|case| self.branch(&case.body)),
            Stmt::Continue(_) => {
                if let Some(innermost) = self.loops.last_mut() {
                    innermost.is_cut_short = true;
                }
            }
            Stmt::Delete(delete) => {
                let names = delete.targets.iter().filter_map(Expr::as_name_expr);
                self.bound.deleted.extend(names.map(|name| name.id.as_str()));
            }
            _ => {}
        }
    }

    fn try_statement(&mut self, try_: &'a StmtTry) {
        self.branch(&try_.body);
        for ExceptHandler::ExceptHandler(handler) in &try_.handlers {
            self.bound.deleted.extend(handler.name.iter().map(ruff_python_ast::Identifier::as_str));
            self.branch(&handler.body);
        }
        self.branch(&try_.orelse);
        self.block(&try_.finalbody, false);
    }

    fn enter_loop(&mut self, node: u32) {
        let parent = self.loops.last().map(|outer| outer.node);
        let (bound, stores) = (self.bound.in_order.len(), FxHashMap::default());
        self.loops.push(Loop { node, parent, bound, stores, copies: Vec::new(), is_cut_short: false });
    }

    /// Goes through the body of the innermost loop, which ends with it.
    fn leave_loop(&mut self, body: &'a [Stmt]) {
        self.block(body, true);
        let Some(mut inner) = self.loops.pop() else { return };
        self.bound.truncate(inner.bound);
        let stores = |name: &str| inner.stores.get(name).copied().unwrap_or(0);
        let copies = inner.copies.len();
        inner.copies.retain(|copy| !(copy.is_regular && copy.sources.iter().all(|source| stores(source) > 0)));
        if inner.copies.len() < copies {
            self.stored.extend(self.uncertain.drain(..));
        }
        inner.copies.iter_mut().for_each(|copy| copy.is_regular = false);
        self.closed.extend(inner.copies.iter().map(|copy| Closed {
            loop_: inner.node,
            parent: inner.parent,
            target: copy.target,
            is_bound: self.bound.contains(&copy.target.id),
            stores: stores(&copy.target.id),
        }));
        if let Some(outer) = self.loops.last_mut() {
            let add = |(name, count)| *outer.stores.entry(name).or_default() += count;
            inner.stores.into_iter().for_each(add);
            outer.copies.append(&mut inner.copies);
        }
    }

    fn store(&mut self, target: &'a Expr, value: Option<&'a Expr>, is_regular: bool) {
        match target {
            Expr::Name(name) => {
                self.bound.add(&name.id);
                let value = value.map(|value| inlined(self.builder, value));
                let mut sources = Vec::new();
                if let Some(value) = value {
                    add_names(self.builder, value, &mut sources);
                }
                let is_regular = is_regular && value.is_some_and(Expr::is_name_expr);
                if let Some(innermost) = self.loops.last_mut() {
                    *innermost.stores.entry(&name.id).or_default() += 1;
                    if !sources.is_empty() {
                        let is_regular = is_regular && !innermost.is_cut_short;
                        innermost.copies.push(Copy { target: name, is_regular, sources });
                    }
                } else if !sources.is_empty() && !is_regular {
                    self.uncertain.push(node_index(name));
                }
            }
            Expr::Tuple(_) | Expr::List(_) => {
                let elements = elements(target);
                let values = value.map_or(&[][..], elements_of_value);
                for (position, element) in elements.iter().enumerate() {
                    let value = if values.len() == elements.len() { values.get(position) } else { None };
                    self.store(element, value, is_regular);
                }
            }
            Expr::Starred(starred) => self.store(&starred.value, None, is_regular),
            _ => {}
        }
    }
}

fn elements(target: &Expr) -> &[Expr] {
    match target {
        Expr::Tuple(tuple) => &tuple.elts,
        Expr::List(list) => &list.elts,
        _ => &[],
    }
}

/// The values of a display that is taken apart at once.
fn elements_of_value(value: &Expr) -> &[Expr] {
    if value.is_tuple_expr() { elements(value) } else { &[] }
}

/// What is to be owned, and where.
fn owned<'a>(mut closed: Vec<Closed<'a>>, deleted: &FxHashSet<&str>) -> LoopCopies<'a> {
    let mut found = LoopCopies::default();
    closed.retain(|copied| {
        let is_bound = copied.is_bound && !deleted.contains(copied.target.id.as_str());
        if !is_bound {
            found.stored.insert(node_index(copied.target));
        }
        is_bound
    });
    let key = |copied: &Closed<'a>| (copied.loop_, copied.target.id.as_str());
    let stores: FxHashMap<_, usize> = closed.iter().map(|copied| (key(copied), copied.stores)).collect();
    let mut seen = FxHashSet::default();
    for copied in &closed {
        // All that the loop around stores in the name is stored in here: it has what it owned before that loop.
        let outside = copied.parent.and_then(|parent| stores.get(&(parent, copied.target.id.as_str())));
        if outside != Some(&copied.stores) && seen.insert(key(copied)) {
            found.before.entry(copied.loop_).or_default().push(copied.target);
        }
    }
    found
}
