//! Views of checked dictionaries that are used as sets.
//!
//! ```text
//! k in d.keys()           k · d · CONTAINS_OP in
//! d.keys() & other        BUILD_MAP 0 · d · DICT_UPDATE 1 · LOAD_ATTR keys · CALL 0 · other · BINARY_OP &
//! ks = d.keys()           collections.abc.KeysView · d · CALL 1 · ks, if something may be sought in ks
//! ```
//!
//! Invariant: no view of a checked dictionary is used as a set where it is made: CinderX would take the dictionary for a
//! `dict`.

use super::super::Builder;
use crate::Opcode;
use pyclast_syntax::node_index;
use pyclast_syntax::type_facts::DictView;
use ruff_python_ast::{Expr, ExprCall};

impl<'a> Builder<'a> {
    /// `d.keys()` or `d.items()`, if something takes its place.
    pub(super) fn visit_set_view(&mut self, expr: &'a Expr, call: &'a ExprCall) -> bool {
        let view = self.typed_facts().and_then(|facts| facts.views.get(&node_index(call)));
        let (Some(view), Expr::Attribute(method)) = (view, &*call.func) else { return false };
        if *view == DictView::Dict {
            self.visit_expr(&method.value);
            return true;
        }
        let location = self.expr_location(expr);
        if *view == DictView::Kept {
            let class = if method.attr.as_str() == "keys" { "KeysView" } else { "ItemsView" };
            self.emit_imported("collections.abc", class, location);
            self.emit(Opcode::PushNull, location);
            self.visit_expr(&method.value);
            self.emit_arg(Opcode::Call, 1, location);
            return true;
        }
        self.emit_arg(Opcode::BuildMap, 0, location);
        self.visit_expr(&method.value);
        self.emit_arg(Opcode::DictUpdate, 1, location);
        let name = self.names.intern(&method.attr.id);
        self.emit_name_bits(Opcode::LoadAttr, name, 1, 1, location);
        self.emit_arg(Opcode::Call, 0, location);
        true
    }
}
