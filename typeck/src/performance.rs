//! What stays dynamic in a static module, and would not with another annotation or a `@final`.
//!
//! ```text
//! def f(x): return x.y          missing annotation of x; define the class of x in a static module
//! c.m()                         m can be overridden: make it or the class final
//! for x in list(y): …           fast; over a list of unknown class, it is not
//! ```
//!
//! What can be seen while a call is bound is said there ([`Checker::warn`]); this walk says what the reference's code
//! generator sees: how attributes are read and methods are called. It warns of every call of `dataclass()` and `field()`
//! with arguments, too, which nobody can change; we do not.
//!
//! Invariant: only modules without errors are walked; nodes without a type are passed by.

use crate::errors::{CheckError, ErrorClass};
use crate::facts::CallPlan;
use crate::program::{Checker, Source};
use crate::types::{BoundId, BoundKind, ClassId, ClassKind, DecoratedKind, ModuleId, Value};
use pyclast_syntax::symtable::SymbolFlags;
use pyclast_syntax::{Span, node_index};
use ruff_python_ast::visitor::source_order::{SourceOrderVisitor, walk_expr, walk_stmt};
use ruff_python_ast::{Comprehension, Expr, ExprAttribute, ExprCall, ExprContext, Stmt, StmtFor};

impl Checker<'_> {
    /// Warns of what stays dynamic (`perf_warning`).
    pub fn warn(&mut self, module: ModuleId, span: Span, message: impl Into<String>) {
        if self.errors.wants_warnings {
            let error =
                CheckError { module, span, foreign: None, message: message.into(), class: ErrorClass::Performance };
            self.errors.warn(error);
        }
    }

    /// Warns of what the code generator of the reference sees in a module.
    pub(crate) fn warn_of_slow_code(&mut self, module: ModuleId) {
        if let Some(source) = self.source(module).filter(|_| self.errors.wants_warnings) {
            Walk { checker: self, module, source, functions: 0, comprehensions: 0 }
                .visit_body(&source.parsed.module().body);
        }
    }
}

/// Whether an attribute is read or written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    Load,
    Store,
}

impl Access {
    const fn name(self) -> &'static str {
        match self {
            Self::Load => "load",
            Self::Store => "store",
        }
    }
}

struct Walk<'w, 'a> {
    checker: &'w mut Checker<'a>,
    module: ModuleId,
    source: Source<'a>,
    /// How many functions are around here.
    functions: u32,
    /// How many comprehensions are.
    comprehensions: u32,
}

impl Walk<'_, '_> {
    /// `value.emit_attr`
    fn access(&mut self, node: &ExprAttribute, access: Access) {
        let Some(value) = self.checker.opt_type(self.module, &*node.value) else { return };
        let class = self.checker.types.class_of(value);
        if node.attr.as_str() != "__dict__" && self.checker.find_slot(class, &node.attr).is_some() {
            return;
        }
        let mut member = self.checker.types.own_member(class, &node.attr);
        while let Some(Value::Decorated(decorated)) = member {
            let data = *self.checker.types.decorated(decorated);
            match data.kind {
                DecoratedKind::Transparent => member = Some(data.inner),
                kind if kind.is_property() => {
                    self.access_property(node, access, kind, data.inner, class);
                    return;
                }
                _ => break,
            }
        }
        let name = access.name();
        let message = if class == ClassId::DYNAMIC {
            format!("Define the object's class in a Static Python module for more efficient attribute {name}")
        } else if self.checker.types.class(class).bases.contains(&ClassId::DYNAMIC) {
            let class = self.checker.types.instance_name(class);
            let attribute = &node.attr;
            format!(
                "Make the base class of {class} that defines attribute {attribute} static for more efficient attribute {name}"
            )
        } else {
            return;
        };
        self.checker.warn(self.module, node.range.into(), message);
    }

