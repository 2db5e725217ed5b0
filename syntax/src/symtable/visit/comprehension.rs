//! Comprehensions, and assignment expressions, which bind outside of them.
//!
//! ```text
//! def f(): [y := x for x in z if c]      f: z, y;  <listcomp>: .0, x, c, y (nonlocal)
//! ```
//!
//! Invariant: the outermost iterable belongs to the enclosing scope; it arrives as the parameter
//! `.0`.

use crate::symtable::builder::Builder;
use crate::symtable::{ComprehensionKind, ScopeKind, ScopeRole, SymbolFlags, errors};
use crate::{NameId, Span, node_index};
use ruff_python_ast::{
    Comprehension, Expr, ExprDictComp, ExprGenerator, ExprListComp, ExprName, ExprNamed, ExprSetComp,
};

/// A comprehension of any kind.
struct Parts<'a> {
    kind: ComprehensionKind,
    name: NameId,
    node: u32,
    span: Span,
    generators: &'a [Comprehension],
    /// What each round gives, in the order of visit: a dict's value comes before its key.
    elements: [Option<&'a Expr>; 2],
}

impl Builder<'_> {
    pub(super) fn visit_list_comprehension(&mut self, comprehension: &ExprListComp) {
        self.visit_comprehension(&Parts {
            kind: ComprehensionKind::List,
            name: self.known.list_comprehension,
            node: node_index(comprehension),
            span: comprehension.range.into(),
            generators: &comprehension.generators,
            elements: [Some(&comprehension.elt), None],
        });
    }

    pub(super) fn visit_set_comprehension(&mut self, comprehension: &ExprSetComp) {
        self.visit_comprehension(&Parts {
            kind: ComprehensionKind::Set,
            name: self.known.set_comprehension,
            node: node_index(comprehension),
            span: comprehension.range.into(),
            generators: &comprehension.generators,
            elements: [Some(&comprehension.elt), None],
        });
    }

    pub(super) fn visit_dict_comprehension(&mut self, comprehension: &ExprDictComp) {
        self.visit_comprehension(&Parts {
            kind: ComprehensionKind::Dict,
            name: self.known.dict_comprehension,
            node: node_index(comprehension),
            span: comprehension.range.into(),
            generators: &comprehension.generators,
            elements: [Some(&comprehension.value), comprehension.key.as_deref()],
        });
    }

    pub(super) fn visit_generator(&mut self, generator: &ExprGenerator, span: Span) {
        self.visit_comprehension(&Parts {
            kind: ComprehensionKind::Generator,
            name: self.known.generator,
            node: node_index(generator),
            span,
            generators: &generator.generators,
            elements: [Some(&generator.elt), None],
        });
    }

    /// `symtable_handle_comprehension`.
    fn visit_comprehension(&mut self, parts: &Parts<'_>) {
        let Some((outermost, inner)) = parts.generators.split_first() else { return };
        self.visit_iterable(&outermost.iter);
        let scope = self.open(ScopeKind::Function, parts.name, parts.span);
        self.register(parts.node, ScopeRole::Body, scope);
        self.scope().comprehension = Some(parts.kind);
        self.scope().coroutine = outermost.is_async;
        self.add_known(self.known.iterator, SymbolFlags::PARAM);
        self.visit_target(&outermost.target);
        self.visit_expressions(&outermost.ifs);
        for generator in inner {
            self.visit_target(&generator.target);
            self.visit_iterable(&generator.iter);
            self.visit_expressions(&generator.ifs);
            if generator.is_async {
                self.scope().coroutine = true;
            }
        }
        for element in parts.elements.into_iter().flatten() {
            self.visit_expression(element);
        }
        let is_generator = parts.kind == ComprehensionKind::Generator;
        self.scope().generator = is_generator;
        let is_async = self.scope().coroutine && !is_generator;
        self.leave();
        if is_async {
            if !self.is_async_function() && self.scope().comprehension.is_none() {
                self.report(parts.span, errors::ASYNC_COMPREHENSION_OUTSIDE);
            }
            self.scope().coroutine = true;
        }
    }

    /// `IS_ASYNC_DEF`.
    pub(super) fn is_async_function(&mut self) -> bool {
        self.kind() == ScopeKind::Function && self.scope().coroutine
    }

    fn visit_target(&mut self, target: &Expr) {
        self.current.in_target = true;
        self.visit_expression(target);
        self.current.in_target = false;
    }

    fn visit_iterable(&mut self, iterable: &Expr) {
        self.current.iterable_depth += 1;
        self.visit_expression(iterable);
        self.current.iterable_depth -= 1;
    }

    /// `symtable_handle_namedexpr`.
    pub(super) fn visit_named(&mut self, named: &ExprNamed) {
        let span = named.range.into();
        if self.allow_in_annotation("named expression", span) {
            if self.current.iterable_depth > 0 {
                self.report(span, errors::NAMED_IN_COMPREHENSION_ITERABLE);
            } else if self.scope().comprehension.is_some()
                && let Expr::Name(target) = &*named.target
            {
                self.bind_outside_comprehension(target);
            }
        }
        self.visit_expression(&named.value);
        self.visit_expression(&named.target);
    }

    /// Binds an assignment expression's target in the nearest scope that is no comprehension
    /// (`symtable_extend_namedexpr_scope`).
    fn bind_outside_comprehension(&mut self, target: &ExprName) {
        let name = target.id.as_str();
        let span = target.range.into();
        for index in (0..self.frame_count()).rev() {
            let frame = self.frame(index);
            let scope = &self.scopes[frame.scope.index()];
            let message = match scope.kind {
                ScopeKind::Function if scope.comprehension.is_some() => {
                    let known = self.flags_in(frame, name);
                    let bound = SymbolFlags::LOCAL.union(SymbolFlags::GLOBAL);
                    if known.intersects(SymbolFlags::COMP_ITER) && known.intersects(bound) {
                        self.report(span, errors::named_rebinds_iteration_variable(name));
                        return;
                    }
                    continue;
                }
                ScopeKind::Function => {
                    let is_global = self.flags_in(frame, name).intersects(SymbolFlags::GLOBAL);
                    let flag = if is_global { SymbolFlags::GLOBAL } else { SymbolFlags::NONLOCAL };
                    self.add(name, flag, span);
                    self.record_directive(name, span);
                    self.add_to(frame, name, SymbolFlags::LOCAL, span);
                    return;
                }
                ScopeKind::Module => {
                    self.add(name, SymbolFlags::GLOBAL, span);
                    self.record_directive(name, span);
                    self.add_to(frame, name, SymbolFlags::GLOBAL, span);
                    return;
                }
                ScopeKind::Annotation => continue,
                ScopeKind::Class => errors::NAMED_IN_CLASS_COMPREHENSION,
                ScopeKind::TypeParameters => errors::NAMED_IN_GENERIC_COMPREHENSION,
                ScopeKind::TypeAlias => errors::NAMED_IN_TYPE_ALIAS_COMPREHENSION,
                ScopeKind::TypeVariable => errors::NAMED_IN_TYPE_VARIABLE_COMPREHENSION,
            };
            self.report(span, message);
            return;
        }
    }
}
