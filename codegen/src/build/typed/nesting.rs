//! Calls in functions that the JIT puts in place of their own calls.
//!
//! ```text
//! def inner(a: int64) -> int64: return 7 // a      put into outer, may leave the JIT
//! def outer(a: int64) -> int64: return inner(a)    stays apart: put into others with inner in it, it would end the process
//! ```
//!
//! Functions that call nothing the JIT does not know have no frame where they are put; one is made when code leaves the JIT
//! in them, to raise, say (`optimizeFrame`). With two of them in one another, the frame is not the one that is looked for: a
//! division by zero two calls deep kills the process. A function that can leave the JIT nowhere has no frame to be made; one
//! that always calls a function that stays apart has a frame, and may be put anywhere.
//!
//! Invariant: a function that calls another, but one of those that leave the JIT nowhere, stays apart, or is sure to call one
//! that does.

use super::function::loses_result_behind_handlers;
use pyclast_syntax::node_index;
use pyclast_syntax::type_facts::{AttributePlan, CallFact, FunctionDescriptor, TypeCode, TypeFacts, TypeKind};
use ruff_python_ast::name::Name;
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, HasNodeIndex, Operator, Stmt, StmtFunctionDef};
use rustc_hash::{FxHashMap, FxHashSet};

/// What is known of the functions of a module, by class and name.
#[derive(Debug, Default)]
pub(in crate::build) struct ModuleFunctions {
    /// They cannot leave the JIT.
    pure: FxHashSet<Key>,
    /// They call others, and stay apart.
    apart: FxHashSet<Key>,
    /// The same, by node index; and all that were looked at.
    apart_nodes: FxHashSet<u32>,
    known_nodes: FxHashSet<u32>,
    /// They give doubles, and are left to the interpreter: the JIT's code would take those for integers.
    interpreted_doubles: FxHashSet<Key>,
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
            let gives_double = facts.functions.get(&node_index(function)).is_some_and(|fact| {
                facts.get(fact.result).kind == TypeKind::Primitive(TypeCode::Double)
                    && loses_result_behind_handlers(facts, function, fact)
            });
            if gives_double {
                found.interpreted_doubles.insert(key());
            }
        };
        for statement in body {
            match statement {
                Stmt::ClassDef(class) => class.body.iter().for_each(|member| add(Some(&class.name.id), member)),
                _ => add(None, statement),
            }
        }
        found.find_apart(&functions, facts);
        found
    }

    /// Those that call others, but who is sure to call one that stays apart: that has to be known of whom they call first.
    /// In a circle somebody has to begin.
    fn find_apart(&mut self, functions: &[(Key, &StmtFunctionDef)], facts: &TypeFacts) {
        let mut of_name: FxHashMap<&Key, u32> = FxHashMap::default();
        for (key, _) in functions {
            *of_name.entry(key).or_default() += 1;
        }
        let open: Vec<_> = functions.iter().filter(|(_, function)| self.nests_calls(function, facts)).collect();
        let calls: Vec<Vec<Key>> = open.iter().map(|(_, function)| sure_calls(function, facts)).collect();
        let names: FxHashSet<&Key> = open.iter().map(|(key, _)| key).collect();
        // Of two functions of one name it is not known which is called: nobody waits for them.
        let is_awaited = |key: &&Key| names.contains(*key) && of_name[*key] == 1;
        let mut callers: FxHashMap<&Key, Vec<usize>> = FxHashMap::default();
        let mut awaited = vec![0_usize; open.len()];
        for (caller, calls) in calls.iter().enumerate() {
            for called in calls.iter().filter(is_awaited) {
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
            let (key, function) = open[position];
            if !calls[position].iter().any(|called| self.apart.contains(called)) {
                self.apart_nodes.insert(node_index(*function));
                if of_name[key] == 1 {
                    self.apart.insert(key.clone());
                }
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

    /// Whether the JIT may put a function into others and calls of it that may leave the JIT.
    fn nests_calls(&self, function: &StmtFunctionDef, facts: &TypeFacts) -> bool {
        let mut calls =
            Calls { facts, is_sought: |called: Key| !self.pure.contains(&called), only_sure: false, found: false };
        calls.visit_body(&function.body);
        calls.found
    }

    /// Whether a function must stay apart from those that call it.
    pub(super) fn is_apart(&self, function: &StmtFunctionDef, facts: &TypeFacts) -> bool {
        let node = node_index(function);
        if self.known_nodes.contains(&node) {
            self.apart_nodes.contains(&node)
        } else {
            self.nests_calls(function, facts)
        }
    }

    /// Whether a function gives a double that the JIT's code does not get if it calls it directly.
    pub(super) fn loses_double(&self, function: &FunctionDescriptor, facts: &TypeFacts) -> bool {
        key(function, facts).is_some_and(|key| self.interpreted_doubles.contains(&key))
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

/// The functions that a function calls whatever it is given, or there is an exception.
fn sure_calls(function: &StmtFunctionDef, facts: &TypeFacts) -> Vec<Key> {
    let mut found = Vec::new();
    let note = |called: Key| {
        found.push(called);
        false
    };
    let mut calls = Calls { facts, is_sought: note, only_sure: true, found: false };
    for statement in &function.body {
        match statement {
            Stmt::Expr(_) | Stmt::Assign(_) | Stmt::AnnAssign(_) | Stmt::AugAssign(_) | Stmt::Return(_) => {
                calls.visit_stmt(statement);
            }
            _ => break,
        }
    }
    found
}

/// Looks for calls that the JIT may put functions in place of, in the function itself.
struct Calls<'f, F> {
    facts: &'f TypeFacts,
    /// Whether the called function is one of those that are sought.
    is_sought: F,
    /// Calls that depend on something do not count.
    only_sure: bool,
    found: bool,
}

impl<F: FnMut(Key) -> bool> Calls<'_, F> {
    fn call(&mut self, function: &FunctionDescriptor) {
        let is_builtin = matches!(&*function.module, "builtins" | "__static__");
        // Nothing is known of other functions.
        let is_sought = key(function, self.facts).map_or(!self.only_sure, &mut self.is_sought);
        self.found |= is_sought && !is_builtin;
    }
}

impl<'s, F: FnMut(Key) -> bool> Visitor<'s> for Calls<'_, F> {
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
                // Called through a table, not put in place.
                Some(CallFact::Method { is_virtual: true, .. }) => {}
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