    /// `PropertyMethod.emit_load_attr_from`, `emit_store_attr_to`
    fn access_property(
        &mut self,
        node: &ExprAttribute,
        access: Access,
        kind: DecoratedKind,
        inner: Value,
        class: ClassId,
    ) {
        let types = &self.checker.types;
        let is_cached = kind != DecoratedKind::Property;
        let is_final = types.real_function(inner).is_some_and(|function| types.function(function).is_final)
            || types.class(class).is_final
            || access == Access::Load && types.class(class).is_exact;
        let (method, is_fast) = match access {
            Access::Load => ("Getter", is_final || is_cached),
            Access::Store => ("Setter", is_final && !is_cached),
        };
        if is_fast {
            return;
        }
        let (name, attribute) = (access.name(), &node.attr);
        let message = format!(
            "{method} for property {attribute} can be overridden. Make method or class final for more efficient property {name}"
        );
        self.checker.warn(self.module, node.range.into(), message);
    }

    /// `ArgMapping.emit` of a call with a receiver.
    fn call_method(&mut self, node: &ExprCall, bound: BoundId) {
        let types = &self.checker.types;
        let data = types.bound(bound);
        let function = types.function(data.function);
        if function.is_final || matches!(function.name.as_str(), "__init__" | "__new__" | "__init_subclass__") {
            return;
        }
        let is_untyped = || function.params.as_ref().is_none_or(Vec::is_empty);
        if matches!(data.kind, BoundKind::Builtin(_)) && is_untyped() {
            return;
        }
        let Some(receiver) = self.checker.opt_type(self.module, data.target) else { return };
        let class = match (&data.kind, receiver) {
            (BoundKind::Class { is_instance_call: false, .. }, Value::Class(class)) => class,
            _ => types.class_of(receiver),
        };
        let class = types.class(class);
        if class.is_exact || class.is_final {
            return;
        }
        let name = &function.name;
        let message = format!("Method {name} can be overridden. Make method or class final for more efficient call");
        self.checker.warn(self.module, Span::from(ruff_text_size::Ranged::range(node)), message);
    }

    /// A loop, which is fast over lists, tuples and arrays whose class is known exactly. (The reference does not say so.)
    fn visit_loop(&mut self, node: &StmtFor) {
        let Some(value) = self.checker.opt_type(self.module, &*node.iter) else { return };
        let types = &self.checker.types;
        let class = types.class_of(value);
        let is_sequence = match types.kind(class) {
            ClassKind::List | ClassKind::Tuple | ClassKind::CheckedList => true,
            ClassKind::Dynamic => false,
            _ => return,
        };
        let message = if !is_sequence {
            "Declare what is looped over as a CheckedList, an Array or an exact list for a more efficient loop"
                .to_owned()
        } else if !types.class(class).is_exact {
            let name = types.instance_name(class);
            format!(
                "A subclass of {name} may be looped over. Declare Annotated[{name}, \"Exact\"] for a more efficient loop"
            )
        } else if !node.target.is_name_expr() {
            "Loop with one name, and unpack it in the body, for a more efficient loop".to_owned()
        } else {
            return;
        };
        let place = self.checker.expr_span(self.module, &node.iter);
        self.checker.warn(self.module, place, message);
    }

    fn visit_call(&mut self, node: &ExprCall) {
        let plan = self.checker.facts(self.module).calls.get(&node_index(node));
        match plan {
            Some(&CallPlan::Method { bound, .. }) => {
                self.call_method(node, bound);
                self.visit_receiver(&node.func);
            }
            Some(CallPlan::Function { .. } | CallPlan::Class { is_dynamic: false, .. }) => {}
            _ if self.is_method_call(node) => self.visit_receiver(&node.func),
            _ => self.visit_expr(&node.func),
        }
        self.visit_arguments(&node.arguments);
    }

    fn visit_receiver(&mut self, function: &Expr) {
        if let Expr::Attribute(attribute) = function {
            self.visit_expr(&attribute.value);
        }
    }

