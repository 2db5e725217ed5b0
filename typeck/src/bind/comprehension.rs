//! Comprehensions.
//!
//! Invariant: the first iterable is bound outside of the comprehension's scope, all else inside.

use super::Binder;
use super::scope::ScopeNode;
use crate::errors::Check;
use crate::types::Value;
use ruff_python_ast::{Comprehension, Expr, ExprDictComp};

impl<'a> Binder<'_, 'a> {
    /// `visit_comprehension`
    pub(super) fn bind_comprehension(
        &mut self,
        node: &'a Expr,
        generators: &'a [Comprehension],
        element: &'a Expr,
    ) -> Check<()> {
        self.in_comprehension(node, generators, |this, rest| {
            for generator in rest {
                this.visit_expr(&generator.iter, None);
                this.bind_generator(generator)?;
            }
            this.visit_expected(element, Value::DYNAMIC, "generator element cannot be a primitive");
            Ok(())
        })
    }

    pub(super) fn bind_dict_comprehension(
        &mut self,
        node: &'a ExprDictComp,
        expression: &'a Expr,
        context: Option<Value>,
    ) -> Check<()> {
        self.in_comprehension(expression, &node.generators, |this, rest| {
            for generator in rest {
                this.visit_expr(&generator.iter, None);
                // The reference forgets the targets and tests here, and fails when it generates code for them.
                this.bind_generator(generator)?;
            }
            if let Some(key) = &node.key {
                this.visit_expected(key, Value::DYNAMIC, "dictionary comprehension key cannot be a primitive");
            }
            this.visit_expected(&node.value, Value::DYNAMIC, "dictionary comprehension value cannot be a primitive");
            Ok(())
        })?;
        let key = node.key.as_ref().map_or(Value::DYNAMIC, |key| self.get_type(&**key));
        let value = self.get_type(&*node.value);
        self.set_dict_type(expression, Some(key), Some(value), context)
    }

    fn in_comprehension(
        &mut self,
        node: &'a Expr,
        generators: &'a [Comprehension],
        step: impl FnOnce(&mut Self, &'a [Comprehension]) -> Check<()>,
    ) -> Check<()> {
        let Some((first, rest)) = generators.split_first() else { return Ok(()) };
        self.visit_expr(&first.iter, None);
        let scope = self.new_scope(ScopeNode::Other, node);
        // Nothing in the comprehension changes what is known around it.
        let mark = self.state_mark();
        self.state_changes();
        self.scopes.push(scope);
        let result = self.bind_generator(first).and_then(|()| step(self, rest));
        self.scopes.pop();
        self.state_is_again(mark);
        result
    }

    /// The target and tests of a generator whose iterable is bound.
    fn bind_generator(&mut self, generator: &'a Comprehension) -> Check<()> {
        let container = self.get_type(&generator.iter);
        let element = self.iter_type(container, &generator.iter);
        self.in_target(|this| this.visit_expr(&generator.target, None));
        self.assign_value(&generator.target, element, None, None)?;
        for test in &generator.ifs {
            self.visit_expr(test, None);
        }
        Ok(())
    }
}
