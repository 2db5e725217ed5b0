//! Views of checked dictionaries where they are used as sets → what is used instead.
//!
//! ```text
//! k in d.keys()       → k in d                    d.keys() & other    → {**d}.keys() & other
//! ks = d.keys()       → ks = KeysView(d), if a variable or an attribute of that name is used as a set in the module
//! ```
//!
//! CinderX takes a checked dictionary for a `dict` where a view of it is asked for a key: that ends the process, or is a
//! `SystemError` (`dictkeys_contains`, `dictitems_contains`). Views that are iterated or measured are sound.
//!
//! Invariant: the view of a copy is gone when the expression has its value, so it cannot be seen.

use super::Lowering;
use crate::types::{ClassKind, Value};
use pyclast_syntax::node_index;
use pyclast_syntax::type_facts::DictView;
use ruff_python_ast::name::Name;
use ruff_python_ast::visitor::{Visitor, walk_expr};
use ruff_python_ast::{CmpOp, Expr, ExprCompare};
use rustc_hash::FxHashSet;

impl Lowering<'_, '_> {
    /// Notes the views that an expression uses.
    pub(super) fn lower_views(&mut self, expression: &Expr) {
        match expression {
            Expr::Compare(comparison) => self.lower_compared_views(comparison),
            Expr::BinOp(operation) => {
                self.lower_view(&operation.left, DictView::OfCopy);
                self.lower_view(&operation.right, DictView::OfCopy);
            }
            Expr::Attribute(attribute) => self.lower_view(&attribute.value, DictView::OfCopy),
            Expr::Named(named) => self.lower_kept_view(std::slice::from_ref(&named.target), &named.value),
            _ => {}
        }
    }

    /// Notes a view of a checked dictionary.
    pub(super) fn lower_view(&mut self, expression: &Expr, view: DictView) {
        let Expr::Call(call) = expression else { return };
        let Expr::Attribute(method) = &*call.func else { return };
        if !call.arguments.is_empty() || !matches!(method.attr.as_str(), "keys" | "items") {
            return;
        }
        if let Value::Instance(class) = self.checker.type_of(self.module, &*method.value)
            && matches!(self.checker.types.kind(class), ClassKind::CheckedDict)
        {
            let is_dict = view == DictView::Dict && method.attr.as_str() != "keys";
            self.facts.views.insert(node_index(call), if is_dict { DictView::OfCopy } else { view });
        }
    }

    /// Notes a view that is kept in a variable or an attribute, and used as a set.
    pub(super) fn lower_kept_view(&mut self, targets: &[Expr], value: &Expr) {
        if !value.is_call_expr() {
            return;
        }
        let names = targets.iter().filter_map(name_of);
        let searched = self.searched_names();
        if names.into_iter().any(|name| searched.contains(name)) {
            self.lower_view(value, DictView::Kept);
        }
    }

    /// The names that are used as sets somewhere in the module.
    fn searched_names(&mut self) -> &FxHashSet<Name> {
        let body = self.checker.source(self.module).map(|source| &source.parsed.module().body);
        self.searched.get_or_insert_with(|| {
            let mut uses = Uses::default();
            body.into_iter().flatten().for_each(|statement| uses.visit_stmt(statement));
            uses.names
        })
    }

    fn lower_compared_views(&mut self, comparison: &ExprCompare) {
        self.lower_view(&comparison.left, DictView::OfCopy);
        let last = comparison.ops.len() - 1;
        for (position, (operator, comparator)) in comparison.ops.iter().zip(&comparison.comparators).enumerate() {
            let is_searched = matches!(operator, CmpOp::In | CmpOp::NotIn) && position == last;
            self.lower_view(comparator, if is_searched { DictView::Dict } else { DictView::OfCopy });
        }
    }
}

/// Finds what is used as a set.
#[derive(Default)]
struct Uses {
    names: FxHashSet<Name>,
}

impl Uses {
    fn add(&mut self, expression: &Expr) {
        self.names.extend(name_of(expression).cloned());
    }
}

impl<'a> Visitor<'a> for Uses {
    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Compare(comparison) if !comparison.ops.iter().all(|op| matches!(op, CmpOp::Is | CmpOp::IsNot)) => {
                self.add(&comparison.left);
                comparison.comparators.iter().for_each(|operand| self.add(operand));
            }
            Expr::BinOp(operation) => [&operation.left, &operation.right].iter().for_each(|operand| self.add(operand)),
            Expr::Attribute(attribute) if attribute.attr.as_str() == "isdisjoint" => self.add(&attribute.value),
            _ => {}
        }
        walk_expr(self, expression);
    }
}

/// The name of a variable or of an attribute.
fn name_of(expression: &Expr) -> Option<&Name> {
    match expression {
        Expr::Name(name) => Some(&name.id),
        Expr::Attribute(attribute) => Some(&attribute.attr.id),
        _ => None,
    }
}
