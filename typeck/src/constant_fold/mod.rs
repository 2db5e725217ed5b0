//! A syntax tree → which of its expressions are constants for the checker (CinderX's `optimizer.py: AstOptimizer`, which runs
//! before anything is typed).
//!
//! ```text
//! x: int8 = -128            -128 is one constant, at the place of the `-`
//! "ab" * 2                  'abab'                2 ** 500      too large: an operation on two constants
//! not x in y                x not in y            f() in [1, 2] f() in (1, 2)
//! ```
//!
//! Positions do not change: a constant has the range of the expression it replaces, a negated comparison that of the comparison.
//!
//! Invariant: the walk is one pass; a question afterwards takes constant time.

mod arithmetic;
mod constant;

pub use constant::Constant;

use arithmetic::Binary;
use pyclast_syntax::literal::{bytes_value, number_value, string_value};
use pyclast_syntax::{NumberValue, ParsedModule, node_index};
use ruff_python_ast::visitor::source_order::{SourceOrderVisitor, walk_expr};
use ruff_python_ast::{CmpOp, Expr, ExprCompare, ExprContext, ExprUnaryOp, Operator, UnaryOp};
use rustc_hash::FxHashMap;

/// What a module's expressions are folded to.
#[derive(Debug, Default)]
pub struct Folded {
    /// By node index: constants that are no literals.
    constants: FxHashMap<u32, Constant>,
    /// `__debug__`
    debug: bool,
}

/// What a list or set is for the checker where it is iterated or searched and nothing else.
#[derive(Clone, PartialEq, Debug)]
pub enum Iterated {
    /// `[1, 2]` and `{1, 2}`: a constant tuple or frozenset.
    Constant(Constant),
    /// `[a, b]`: a tuple of the same elements, at the same place.
    Tuple,
}

impl Folded {
    /// Folds a module. `optimize`: as `-O`, which makes `__debug__` false.
    pub fn new(module: &ParsedModule, optimize: bool) -> Self {
        let folded = Self { constants: FxHashMap::default(), debug: !optimize };
        let mut folder = Folder { text: module.text(), folded };
        folder.visit_body(&module.module().body);
        folder.folded
    }

    /// Folds one expression that is no part of a module's tree: the text of an annotation. The expression's nodes must be numbered.
    pub fn of_expression(expression: &Expr, text: &str, optimize: bool) -> Self {
        let folded = Self { constants: FxHashMap::default(), debug: !optimize };
        let mut folder = Folder { text, folded };
        folder.visit_expr(expression);
        folder.folded
    }

    /// The value of an expression, if it is a `Constant` after folding: literals too. `text` is the module's.
    pub fn constant(&self, expression: &Expr, text: &str) -> Option<Constant> {
        literal(expression, text, self.debug).or_else(|| self.constants.get(&index_of(expression)?).cloned())
    }

    /// Whether an expression is a `Constant` after folding.
    pub fn is_constant(&self, expression: &Expr) -> bool {
        match expression {
            Expr::Name(name) => is_debug(&name.id, name.ctx),
            _ if expression.is_literal_expr() => true,
            _ => index_of(expression).is_some_and(|index| self.constants.contains_key(&index)),
        }
    }

    /// What a list or set is folded to that is the iterable of a `for`, or the last operand of a comparison that ends
    /// with `in` or `not in`; none if it stays what it is.
    pub fn iterated(&self, expression: &Expr, text: &str) -> Option<Iterated> {
        let constants = |elements: &[Expr]| {
            elements.iter().map(|element| self.constant(element, text)).collect::<Option<Vec<_>>>()
        };
        match expression {
            Expr::List(list) => match constants(&list.elts) {
                Some(items) => Some(Iterated::Constant(Constant::Tuple(items.into()))),
                None => (!list.elts.iter().any(Expr::is_starred_expr)).then_some(Iterated::Tuple),
            },
            Expr::Set(set) => constants(&set.elts).map(|items| Iterated::Constant(Constant::frozen_set(items))),
            _ => None,
        }
    }
}

