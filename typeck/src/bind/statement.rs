//! Statements.
//!
//! Invariant: what a statement raises is reported at it.

use super::effects::Path;
use super::name::elements;
use super::scope::{BindingScope, Refinement, ScopeNode, TerminalKind};
use super::{Binder, Effect, Late};
use crate::errors::{Check, CheckError, ErrorClass};
use crate::operations::primitive_verb;
use crate::types::{Assignment, ClassId, ClassKind, TYPE_MISMATCH, Value};
use pyclast_syntax::{Span, node_index};
use ruff_python_ast::{
    Expr, Stmt, StmtAnnAssign, StmtAssert, StmtAssign, StmtAugAssign, StmtReturn, StmtTypeAlias, TypeParam, TypeParams,
};

/// Frames between two looks at the stack take less than this.
pub(super) const RED_ZONE: usize = 256 * 1024;
/// How much the stack grows.
pub(super) const STACK: usize = 4 * 1024 * 1024;

impl<'a> Binder<'_, 'a> {
    /// Binds the module (`visitModule`).
    pub(crate) fn bind_module(&mut self) {
        let module = self.source.parsed.module();
        let symbols = self.source.symbols.module_scope();
        let names = self.source.symbols.scope(symbols).symbols.len();
        self.scopes.push(BindingScope::new(ScopeNode::Module, symbols, names));
        self.check_static_flags(&module.body);
        for statement in &module.body {
            self.visit_stmt(statement);
        }
        self.scopes.pop();
        for late in std::mem::take(&mut self.late) {
            match late {
                Late::Error(place, message) => self.error_in(place, message),
                Late::Starred(span) => {
                    let message = "can't use starred expression here".to_owned();
                    let class = ErrorClass::Other("SyntaxError");
                    let module = self.module;
                    self.errors.report(CheckError { module, span, foreign: None, message, class });
                }
                Late::Annotation(annotation) => {
                    let module = self.module;
                    self.resolve_annotation(module, annotation, false);
                }
            }
        }
    }

    fn check_delete(&mut self, target: &Expr) {
        match target {
            Expr::Tuple(_) | Expr::List(_) => {
                for element in elements(target) {
                    self.check_delete(element);
                }
            }
            Expr::Name(name) => {
                let value = self.get_type(name);
                if self.types.is_primitive(value) {
                    // The reference gives no place.
                    self.late_error(Span::NONE, "deleting primitives not supported");
                }
            }
            _ => {}
        }
    }

    /// `from __static__.compiler_flags import checked_dicts`, among the first statements.
    fn check_static_flags(&mut self, body: &'a [Stmt]) {
        let mut has_docstring = false;
        for statement in body {
            match statement {
                Stmt::Expr(statement) if statement.value.is_string_literal_expr() && !has_docstring => {
                    has_docstring = true;
                }
                Stmt::Expr(_) => break,
                Stmt::ImportFrom(import) if import.module.as_deref() == Some("__static__.compiler_flags") => {
                    let module = self.module;
                    for alias in &import.names {
                        match &*alias.name {
                            "checked_dicts" => self.module_mut(module).checked_dicts = true,
                            "checked_lists" => self.module_mut(module).checked_lists = true,
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// Binds a statement.
    pub(crate) fn visit_stmt(&mut self, statement: &'a Stmt) {
        stacker::maybe_grow(RED_ZONE, STACK, || {
            if let Err(raised) = self.bind_stmt(statement) {
                let (module, place) = (self.module, self.stmt_place(statement));
                self.report(module, place, raised);
            }
        });
        if !matches!(statement, Stmt::Pass(_) | Stmt::Assert(_) | Stmt::While(_) | Stmt::If(_) | Stmt::Match(_)) {
            self.after_visit(node_index(statement));
        }
    }

    /// Binds statements (`visit_list`).
    pub(crate) fn visit_body(&mut self, body: &'a [Stmt]) {
        for statement in body {
            self.visit_stmt(statement);
        }
    }

    /// The place of a statement.
    pub(super) fn stmt_place(&self, statement: &Stmt) -> Span {
        self.source.parsed.stmt_span(statement)
    }

    fn bind_stmt(&mut self, statement: &'a Stmt) -> Check<()> {
        match statement {
            Stmt::FunctionDef(node) => self.bind_function_definition(node)?,
            Stmt::ClassDef(node) => self.bind_class_definition(node)?,
            Stmt::Return(node) => self.bind_return(node, statement),
            Stmt::Delete(node) => {
                for target in &node.targets {
                    self.visit_expr(target, None);
                    self.check_delete(target);
                }
            }
            Stmt::TypeAlias(node) => self.bind_type_alias(node)?,
            Stmt::Assign(node) => self.bind_assign(node)?,
            Stmt::AugAssign(node) => self.bind_aug_assign(node),
            Stmt::AnnAssign(node) => self.bind_ann_assign(node, statement)?,
            Stmt::For(node) => self.bind_for(node)?,
            Stmt::While(node) => self.bind_while(node)?,
            Stmt::If(node) => self.bind_if(node)?,
            Stmt::With(node) => self.bind_with(node)?,
            Stmt::Match(node) => self.bind_match(node)?,
            Stmt::Raise(node) => {
                self.set_terminal(node_index(node), TerminalKind::RaiseOrReturn);
                for part in [&node.exc, &node.cause].into_iter().flatten() {
                    self.visit_expr(part, None);
                }
            }
            Stmt::Try(node) => self.bind_try(node)?,
            Stmt::Assert(node) => self.bind_assert(node),
            Stmt::Import(node) => self.bind_import(node)?,
            Stmt::ImportFrom(node) => self.bind_import_from(node)?,
            Stmt::Expr(node) => {
                self.visit_expr(&node.value, None);
            }
            Stmt::Break(node) => {
                self.set_terminal(node_index(node), TerminalKind::BreakOrContinue);
                self.loop_may_break.extend(self.current_loop);
            }
            Stmt::Continue(node) => self.set_terminal(node_index(node), TerminalKind::BreakOrContinue),
            Stmt::Global(_) | Stmt::Nonlocal(_) | Stmt::Pass(_) | Stmt::IpyEscapeCommand(_) => {}
        }
        Ok(())
    }

    /// Runs a step as the target of an assignment.
    pub(super) fn in_target<T>(&mut self, step: impl FnOnce(&mut Self) -> T) -> T {
        let previous = std::mem::replace(&mut self.in_target, true);
        let result = step(self);
        self.in_target = previous;
        result
    }

    /// Runs a step where type parameters mean something. (The reference looks for them where any name of the scope around is
    /// looked for: a method does not find its own.) A type of the module with such a name hides the parameter, as there.
    pub(super) fn with_type_params(
        &mut self,
        parameters: Option<&'a TypeParams>,
        step: impl FnOnce(&mut Self) -> Check<()>,
    ) -> Check<()> {
        let outer = self.type_params.len();
        let result = self.declare_type_params(parameters).and_then(|()| step(self));
        self.type_params.truncate(outer);
        result
    }

    /// `_visitTypeParams`
    fn declare_type_params(&mut self, parameters: Option<&'a TypeParams>) -> Check<()> {
        for parameter in parameters.into_iter().flatten() {
            let name = match parameter {
                TypeParam::TypeVar(parameter) => &parameter.name,
                TypeParam::ParamSpec(parameter) => &parameter.name,
                TypeParam::TypeVarTuple(parameter) => &parameter.name,
            };
            let id = self.name_id(&name.id);
            self.declare_local(id, Value::DYNAMIC, false, false)?;
            self.type_params.push(id);
        }
        Ok(())
    }

    fn bind_type_alias(&mut self, node: &'a StmtTypeAlias) -> Check<()> {
        self.with_type_params(node.type_params.as_deref(), |binder| {
            binder.visit_expr(&node.value, None);
            Ok(())
        })?;
        let value = self.get_type(&*node.value);
        if let Expr::Name(name) = &*node.name {
            let place = self.place(&node.name);
            let id = self.id_of(name);
            self.assign_name(node_index(name), place, id, value)?;
        }
        Ok(())
    }

    fn bind_return(&mut self, node: &'a StmtReturn, statement: &Stmt) {
        self.set_terminal(node_index(node), TerminalKind::RaiseOrReturn);
        let Some(value) = &node.value else { return };
        let expected = match self.scope().node {
            ScopeNode::Function(function) => {
                let function = self.function_container(function);
                self.expected_return(function)
            }
            _ => Value::DYNAMIC,
        };
        self.visit_expr(value, Some(expected));
        let returned = self.types.class_of(self.get_type(&**value));
        let expected = self.types.class_of(expected);
        if returned != ClassId::DYNAMIC && !self.types.can_assign(expected, returned) {
            let reason = "mismatched types: expected {1} because of return type, found {0} instead";
            let message = self.types.assign_error(expected, returned, reason);
            let place = self.stmt_place(statement);
            self.error_in(place, message);
        }
    }

    fn bind_ann_assign(&mut self, node: &'a StmtAnnAssign, statement: &Stmt) -> Check<()> {
        self.visit_expected(&node.annotation, Value::DYNAMIC, "annotation can not be a primitive value");
        let module = self.module;
        let annotated = self.resolve_annotation(module, &node.annotation, true).unwrap_or(ClassId::DYNAMIC);
        let wrapper = self.types.kind(annotated);
        let class = self.types.unwrap(annotated);
        let wrapper_name = match wrapper {
            ClassKind::ClassVar => Some("ClassVar"),
            ClassKind::InitVar => Some("InitVar"),
            _ => None,
        };
        if let Some(name) = wrapper_name
            && !self.is_class_scope()
        {
            let place = self.stmt_place(statement);
            self.error_in(place, format!("{name} is allowed only in class attribute annotations."));
        }
        let is_final = wrapper == ClassKind::Final;
        let mut declared = self.types.instance(class);
        let is_dynamic_final = is_final && declared == Value::DYNAMIC;
        if let Expr::Name(name) = &*node.target {
            if is_dynamic_final && let Some(value) = &node.value {
                self.visit_expr(value, None);
                declared = self.get_type(&**value);
            }
            let id = self.id_of(name);
            self.declare_local(id, declared, is_final, false)?;
            self.set_type(name, declared);
        }
        self.in_target(|this| this.visit_expr(&node.target, None));
        let mut value = node.value.as_deref();
        if let (ScopeNode::Class(class), Expr::Name(name)) = (self.scope().node, &*node.target)
            && let Some(class) = self.get_type(class).as_class()
            && self.is_dataclass(class)
        {
            value = self.bind_dataclass_field(class, &name.id, value)?;
        }
        let Some(value) = value else { return Ok(()) };
        self.visit_expected(value, declared, TYPE_MISMATCH);
        if is_dynamic_final {
            return Ok(());
        }
        if let Expr::Name(name) = &*node.target {
            let value = self.get_type(value);
            let id = self.id_of(name);
            let local = self.set_local_type(id, value);
            self.set_type(name, local);
        }
        self.check_final_attribute(&node.target, Some(Assignment::Annotated(node)));
        Ok(())
    }

    fn bind_aug_assign(&mut self, node: &'a StmtAugAssign) {
        self.visit_expr(&node.target, None);
        let target = self.get_type(&*node.target);
        let target = self.types.inexact(target);
        if self.types.is_primitive(target) {
            let verb = primitive_verb(node.op);
            self.visit_expected(&node.value, target, format_args!("cannot {verb} {{1}} and {{0}}"));
            self.check_has_operator(target, node.op, node.range.into());
        } else {
            self.visit_expr(&node.value, Some(target));
        }
        self.set_type(node, target);
    }

    fn bind_assign(&mut self, node: &'a StmtAssign) -> Check<()> {
        // Some values take their type from the target (`x: int8 = 1`): from the narrowest one.
        let mut narrowest: Option<Value> = None;
        for target in node.targets.iter().rev() {
            let current = match target {
                Expr::Name(name) => {
                    let id = self.id_of(name);
                    self.target_declaration(id).map(|declaration| declaration.value)
                }
                Expr::Tuple(_) | Expr::List(_) => {
                    self.in_target(|this| this.visit_expr(target, None));
                    None
                }
                _ => {
                    self.visit_expr(target, None);
                    Some(self.get_type(target))
                }
            };
            if let Some(current) = current {
                let class = self.types.class_of(current);
                let is_narrower = narrowest.is_none_or(|narrowest| {
                    let narrowest = self.types.class_of(narrowest);
                    self.types.can_assign(narrowest, class)
                });
                if is_narrower {
                    narrowest = Some(current);
                }
            }
        }
        self.visit_expr(&node.value, narrowest);
        let value = self.get_type(&*node.value);
        for target in node.targets.iter().rev() {
            self.assign_value(target, value, Some(&node.value), Some(Assignment::Plain(node)))?;
        }
        if let [target] = &*node.targets
            && self.is_refinable(target)
        {
            // The assignment itself runs no code that could change fields.
            self.preserve_refined(node);
            if let Expr::Attribute(attribute) = target
                && narrowest != Some(value)
                && !self.types.is_primitive(value)
                && let Some(path @ Path::Field(base, field)) = self.access_path(target)
            {
                let temporary = self.refined_field_index(path);
                let sources = vec![node_index(attribute)];
                self.state().refine(base, field, Refinement { value, temporary, sources });
            }
        }
        self.set_type(node, value);
        Ok(())
    }

    fn bind_assert(&mut self, node: &'a StmtAssert) {
        let effect = self.visit_expr(&node.test, None);
        effect.apply(self.state());
        let mut narrowed = Vec::new();
        effect.narrowed(true, &mut narrowed);
        if !narrowed.is_empty() {
            let module = self.module;
            let narrowed = narrowed.into_iter().map(|(_, place, value)| (place, value)).collect();
            self.facts_mut(module).asserted.insert(node_index(node), narrowed);
        }
        self.clear_after_test(&node.test);
        if let Some(message) = &node.msg {
            self.visit_expected(message, Value::DYNAMIC, "assert message cannot be a primitive");
        }
    }

    /// The effect of a test.
    pub(super) fn visit_test(&mut self, test: &'a Expr) -> Effect {
        self.visit_expr(test, None)
    }
}
