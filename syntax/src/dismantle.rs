//! Drops syntax trees of any depth without recursion.
//!
//! `x.a.a.a…` with a million links is a tree a million levels deep; dropping it as it is would
//! overflow the stack.
//!
//! Invariant: afterwards the module is empty.

use ruff_python_ast::visitor::transformer::{Transformer, walk_expr, walk_interpolated_string_element, walk_stmt};
use ruff_python_ast::{
    AtomicNodeIndex, Expr, ExprNoneLiteral, InterpolatedStringElement, InterpolatedStringFormatSpec, ModModule, Stmt,
    StmtPass,
};
use ruff_text_size::TextRange;
use std::cell::RefCell;

/// Takes the module apart, node by node.
pub(crate) fn dismantle(module: &mut ModModule) {
    let pieces = Pieces::default();
    pieces.statements.replace(module.body.drain(..).collect());
    loop {
        // Each child that a walk reaches is moved to a list, so walks and drops stay one level deep.
        if let Some(mut expression) = pop(&pieces.expressions) {
            walk_expr(&pieces, &mut expression);
        } else if let Some(mut spec) = pop(&pieces.specs) {
            for element in &mut *spec.elements {
                pieces.visit_interpolated_string_element(element);
            }
        } else if let Some(mut statement) = pop(&pieces.statements) {
            walk_stmt(&pieces, &mut statement);
        } else {
            return;
        }
    }
}

fn pop<T>(list: &RefCell<Vec<T>>) -> Option<T> {
    list.borrow_mut().pop()
}

#[derive(Default)]
struct Pieces {
    expressions: RefCell<Vec<Expr>>,
    specs: RefCell<Vec<InterpolatedStringFormatSpec>>,
    statements: RefCell<Vec<Stmt>>,
}

impl Transformer for Pieces {
    fn visit_expr(&self, expression: &mut Expr) {
        let nothing = ExprNoneLiteral { range: TextRange::default(), node_index: AtomicNodeIndex::NONE };
        let expression = std::mem::replace(expression, Expr::NoneLiteral(nothing));
        self.expressions.borrow_mut().push(expression);
    }

    fn visit_stmt(&self, statement: &mut Stmt) {
        let nothing = StmtPass { range: TextRange::default(), node_index: AtomicNodeIndex::NONE };
        let statement = std::mem::replace(statement, Stmt::Pass(nothing));
        self.statements.borrow_mut().push(statement);
    }

    fn visit_interpolated_string_element(&self, element: &mut InterpolatedStringElement) {
        if let InterpolatedStringElement::Interpolation(field) = element
            && let Some(spec) = field.format_spec.take()
        {
            self.specs.borrow_mut().push(*spec);
        }
        walk_interpolated_string_element(self, element);
    }
}
