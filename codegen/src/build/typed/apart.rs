//! Functions that the JIT must not put in place of their calls.
//!
//! ```text
//! def f(s: str) -> int | None:     BUILD_MAP 0 · … MAKE_FUNCTION · SET_FUNCTION_ATTRIBUTE 2
//!     try: return int(s)
//!     except ValueError: return None
//! ```
//!
//! Code that handles an exception, and code that compares integers which turn out to have more than 30 bits, leaves the
//! JIT, and with it leave all functions that it was put into. One of them that promises a primitive gives the address of an
//! object then. The JIT does not put functions with defaults of keywords into others, if only an empty dict of them.
//!
//! What it puts in place of an ordinary call gets arguments that nobody checked and machine integers that nobody took out
//! of their objects: a function that only ordinary calls can reach stays apart if its parameters have types, and so does one
//! that calls what only the JIT knows.
//!
//! ```text
//! def f(x: int64, *rest) -> int64: …           def apply(f, x): return f(x)
//! ```
//!
//! That does not help where a call with keywords gives all arguments: a function that is called so goes through a list first,
//! and the JIT does not know it any more.
//!
//! Recursive functions, and those that would bring many calls to many places, stay apart too ([`super::nesting`]).
//!
//! Invariant: what such a function does is the same, but that it is called.

use super::super::Builder;
use super::super::closure::FunctionFlags;
use super::super::unit::UnitKind;
use crate::{Constant, Opcode};
use pyclast_syntax::symtable::{Resolution, SymbolFlags};
use pyclast_syntax::type_facts::{DecoratorFact, FunctionFact, TypeKind};
use pyclast_syntax::{Location, PyInt};
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, ExprCall, ExprCompare, ExprName, Operator, Pattern, Stmt, StmtFunctionDef};

