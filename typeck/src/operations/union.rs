//! Operations on unions: on each of the types, and the union of the results (`_generic_bind`).
//!
//! ```text
//! x: Optional[C]        x.a: "Optional[m.C]: 'NoneType' object has no attribute 'a'"
//! ```
//!
//! Invariant: the first error of a type is reported at the whole node, with the union's name before it.

use crate::bind::Binder;
use crate::errors::{Check, ErrorClass, Raised};
use crate::types::{ClassId, Value};
use ruff_python_ast::HasNodeIndex;
use ruff_text_size::Ranged;
use std::rc::Rc;

impl<'a> Binder<'_, 'a> {
    /// Does a step for each type of a union: whether all of them know the result. A step leaves its result as the
    /// type of the node.
    pub(super) fn bind_union(
        &mut self,
        union: ClassId,
        node: &'a (impl HasNodeIndex + Ranged),
        description: &str,
        mut step: impl FnMut(&mut Self, Value) -> Check<bool>,
    ) -> Check<bool> {
        if self.types.class(union).type_def.is_none() {
            self.error_on(node, format!("cannot {description} unbound Union"));
        }
        let mut results = Vec::new();
        let mut all = true;
        for &class in &*Rc::clone(&self.types.class(union).type_args) {
            let before = self.errors.len();
            let instance = self.types.instance(class);
            let outcome = step(self, instance);
            let reported = self.errors.take_after(before).into_iter().next();
            let failure = match (reported, outcome) {
                (Some(error), _) => Some(Raised::of(error.message, error.class)),
                (None, Err(raised)) => Some(raised),
                (None, Ok(holds)) => {
                    if holds {
                        let result = self.get_type(node);
                        results.push(self.types.class_of(result));
                    }
                    all &= holds;
                    None
                }
            };
            if let Some(raised) = failure {
                if raised.class != ErrorClass::Type {
                    return Err(raised);
                }
                let name = self.types.name(Value::Instance(union));
                self.error_on(node, format!("{name}: {}", raised.message));
                break;
            }
        }
        let result = self.types.union(&results)?;
        let result = self.types.instance(result);
        self.set_type(node, result);
        Ok(all)
    }
}
