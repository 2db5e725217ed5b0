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
use crate::{Constant, Opcode};
use pyclast_syntax::type_facts::DictView;
use pyclast_syntax::{Location, node_index};
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
            self.import_view_class(if method.attr.as_str() == "keys" { "KeysView" } else { "ItemsView" }, location);
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

    /// A class of `collections.abc`, to be called.
    fn import_view_class(&mut self, class: &str, location: Location) {
        self.emit_const(Constant::int(0), location);
        self.emit_const(Constant::tuple([Constant::str(class)]), location);
        let module = self.names.intern("collections.abc");
        self.emit_name(Opcode::ImportName, module, location);
        let class = self.names.intern(class);
        self.emit_name(Opcode::ImportFrom, class, location);
        self.emit_arg(Opcode::Swap, 2, location);
        self.emit(Opcode::PopTop, location);
        self.emit(Opcode::PushNull, location);
    }
}