impl Builder<'_> {
    /// Whether a function must stay apart from its callers, and has no defaults of keywords that see to it.
    pub(in crate::build) fn must_keep_apart(&self, function: &StmtFunctionDef, flags: FunctionFlags) -> bool {
        !flags.contains(FunctionFlags::KEYWORD_DEFAULTS) && self.may_leave_callers(function)
    }

    /// Gives the function that is about to be made defaults of keywords, none. They come behind its other defaults, if those are
    /// on the stack.
    pub(in crate::build) fn keep_apart(&mut self, flags: &mut FunctionFlags, location: Location) {
        self.emit_arg(Opcode::BuildMap, 0, location);
        flags.insert(FunctionFlags::KEYWORD_DEFAULTS);
    }

    /// The function on the stack is about to be called: hides from the JIT which it is, if that would be put in place of a
    /// call with keywords, with arguments that nobody checked.
    pub(in crate::build) fn hide_called(&mut self, call: &ExprCall) {
        let Expr::Name(name) = &*call.func else { return };
        let is_known = !call.arguments.keywords.is_empty()
            && self.type_of(name).is_some_and(|fact| fact.kind == TypeKind::Callable)
            && self.in_function_unit();
        if is_known && !self.is_builtin(name) {
            self.emit_owned(self.location(name));
        }
    }

    /// Whether a name is one that the module does not bind: the JIT puts no function of C in place of its call.
    fn is_builtin(&mut self, name: &ExprName) -> bool {
        let id = self.names.intern(name.id.as_str());
        matches!(self.resolution(id), Resolution::GlobalImplicit | Resolution::Unresolved)
            && !self.module_symbol(id).is_some_and(|symbol| symbol.flags.intersects(SymbolFlags::BOUND))
    }

    fn may_leave_callers(&self, function: &StmtFunctionDef) -> bool {
        let Some(fact) = self.function_fact(function) else { return false };
        if self.module_functions.stays_apart(function) || self.is_called_unchecked(function, fact) {
            return true;
        }
        // Those that promise a primitive leave the JIT in twins, which stay apart, or it does not get them.
        if self.is_primitive_result(fact) {
            return !self.may_have_twin(function);
        }
        let mut leaves = Leaves { builder: self, function, found: false };
        leaves.visit_body(&function.body);
        leaves.found
    }

    /// Whether a function with checks of its arguments, or with a primitive for a result, is only called as any object is.
    /// (Of what a class holds the JIT knows nothing.)
    fn is_called_unchecked(&self, function: &StmtFunctionDef, fact: &FunctionFact) -> bool {
        let parameters = &function.parameters;
        let is_variadic =
            parameters.vararg.is_some() || parameters.kwarg.is_some() || !parameters.kwonlyargs.is_empty();
        self.unit().kind != UnitKind::Class
            && (is_variadic || fact.decorators.contains(&DecoratorFact::Call))
            && (!fact.checks.is_empty() || self.is_primitive_result(fact))
    }

    fn is_primitive_result(&self, fact: &FunctionFact) -> bool {
        self.typed_facts().is_some_and(|facts| matches!(facts.get(fact.result).kind, TypeKind::Primitive(_)))
    }

    /// Whether an integer has at most one digit of 30 bits: a constant, or cut by one.
    fn is_small_integer(&self, expr: &Expr) -> bool {
        let constant = |expr: &Expr| match self.known_constant(expr) {
            Some(Constant::Int(PyInt::Small(value))) => Some(value),
            _ => None,
        };
        match expr {
            Expr::BinOp(operation) => {
                let (left, right) = (constant(&operation.left), constant(&operation.right));
                match operation.op {
                    Operator::BitAnd => left.into_iter().chain(right).any(|mask| (0..ONE_DIGIT).contains(&mask)),
                    Operator::Mod => right.is_some_and(|divisor| (1..ONE_DIGIT).contains(&divisor)),
                    _ => false,
                }
            }
            _ => constant(expr).is_some_and(|value| value.unsigned_abs() < ONE_DIGIT.unsigned_abs()),
        }
    }

    /// Whether the JIT may find out that a value is exactly an `int`: it was computed here, or where the function is put.
    fn may_be_exact_integer(&self, expr: &Expr, function: &StmtFunctionDef) -> bool {
        let fact = self.type_of(expr);
        if fact.is_some_and(|fact| !fact.is_int && !matches!(fact.kind, TypeKind::Dynamic)) {
            return false;
        }
        match expr {
            Expr::Name(name) => !is_only_taken(&name.id, function) || function.parameters.includes(&name.id),
            Expr::Attribute(_) | Expr::Subscript(_) | Expr::Await(_) => false,
            _ => expr.is_number_literal_expr() || !expr.is_literal_expr(),
        }
    }
}

/// Integers of one digit are nearer to 0.
const ONE_DIGIT: i64 = 1 << 30;

/// Looks for what may leave the JIT and go on, in the function itself.
struct Leaves<'b, 'a> {
    builder: &'b Builder<'a>,
    function: &'b StmtFunctionDef,
    found: bool,
}

impl Leaves<'_, '_> {
    /// Whether a call with keywords that stays one gives a primitive: put two deep, the JIT puts the function in its place and
    /// has a machine value where an object is wanted.
    fn is_given_primitive(&self, call: &ExprCall) -> bool {
        !call.arguments.keywords.is_empty()
            && self.builder.call_fact(call).is_none()
            && self.builder.primitive_of(call).is_some()
    }

    /// Whether a call that stays one calls a name of which nothing is known but to the JIT: a local, where it knows what is
    /// passed, or what is imported from a module that is not static.
    fn calls_unknown(&self, call: &ExprCall) -> bool {
        let (Expr::Name(name), None) = (&*call.func, self.builder.call_fact(call)) else { return false };
        self.builder.type_of(name).is_none_or(|fact| matches!(fact.kind, TypeKind::Dynamic | TypeKind::Object))
    }

