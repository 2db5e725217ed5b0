//! Comprehensions.
//!
//! Invariant: the first iterable is bound outside of the comprehension's scope, all else inside.

use super::Binder;
use super::scope::ScopeNode;
use crate::errors::Check;
use crate::types::Value;
use ruff_python_ast::{Comprehension, Expr, ExprDictComp, UnaryOp};

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
            this.bind_element(element, "generator element cannot be a primitive");
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
                this.bind_element(key, "dictionary comprehension key cannot be a primitive");
            }
            this.bind_element(&node.value, "dictionary comprehension value cannot be a primitive");
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
        self.leave_scope();
        self.state_is_again(mark);
        result
    }

    /// What a comprehension collects: an object.
    ///
    /// The reference takes the primitives around a comprehension for objects in it, so it has nothing against `[k for y in x]`
    /// with `k: int64` (its code ends the process): such a `k`, and what is computed from it, is boxed.
    fn bind_element(&mut self, element: &'a Expr, reason: &str) {
        if self.is_of_enclosing_primitives(element) {
            self.visit_expr(element, None);
        } else {
            self.visit_expected(element, Value::DYNAMIC, reason);
        }
    }

    fn is_of_enclosing_primitives(&mut self, expression: &Expr) -> bool {
        match expression {
            Expr::Name(name) => {
                let id = self.id_of(name);
                self.enclosing_primitive(id).is_some()
            }
            Expr::UnaryOp(unary) if unary.op != UnaryOp::Not => self.is_of_enclosing_primitives(&unary.operand),
            Expr::BinOp(binary) => [&binary.left, &binary.right]
                .iter()
                .all(|operand| operand.is_number_literal_expr() || self.is_of_enclosing_primitives(operand)),
            _ => false,
        }
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
