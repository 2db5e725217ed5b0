//! Functions of static code (`make_function_graph`, `processBody`).
//!
//! ```text
//! def f(x: int, y: int64 = 1) -> str     constants end in ((0, ("builtins", "int"), 1, ("__static__", "int64", "#")), ("builtins", "str"))
//! ```
//!
//! Primitives that may be read before they are assigned are zero from the start; defaults of primitive
//! parameters are objects; the bodies of context decorators' functions stand in `with`.
//!
//! Invariant: a unit has a trailing constant exactly if it is a function that the checker knows, a lambda
//! or a comprehension of its own, in typed code.

use super::super::Builder;
use super::super::with_::EnteredItem;
use super::descriptor::{object_constant, primitive_code};
use crate::{Constant, Opcode};
use pyclast_syntax::symtable::Resolution;
use pyclast_syntax::type_facts::{Descriptor, FunctionFact, FunctionForm, TypeCode, TypeFacts, TypeKind};
use pyclast_syntax::{Location, node_index};
use ruff_python_ast::{Expr, ExprContext, StmtFunctionDef};
use std::borrow::Cow;

/// So many parameters, and the JIT puts arguments in order as it does for `*args`.
const MANY_PARAMETERS: usize = 30;

impl<'a> Builder<'a> {
    /// What the checker knows of a function defined here.
    pub(in crate::build) fn function_fact(&self, function: &StmtFunctionDef) -> Option<&'a FunctionFact> {
        self.typed_facts()?.functions.get(&node_index(function))
    }

    /// The unit of a function was entered: whether it is typed, what it checks, which primitives are zero.
    pub(in crate::build) fn begin_function(&mut self, function: &'a StmtFunctionDef, location: Location) {
        let Some(facts) = self.facts else { return };
        let fact = self.function_fact(function);
        self.unit_mut().is_typed = fact.is_some();
        let Some(fact) = fact else { return };
        self.unit_mut().definition = Some(function);
        self.find_loop_copies(function);
        self.ask_for_frame(function, location);
        let boxed = self.boxed_parameters(facts, function);
        let checks = fact.checks.iter().flat_map(|(position, class)| {
            [Constant::int(i64::from(*position)), self.type_constant(&boxed.checked_class(class))]
        });
        let checks = Constant::tuple(checks.collect::<Vec<_>>());
        let returns = self.type_constant(&given(function, fact));
        self.unit_mut().trailing_constant = Some(Constant::tuple([checks, returns]));
        for &node in &fact.unassigned {
            let Some(TypeKind::Primitive(code)) = facts.node(node).map(|id| facts.get(id).kind) else { continue };
            let Some(name) = self.table.name_of(node) else { continue };
            let name = self.mangled(name);
            if self.resolution(name) != Resolution::Local {
                continue;
            }
            let local = self.unit_mut().var_names.insert_full(name).0;
            self.emit_primitive_const(Constant::zero(code), code, location);
            self.emit_primitive_local(Opcode::StoreLocal, local, code, location);
        }
        self.check_given_objects(function, fact, boxed, location);
        self.unbox_parameters(facts, function, boxed, location);
        self.fill_cells_apart(location);
        self.unit_mut().suppresses_jit |= is_called_wrongly(facts, function, fact);
        let first = self.unit().var_names.names().next();
        if fact.form == FunctionForm::InitSubclass
            && let Some(first) = first
        {
            self.load_receiver(first, location);
            self.emit_init_subclass(location);
            self.emit(Opcode::PopTop, location);
        }
    }

    /// Whether a function is one of a shared library: its body is that it cannot be called from here.
    pub(in crate::build) fn build_native_body(&mut self, function: &StmtFunctionDef, location: Location) -> bool {
        let Some(facts) = self.typed_facts() else { return false };
        let fact = facts.functions.get(&node_index(function));
        if fact.is_none_or(|fact| fact.form != FunctionForm::Native) {
            return false;
        }
        let message = format!("native callable '{}' can only be called from static modules", function.name);
        self.emit_text_access("RuntimeError", ExprContext::Load, location);
        self.emit(Opcode::PushNull, location);
        self.emit_const(Constant::str(&message), location);
        self.emit_arg(Opcode::Call, 1, location);
        self.emit_arg(Opcode::RaiseVarargs, 1, location);
        true
    }

    /// Enters the managers of context decorators.
    pub(in crate::build) fn enter_managers(&mut self, function: &StmtFunctionDef) -> Vec<EnteredItem> {
        let Some(facts) = self.typed_facts() else { return Vec::new() };
        let Some(fact) = facts.functions.get(&node_index(function)) else { return Vec::new() };
        let managers = fact.managers.iter().filter_map(|manager| facts.made.get(manager));
        managers.map(|manager| self.enter_manager(manager, None, false)).collect()
    }

    /// What a function returns at its end where that is no object: code that is never reached.
    pub(in crate::build) fn end_function(&mut self, function: &StmtFunctionDef) {
        let Some(facts) = self.typed_facts() else { return };
        let Some(fact) = facts.functions.get(&node_index(function)) else { return };
        let is_primitive_result = fact.form != FunctionForm::Native;
        if let TypeKind::Primitive(code) = facts.get(fact.result).kind
            && is_primitive_result
        {
            self.emit_primitive_const(Constant::zero(code), code, Location::NONE);
            self.emit_return(Location::NONE);
        }
    }

    /// The unit of a lambda, or of a comprehension of its own, was entered: it checks nothing.
    pub(in crate::build) fn begin_unchecked_function(&mut self, node: u32) {
        let Some(facts) = self.typed_facts() else { return };
        let returns = facts.node(node).and_then(|id| facts.get(id).descriptor.as_ref());
        let returns = returns.map_or_else(object_constant, |class| self.type_constant(class));
        self.unit_mut().trailing_constant = Some(Constant::tuple([Constant::tuple([]), returns]));
    }

    /// The default of a parameter: always an object (`visitDefault`).
    pub(in crate::build) fn visit_default(&mut self, default: &'a Expr) {
        self.visit_expr(default);
        if let Some(code) = self.primitive_of(default) {
            let location = self.expr_location(default);
            self.emit_with_code(Opcode::PrimitiveBox, code, location);
        }
    }
}

