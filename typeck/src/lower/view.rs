//! Views of checked dictionaries where they are used as sets → what is used instead.
//!
//! ```text
//! k in d.keys()       → k in d                    d.keys() & other    → {**d}.keys() & other
//! ```
//!
//! CinderX takes a checked dictionary for a `dict` where a view of it is asked for a key: that ends the process, or is a
//! `SystemError` (`dictkeys_contains`, `dictitems_contains`). Views that are iterated or measured are sound.
//!
//! Invariant: the view is gone when the expression has its value; that it is one of a copy cannot be seen.

use super::Lowering;
use crate::types::{ClassKind, Value};
use pyclast_syntax::node_index;
use pyclast_syntax::type_facts::DictView;
use ruff_python_ast::{CmpOp, Expr, ExprCompare};

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
            let view = if method.attr.as_str() == "keys" { view } else { DictView::OfCopy };
            self.facts.views.insert(node_index(call), view);
        }
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
