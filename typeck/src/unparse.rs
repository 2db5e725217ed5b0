//! An expression → the text the reference shows of it (CinderX's `unparse.py: to_expr`).
//!
//! ```text
//! reveal_type(x+(1))   →   reveal_type(x + 1): 'int'
//! ```
//!
//! Invariant: what is folded is shown as the constant it is.

use crate::constant_fold::literal;
use crate::constants::{Constant, Folds};
use pyclast_syntax::literal::{InterpolatedPiece, format_spec_pieces, fstring_pieces};
use pyclast_syntax::repr::{bytes_repr, complex_repr, float_repr, str_repr};
use pyclast_syntax::{PyString, node_index};
use ruff_python_ast::{
    BoolOp, Comprehension, Expr, ExprAttribute, ExprCompare, HasNodeIndex, Operator, Parameters, UnaryOp,
};
use std::fmt::Write as _;

/// The text of an expression of a module with that text.
pub(crate) fn unparse(expression: &Expr, folds: &Folds, source: &str) -> String {
    Unparser { folds, source }.expr(expression, TEST)
}

/// What `repr` makes of a constant.
pub(crate) fn constant_repr(constant: &Constant) -> String {
    let items = |items: &[Constant]| items.iter().map(constant_repr).collect::<Vec<_>>().join(", ");
    match constant {
        Constant::None => "None".to_owned(),
        Constant::Ellipsis => "...".to_owned(),
        Constant::Bool(value) => if *value { "True" } else { "False" }.to_owned(),
        Constant::Int(value) => value.to_string(),
        Constant::Float(value) => float_repr(*value),
        Constant::Complex(real, imaginary) => complex_repr(*real, *imaginary),
        Constant::Str(value) => str_repr(value),
        Constant::Bytes(value) => bytes_repr(value),
        Constant::Tuple(members) if members.len() == 1 => format!("({},)", items(members)),
        Constant::Tuple(members) => format!("({})", items(members)),
        Constant::FrozenSet(members) if members.is_empty() => "frozenset()".to_owned(),
        Constant::FrozenSet(members) => format!("frozenset({{{}}})", items(members)),
    }
}

/// How strongly expressions bind (`PR_*`).
type Level = u8;
const TUPLE: Level = 0;
const TEST: Level = 1;
const OR: Level = 2;
const AND: Level = 3;
const NOT: Level = 4;
const COMPARISON: Level = 5;
const BIT_OR: Level = 6;
const BIT_XOR: Level = 7;
const BIT_AND: Level = 8;
const SHIFT: Level = 9;
const ARITHMETIC: Level = 10;
const TERM: Level = 11;
const FACTOR: Level = 12;
const POWER: Level = 13;
const AWAIT: Level = 14;
const ATOM: Level = 15;

struct Unparser<'a> {
    folds: &'a Folds,
    source: &'a str,
}

fn parens(level: Level, own: Level, text: String) -> String {
    if level > own { format!("({text})") } else { text }
}