/// The comparison that `not left in right` stands for, and its operator: `not in`. Only for `is` and `in`, and any number of `not`s.
pub fn negated_comparison(unary: &ExprUnaryOp) -> Option<(&ExprCompare, CmpOp)> {
    let mut negations = 0_usize;
    let mut unary = unary;
    let compare = loop {
        if unary.op != UnaryOp::Not {
            return None;
        }
        negations += 1;
        match &*unary.operand {
            Expr::UnaryOp(inner) => unary = inner,
            Expr::Compare(compare) => break compare,
            _ => return None,
        }
    };
    let [operator] = *compare.ops else { return None };
    let inverse = match operator {
        CmpOp::Is => CmpOp::IsNot,
        CmpOp::IsNot => CmpOp::Is,
        CmpOp::In => CmpOp::NotIn,
        CmpOp::NotIn => CmpOp::In,
        _ => return None,
    };
    Some((compare, if negations.is_multiple_of(2) { operator } else { inverse }))
}

/// The value of a literal, and of `__debug__`.
fn literal(expression: &Expr, text: &str, debug: bool) -> Option<Constant> {
    Some(match expression {
        Expr::NumberLiteral(literal) => match number_value(&literal.value) {
            NumberValue::Int(value) => Constant::Int(value),
            NumberValue::Float(value) => Constant::Float(value),
            NumberValue::Imaginary(value) => Constant::Complex(0.0, value),
        },
        Expr::StringLiteral(literal) => Constant::Str(string_value(literal, text)),
        Expr::BytesLiteral(literal) => Constant::Bytes(bytes_value(literal).into()),
        Expr::BooleanLiteral(literal) => Constant::Bool(literal.value),
        Expr::NoneLiteral(_) => Constant::None,
        Expr::EllipsisLiteral(_) => Constant::Ellipsis,
        Expr::Name(name) if is_debug(&name.id, name.ctx) => Constant::Bool(debug),
        _ => return None,
    })
}

fn is_debug(name: &str, context: ExprContext) -> bool {
    context == ExprContext::Load && name == "__debug__"
}

/// The node index of the kinds of expressions that fold.
fn index_of(expression: &Expr) -> Option<u32> {
    Some(match expression {
        Expr::UnaryOp(node) => node_index(node),
        Expr::BinOp(node) => node_index(node),
        Expr::Tuple(node) => node_index(node),
        Expr::Subscript(node) => node_index(node),
        _ => return None,
    })
}

/// The walk: operands first.
struct Folder<'text> {
    text: &'text str,
    folded: Folded,
}

impl Folder<'_> {
    fn constant(&self, expression: &Expr) -> Option<Constant> {
        self.folded.constant(expression, self.text)
    }

    /// Nobody looks into a constant. Kept, the parts of a long sum of strings would take quadratic memory.
    fn forget_operands(&mut self, expression: &Expr) {
        let mut forget = |operand: &Expr| index_of(operand).and_then(|index| self.folded.constants.remove(&index));
        match expression {
            Expr::UnaryOp(node) => drop(forget(&node.operand)),
            Expr::BinOp(node) => drop((forget(&node.left), forget(&node.right))),
            Expr::Tuple(node) => node.elts.iter().for_each(|element| drop(forget(element))),
            Expr::Subscript(node) => drop((forget(&node.value), forget(&node.slice))),
            _ => {}
        }
    }

    fn fold(&self, expression: &Expr) -> Option<Constant> {
        match expression {
            Expr::UnaryOp(node) => arithmetic::unary(node.op, &self.constant(&node.operand)?),
            Expr::BinOp(node) => {
                // Looking at the right operand first makes a long chain of names cheap.
                let right = self.constant(&node.right)?;
                arithmetic::binary(binary(node.op)?, &self.constant(&node.left)?, &right)
            }
            Expr::Tuple(node) if node.ctx == ExprContext::Load => {
                node.elts.iter().map(|element| self.constant(element)).collect::<Option<_>>().map(Constant::Tuple)
            }
            Expr::Subscript(node) if node.ctx == ExprContext::Load => {
                arithmetic::item(&self.constant(&node.value)?, &self.constant(&node.slice)?)
            }
            _ => None,
        }
    }
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

impl<'a> SourceOrderVisitor<'a> for Folder<'_> {
    fn visit_expr(&mut self, expression: &'a Expr) {
        walk_expr(self, expression);
        if let Some(index) = index_of(expression)
            && let Some(constant) = self.fold(expression)
        {
            self.forget_operands(expression);
            self.folded.constants.insert(index, constant);
        }
    }
}

#[cfg(test)]
mod tests;
