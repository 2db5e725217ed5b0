//! A syntax tree → which of its expressions are constants for the checker (CinderX's `optimizer.py: AstOptimizer`, which runs
//! before anything is typed).
//!
//! ```text
//! x: int8 = -128            -128 is one constant, at the place of the `-`
//! "ab" * 2                  'abab'                2 ** 500      too large: an operation on two constants
//! not x in y                x not in y              x in [1, y]      x in (1, y)
//! ```
//!
//! Positions do not change: a constant has the range of the expression it replaces, a negated comparison that of the comparison.
//!
//! Invariant: the walk is one pass over the statements that the parser's marks name; the walk of the checker asks [`Folds`] by node index.

mod arithmetic;

use crate::constants::{Constant, Folds};
use arithmetic::Binary;
use pyclast_syntax::literal::{bytes_value, number_value, string_value};
use pyclast_syntax::{NumberValue, ParsedModule, node_index};
use ruff_python_ast::statement_visitor::{self, StatementVisitor};
use ruff_python_ast::visitor::source_order::{SourceOrderVisitor, walk_comprehension, walk_expr, walk_stmt};
use ruff_python_ast::{CmpOp, Comprehension, Expr, ExprContext, ExprUnaryOp, HasNodeIndex, Operator, Stmt, UnaryOp};

/// Folds a module. `optimize`: as `-O`, which makes `__debug__` false.
pub fn fold(module: &ParsedModule, optimize: bool) -> Folds {
    let mut folder = Folder { module: Some(module), text: module.text(), debug: !optimize, folds: Folds::default() };
    StatementVisitor::visit_body(&mut folder, &module.module().body);
    folder.folds
}

/// Folds an expression that is no part of a module's tree, the text of an annotation, whose nodes are numbered.
pub fn fold_expression(expression: &Expr, text: &str, optimize: bool) -> Folds {
    let mut folder = Folder { module: None, text, debug: !optimize, folds: Folds::default() };
    folder.visit_expr(expression);
    folder.folds
}

/// The value of a literal.
pub(crate) fn literal(expression: &Expr, text: &str) -> Option<Constant> {
    Some(match expression {
        Expr::NumberLiteral(literal) => match number_value(&literal.value) {
            NumberValue::Int(value) => Constant::Int(value.to_big()),
            NumberValue::Float(value) => Constant::Float(value),
            NumberValue::Imaginary(value) => Constant::Complex(0.0, value),
        },
        Expr::StringLiteral(literal) => Constant::Str(string_value(literal, text)),
        Expr::BytesLiteral(literal) => Constant::Bytes(bytes_value(literal).into()),
        Expr::BooleanLiteral(literal) => Constant::Bool(literal.value),
        Expr::NoneLiteral(_) => Constant::None,
        Expr::EllipsisLiteral(_) => Constant::Ellipsis,
        _ => return None,
    })
}

/// Whether an expression of that kind may become a constant. Most are of other kinds, and need not be looked for.
pub(crate) fn may_fold(expression: &Expr) -> bool {
    match expression {
        Expr::Name(name) => name.id == "__debug__",
        Expr::UnaryOp(_) | Expr::BinOp(_) | Expr::Tuple(_) | Expr::Subscript(_) | Expr::List(_) | Expr::Set(_) => true,
        _ => false,
    }
}

/// Whether there are no expressions in an expression.
pub(crate) fn is_leaf(expression: &Expr) -> bool {
    expression.is_name_expr() || expression.is_literal_expr()
}

fn index_of(expression: &Expr) -> Option<u32> {
    expression.node_index().load().as_u32()
}

/// The walk: operands first.
struct Folder<'text> {
    /// None for an expression that is no part of a module's tree.
    module: Option<&'text ParsedModule>,
    text: &'text str,
    debug: bool,
    folds: Folds,
}

