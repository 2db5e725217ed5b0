//! Calls in functions that the JIT puts in place of their own calls.
//!
//! ```text
//! def inner(a: int64) -> int64: return 7 // a      put into outer, may leave the JIT
//! def outer(a: int64) -> int64: return inner(a)    put into others with inner in it, it would end the process: asks for a frame
//! ```
//!
//! Functions that call nothing the JIT does not know have no frame where they are put; one is made when code leaves the JIT
//! in them, to raise, say (`optimizeFrame`). With two of them in one another, the frame is not the one that is looked for: a
//! division by zero two calls deep kills the process. A function that can leave the JIT nowhere has no frame to be made; one
//! with a call in it that stays one, of a virtual method or of anything the JIT knows nothing of, has a frame and may have others
//! put into it. To ask for a frame is to have such a call where it is never made, which the JIT does not find out.
//!
//! Invariant: a function that calls another, but one of those that leave the JIT nowhere, has a call that stays one whenever
//! that call is there.

use super::super::Builder;
use super::dispatch::implementations;
use crate::{Constant, Label, Opcode};
use pyclast_syntax::type_facts::{AttributePlan, CallFact, FunctionDescriptor, TypeCode, TypeFacts, TypeKind};
use pyclast_syntax::{Location, node_index};
use ruff_python_ast::name::Name;
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, HasNodeIndex, Operator, Stmt, StmtFunctionDef};
use rustc_hash::{FxHashMap, FxHashSet};

/// If the calls in a function come to so many in the places that it is put in, the function is better called.
const MANY_CALLS: usize = 8;

/// What is known of the functions of a module, by class and name.
#[derive(Debug, Default)]
pub(in crate::build) struct ModuleFunctions {
    /// They cannot leave the JIT.
    pure: FxHashSet<Key>,
    /// They have a frame wherever they are put: they ask for it, or have a call that stays one.
    framed: FxHashSet<Key>,
    /// They ask for a frame, by node index; and all that were looked at.
    asking_nodes: FxHashSet<u32>,
    known_nodes: FxHashSet<u32>,
    /// They call themselves, or have many calls in the places they would be put in: they stay apart, by node index.
    apart_nodes: FxHashSet<u32>,
}

