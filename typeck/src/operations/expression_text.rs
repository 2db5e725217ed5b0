//! The text of an expression, as `reveal_type` shows it (`cinderx/compiler/unparse.py: to_expr`).
//!
//! ```text
//! x+1 * y   →   x + 1 * y        f( "a" )   →   f('a')
//! ```
//!
//! Invariant: what folds to a constant is shown as the constant.

use crate::bind::Binder;
use crate::constants::Constant;
use pyclast_syntax::{PyString, is_printable};
use ruff_python_ast::{
    BoolOp, CmpOp, Comprehension, ConversionFlag, DictItem, Expr, ExprFString, InterpolatedElement,
    InterpolatedStringElement, Keyword, Operator, Parameters, UnaryOp,
};
use std::fmt::Write;

const TUPLE: u8 = 0;
const TEST: u8 = 1;
const OR: u8 = 2;
const AND: u8 = 3;
const NOT: u8 = 4;
const COMPARISON: u8 = 5;
const EXPRESSION: u8 = 6;
const FACTOR: u8 = 12;
const POWER: u8 = 13;
const AWAIT: u8 = 14;
const ATOM: u8 = 15;

impl Binder<'_, '_> {
    /// The text of an expression.
    pub(super) fn expression_text(&self, expression: &Expr) -> String {
        self.text(expression, TEST)
    }

    fn text(&self, expression: &Expr, level: u8) -> String {
        if let Some(constant) = self.constant(self.module, expression) {
            return constant_text(&constant);
        }
        match expression {
            Expr::Name(name) => name.id.to_string(),
            Expr::Attribute(attribute) => {
                let is_int =
                    matches!(self.constant(self.module, &attribute.value), Some(Constant::Int(_) | Constant::Bool(_)));
                format!("{}{}.{}", self.text(&attribute.value, ATOM), if is_int { " " } else { "" }, attribute.attr)
            }
            Expr::Await(node) => parens(level, AWAIT, format!("await {}", self.text(&node.value, ATOM))),
            Expr::BinOp(node) => {
                let (sign, own) = operator_text(node.op);
                let is_right = u8::from(node.op == Operator::Pow);
                let (left, right) = (self.text(&node.left, own + is_right), self.text(&node.right, own + 1 - is_right));
                parens(level, own, format!("{left} {sign} {right}"))
            }
            Expr::BoolOp(node) => {
                let (word, own) = if node.op == BoolOp::And { (" and ", AND) } else { (" or ", OR) };
                let values: Vec<_> = node.values.iter().map(|value| self.text(value, own + 1)).collect();
                parens(level, own, values.join(word))
            }
            Expr::Call(node) => {
                let mut arguments: Vec<_> = node.arguments.args.iter().map(|node| self.text(node, TEST)).collect();
                arguments.extend(node.arguments.keywords.iter().map(|keyword| self.keyword_text(keyword)));
                format!("{}({})", self.text(&node.func, TEST), arguments.join(", "))
            }
            Expr::Compare(node) => {
                let mut text = self.text(&node.left, COMPARISON + 1);
                for (operator, operand) in node.ops.iter().zip(&node.comparators) {
                    let _ = write!(text, " {} {}", comparison_text(*operator), self.text(operand, COMPARISON + 1));
                }
                parens(level, COMPARISON, text)
            }
            Expr::Dict(node) => {
                let items: Vec<_> = node.items.iter().map(|item| self.item_text(item)).collect();
                format!("{{{}}}", items.join(", "))
            }
            Expr::DictComp(node) => format!(
                "{{{}: {}{}}}",
                node.key.as_deref().map_or_else(String::new, |key| self.text(key, TEST)),
                self.text(&node.value, TEST),
                self.generators_text(&node.generators)
            ),
            Expr::Generator(node) => {
                format!("({}{})", self.text(&node.elt, TEST), self.generators_text(&node.generators))
            }
            Expr::If(node) => {
                let (body, test) = (self.text(&node.body, TEST + 1), self.text(&node.test, TEST + 1));
                parens(level, TEST, format!("{body} if {test} else {}", self.text(&node.orelse, TEST)))
            }
            Expr::FString(node) => format!("f{}", string_text(&PyString::from(self.fstring_text(node).as_str()))),
            Expr::Lambda(node) => {
                let parameters = node.parameters.as_deref().map_or_else(String::new, |node| self.parameters_text(node));
                let space = if node.parameters.as_deref().is_some_and(|node| !node.args.is_empty()) { " " } else { "" };
                parens(level, TEST, format!("lambda{space}{parameters}: {}", self.text(&node.body, TEST)))
            }
            Expr::List(node) => format!("[{}]", self.list_text(&node.elts)),
            Expr::ListComp(node) => {
                format!("[{}{}]", self.text(&node.elt, TEST), self.generators_text(&node.generators))
            }
            Expr::Set(node) => format!("{{{}}}", self.list_text(&node.elts)),
            Expr::SetComp(node) => {
                format!("{{{}{}}}", self.text(&node.elt, TEST), self.generators_text(&node.generators))
            }
            Expr::Slice(node) => {
                let part = |node: &Option<Box<Expr>>| node.as_deref().map_or_else(String::new, |n| self.text(n, TEST));
                let step = if node.step.is_some() { format!(":{}", part(&node.step)) } else { String::new() };
                format!("{}:{}{step}", part(&node.lower), part(&node.upper))
            }
            Expr::Starred(node) => format!("*{}", self.text(&node.value, EXPRESSION)),
            Expr::Subscript(node) => format!("{}[{}]", self.text(&node.value, ATOM), self.text(&node.slice, TUPLE)),
            Expr::Tuple(node) => match &*node.elts {
                [] => "()".to_owned(),
                [only] => parens(level, TUPLE, format!("{},", self.text(only, TEST))),
                elements => parens(level, TUPLE, self.list_text(elements)),
            },
            Expr::UnaryOp(node) => {
                let (sign, own) = match node.op {
                    UnaryOp::Not => ("not ", NOT),
                    UnaryOp::UAdd => ("+", FACTOR),
                    UnaryOp::USub => ("-", FACTOR),
                    UnaryOp::Invert => ("~", FACTOR),
                };
                parens(level, own, format!("{sign}{}", self.text(&node.operand, own)))
            }
            Expr::Named(_) => "<unsupported node: NamedExpr>".to_owned(),
            Expr::TString(_) => "<unsupported node: TemplateStr>".to_owned(),
            _ => "<unsupported node>".to_owned(),
        }
    }

