//! Constants of the checker → constants of the facts: those that stand where no literal does.
//!
//! ```text
//! x: int8 = -128        -128 is one constant, at the place of the `-`
//! A: Final[int] = 3     A is 3 wherever it is read
//! ```
//!
//! Invariant: literals are not here: they are what they are.

use super::Lowering;
use crate::constants::Constant;
use pyclast_syntax::node_index;
use pyclast_syntax::type_facts::{ConstantFact, TypeKind};
use ruff_python_ast::{Expr, ExprContext, ExprName};

impl Lowering<'_, '_> {
    /// A name that stands for a constant: a `Final`, which is one of the module's own.
    pub(super) fn lower_name(&mut self, name: &ExprName) {
        let (index, facts) = (node_index(name), self.checker.facts(self.module));
        if name.ctx == ExprContext::Load
            && facts.own_names.contains(index)
            && let Some(constant) = facts.final_names.get(&index)
        {
            self.facts.constants.insert(index, constant_fact(constant));
        }
    }

    /// An expression that the code generator does not know to be a constant, if it is one.
    pub(super) fn lower_constant(&mut self, expression: &Expr) {
        let index = node_index(expression);
        let constant = match expression {
            Expr::UnaryOp(_) | Expr::BinOp(_) | Expr::Subscript(_) | Expr::List(_) | Expr::Set(_) => {
                // Others are folded by the code generator itself.
                let is_needed = expression.is_list_expr()
                    || expression.is_set_expr()
                    || self
                        .facts
                        .node(index)
                        .is_some_and(|id| matches!(self.facts.get(id).kind, TypeKind::Primitive(_)));
                if is_needed { self.checker.constant(self.module, expression) } else { None }
            }
            _ => None,
        };
        if let Some(constant) = constant {
            self.facts.constants.insert(index, constant_fact(&constant));
        }
    }
}

/// The same constant.
pub(super) fn constant_fact(constant: &Constant) -> ConstantFact {
    let items = |items: &[Constant]| items.iter().map(constant_fact).collect();
    match constant {
        Constant::None => ConstantFact::None,
        Constant::Ellipsis => ConstantFact::Ellipsis,
        Constant::Bool(value) => ConstantFact::Bool(*value),
        Constant::Int(value) => ConstantFact::Int(value.clone().into()),
        Constant::Float(value) => ConstantFact::Float(*value),
        Constant::Complex(real, imaginary) => ConstantFact::Complex(*real, *imaginary),
        Constant::Str(value) => ConstantFact::Str(value.clone()),
        Constant::Bytes(value) => ConstantFact::Bytes(value.clone()),
        Constant::Tuple(value) => ConstantFact::Tuple(items(value)),
        Constant::FrozenSet(value) => ConstantFact::FrozenSet(items(value)),
    }
}