impl ModuleFunctions {
    /// Those of a module.
    pub(in crate::build) fn of<'s>(body: &'s [Stmt], facts: &TypeFacts) -> Self {
        let mut found = Self::default();
        let mut functions = Vec::new();
        let mut add = |class: Option<&Name>, statement: &'s Stmt| {
            let Stmt::FunctionDef(function) = statement else { return };
            let key = || (class.cloned(), function.name.id.clone());
            functions.push((key(), function));
            if function.decorator_list.is_empty() && (Purity { facts, function }).of_block(&function.body) {
                found.pure.insert(key());
            }
        };
        for statement in body {
            match statement {
                Stmt::ClassDef(class) => class.body.iter().for_each(|member| add(Some(&class.name.id), member)),
                _ => add(None, statement),
            }
        }
        found.find_framed(&functions, facts);
        found
    }

    /// Those that call others without a frame of their own, but who is sure to have one: it has to be known of whom they call
    /// first. In a circle somebody has to begin.
    fn find_framed(&mut self, functions: &[(Key, &StmtFunctionDef)], facts: &TypeFacts) {
        let mut of_name: FxHashMap<&Key, u32> = FxHashMap::default();
        for (key, _) in functions {
            *of_name.entry(key).or_default() += 1;
        }
        self.pure.retain(|key| of_name[key] == 1);
        let mut open = Vec::new();
        let mut calls = Vec::new();
        let mut places: FxHashMap<Key, usize> = FxHashMap::default();
        for (key, function) in functions {
            let mut called = direct_calls(function, facts);
            called.iter().flatten().for_each(|called| *places.entry(called.clone()).or_default() += 1);
            called.retain(|called| self.may_leave(called.as_ref()));
            if !called.is_empty() {
                open.push((key, *function));
                calls.push(called);
            }
        }
        let names: FxHashSet<&Key> = open.iter().map(|(key, _)| *key).collect();
        // Of two functions of one name it is not known which is called: nobody waits for them.
        let is_awaited = |key: &&Key| names.contains(*key) && of_name[*key] == 1;
        let mut callers: FxHashMap<&Key, Vec<usize>> = FxHashMap::default();
        let mut awaited = vec![0_usize; open.len()];
        for (caller, calls) in calls.iter().enumerate() {
            for called in calls.iter().flatten().filter(is_awaited) {
                callers.entry(called).or_default().push(caller);
                awaited[caller] += 1;
            }
        }
        // From the end: who waits for nobody, and whoever is waited for no longer; then those of circles.
        let waits_for_none = (0..open.len()).filter(|&position| awaited[position] == 0);
        let mut order: Vec<usize> = (0..open.len()).rev().chain(waits_for_none).collect();
        let mut done = vec![false; open.len()];
        while let Some(position) = order.pop() {
            if std::mem::replace(&mut done[position], true) {
                continue;
            }
            let (key, function): (&Key, &StmtFunctionDef) = open[position];
            let is_framed = |called: &Option<Key>| called.as_ref().is_some_and(|called| self.framed.contains(called));
            let is_sure = self.is_sure_of_frame(function, facts);
            let asks = !is_sure && !calls[position].iter().all(is_framed);
            let calls_itself = calls[position].iter().any(|called| called.as_ref() == Some(key));
            let places = places.get(key).copied().unwrap_or(0);
            let in_many = places > 1 && places * calls[position].len() >= MANY_CALLS;
            if (asks || is_sure) && (calls_itself || in_many) {
                self.apart_nodes.insert(node_index(function));
            }
            // A call with keywords may be replaced by one that stays apart.
            if asks {
                self.asking_nodes.insert(node_index(function));
            }
            if (asks || is_sure) && of_name[key] == 1 {
                self.framed.insert(key.clone());
            }
            for &caller in callers.get(key).into_iter().flatten() {
                awaited[caller] -= 1;
                if awaited[caller] == 0 {
                    order.push(caller);
                }
            }
        }
        self.known_nodes = functions.iter().map(|(_, function)| node_index(*function)).collect();
    }

    /// Whether a called function may leave the JIT; of some nothing is known.
    fn may_leave(&self, called: Option<&Key>) -> bool {
        called.is_none_or(|called| !self.pure.contains(called))
    }

    /// Whether a function has a call in its code that stays one, whatever the JIT finds out of its arguments.
    fn is_sure_of_frame(&self, function: &StmtFunctionDef, facts: &TypeFacts) -> bool {
        let mut found = false;
        let note = |called: Called<'_>| {
            found |= match called {
                Called::Directly(function) => key(function, facts).is_some_and(|key| self.framed.contains(&key)),
                // Methods of builtins may have instructions of their own.
                Called::Virtually(function) => key(function, facts).is_some(),
            };
        };
        visit_sure(&function.body, &mut Calls { facts, note, only_sure: true });
        found
    }

    /// Whether a function has to ask for a frame.
    fn asks_for_frame(&self, function: &StmtFunctionDef, facts: &TypeFacts) -> bool {
        let node = node_index(function);
        if self.known_nodes.contains(&node) {
            self.asking_nodes.contains(&node)
        } else {
            direct_calls(function, facts).iter().any(|called| self.may_leave(called.as_ref()))
        }
    }

    /// Whether a function is better called than put into others.
    pub(super) fn stays_apart(&self, function: &StmtFunctionDef) -> bool {
        self.apart_nodes.contains(&node_index(function))
    }

    /// Whether a function of the module is known to leave the JIT nowhere.
    pub(super) fn is_pure(&self, class: Option<&str>, name: &str) -> bool {
        self.pure.contains(&(class.map(Name::new), Name::new(name)))
    }
}

