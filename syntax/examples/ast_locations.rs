//! Files → every node with the location and value CPython's tree must have.
//!
//! ```text
//! ls *.py | cargo run --example ast_locations   →   Name 1 1 0 1 spam
//! ```
//!
//! `tools/ast_locations.py` prints the same lines from CPython's `ast`; the two outputs are equal.

#![expect(clippy::print_stdout, reason = "a tool that prints")]

use pyclast_syntax::literal::{
    InterpolatedPiece, NumberValue, bytes_value, format_spec_pieces, fstring_pieces, interpolation_text, number_value,
    string_value, template_pieces,
};
use pyclast_syntax::{Location, ParsedModule, PyInt, SourceText, parse};
use ruff_python_ast::visitor::source_order::{self, SourceOrderVisitor};
use ruff_python_ast::{
    Alias, ElifElseClause, ExceptHandler, Expr, InterpolatedElement, InterpolatedStringFormatSpec, Keyword, Parameter,
    Pattern, Stmt, TypeParam,
};
use ruff_text_size::Ranged;
use std::io::{BufRead, Write};

fn main() {
    let stdout = std::io::stdout();
    let mut out = std::io::BufWriter::new(stdout.lock());
    for path in std::io::stdin().lock().lines().map_while(Result::ok) {
        let Ok(bytes) = std::fs::read(&path) else { continue };
        let mut lines = match SourceText::decode(&bytes).map_err(|error| vec![*error]).and_then(parse) {
            Ok(module) => {
                let mut dump = Dump { module: &module, ifs: Vec::new(), lines: Vec::new() };
                dump.visit_body(&module.module().body);
                dump.lines.extend(module.warnings().iter().map(|warning| {
                    let location = module.location(warning.span);
                    format!("Warning {} {}", location.line, warning.message)
                }));
                dump.lines
            }
            Err(errors) => {
                let first = &errors[0];
                if std::env::var_os("ALL_ERRORS").is_some() {
                    println!("{errors:?}");
                }
                vec![format!("Error {} {}", first.exception.name(), first.message)]
            }
        };
        lines.sort_unstable();
        let _ = writeln!(out, "=== {path}");
        for line in lines {
            let _ = writeln!(out, "{line}");
        }
    }
    if std::env::args().any(|argument| argument == "--done") {
        println!("done");
    }
}

struct Dump<'a> {
    module: &'a ParsedModule,
    /// The ends of the `if` statements around an `elif`.
    ifs: Vec<&'a ruff_python_ast::StmtIf>,
    lines: Vec<String>,
}

impl<'a> Dump<'a> {
    fn emit(&mut self, kind: &str, location: Location, value: &str) {
        let Location { line, end_line, column, end_column } = location;
        self.lines.push(format!("{kind} {line} {end_line} {column} {end_column} {value}"));
    }

    fn emit_range(&mut self, kind: &str, node: &impl Ranged, value: &str) {
        self.emit(kind, self.module.location(node.range()), value);
    }

