//! Attributes: `a.b` loaded, stored, deleted.
//!
//! ```text
//! a.b      LOAD a · LOAD_ATTR b        super().b      LOAD super · LOAD __class__ · LOAD self · LOAD_SUPER_ATTR b
//! ```
//!
//! Invariant: an attribute written on several lines has the location of its name, so that each line
//! of a chain of calls gets its own line event.

use super::Builder;
use super::unit::UnitKind;
use crate::Opcode;
use pyclast_syntax::{Location, node_index};
use ruff_python_ast::{Expr, ExprAttribute, ExprContext};
use ruff_text_size::Ranged;

impl<'a> Builder<'a> {
    /// `value.attr`
    pub(super) fn visit_attribute(&mut self, expr: &'a Expr, attribute: &'a ExprAttribute) {
        let location = self.expr_location(expr);
        let name = self.name_of(node_index(attribute), &attribute.attr);
        if attribute.ctx == ExprContext::Load
            && let Some(call) = self.optimizable_super(attribute)
        {
            self.emit_super_arguments(call);
            self.emit_super_attribute(call, name, false, location);
            let location = self.update_start_location_to_match_attr(location, attribute);
            return self.emit(Opcode::Nop, location);
        }
        self.note_static_attribute(attribute);
        self.visit_expr(&attribute.value);
        let location = self.update_start_location_to_match_attr(location, attribute);
        let opcode = match attribute.ctx {
            ExprContext::Load | ExprContext::Invalid => Opcode::LoadAttr,
            ExprContext::Store => Opcode::StoreAttr,
            ExprContext::Del => Opcode::DeleteAttr,
        };
        self.emit_name(opcode, name, location);
    }

    /// The location, starting at the attribute's name if that is on a later line
    /// (`update_start_location_to_match_attr`).
    pub(super) fn update_start_location_to_match_attr(
        &self,
        location: Location,
        attribute: &'a ExprAttribute,
    ) -> Location {
        let end = self.module.location(attribute.range());
        if location.line == end.end_line {
            return location;
        }
        // CPython counts the code points of the (normalized) name, in a column of bytes.
        let length = i32::try_from(attribute.attr.chars().count()).unwrap_or(i32::MAX);
        if length <= end.end_column {
            Location { line: end.end_line, column: end.end_column - length, ..location }
        } else {
            Location { line: end.end_line, column: -1, end_column: -1, ..location }
        }
    }

    /// `self.x = …` in a method makes `x` a static attribute of the nearest class around
    /// (`_PyCompile_MaybeAddStaticAttributeToClass`).
    pub(super) fn note_static_attribute(&mut self, attribute: &'a ExprAttribute) {
        let is_self = matches!(&*attribute.value, Expr::Name(name) if name.id == "self");
        if attribute.ctx != ExprContext::Store || !is_self {
            return;
        }
        let name = self.name_of(node_index(attribute), &attribute.attr);
        // The unit being built is not its own surroundings.
        let around = self.units.len() - 1;
        let class = self.units[..around].iter_mut().rev().find(|unit| unit.kind == UnitKind::Class);
        if let Some(class) = class {
            class.static_attributes.insert(name);
        }
    }
}
