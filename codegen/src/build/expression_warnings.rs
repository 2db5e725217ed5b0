//! What CPython's code generator warns about in expressions.
//!
//! ```text
//! x is 1        "is" with 'int' literal. Did you mean "=="?
//! "a"(1)        'str' object is not callable; perhaps you missed a comma?
//! [1][2, 3]     list indices must be integers or slices, not tuple; perhaps you missed a comma?
//! ```
//!
//! Invariant: only displays and literals are judged; nothing is inferred through names.

use super::Builder;
use super::literal::is_constant;
use ruff_python_ast::{CmpOp, Expr, ExprCompare, Number};

/// A type that a node's kind alone tells, by its `tp_name` (`infer_type`).
type TypeName = &'static str;

impl<'a> Builder<'a> {
    /// `is` with a literal (`codegen_check_compare`).
    pub(super) fn check_comparison(&mut self, expr: &'a Expr, comparison: &'a ExprCompare) {
        let mut left = &*comparison.left;
        for (&op, right) in comparison.ops.iter().zip(&comparison.comparators) {
            let literal = [left, right].into_iter().find(|operand| !may_be_identity_operand(operand));
            if let (CmpOp::Is | CmpOp::IsNot, Some(literal)) = (op, literal) {
                let type_name = self.infer_type(literal).unwrap_or_default();
                let (operator, instead) = if op == CmpOp::Is { ("is", "==") } else { ("is not", "!=") };
                let message = format!("\"{operator}\" with '{type_name}' literal. Did you mean \"{instead}\"?");
                return self.warn(self.expr_span(expr), message);
            }
            left = right;
        }
    }

    /// A call of what is visibly not callable (`check_caller`).
    pub(super) fn check_callable(&mut self, function: &'a Expr) {
        if !function.is_lambda_expr()
            && let Some(type_name) = self.infer_type(function)
        {
            let message = format!("'{type_name}' object is not callable; perhaps you missed a comma?");
            self.warn(self.expr_span(function), message);
        }
    }

    /// A subscript of what visibly has none (`check_subscripter`).
    pub(super) fn check_subscriptable(&mut self, value: &'a Expr) {
        let Some(type_name) = self.infer_type(value) else { return };
        if !matches!(type_name, "str" | "bytes" | "tuple" | "list" | "dict") {
            let message = format!("'{type_name}' object is not subscriptable; perhaps you missed a comma?");
            self.warn(self.expr_span(value), message);
        }
    }

    /// A sequence with an index that is visibly no index (`check_index`).
    pub(super) fn check_index(&mut self, value: &'a Expr, index: &'a Expr) {
        let Some(index_type) = self.infer_type(index) else { return };
        if matches!(index_type, "int" | "bool") {
            return;
        }
        if let Some(type_name @ ("str" | "bytes" | "tuple" | "list")) = self.infer_type(value) {
            let message = format!(
                "{type_name} indices must be integers or slices, not {index_type}; perhaps you missed a comma?"
            );
            self.warn(self.expr_span(value), message);
        }
    }

    fn infer_type(&self, expr: &'a Expr) -> Option<TypeName> {
        Some(match expr {
            Expr::Tuple(_) => "tuple",
            Expr::List(_) | Expr::ListComp(_) => "list",
            Expr::Dict(_) | Expr::DictComp(_) => "dict",
            Expr::Set(_) | Expr::SetComp(_) => "set",
            Expr::Generator(_) => "generator",
            Expr::Lambda(_) => "function",
            Expr::TString(_) => "string.templatelib.Template",
            Expr::FString(_) | Expr::StringLiteral(_) => "str",
            Expr::BinOp(operation) if self.is_percent_format(operation) => "str",
            Expr::BytesLiteral(_) => "bytes",
            Expr::BooleanLiteral(_) => "bool",
            Expr::NoneLiteral(_) => "NoneType",
            Expr::EllipsisLiteral(_) => "ellipsis",
            Expr::NumberLiteral(literal) => match literal.value {
                Number::Int(_) => "int",
                Number::Float(_) => "float",
                Number::Complex { .. } => "complex",
            },
            // `__debug__`
            Expr::Name(_) if is_constant(expr) => "bool",
            _ => return None,
        })
    }
}

/// Whether `is` makes sense with the operand (`check_is_arg`): not with literals other than the
/// singletons, nor with tuples of constants.
fn may_be_identity_operand(operand: &Expr) -> bool {
    match operand {
        Expr::NumberLiteral(_) | Expr::StringLiteral(_) | Expr::BytesLiteral(_) => false,
        Expr::Tuple(tuple) => !tuple.elts.iter().all(is_constant),
        _ => true,
    }
}