/// Whether ordinary calls of a function, whose arguments are put in order by the JIT's own function, go wrong for its
/// primitives: what has keyword-only parameters finds nothing where they should be, if called without keywords; a primitive
/// result is taken for the address of an object (`callWithKeywordArgs` loses the register that says which it is); beside
/// `*args`, what comes after a double and many others is looked for in the wrong place when the JIT is left.
fn is_called_wrongly(facts: &TypeFacts, function: &StmtFunctionDef, fact: &FunctionFact) -> bool {
    let parameters = &function.parameters;
    let has_keyword_only = !parameters.kwonlyargs.is_empty();
    let has_rest = parameters.vararg.is_some() || parameters.kwarg.is_some();
    if matches!(facts.get(fact.result).kind, TypeKind::Primitive(_)) {
        return has_keyword_only || has_rest || parameters.iter_non_variadic_params().count() >= MANY_PARAMETERS;
    }
    let mut kinds = parameters
        .iter_non_variadic_params()
        .filter_map(|parameter| facts.node(node_index(&parameter.parameter)))
        .map(|id| facts.get(id).kind);
    if has_keyword_only && parameters.vararg.is_none() {
        kinds.any(|kind| matches!(kind, TypeKind::Primitive(_)))
    } else {
        has_rest && kinds.any(|kind| matches!(kind, TypeKind::Primitive(TypeCode::Double)))
    }
}

/// What a function gives: a coroutine that is promised to give a primitive gives its object.
fn given<'f>(function: &StmtFunctionDef, fact: &'f FunctionFact) -> Cow<'f, Descriptor> {
    match primitive_code(&fact.returns) {
        Some(code) if function.is_async => Cow::Owned(Descriptor::boxing(code)),
        _ => Cow::Borrowed(&fact.returns),
    }
}