impl Unparser<'_> {
    fn constant(&self, expression: &Expr) -> Option<Constant> {
        literal(expression, self.source)
            .or_else(|| self.folds.constants.get(&expression.node_index().load().as_u32()?).cloned())
    }

    fn list(&self, expressions: &[Expr]) -> String {
        expressions.iter().map(|expression| self.expr(expression, TEST)).collect::<Vec<_>>().join(", ")
    }

    fn expr(&self, expression: &Expr, level: Level) -> String {
        if let Some(constant) = self.constant(expression) {
            return constant_repr(&constant);
        }
        match expression {
            Expr::Name(node) => node.id.to_string(),
            Expr::Attribute(node) => self.attribute(node),
            Expr::Await(node) => parens(level, AWAIT, format!("await {}", self.expr(&node.value, ATOM))),
            Expr::BinOp(node) => {
                let (operator, own) = binary(node.op);
                let is_power = Level::from(node.op == Operator::Pow);
                let (left, right) = (self.expr(&node.left, own + is_power), self.expr(&node.right, own + 1 - is_power));
                parens(level, own, format!("{left} {operator} {right}"))
            }
            Expr::BoolOp(node) => {
                let (name, own) = if node.op == BoolOp::And { (" and ", AND) } else { (" or ", OR) };
                let values: Vec<_> = node.values.iter().map(|value| self.expr(value, own + 1)).collect();
                parens(level, own, values.join(name))
            }
            Expr::Call(node) => {
                let keywords = node.arguments.keywords.iter().map(|keyword| match &keyword.arg {
                    Some(name) => format!("{name}={}", self.expr(&keyword.value, TEST)),
                    None => format!("**{}", self.expr(&keyword.value, TEST)),
                });
                let arguments = node.arguments.args.iter().map(|argument| self.expr(argument, TEST));
                let arguments: Vec<_> = arguments.chain(keywords).collect();
                format!("{}({})", self.expr(&node.func, TEST), arguments.join(", "))
            }
            Expr::Compare(node) => self.comparison(node, false, level),
            Expr::Dict(node) => {
                let item = |key: &Option<Expr>, value: &Expr| {
                    let key = key.as_ref().map(|key| self.expr(key, TEST)).unwrap_or_default();
                    format!("{key}: {}", self.expr(value, TEST))
                };
                let items: Vec<_> = node.items.iter().map(|entry| item(&entry.key, &entry.value)).collect();
                format!("{{{}}}", items.join(", "))
            }
            Expr::DictComp(node) => {
                let key = node.key.as_ref().map(|key| self.expr(key, TEST)).unwrap_or_default();
                format!("{{{key}: {}{}}}", self.expr(&node.value, TEST), self.generators(&node.generators))
            }
            Expr::Generator(node) => {
                format!("({}{})", self.expr(&node.elt, TEST), self.generators(&node.generators))
            }
            Expr::If(node) => {
                let (body, test) = (self.expr(&node.body, TEST + 1), self.expr(&node.test, TEST + 1));
                parens(level, TEST, format!("{body} if {test} else {}", self.expr(&node.orelse, TEST)))
            }
            Expr::FString(node) => {
                let text = self.pieces(&fstring_pieces(node, self.source));
                format!("f{}", str_repr(&PyString::new(&text)))
            }
            Expr::Lambda(node) => {
                let parameters = node.parameters.as_deref().map(|it| self.parameters(it)).unwrap_or_default();
                let space = if node.parameters.as_ref().is_some_and(|it| !it.args.is_empty()) { " " } else { "" };
                parens(level, TEST, format!("lambda{space}{parameters}: {}", self.expr(&node.body, TEST)))
            }
            Expr::List(node) => format!("[{}]", self.list(&node.elts)),
            Expr::ListComp(node) => {
                format!("[{}{}]", self.expr(&node.elt, TEST), self.generators(&node.generators))
            }
            Expr::Set(node) => format!("{{{}}}", self.list(&node.elts)),
            Expr::SetComp(node) => {
                format!("{{{}{}}}", self.expr(&node.elt, TEST), self.generators(&node.generators))
            }
            Expr::Slice(node) => {
                let part =
                    |part: &Option<Box<Expr>>| part.as_ref().map(|part| self.expr(part, TEST)).unwrap_or_default();
                let step = if node.step.is_some() { format!(":{}", part(&node.step)) } else { String::new() };
                format!("{}:{}{step}", part(&node.lower), part(&node.upper))
            }
            Expr::Starred(node) => format!("*{}", self.expr(&node.value, BIT_OR)),
            Expr::Subscript(node) => format!("{}[{}]", self.expr(&node.value, ATOM), self.expr(&node.slice, TUPLE)),
            Expr::Tuple(node) if node.elts.is_empty() => "()".to_owned(),
            Expr::Tuple(node) if node.elts.len() == 1 => parens(level, TUPLE, format!("{},", self.list(&node.elts))),
            Expr::Tuple(node) => parens(level, TUPLE, self.list(&node.elts)),
            Expr::UnaryOp(node) => {
                if let Some((compare, inverted)) = self.inverted(expression) {
                    return self.comparison(compare, inverted, level);
                }
                let (operator, own) = match node.op {
                    UnaryOp::Not => ("not ", NOT),
                    UnaryOp::UAdd => ("+", FACTOR),
                    UnaryOp::USub => ("-", FACTOR),
                    UnaryOp::Invert => ("~", FACTOR),
                };
                parens(level, own, format!("{operator}{}", self.expr(&node.operand, own)))
            }
            Expr::Named(_) => "<unsupported node: NamedExpr>".to_owned(),
            Expr::TString(_) => "<unsupported node: TemplateStr>".to_owned(),
            _ => "<unsupported node>".to_owned(),
        }
    }

    fn comparison(&self, node: &ExprCompare, inverted: bool, level: Level) -> String {
        let mut text = self.expr(&node.left, COMPARISON + 1);
        for (&operator, comparator) in node.ops.iter().zip(&node.comparators) {
            let operator = if inverted { operator.negate() } else { operator };
            let is_list =
                comparator.node_index().load().as_u32().is_some_and(|index| self.folds.tuples.contains(&index));
            let comparator = match comparator {
                Expr::List(list) if is_list && list.elts.len() == 1 => format!("({},)", self.list(&list.elts)),
                Expr::List(list) if is_list => format!("({})", self.list(&list.elts)),
                _ => self.expr(comparator, COMPARISON + 1),
            };
            let _ = write!(text, " {} {comparator}", operator.as_str());
        }
        parens(level, COMPARISON, text)
    }

    fn attribute(&self, node: &ExprAttribute) -> String {
        let is_int = matches!(self.constant(&node.value), Some(Constant::Int(_) | Constant::Bool(_)));
        let space = if is_int { " " } else { "" };
        format!("{}{space}.{}", self.expr(&node.value, ATOM), node.attr)
    }

    fn generators(&self, generators: &[Comprehension]) -> String {
        let mut text = String::new();
        for generator in generators {
            let target = self.expr(&generator.target, TUPLE);
            let header = if generator.is_async { " async for" } else { " for" };
            let _ = write!(text, "{header} {target} in {}", self.expr(&generator.iter, TEST + 1));
            for test in &generator.ifs {
                let _ = write!(text, " if {}", self.expr(test, TEST + 1));
            }
        }
        text
    }

    /// As the reference has it: without positional-only parameters and `**kwargs`.
    fn parameters(&self, parameters: &Parameters) -> String {
        let mut parts = Vec::new();
        let default =
            |default: Option<&Expr>| default.map(|it| format!("={}", self.expr(it, TEST))).unwrap_or_default();
        for parameter in &parameters.args {
            parts.push(format!("{}{}", parameter.name(), default(parameter.default())));
        }
        if parameters.vararg.is_some() || !parameters.kwonlyargs.is_empty() {
            parts.push(format!("*{}", parameters.vararg.as_ref().map_or("", |parameter| parameter.name())));
        }
        for parameter in &parameters.kwonlyargs {
            parts.push(format!("{}{}", parameter.name(), default(parameter.default())));
        }
        parts.join(", ")
    }

    fn pieces(&self, pieces: &[InterpolatedPiece<'_>]) -> String {
        let mut text = String::new();
        for piece in pieces {
            match piece {
                InterpolatedPiece::Constant { value, .. } => text += &String::from_utf8_lossy(value.as_bytes()),
                InterpolatedPiece::Value(element) => {
                    let value = self.expr(&element.expression, TEST + 1);
                    text += if value.starts_with('{') { "{ " } else { "{" };
                    text += &value;
                    if let Some(conversion) = InterpolatedPiece::conversion(element) {
                        text.extend(['!', conversion]);
                    }
                    if let Some(spec) = &element.format_spec {
                        text.push(':');
                        text += &self.pieces(&format_spec_pieces(spec, self.source));
                    }
                    text.push('}');
                }
            }
        }
        text
    }

    /// A comparison under `not`s that changed its operator: its text, and whether the operator is the opposite.
    fn inverted<'e>(&self, expression: &'e Expr) -> Option<(&'e ExprCompare, bool)> {
        match expression {
            Expr::UnaryOp(node) if self.folds.inverted_comparisons.contains(&node_index(node)) => {
                self.inverted(&node.operand).map(|(compare, inverted)| (compare, !inverted))
            }
            Expr::Compare(compare) => Some((compare, false)),
            _ => None,
        }
    }
}