impl Builder<'_> {
    /// Puts a call where it is never made into a function that needs a frame. What the class of a constant is the JIT does
    /// not find out.
    pub(super) fn ask_for_frame(&mut self, function: &StmtFunctionDef, location: Location) {
        let asks = self.typed_facts().is_some_and(|facts| self.module_functions.asks_for_frame(function, facts));
        if !asks || function.is_async {
            return;
        }
        let start = self.new_label();
        self.emit_never(start, location);
        self.emit_const(Constant::None, location);
        self.emit(Opcode::PushNull, location);
        self.emit_arg(Opcode::Call, 0, location);
        self.emit_arg(Opcode::RaiseVarargs, 1, location);
        self.use_label(start);
    }

    /// Goes past what is never done, which the JIT does not find out: it does not ask for the class of a constant.
    pub(super) fn emit_never(&mut self, past: Label, location: Location) {
        for constant in [Constant::tuple([]), Constant::int(0)] {
            self.emit_const(constant, location);
            self.emit_arg(Opcode::LoadType, 0, location);
        }
        self.emit_arg(Opcode::IsOp, 0, location);
        self.emit_jump(Opcode::PopJumpIfFalse, past, location);
    }
}

/// The class and the name of a function of the module.
type Key = (Option<Name>, Name);

/// The key of a function, if it is one of those that are looked at: of the module, or of a class of the module.
fn key(function: &FunctionDescriptor, facts: &TypeFacts) -> Option<Key> {
    let class = match &function.class {
        Some(class) => match class.path.as_slice() {
            [name] => Some(name.clone()),
            _ => return None,
        },
        None => None,
    };
    (function.module == facts.world.module).then(|| (class, function.name.clone()))
}

/// Whether parts of a function leave the JIT nowhere.
#[derive(Clone, Copy)]
struct Purity<'a> {
    facts: &'a TypeFacts,
    function: &'a StmtFunctionDef,
}

impl Purity<'_> {
    fn of_block(self, block: &[Stmt]) -> bool {
        block.iter().all(|statement| self.of_statement(statement))
    }

    fn of_statement(self, statement: &Stmt) -> bool {
        match statement {
            Stmt::Pass(_) => true,
            Stmt::Expr(expr) => expr.value.is_string_literal_expr(),
            Stmt::Return(returned) => returned.value.as_deref().is_none_or(|value| self.of_expr(value)),
            Stmt::Assign(assign) => assign.targets.iter().all(|target| self.of_target(target, &assign.value)),
            Stmt::AnnAssign(assign) => {
                assign.value.as_deref().is_none_or(|value| self.of_target(&assign.target, value))
            }
            _ => false,
        }
    }

    /// A value stored in a field, which is of its type.
    fn of_target(self, target: &Expr, value: &Expr) -> bool {
        let Expr::Attribute(attribute) = target else { return false };
        let is_field = matches!(self.facts.attributes.get(&node_index(attribute)), Some(AttributePlan::Field { .. }));
        let types = [target, value].map(|expr| self.facts.node(node_index(expr)));
        let is_known = self.code(target).is_some() || types[0].is_some() && types[0] == types[1];
        is_field && is_known && self.of_expr(&attribute.value) && self.of_expr(value)
    }

    fn of_expr(self, expr: &Expr) -> bool {
        match expr {
            Expr::Name(name) => self.function.parameters.includes(&name.id),
            Expr::NumberLiteral(_) | Expr::BooleanLiteral(_) | Expr::NoneLiteral(_) => true,
            Expr::Attribute(attribute) => {
                let plan = self.facts.attributes.get(&node_index(attribute));
                let is_field = matches!(plan, Some(AttributePlan::Field { .. }));
                is_field && self.code(expr).is_some() && self.of_expr(&attribute.value)
            }
            Expr::BinOp(operation) => {
                let is_plain = match self.code(expr) {
                    Some(TypeCode::Double) => !matches!(operation.op, Operator::Mod | Operator::FloorDiv),
                    Some(code) => {
                        !code.is_narrow()
                            && code.is_integer()
                            && matches!(operation.op, Operator::Add | Operator::Sub | Operator::Mult)
                    }
                    None => false,
                };
                is_plain && [&operation.left, &operation.right].into_iter().all(|operand| self.of_primitive(operand))
            }
            Expr::Call(call) => {
                let converts = matches!(self.facts.calls.get(&node_index(call)), Some(CallFact::Convert { .. }));
                converts && call.arguments.args.iter().all(Expr::is_number_literal_expr)
            }
            _ => false,
        }
    }

    fn of_primitive(self, expr: &Expr) -> bool {
        (self.code(expr).is_some() || expr.is_number_literal_expr()) && self.of_expr(expr)
    }

    fn code(self, node: &impl HasNodeIndex) -> Option<TypeCode> {
        match self.facts.get(self.facts.node(node_index(node))?).kind {
            TypeKind::Primitive(code) => Some(code),
            _ => None,
        }
    }
}

