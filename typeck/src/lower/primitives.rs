//! A function → its locals that are primitives.
//!
//! Invariant: what the functions in it assign is their own; what its comprehensions assign is listed too.

use super::Lowering;
use crate::constant_fold::is_leaf;
use crate::types::ClassKind;
use pyclast_syntax::node_index;
use pyclast_syntax::type_facts::TypeCode;
use ruff_python_ast::name::Name;
use ruff_python_ast::visitor::source_order::{SourceOrderVisitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, ExprContext, Stmt, StmtFunctionDef};

impl Lowering<'_, '_> {
    /// Parameters and locals that are primitives.
    pub(super) fn primitives(&self, node: &StmtFunctionDef) -> Vec<(Name, TypeCode)> {
        let mut names = Primitives { lowering: self, found: Vec::new() };
        for parameter in &node.parameters {
            names.note(&parameter.as_parameter().name.id, node_index(parameter.as_parameter()));
        }
        names.visit_body(&node.body);
        names.found
    }
}

struct Primitives<'l, 'c, 'a> {
    lowering: &'l Lowering<'c, 'a>,
    found: Vec<(Name, TypeCode)>,
}

impl Primitives<'_, '_, '_> {
    fn note(&mut self, name: &Name, index: u32) {
        let checker = &*self.lowering.checker;
        let Some(value) = checker.facts(self.lowering.module).type_of(index) else { return };
        let code = match checker.types.kind(checker.types.class_of(value)) {
            ClassKind::PrimitiveInt(primitive) if checker.types.is_primitive(value) => {
                TypeCode::from_code(primitive.constant)
            }
            ClassKind::Double if checker.types.is_primitive(value) => Some(TypeCode::Double),
            _ => None,
        };
        if let Some(code) = code
            && !self.found.iter().any(|(known, _)| known == name)
        {
            self.found.push((name.clone(), code));
        }
    }
}

impl<'a> SourceOrderVisitor<'a> for Primitives<'_, '_, '_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        if !matches!(statement, Stmt::FunctionDef(_) | Stmt::ClassDef(_)) {
            stacker::maybe_grow(64 * 1024, 1024 * 1024, || walk_stmt(self, statement));
        }
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Name(name) if name.ctx == ExprContext::Store => self.note(&name.id, node_index(name)),
            Expr::Lambda(_) => {}
            leaf if is_leaf(leaf) => {}
            _ => stacker::maybe_grow(64 * 1024, 1024 * 1024, || walk_expr(self, expression)),
        }
    }
}