    /// Whether the attribute that is called is not read as one (`_can_optimize_call`).
    fn is_method_call(&self, node: &ExprCall) -> bool {
        /// More arguments are passed as a tuple.
        const MOST: usize = 30;
        let Expr::Attribute(function) = &*node.func else { return false };
        let (arguments, keywords) = (&node.arguments.args, &node.arguments.keywords);
        let is_imported = matches!(&*function.value, Expr::Name(name) if self.is_imported(&name.id));
        !is_imported
            && arguments.len() + keywords.len() < MOST
            && !arguments.iter().any(Expr::is_starred_expr)
            && keywords.iter().all(|keyword| keyword.arg.is_some())
    }

    /// A comprehension, whose first iterable stands outside of it.
    fn visit_clauses(&mut self, clauses: &[Comprehension], elements: &[&Expr]) {
        for (position, clause) in clauses.iter().enumerate() {
            self.visit_expr(&clause.iter);
            self.comprehensions += u32::from(position == 0);
            self.visit_expr(&clause.target);
            clause.ifs.iter().for_each(|test| self.visit_expr(test));
        }
        for element in elements {
            self.visit_expr(element);
        }
        self.comprehensions -= 1;
    }

    /// Whether a name is imported at the top of the module. (Code that is inlined into the module knows no imports.)
    fn is_imported(&self, name: &str) -> bool {
        if self.functions == 0 && self.comprehensions > 0 {
            return false;
        }
        let symbols = self.source.symbols;
        let scope = symbols.scope(symbols.module_scope());
        let symbol = symbols.names.lookup(name).and_then(|name| scope.symbol(name));
        symbol.is_some_and(|symbol| symbol.flags.intersects(SymbolFlags::IMPORT))
    }
}

impl<'n> SourceOrderVisitor<'n> for Walk<'_, '_> {
    fn visit_stmt(&mut self, statement: &'n Stmt) {
        match statement {
            // Protocols are compiled as ordinary code.
            Stmt::ClassDef(class)
                if self.checker.module(self.module).compile_non_static.contains(&node_index(class)) => {}
            Stmt::AugAssign(node) if node.target.is_attribute_expr() => {
                if let Expr::Attribute(target) = &*node.target {
                    self.visit_expr(&target.value);
                    self.access(target, Access::Load);
                    self.visit_expr(&node.value);
                    self.access(target, Access::Store);
                }
            }
            Stmt::For(node) => {
                if !node.is_async {
                    self.visit_loop(node);
                }
                walk_stmt(self, statement);
            }
            Stmt::FunctionDef(_) => {
                self.functions += 1;
                walk_stmt(self, statement);
                self.functions -= 1;
            }
            _ => walk_stmt(self, statement),
        }
    }

    fn visit_annotation(&mut self, annotation: &'n Expr) {
        if !self.source.symbols.future.annotations {
            self.visit_expr(annotation);
        }
    }

    fn visit_expr(&mut self, expression: &'n Expr) {
        match expression {
            Expr::ListComp(node) => self.visit_clauses(&node.generators, &[&node.elt]),
            Expr::SetComp(node) => self.visit_clauses(&node.generators, &[&node.elt]),
            Expr::DictComp(node) => {
                let parts: Vec<&Expr> = node.key.iter().chain([&node.value]).map(|part| &**part).collect();
                self.visit_clauses(&node.generators, &parts);
            }
            Expr::Lambda(_) | Expr::Generator(_) => {
                self.functions += 1;
                walk_expr(self, expression);
                self.functions -= 1;
            }
            Expr::Call(call) => self.visit_call(call),
            Expr::Attribute(attribute) => {
                let facts = self.checker.facts(self.module);
                let refined = facts.refined_fields.get(&node_index(attribute));
                if refined.is_some_and(|refined| !refined.is_source) {
                    return;
                }
                self.visit_expr(&attribute.value);
                match attribute.ctx {
                    ExprContext::Load => self.access(attribute, Access::Load),
                    ExprContext::Store => self.access(attribute, Access::Store),
                    _ => {}
                }
            }
            _ => walk_expr(self, expression),
        }
    }
}