    fn pieces(&mut self, pieces: &[InterpolatedPiece<'a>], template: bool) {
        for piece in pieces {
            match piece {
                InterpolatedPiece::Constant { value, span } => {
                    self.emit("Constant", self.module.location(*span), &string_text(value.as_bytes()));
                }
                InterpolatedPiece::Value(field) => self.field(field, template),
            }
        }
    }

    fn field(&mut self, field: &'a InterpolatedElement, template: bool) {
        let conversion = InterpolatedPiece::conversion(field).map_or(-1, |c| i64::from(u32::from(c)));
        if template {
            let text = interpolation_text(field, self.module.text());
            self.emit_range("Interpolation", field, &format!("{conversion} {}", string_text(text.as_bytes())));
        } else {
            self.emit_range("FormattedValue", field, &conversion.to_string());
        }
        self.visit_expr(&field.expression);
        if let Some(spec) = field.format_spec.as_deref() {
            self.format_spec(spec);
        }
    }

    fn format_spec(&mut self, spec: &'a InterpolatedStringFormatSpec) {
        let pieces = format_spec_pieces(spec, self.module.text());
        let whole = self.module.format_spec_span(spec);
        // Text with `\N{…}` inside is a mere constant in the place of the `JoinedStr`.
        if !matches!(&*pieces, [InterpolatedPiece::Constant { span, .. }] if *span == whole) {
            self.emit("JoinedStr", self.module.location(whole), "");
        }
        self.pieces(&pieces, false);
    }

    fn value(&self, expression: &Expr) -> String {
        match expression {
            Expr::Name(name) => name.id.to_string(),
            Expr::Attribute(attribute) => attribute.attr.to_string(),
            Expr::StringLiteral(literal) => string_text(string_value(literal, self.module.text()).as_bytes()),
            Expr::BytesLiteral(literal) => format!("b{}", hex(&bytes_value(literal))),
            Expr::NumberLiteral(literal) => match number_value(&literal.value) {
                NumberValue::Int(PyInt::Small(value)) => format!("i{value:x}"),
                NumberValue::Int(PyInt::Big(value)) => format!("i{:x}", *value),
                NumberValue::Float(value) => format!("f{:016x}", value.to_bits()),
                NumberValue::Imaginary(value) => format!("j{:016x}", value.to_bits()),
            },
            Expr::BooleanLiteral(literal) => if literal.value { "True" } else { "False" }.to_owned(),
            Expr::NoneLiteral(_) => "None".to_owned(),
            Expr::EllipsisLiteral(_) => "Ellipsis".to_owned(),
            _ => String::new(),
        }
    }
}

impl<'a> SourceOrderVisitor<'a> for Dump<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        self.emit(stmt_kind(statement), self.module.stmt_location(statement), "");
        let is_if = if let Stmt::If(statement) = statement {
            self.ifs.push(statement);
            true
        } else {
            false
        };
        source_order::walk_stmt(self, statement);
        if is_if {
            self.ifs.pop();
        }
    }

    fn visit_elif_else_clause(&mut self, clause: &'a ElifElseClause) {
        if clause.test.is_some()
            && let Some(statement) = self.ifs.last()
        {
            self.emit("If", self.module.elif_location(statement, clause), "");
        }
        source_order::walk_elif_else_clause(self, clause);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        let value = self.value(expression);
        self.emit(expr_kind(expression), self.module.expr_location(expression), &value);
        match expression {
            Expr::FString(fstring) => self.pieces(&fstring_pieces(fstring, self.module.text()), false),
            Expr::TString(template) => self.pieces(&template_pieces(template, self.module.text()), true),
            _ => source_order::walk_expr(self, expression),
        }
    }

    fn visit_except_handler(&mut self, handler: &'a ExceptHandler) {
        self.emit("ExceptHandler", self.module.except_handler_location(handler), "");
        source_order::walk_except_handler(self, handler);
    }

    fn visit_parameter(&mut self, parameter: &'a Parameter) {
        self.emit("arg", self.module.parameter_location(parameter), &parameter.name);
        source_order::walk_parameter(self, parameter);
    }

    fn visit_keyword(&mut self, keyword: &'a Keyword) {
        self.emit_range("keyword", keyword, keyword.arg.as_deref().unwrap_or_default());
        source_order::walk_keyword(self, keyword);
    }

    fn visit_alias(&mut self, alias: &'a Alias) {
        self.emit_range("alias", alias, &alias.name);
    }

    fn visit_type_param(&mut self, parameter: &'a TypeParam) {
        let kind = match parameter {
            TypeParam::TypeVar(_) => "TypeVar",
            TypeParam::ParamSpec(_) => "ParamSpec",
            TypeParam::TypeVarTuple(_) => "TypeVarTuple",
        };
        self.emit_range(kind, parameter, parameter.name());
        source_order::walk_type_param(self, parameter);
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        let (kind, value) = match pattern {
            Pattern::MatchValue(_) => ("MatchValue", ""),
            Pattern::MatchSingleton(_) => ("MatchSingleton", ""),
            Pattern::MatchSequence(_) => ("MatchSequence", ""),
            Pattern::MatchMapping(_) => ("MatchMapping", ""),
            Pattern::MatchClass(_) => ("MatchClass", ""),
            Pattern::MatchStar(star) => ("MatchStar", star.name.as_deref().unwrap_or_default()),
            Pattern::MatchAs(capture) => ("MatchAs", capture.name.as_deref().unwrap_or_default()),
            Pattern::MatchOr(_) => ("MatchOr", ""),
        };
        self.emit_range(kind, pattern, value);
        source_order::walk_pattern(self, pattern);
    }
}