    fn list_text(&self, nodes: &[Expr]) -> String {
        let texts: Vec<_> = nodes.iter().map(|node| self.text(node, TEST)).collect();
        texts.join(", ")
    }

    fn keyword_text(&self, keyword: &Keyword) -> String {
        let value = self.text(&keyword.value, TEST);
        match &keyword.arg {
            Some(name) => format!("{name}={value}"),
            None => format!("**{value}"),
        }
    }

    fn item_text(&self, item: &DictItem) -> String {
        let key = item.key.as_ref().map_or_else(String::new, |key| self.text(key, TEST));
        format!("{key}: {}", self.text(&item.value, TEST))
    }

    fn generators_text(&self, generators: &[Comprehension]) -> String {
        let mut text = String::new();
        for generator in generators {
            let word = if generator.is_async { "async for" } else { "for" };
            let (target, iterable) = (self.text(&generator.target, TUPLE), self.text(&generator.iter, TEST + 1));
            let _ = write!(text, " {word} {target} in {iterable}");
            for test in &generator.ifs {
                let _ = write!(text, " if {}", self.text(test, TEST + 1));
            }
        }
        text
    }

    fn parameters_text(&self, parameters: &Parameters) -> String {
        let mut parts = Vec::new();
        let with_default = |name: &str, default: Option<&Expr>| match default {
            Some(default) => format!("{name}={}", self.text(default, TEST)),
            None => name.to_owned(),
        };
        for parameter in &parameters.args {
            parts.push(with_default(&parameter.parameter.name, parameter.default.as_deref()));
        }
        if let Some(rest) = &parameters.vararg {
            parts.push(format!("*{}", rest.name));
        } else if !parameters.kwonlyargs.is_empty() {
            parts.push("*".to_owned());
        }
        for parameter in &parameters.kwonlyargs {
            parts.push(with_default(&parameter.parameter.name, parameter.default.as_deref()));
        }
        parts.join(", ")
    }

    fn fstring_text(&self, node: &ExprFString) -> String {
        node.value.elements().map(|element| self.element_text(element)).collect()
    }

    fn element_text(&self, element: &InterpolatedStringElement) -> String {
        match element {
            InterpolatedStringElement::Literal(literal) => literal.value.to_string(),
            InterpolatedStringElement::Interpolation(interpolation) => self.interpolation_text(interpolation),
        }
    }

    fn interpolation_text(&self, element: &InterpolatedElement) -> String {
        let expression = self.text(&element.expression, TEST + 1);
        let space = if expression.starts_with('{') { " " } else { "" };
        let conversion = match element.conversion {
            ConversionFlag::None => "",
            ConversionFlag::Str => "!s",
            ConversionFlag::Ascii => "!a",
            ConversionFlag::Repr => "!r",
        };
        let format = element.format_spec.as_deref().map_or_else(String::new, |format| {
            let parts: String = format.elements.iter().map(|element| self.element_text(element)).collect();
            format!(":{parts}")
        });
        format!("{{{space}{expression}{conversion}{format}}}")
    }
}

