//! Calls in functions that the JIT puts in place of their own calls.
//!
//! ```text
//! def inner(a: int64) -> int64: return 7 // a      put into outer, may leave the JIT
//! def outer(a: int64) -> int64: return inner(a)    stays apart: put into others with inner in it, it would end the process
//! ```
//!
//! Functions that call nothing the JIT does not know have no frame where they are put; one is made when code leaves the JIT
//! in them, to raise, say. With two of them in one another, the frame is not the one that is looked for: a division by zero
//! two calls deep kills the process. A function that can leave the JIT nowhere has no frame to be made.
//!
//! Invariant: a function that calls another, but one of those, stays apart.

use super::super::Builder;
use super::function::loses_result_behind_handlers;
use pyclast_syntax::node_index;
use pyclast_syntax::type_facts::{AttributePlan, CallFact, FunctionDescriptor, TypeCode, TypeFacts, TypeKind};
use ruff_python_ast::name::Name;
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, HasNodeIndex, Operator, Stmt, StmtFunctionDef};
use rustc_hash::FxHashSet;

/// What is known of the functions of a module, by class and name.
#[derive(Debug, Default)]
pub(in crate::build) struct ModuleFunctions {
    /// They cannot leave the JIT.
    pure: FxHashSet<(Option<Name>, Name)>,
    /// They give doubles, and are left to the interpreter: the JIT's code would take those for integers.
    interpreted_doubles: FxHashSet<(Option<Name>, Name)>,
}

impl ModuleFunctions {
    /// Those of a module.
    pub(in crate::build) fn of(body: &[Stmt], facts: &TypeFacts) -> Self {
        let mut found = Self::default();
        let mut add = |class: Option<&Name>, statement: &Stmt| {
            let Stmt::FunctionDef(function) = statement else { return };
            let key = || (class.cloned(), function.name.id.clone());
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
        found
    }

    /// Whether a function gives a double that the JIT's code does not get if it calls it directly.
    pub(super) fn loses_double(&self, function: &FunctionDescriptor) -> bool {
        self.interpreted_doubles.contains(&key(function))
    }
}

fn key(function: &FunctionDescriptor) -> (Option<Name>, Name) {
    let class = function.class.as_ref().and_then(|class| class.path.last().cloned());
    (class, function.name.clone())
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

impl Builder<'_> {
    /// Whether the JIT may put a function into others and calls of it that may leave the JIT.
    pub(super) fn nests_calls(&self, function: &StmtFunctionDef) -> bool {
        let Some(facts) = self.typed_facts() else { return false };
        let mut calls = Calls { builder: self, facts, has_call: false };
        calls.visit_body(&function.body);
        calls.has_call
    }
}

/// Looks for calls, in the function itself.
struct Calls<'b, 'a> {
    builder: &'b Builder<'a>,
    facts: &'b TypeFacts,
    /// Another function may be put in place of a call.
    has_call: bool,
}

impl Calls<'_, '_> {
    fn call(&mut self, function: &FunctionDescriptor) {
        let is_builtin = matches!(&*function.module, "builtins" | "__static__");
        self.has_call |= !is_builtin && !self.builder.module_functions.pure.contains(&key(function));
    }
}

impl<'s> Visitor<'s> for Calls<'_, '_> {
    fn visit_stmt(&mut self, statement: &'s Stmt) {
        if !matches!(statement, Stmt::FunctionDef(_) | Stmt::ClassDef(_)) {
            walk_stmt(self, statement);
        }
    }

    fn visit_expr(&mut self, expr: &'s Expr) {
        match expr {
            Expr::Lambda(_) => return,
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