impl Folder<'_> {
    fn constant(&self, expression: &Expr) -> Option<Constant> {
        literal(expression, self.text).or_else(|| self.folds.constants.get(&index_of(expression)?).cloned())
    }

    fn constants(&self, elements: &[Expr]) -> Option<Vec<Constant>> {
        elements.iter().map(|element| self.constant(element)).collect()
    }

    fn fold(&self, expression: &Expr) -> Option<Constant> {
        match expression {
            Expr::UnaryOp(node) => arithmetic::unary(node.op, &self.constant(&node.operand)?),
            Expr::BinOp(node) => {
                // Looking at the right operand first makes a long chain of names cheap.
                let right = self.constant(&node.right)?;
                arithmetic::binary(binary(node.op)?, &self.constant(&node.left)?, &right)
            }
            Expr::Tuple(node) if node.ctx == ExprContext::Load => self.constants(&node.elts).map(Constant::Tuple),
            Expr::Subscript(node) if node.ctx == ExprContext::Load => {
                arithmetic::item(&self.constant(&node.value)?, &self.constant(&node.slice)?)
            }
            Expr::Name(name) if name.ctx == ExprContext::Load && name.id == "__debug__" => {
                Some(Constant::Bool(self.debug))
            }
            _ => None,
        }
    }

    /// Nobody looks into a constant. Kept, the parts of a long sum of strings would take quadratic memory.
    fn forget_operands(&mut self, expression: &Expr) {
        let mut forget = |operand: &Expr| index_of(operand).and_then(|index| self.folds.constants.remove(&index));
        match expression {
            Expr::UnaryOp(node) => drop(forget(&node.operand)),
            Expr::BinOp(node) => drop((forget(&node.left), forget(&node.right))),
            Expr::Tuple(node) => node.elts.iter().for_each(|element| drop(forget(element))),
            Expr::Subscript(node) => drop((forget(&node.value), forget(&node.slice))),
            _ => {}
        }
    }

    /// A list or set that is iterated or searched and nothing else (`AstOptimizer._visitIter`).
    fn fold_iterated(&mut self, expression: &Expr) {
        match expression {
            Expr::List(list) => match self.constants(&list.elts) {
                Some(items) => drop(self.folds.constants.insert(node_index(list), Constant::Tuple(items))),
                None if list.elts.iter().any(Expr::is_starred_expr) => {}
                None => drop(self.folds.tuples.insert(node_index(list))),
            },
            Expr::Set(set) => {
                if let Some(items) = self.constants(&set.elts) {
                    self.folds.constants.insert(node_index(set), Constant::FrozenSet(distinct(items)));
                }
            }
            _ => {}
        }
    }

    /// `not left in right` is `left not in right`; so is `not not left not in right`.
    fn invert(&mut self, unary: &ExprUnaryOp) {
        if unary.op != UnaryOp::Not {
            return;
        }
        let inverts = match &*unary.operand {
            Expr::Compare(compare) => {
                matches!(*compare.ops, [CmpOp::Is | CmpOp::IsNot | CmpOp::In | CmpOp::NotIn])
            }
            Expr::UnaryOp(inner) => self.folds.inverted_comparisons.contains(&node_index(inner)),
            _ => false,
        };
        if inverts {
            self.folds.inverted_comparisons.insert(node_index(unary));
        }
    }
}

fn distinct(items: Vec<Constant>) -> Vec<Constant> {
    let mut members: Vec<Constant> = Vec::new();
    for item in items {
        if !members.contains(&item) {
            members.push(item);
        }
    }
    members
}

const fn binary(operator: Operator) -> Option<Binary> {
    Some(match operator {
        Operator::Add => Binary::Add,
        Operator::Sub => Binary::Subtract,
        Operator::Mult => Binary::Multiply,
        Operator::Div => Binary::TrueDivide,
        Operator::FloorDiv => Binary::FloorDivide,
        Operator::Mod => Binary::Remainder,
        Operator::Pow => Binary::Power,
        Operator::LShift => Binary::LeftShift,
        Operator::RShift => Binary::RightShift,
        Operator::BitOr => Binary::Or,
        Operator::BitXor => Binary::Xor,
        Operator::BitAnd => Binary::And,
        Operator::MatMult => return None,
    })
}

/// The statements in a statement of which nothing else can be folded.
impl<'a> StatementVisitor<'a> for Folder<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        SourceOrderVisitor::visit_stmt(self, statement);
    }
}

impl<'a> SourceOrderVisitor<'a> for Folder<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        if self.module.is_some_and(|module| !module.may_fold(statement)) {
            statement_visitor::walk_stmt(self, statement);
            return;
        }
        walk_stmt(self, statement);
        if let Stmt::For(node) = statement {
            self.fold_iterated(&node.iter);
        }
    }

    fn visit_comprehension(&mut self, comprehension: &'a Comprehension) {
        walk_comprehension(self, comprehension);
        self.fold_iterated(&comprehension.iter);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        if is_leaf(expression) && !may_fold(expression) {
            return;
        }
        walk_expr(self, expression);
        match expression {
            Expr::UnaryOp(unary) => self.invert(unary),
            Expr::Compare(compare) if matches!(compare.ops.last(), Some(CmpOp::In | CmpOp::NotIn)) => {
                compare.comparators.last().iter().for_each(|last| self.fold_iterated(last));
            }
            _ => {}
        }
        if may_fold(expression)
            && let Some(index) = index_of(expression)
            && let Some(constant) = self.fold(expression)
        {
            self.forget_operands(expression);
            self.folds.constants.insert(index, constant);
        }
    }
}

#[cfg(test)]
mod tests;