const fn binary(operator: Operator) -> (&'static str, Level) {
    match operator {
        Operator::Add => ("+", ARITHMETIC),
        Operator::Sub => ("-", ARITHMETIC),
        Operator::Mult => ("*", TERM),
        Operator::MatMult => ("@", TERM),
        Operator::Div => ("/", TERM),
        Operator::Mod => ("%", TERM),
        Operator::LShift => ("<<", SHIFT),
        Operator::RShift => (">>", SHIFT),
        Operator::BitOr => ("|", BIT_OR),
        Operator::BitXor => ("^", BIT_XOR),
        Operator::BitAnd => ("&", BIT_AND),
        Operator::FloorDiv => ("//", TERM),
        Operator::Pow => ("**", POWER),
    }
}

#[cfg(test)]
mod tests {
    use super::unparse;
    use crate::constant_fold::fold;
    use pyclast_syntax::{SourceText, parse};
    use ruff_python_ast::Stmt;

    fn shown(source: &str) -> String {
        let module = parse(SourceText::decode(source.as_bytes()).expect("text")).expect("the source parses");
        let [Stmt::Expr(statement)] = &*module.module().body else { panic!("one expression") };
        unparse(&statement.value, &fold(&module, false), module.text())
    }

    /// What `to_expr(AstOptimizer().visit(ast.parse(text)).body[0].value)` gives.
    #[test]
    fn expressions_are_shown_as_the_reference_shows_them() {
        assert_eq!(shown("x+(1)"), "x + 1");
        assert_eq!(shown("(x+1)*y**-z"), "(x + 1) * y ** (-z)");
        assert_eq!(shown("1+1"), "2");
        assert_eq!(shown("(1, \"a\", None)"), "(1, 'a', None)");
        assert_eq!(shown("x, 1"), "(x, 1)");
        assert_eq!(shown("f(x, *y, z=1, **k)[a, b:c]"), "f(x, *y, z=1, **k)[a, b:c]");
        assert_eq!(shown("lambda: 1"), "lambda: 1");
        assert_eq!(shown("lambda x, *, y=2: x"), "lambda x, *, y=2: x");
        assert_eq!(shown("[i for i in x if i]"), "[i for i in x if i]");
        assert_eq!(shown("not x in y"), "x not in y");
        assert_eq!(shown("not not x is y"), "x is y");
        assert_eq!(shown("x if y else z"), "x if y else z");
        assert_eq!(shown("{'a': b, **c}"), "{'a': b, : c}");
        assert_eq!(shown("f'a{b!r:>{c}}'"), "f'a{b!r:>{c}}'");
    }
}