/// The functions that the JIT may put into a function; none for those of which nothing else is known.
fn direct_calls(function: &StmtFunctionDef, facts: &TypeFacts) -> Vec<Option<Key>> {
    let mut found = Vec::new();
    let note = |called: Called<'_>| {
        if let Called::Directly(function) = called {
            found.push(key(function, facts));
        }
    };
    Calls { facts, note, only_sure: false }.visit_body(&function.body);
    found
}

/// Visits the statements that are reached whatever the JIT finds out of arguments, up to one that others may not follow.
fn visit_sure<F: FnMut(Called<'_>)>(body: &[Stmt], calls: &mut Calls<'_, F>) {
    for statement in body {
        if !matches!(statement, Stmt::If(_)) && (goes_on(statement) || statement.is_return_stmt()) {
            calls.visit_stmt(statement);
        }
        if !goes_on(statement) {
            break;
        }
    }
}

/// Whether what follows a statement is reached from it.
fn goes_on(statement: &Stmt) -> bool {
    match statement {
        Stmt::Expr(_) | Stmt::Assign(_) | Stmt::AnnAssign(_) | Stmt::AugAssign(_) | Stmt::Pass(_) => true,
        Stmt::If(branches) => {
            let others = branches.elif_else_clauses.iter().map(|clause| &clause.body);
            others.chain([&branches.body]).flatten().all(goes_on)
        }
        _ => false,
    }
}

/// How a function is called.
enum Called<'f> {
    /// The JIT may put it in the place of its call.
    Directly(&'f FunctionDescriptor),
    /// Through a table.
    Virtually(&'f FunctionDescriptor),
}

/// Looks for calls in the function itself.
struct Calls<'f, F> {
    facts: &'f TypeFacts,
    /// Told of each.
    note: F,
    /// Calls that depend on something do not count.
    only_sure: bool,
}

impl<F: FnMut(Called<'_>)> Calls<'_, F> {
    fn call(&mut self, function: &FunctionDescriptor) {
        if !matches!(&*function.module, "builtins" | "__static__") {
            (self.note)(Called::Directly(function));
        }
    }
}

impl<'s, F: FnMut(Called<'_>)> Visitor<'s> for Calls<'_, F> {
    fn visit_stmt(&mut self, statement: &'s Stmt) {
        if !matches!(statement, Stmt::FunctionDef(_) | Stmt::ClassDef(_)) {
            walk_stmt(self, statement);
        }
    }

    fn visit_expr(&mut self, expr: &'s Expr) {
        match expr {
            Expr::Lambda(_) => return,
            Expr::If(_)
            | Expr::BoolOp(_)
            | Expr::Compare(_)
            | Expr::ListComp(_)
            | Expr::SetComp(_)
            | Expr::DictComp(_)
            | Expr::Generator(_)
                if self.only_sure =>
            {
                return;
            }
            Expr::Call(call) => match self.facts.calls.get(&node_index(call)) {
                Some(CallFact::Method { is_virtual: true, invocation, .. }) => {
                    (self.note)(Called::Virtually(&invocation.function));
                    if !self.only_sure {
                        for known in implementations(self.facts, call) {
                            self.call(&known.function);
                        }
                    }
                }
                Some(CallFact::Function(invocation) | CallFact::Method { invocation, .. }) => {
                    self.call(&invocation.function);
                }
                Some(CallFact::Construct { new, init, .. }) => {
                    new.iter().chain(init).for_each(|invocation| self.call(&invocation.function));
                }
                _ => {}
            },
            Expr::Attribute(attribute) => {
                if let Some(AttributePlan::Property { owner, is_virtual_load: false, .. }) =
                    self.facts.attributes.get(&node_index(attribute))
                {
                    self.call(owner);
                }
            }
            _ => {}
        }
        walk_expr(self, expr);
    }
}