    /// Whether the JIT may compare as machine integers.
    fn compares_integers(&self, comparison: &ExprCompare) -> bool {
        let operands: Vec<&Expr> = [&*comparison.left].into_iter().chain(&comparison.comparators).collect();
        let may_be_exact = |operand: &&Expr| self.builder.may_be_exact_integer(operand, self.function);
        let is_small = |operand: &&Expr| self.builder.is_small_integer(operand);
        !self.builder.compares_primitives(comparison)
            && operands.windows(2).any(|pair| pair.iter().all(may_be_exact) && !pair.iter().all(is_small))
    }
}

impl<'s> Visitor<'s> for Leaves<'_, '_> {
    fn visit_stmt(&mut self, statement: &'s Stmt) {
        match statement {
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {}
            Stmt::With(_) => self.found = true,
            Stmt::Match(match_) if match_.cases.iter().any(|case| holds_integer(&case.pattern)) => self.found = true,
            Stmt::Try(try_) if !try_.handlers.is_empty() => self.found = true,
            _ => walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, expr: &'s Expr) {
        match expr {
            Expr::Lambda(_) => return,
            Expr::Compare(comparison) => self.found |= self.compares_integers(comparison),
            Expr::Call(call) => self.found |= self.is_given_primitive(call) || self.calls_unknown(call),
            _ => {}
        }
        walk_expr(self, expr);
    }
}

/// Whether a pattern may compare integers.
fn holds_integer(pattern: &Pattern) -> bool {
    match pattern {
        Pattern::MatchValue(value) => !value.value.is_string_literal_expr() && !value.value.is_bytes_literal_expr(),
        Pattern::MatchSingleton(_) | Pattern::MatchStar(_) => false,
        Pattern::MatchSequence(sequence) => sequence.patterns.iter().any(holds_integer),
        Pattern::MatchMapping(mapping) => mapping.patterns.iter().any(holds_integer),
        Pattern::MatchClass(class) => {
            let keywords = class.arguments.keywords.iter().map(|keyword| &keyword.pattern);
            class.arguments.patterns.iter().chain(keywords).any(holds_integer)
        }
        Pattern::MatchAs(bound) => bound.pattern.as_deref().is_some_and(holds_integer),
        Pattern::MatchOr(or) => or.patterns.iter().any(holds_integer),
    }
}

/// Whether a variable only gets what is taken from fields, of which the JIT knows no class.
fn is_only_taken(name: &str, function: &StmtFunctionDef) -> bool {
    struct Bindings<'n> {
        name: &'n str,
        is_only_taken: bool,
    }

    impl<'s> Visitor<'s> for Bindings<'_> {
        fn visit_stmt(&mut self, statement: &'s Stmt) {
            match statement {
                Stmt::AnnAssign(assign) if assign.target.is_name_expr() => {
                    if assign.value.as_deref().is_some_and(|value| !is_taken(value)) {
                        walk_stmt(self, statement);
                    }
                }
                Stmt::Assign(assign) if is_taken(&assign.value) && assign.targets.iter().all(Expr::is_name_expr) => {}
                Stmt::FunctionDef(inner) if inner.name == *self.name => self.is_only_taken = false,
                Stmt::Global(_) | Stmt::Nonlocal(_) | Stmt::Import(_) | Stmt::ImportFrom(_) | Stmt::Match(_) => {
                    self.is_only_taken = false;
                }
                _ => walk_stmt(self, statement),
            }
        }

        fn visit_expr(&mut self, expr: &'s Expr) {
            if let Expr::Name(found) = expr {
                self.is_only_taken &= found.id != *self.name || found.ctx.is_load();
            }
            walk_expr(self, expr);
        }
    }

    let mut bindings = Bindings { name, is_only_taken: true };
    bindings.visit_body(&function.body);
    bindings.is_only_taken
}

/// Whether an expression takes a value from a field, without anything else in it.
fn is_taken(value: &Expr) -> bool {
    let Expr::Attribute(attribute) = value else { return false };
    attribute.value.is_name_expr() || is_taken(&attribute.value)
}
