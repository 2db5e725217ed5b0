//! Annotations: each annotated class, module and function has one `__annotate__` scope (PEP 649).
//!
//! ```text
//! class C:
//!     x: int
//!     y: str      one scope under C: .format, __classdict__, int, str
//! ```
//!
//! Invariant: under the annotations future these scopes exist but are nobody's children, so nothing
//! in them affects another scope.

use crate::symtable::builder::Builder;
use crate::symtable::{ScopeKind, ScopeRole, SymbolFlags, errors};
use crate::{Span, node_index};
use ruff_python_ast::{Expr, StmtFunctionDef};
use ruff_text_size::Ranged;
use std::mem;

impl Builder<'_> {
    /// The annotation of an assignment (`symtable_visit_annotation`).
    pub(super) fn visit_annotation(&mut self, annotation: &Expr) {
        let kind = self.kind();
        // A module may stop halfway, so each of its annotations may be missing.
        let conditional = kind == ScopeKind::Module || kind == ScopeKind::Class && self.current.conditional;
        if conditional && !self.scope().has_conditional_annotations {
            self.scope().has_conditional_annotations = true;
            self.add_known(self.known.conditional_annotations, SymbolFlags::USE);
        }
        match self.scope().annotation_block {
            Some(block) => self.reenter(block),
            None => self.open_annotations(annotation.range().into()),
        }
        // A function never evaluates the annotations of its locals.
        self.current.unevaluated = kind == ScopeKind::Function;
        self.visit_expression(annotation);
        self.leave();
    }

    fn open_annotations(&mut self, span: Span) {
        let kind = self.kind();
        let node = self.current.annotated_node;
        let owner = self.current.scope;
        let block = self.open(ScopeKind::Annotation, self.known.annotate, span);
        self.scopes[owner.index()].annotation_block = Some(block);
        if let Some(node) = node {
            self.register(node, ScopeRole::Annotations, block);
        }
        if kind == ScopeKind::Class && !self.future.features.annotations {
            // Even if the class binds `__classdict__` itself, so that it is not free in the block.
            self.scopes[owner.index()].needs_classdict = true;
            self.see_class_scope(true);
        }
    }

    /// The annotations of a function's parameters and result (`symtable_visit_annotations`). All that the scope of
    /// none does is to need `__classdict__`, for which one in a class is enough.
    pub(super) fn visit_function_annotations(&mut self, definition: &StmtFunctionDef, span: Span) {
        let is_in_class = self.scope().can_see_class_scope || self.kind() == ScopeKind::Class;
        if !is_annotated(definition) && (!is_in_class || mem::replace(&mut self.current.needs_class_dict, true)) {
            return;
        }
        let block = self.open(ScopeKind::Annotation, self.known.annotate, span);
        self.register(node_index(definition), ScopeRole::Annotations, block);
        self.see_class_scope(is_in_class);
        let parameters = &definition.parameters;
        for parameter in parameters.posonlyargs.iter().chain(&parameters.args) {
            self.visit_used_annotation(parameter.annotation());
        }
        for parameter in [&parameters.vararg, &parameters.kwarg].into_iter().flatten() {
            self.visit_used_annotation(parameter.annotation());
        }
        for parameter in &parameters.kwonlyargs {
            self.visit_used_annotation(parameter.annotation());
        }
        self.visit_used_annotation(definition.returns.as_deref());
        self.leave();
    }

    fn visit_used_annotation(&mut self, annotation: Option<&Expr>) {
        if let Some(annotation) = annotation {
            self.scope().annotations_used = true;
            self.visit_expression(annotation);
        }
    }

    /// Whether an expression may stand in the current scope; reports it if not
    /// (`symtable_raise_if_annotation_block`).
    pub(super) fn allow_in_annotation(&mut self, expression: &str, span: Span) -> bool {
        let place = match self.kind() {
            ScopeKind::Annotation => "an annotation",
            ScopeKind::TypeVariable => self.current.type_variable_part,
            ScopeKind::TypeAlias => "a type alias",
            ScopeKind::TypeParameters => "the definition of a generic",
            ScopeKind::Module | ScopeKind::Class | ScopeKind::Function => return true,
        };
        self.report(span, errors::not_allowed(expression, place));
        false
    }
}

fn is_annotated(definition: &StmtFunctionDef) -> bool {
    definition.returns.is_some() || definition.parameters.iter().any(|parameter| parameter.annotation().is_some())
}
