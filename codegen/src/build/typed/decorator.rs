//! Decorators of static functions and classes (`emit_function`, `visit_decorator`).
//!
//! ```text
//! @cached_property                  no call: the class knows the implementation by its name
//! @ctx()                            stored as <C.f_decorator_0>: the body enters it
//! @dataclass                        no call: the methods are made here
//! ```
//!
//! Invariant: what is evaluated is called, kept, or was never evaluated.

use super::super::Builder;
use super::super::docstring::Body;
use crate::Opcode;
use pyclast_syntax::symtable::Resolution;
use pyclast_syntax::type_facts::{ClassFact, DecoratorFact, FunctionFact};
use pyclast_syntax::{Location, node_index};
use ruff_python_ast::{Decorator, Expr, ExprContext, StmtClassDef, StmtFunctionDef};

impl<'a> Builder<'a> {
    /// Evaluates the decorators of a function, the first one first.
    pub(in crate::build) fn visit_function_decorators(&mut self, function: &'a StmtFunctionDef) {
        let Some(fact) = self.function_fact(function) else {
            return self.visit_decorators(&function.decorator_list);
        };
        for (decorator, kind) in decorators(function, fact) {
            match kind {
                DecoratorFact::Call => self.visit_expr(&decorator.expression),
                DecoratorFact::Omit => {}
                DecoratorFact::Keep(name) => {
                    self.visit_expr(&decorator.expression);
                    let location = self.expr_location(&decorator.expression);
                    self.store_made_name(name, location);
                }
            }
        }
    }

    /// Calls the decorators of a function, the innermost first.
    pub(in crate::build) fn apply_function_decorators(&mut self, function: &'a StmtFunctionDef) {
        let Some(fact) = self.function_fact(function) else {
            return self.apply_decorators(&function.decorator_list);
        };
        for (decorator, kind) in decorators(function, fact).rev() {
            if *kind == DecoratorFact::Call {
                let location = self.expr_location(&decorator.expression);
                self.emit_arg(Opcode::Call, 0, location);
            }
        }
    }

    /// Stores a new function under its name; implementations of cached properties have one of their own.
    pub(in crate::build) fn store_function(&mut self, function: &StmtFunctionDef, location: Location) {
        let prefix = self.function_fact(function).map_or("", |fact| fact.name_prefix);
        if prefix.is_empty() {
            self.emit_text_access(function.name.as_str(), ExprContext::Store, location);
        } else {
            self.emit_text_access(&format!("{prefix}{}", function.name), ExprContext::Store, location);
        }
    }

    /// Stores what no source names: among the globals, or in the class.
    fn store_made_name(&mut self, name: &str, location: Location) {
        let id = self.names.intern(name);
        let is_function = self.table.scope(self.unit().scope).is_function_like();
        if is_function && self.resolution(id) == Resolution::Unresolved {
            self.emit_name_bits(Opcode::StoreGlobal, id, 0, 0, location);
        } else {
            self.emit_name_access(id, ExprContext::Store, location);
        }
    }

    /// The statements of a function, in what static code puts around them.
    pub(in crate::build) fn build_function_statements(
        &mut self,
        function: &'a StmtFunctionDef,
        body: &Body<'a>,
        location: Location,
    ) {
        if self.facts.is_none() {
            return self.build_freezing(function, location, |builder| builder.build_statements_of(body));
        }
        if self.build_native_body(function, location) {
            return;
        }
        self.build_freezing(function, location, |builder| {
            let managers = builder.enter_managers(function);
            builder.build_statements_of(body);
            for manager in managers.into_iter().rev() {
                builder.leave_with_item(manager, false);
            }
        });
        self.end_function(function);
    }

    /// What the checker knows of a class defined here.
    pub(in crate::build) fn class_fact(&self, class: &StmtClassDef) -> Option<&'a ClassFact> {
        self.typed_facts()?.classes.get(&node_index(class))
    }

    /// Whether the body of a class is typed.
    pub(in crate::build) fn is_typed_class(&self, class: &StmtClassDef) -> bool {
        self.typed_facts().is_some_and(|facts| !facts.ordinary.contains(&node_index(class)))
    }

    /// The decorators of a class that are called.
    pub(in crate::build) fn class_decorators(&self, class: &'a StmtClassDef) -> Vec<&'a Decorator> {
        let omitted = self.class_fact(class).map_or(&[][..], |fact| &fact.omitted_decorators);
        let is_strict = self.options.strict;
        let decorators = class.decorator_list.iter().enumerate();
        decorators
            .filter(|(position, decorator)| !omitted.contains(position) && (!is_strict || !is_mutable(decorator)))
            .map(|(_, decorator)| decorator)
            .collect()
    }
}

/// `mutable`: the class is not frozen.
pub(super) fn is_mutable(decorator: &Decorator) -> bool {
    matches!(&decorator.expression, Expr::Name(name) if name.id == "mutable")
}

/// The decorators of a function, and what happens to them.
fn decorators<'a>(
    function: &'a StmtFunctionDef,
    fact: &'a FunctionFact,
) -> impl DoubleEndedIterator<Item = (&'a Decorator, &'a DecoratorFact)> {
    function.decorator_list.iter().zip(&fact.decorators)
}
