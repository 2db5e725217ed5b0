//! Displays of checked lists and dicts.
//!
//! ```text
//! [1, *a]    (CheckedList[int])     1 · BUILD_CHECKED_LIST (type, 1) · COPY 1 · LOAD_METHOD_STATIC extend · a · INVOKE_METHOD · POP_TOP
//! ```
//!
//! Invariant: the items of a checked list are of its type before it is built; a checked dict looks for itself.

use super::super::Builder;
use super::descriptor::{member_constant, type_constant};
use crate::{Constant, Opcode};
use pyclast_syntax::Location;
use pyclast_syntax::type_facts::{Descriptor, TypeKind};
use ruff_python_ast::{DictItem, Expr, ExprDict};

/// How many items are built at once.
const MAX_ITEMS: usize = 0xFFFF;

impl<'a> Builder<'a> {
    /// A list display that makes a checked list.
    pub(super) fn emit_checked_list(&mut self, expr: &'a Expr, elements: &'a [Expr]) {
        let Some(class) = self.type_of(expr).and_then(|fact| fact.descriptor.as_ref()) else { return };
        let location = self.expr_location(expr);
        let extend = member_constant(type_constant(class), "extend");
        let mut is_built = false;
        for run in elements.chunk_by(|left, right| !left.is_starred_expr() && !right.is_starred_expr()) {
            if let [Expr::Starred(starred)] = run {
                if !is_built {
                    self.emit_checked(Opcode::BuildCheckedList, class, 0, location);
                }
                self.emit_extension(&extend, location, |this| this.visit_boxed(&starred.value));
            } else if is_built {
                self.emit_extension(&extend, location, |this| this.emit_checked_items(class, run, location));
            } else {
                self.emit_checked_items(class, run, location);
            }
            is_built = true;
        }
        if !is_built {
            self.emit_checked(Opcode::BuildCheckedList, class, 0, location);
        }
    }

    fn emit_checked_items(&mut self, class: &Descriptor, items: &'a [Expr], location: Location) {
        let wanted = class.arguments.as_ref().and_then(|arguments| arguments.first());
        for item in items {
            self.visit_boxed(item);
            let is_dynamic = self.type_of(item).is_none_or(|fact| fact.kind == TypeKind::Dynamic);
            if let Some(wanted) = wanted.filter(|wanted| is_dynamic && !wanted.is_object()) {
                self.emit_with_type(Opcode::Cast, wanted, self.expr_location(item));
            }
        }
        self.emit_checked(Opcode::BuildCheckedList, class, items.len(), location);
    }

    /// A dict display that makes a checked dict.
    pub(super) fn emit_checked_dict(&mut self, expr: &'a Expr, dict: &'a ExprDict) {
        let Some(class) = self.type_of(expr).and_then(|fact| fact.descriptor.as_ref()) else { return };
        let location = self.expr_location(expr);
        let update = member_constant(type_constant(class), "update");
        let mut is_built = false;
        for run in dict.items.chunk_by(|left, right| left.key.is_some() && right.key.is_some()) {
            if let [DictItem { key: None, value }] = run {
                if !is_built {
                    self.emit_checked(Opcode::BuildCheckedMap, class, 0, location);
                    is_built = true;
                }
                self.emit_extension(&update, location, |this| this.visit_boxed(value));
                continue;
            }
            for items in run.chunks(MAX_ITEMS) {
                if is_built {
                    self.emit_extension(&update, location, |this| this.emit_checked_pairs(class, items, location));
                } else {
                    self.emit_checked_pairs(class, items, location);
                }
                is_built = true;
            }
        }
        if !is_built {
            self.emit_checked(Opcode::BuildCheckedMap, class, 0, location);
        }
    }

    fn emit_checked_pairs(&mut self, class: &Descriptor, items: &'a [DictItem], location: Location) {
        for item in items {
            if let Some(key) = &item.key {
                self.visit_boxed(key);
            }
            self.visit_boxed(&item.value);
        }
        self.emit_checked(Opcode::BuildCheckedMap, class, items.len(), location);
    }

    /// Calls a method of the collection on the stack with one argument.
    fn emit_extension(&mut self, method: &Constant, location: Location, argument: impl FnOnce(&mut Self)) {
        self.emit_duplicate(location);
        self.emit_virtual_call(method, 1, false, location, argument);
        self.emit(Opcode::PopTop, location);
    }

    /// `BUILD_CHECKED_LIST`, `BUILD_CHECKED_MAP`
    fn emit_checked(&mut self, opcode: Opcode, class: &Descriptor, items: usize, location: Location) {
        let class = self.type_constant(class);
        let count = Constant::int(i64::try_from(items).unwrap_or_default());
        self.emit_typed_values(opcode, Constant::tuple([class, count]), items, location);
    }

    /// The empty collection that a comprehension fills; whether it is a checked one.
    pub(in crate::build) fn emit_checked_start(&mut self, expr: &'a Expr, location: Location) -> bool {
        let opcode = match (expr, self.sequence_of(expr)) {
            (Expr::ListComp(_), Some((pyclast_syntax::type_facts::Sequence::CheckedList, _))) => {
                Opcode::BuildCheckedList
            }
            (Expr::DictComp(_), Some((pyclast_syntax::type_facts::Sequence::CheckedDict, _))) => {
                Opcode::BuildCheckedMap
            }
            _ => return false,
        };
        let Some(class) = self.type_of(expr).and_then(|fact| fact.descriptor.as_ref()) else { return false };
        self.emit_checked(opcode, class, 0, location);
        true
    }
}