fn stmt_kind(statement: &Stmt) -> &'static str {
    match statement {
        Stmt::FunctionDef(function) if function.is_async => "AsyncFunctionDef",
        Stmt::FunctionDef(_) => "FunctionDef",
        Stmt::ClassDef(_) => "ClassDef",
        Stmt::Return(_) => "Return",
        Stmt::Delete(_) => "Delete",
        Stmt::TypeAlias(_) => "TypeAlias",
        Stmt::Assign(_) => "Assign",
        Stmt::AugAssign(_) => "AugAssign",
        Stmt::AnnAssign(_) => "AnnAssign",
        Stmt::For(statement) if statement.is_async => "AsyncFor",
        Stmt::For(_) => "For",
        Stmt::While(_) => "While",
        Stmt::If(_) => "If",
        Stmt::With(statement) if statement.is_async => "AsyncWith",
        Stmt::With(_) => "With",
        Stmt::Match(_) => "Match",
        Stmt::Raise(_) => "Raise",
        Stmt::Try(statement) if statement.is_star => "TryStar",
        Stmt::Try(_) => "Try",
        Stmt::Assert(_) => "Assert",
        Stmt::Import(_) => "Import",
        Stmt::ImportFrom(_) => "ImportFrom",
        Stmt::Global(_) => "Global",
        Stmt::Nonlocal(_) => "Nonlocal",
        Stmt::Expr(_) => "Expr",
        Stmt::Pass(_) => "Pass",
        Stmt::Break(_) => "Break",
        Stmt::Continue(_) => "Continue",
        Stmt::IpyEscapeCommand(_) => "IpyEscapeCommand",
    }
}

fn expr_kind(expression: &Expr) -> &'static str {
    match expression {
        Expr::BoolOp(_) => "BoolOp",
        Expr::Named(_) => "NamedExpr",
        Expr::BinOp(_) => "BinOp",
        Expr::UnaryOp(_) => "UnaryOp",
        Expr::Lambda(_) => "Lambda",
        Expr::If(_) => "IfExp",
        Expr::Dict(_) => "Dict",
        Expr::Set(_) => "Set",
        Expr::ListComp(_) => "ListComp",
        Expr::SetComp(_) => "SetComp",
        Expr::DictComp(_) => "DictComp",
        Expr::Generator(_) => "GeneratorExp",
        Expr::Await(_) => "Await",
        Expr::Yield(_) => "Yield",
        Expr::YieldFrom(_) => "YieldFrom",
        Expr::Compare(_) => "Compare",
        Expr::Call(_) => "Call",
        Expr::FString(_) => "JoinedStr",
        Expr::TString(_) => "TemplateStr",
        Expr::StringLiteral(_)
        | Expr::BytesLiteral(_)
        | Expr::NumberLiteral(_)
        | Expr::BooleanLiteral(_)
        | Expr::NoneLiteral(_)
        | Expr::EllipsisLiteral(_) => "Constant",
        Expr::Attribute(_) => "Attribute",
        Expr::Subscript(_) => "Subscript",
        Expr::Starred(_) => "Starred",
        Expr::Name(_) => "Name",
        Expr::List(_) => "List",
        Expr::Tuple(_) => "Tuple",
        Expr::Slice(_) => "Slice",
        Expr::IpyEscapeCommand(_) => "IpyEscapeCommand",
    }
}

fn string_text(value: &[u8]) -> String {
    format!("s{}", hex(value))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}