fn parens(level: u8, own: u8, text: String) -> String {
    if level > own { format!("({text})") } else { text }
}

fn operator_text(operator: Operator) -> (&'static str, u8) {
    match operator {
        Operator::BitOr => ("|", EXPRESSION),
        Operator::BitXor => ("^", 7),
        Operator::BitAnd => ("&", 8),
        Operator::LShift => ("<<", 9),
        Operator::RShift => (">>", 9),
        Operator::Add => ("+", 10),
        Operator::Sub => ("-", 10),
        Operator::Mult => ("*", 11),
        Operator::MatMult => ("@", 11),
        Operator::Div => ("/", 11),
        Operator::Mod => ("%", 11),
        Operator::FloorDiv => ("//", 11),
        Operator::Pow => ("**", POWER),
    }
}

fn comparison_text(operator: CmpOp) -> &'static str {
    match operator {
        CmpOp::Eq => "==",
        CmpOp::NotEq => "!=",
        CmpOp::Lt => "<",
        CmpOp::LtE => "<=",
        CmpOp::Gt => ">",
        CmpOp::GtE => ">=",
        CmpOp::Is => "is",
        CmpOp::IsNot => "is not",
        CmpOp::In => "in",
        CmpOp::NotIn => "not in",
    }
}

/// `repr(constant)`
fn constant_text(constant: &Constant) -> String {
    let list = |items: &[Constant]| items.iter().map(constant_text).collect::<Vec<_>>().join(", ");
    match constant {
        Constant::None => "None".to_owned(),
        Constant::Ellipsis => "...".to_owned(),
        Constant::Bool(true) => "True".to_owned(),
        Constant::Bool(false) => "False".to_owned(),
        Constant::Int(value) => value.to_string(),
        Constant::Float(value) => float_text(*value),
        Constant::Complex(_, imaginary) => {
            format!("{}j", float_text(*imaginary).trim_end_matches(".0"))
        }
        Constant::Str(value) => string_text(value),
        Constant::Bytes(value) => bytes_text(value),
        Constant::Tuple(items) if items.len() == 1 => format!("({},)", list(items)),
        Constant::Tuple(items) => format!("({})", list(items)),
        Constant::FrozenSet(items) => format!("frozenset({{{}}})", list(items)),
    }
}

fn float_text(value: f64) -> String {
    if value.is_infinite() {
        return if value > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    if value.is_nan() {
        return "nan".to_owned();
    }
    let magnitude = value.abs();
    if magnitude != 0.0 && !(1e-4..1e16).contains(&magnitude) {
        let text = format!("{value:e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, exponent) = exponent.strip_prefix('-').map_or(("+", exponent), |exponent| ("-", exponent));
        return format!("{digits}e{sign}{exponent:0>2}");
    }
    format!("{value:?}")
}

fn string_text(value: &PyString) -> String {
    let points: Vec<u32> = value.code_points().collect();
    let has = |quote: char| points.contains(&u32::from(quote));
    let quote = if has('\'') && !has('"') { '"' } else { '\'' };
    let mut text = String::from(quote);
    for point in points {
        match char::from_u32(point) {
            Some('\\') => text.push_str("\\\\"),
            Some('\n') => text.push_str("\\n"),
            Some('\r') => text.push_str("\\r"),
            Some('\t') => text.push_str("\\t"),
            Some(character) if character == quote => text.extend(['\\', quote]),
            Some(character) if is_printable(point) => text.push(character),
            _ => {
                let _ = match point {
                    ..=0xff => write!(text, "\\x{point:02x}"),
                    ..=0xffff => write!(text, "\\u{point:04x}"),
                    _ => write!(text, "\\U{point:08x}"),
                };
            }
        }
    }
    text.push(quote);
    text
}

fn bytes_text(value: &[u8]) -> String {
    let quote = if value.contains(&b'\'') && !value.contains(&b'"') { '"' } else { '\'' };
    let mut text = format!("b{quote}");
    for &byte in value {
        match byte {
            b'\\' => text.push_str("\\\\"),
            b'\n' => text.push_str("\\n"),
            b'\r' => text.push_str("\\r"),
            b'\t' => text.push_str("\\t"),
            b' '..=b'~' => {
                if char::from(byte) == quote {
                    text.push('\\');
                }
                text.push(char::from(byte));
            }
            _ => {
                let _ = write!(text, "\\x{byte:02x}");
            }
        }
    }
    text.push(quote);
    text
}
