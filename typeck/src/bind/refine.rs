//! What a test on a name or a field says about it.
//!
//! ```text
//! if x.y is not None: …        x.y has a temporary in the branch, of the type without None
//! ```
//!
//! Invariant: only names and fields (slots) of names are refined.

use super::effects::{Effect, Path, Refine};
use super::{Binder, ScopeNode};
use crate::errors::Check;
use crate::types::{ClassId, Value};
use pyclast_syntax::node_index;
use ruff_python_ast::Expr;
use std::rc::Rc;

impl Binder<'_, '_> {
    /// Whether a test on the expression tells about it (`is_refinable`).
    pub(crate) fn is_refinable(&mut self, node: &Expr) -> bool {
        match node {
            Expr::Name(_) | Expr::Named(_) => true,
            Expr::Attribute(attribute) if attribute.value.is_name_expr() => {
                let class = self.types.class_of(self.get_type(&*attribute.value));
                self.find_slot(class, &attribute.attr).is_some()
            }
            _ => false,
        }
    }

    /// The temporary of a field (`refined_field_index`).
    pub(crate) fn refined_field_index(&mut self, path: Path) -> u32 {
        let next = u32::try_from(self.refined_indices.len()).unwrap_or(u32::MAX);
        *self.refined_indices.entry(path).or_insert(next)
    }

    /// An `IsInstanceEffect`: the expression is of one type if the test holds, of the rest if not.
    pub(crate) fn refine(&mut self, node: &Expr, previous: Value, holds: Value) -> Check<Effect> {
        let Some(path) = self.access_path(node) else { return Ok(Effect::NONE) };
        let mut fails = previous;
        if let Value::Instance(class) = previous
            && self.types.is_union(class)
        {
            let holds = self.types.class_of(holds);
            let args = Rc::clone(&self.types.class(class).type_args);
            let rest: Vec<_> = args.iter().copied().filter(|&arg| !self.types.can_assign(holds, arg)).collect();
            let rest = self.types.union(&rest)?;
            fails = self.types.instance(rest);
        }
        let temporary = self.refined_field_index(path);
        Ok(Refine { path, node: node_index(node), previous, holds, fails, temporary }.into())
    }

    /// What it says of an expression that it is true (`refine_truthy`): that it is not `None`.
    pub(crate) fn refine_truthy(&mut self, node: &Expr) -> Check<Effect> {
        if !self.is_refinable(node) {
            return Ok(Effect::NONE);
        }
        self.refine_true(node, self.get_type(node))
    }

    /// The same of what is refinable, and of that type.
    pub(super) fn refine_true(&mut self, node: &Expr, value: Value) -> Check<Effect> {
        match value {
            value @ Value::Instance(class)
                if self.types.is_union(class) && !matches!(class, ClassId::UNION | ClassId::OPTIONAL) =>
            {
                Ok(self.refine(node, value, Value::NONE)?.not())
            }
            _ => Ok(Effect::NONE),
        }
    }

    /// Testing something that is no bool may run code (`clear_refinements_for_nonbool_test`).
    pub(super) fn clear_after_test(&mut self, test: &Expr) {
        if self.types.class_of(self.get_type(test)) != ClassId::BOOL {
            self.forget_fields();
        }
    }

    /// The test holds here.
    pub(super) fn apply(&mut self, effect: &Effect) {
        if !effect.is_none() {
            effect.apply(self.state());
        }
    }

    /// The test does not hold here.
    pub(super) fn reverse(&mut self, effect: &Effect) {
        if !effect.is_none() {
            effect.reverse(self.state());
        }
    }

    /// Nobody knows whether the test holds here.
    pub(super) fn undo(&mut self, effect: &Effect) {
        if !effect.is_none() {
            effect.undo(self.state());
        }
    }

    fn forget_fields(&mut self) {
        if !self.scope().state.refined.is_empty() {
            self.state().refined.clear();
        }
    }

    /// Whether the current scope is a class.
    pub(super) fn is_class_scope(&self) -> bool {
        matches!(self.scope().node, ScopeNode::Class(_))
    }

    /// `access_path`: of names, and attributes of names.
    pub(super) fn access_path(&mut self, node: &Expr) -> Option<Path> {
        let node = if let Expr::Named(named) = node { &*named.target } else { node };
        match node {
            Expr::Name(name) => Some(Path::Name(self.id_of(name))),
            Expr::Attribute(attribute) => {
                let Expr::Name(base) = &*attribute.value else { return None };
                Some(Path::Field(self.id_of(base), self.field_of(attribute)))
            }
            _ => None,
        }
    }
}
