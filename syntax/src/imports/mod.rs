//! The import statements of a module, as data without positions.
//!
//! ```text
//! import a.b as c                 Module a.b
//! from .d import e, f             From 1 "d" e · From 1 "d" f
//! if TYPE_CHECKING: from g import *     Star 0 "g", typing only
//! ```
//!
//! All statements count, those inside functions and branches too; under which conditions an import
//! runs is recorded beside it.
//!
//! Invariant: an [`Import`] has no positions, so that an edit which leaves the imports alone leaves this value equal.

use crate::{ParsedModule, Span};
use ruff_python_ast::{BoolOp, CmpOp, ElifElseClause, ExceptHandler, Expr, Number, Stmt, UnaryOp, WithItem};
use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};

/// What an import names.
#[derive(Clone, PartialEq, Eq, Hash, Debug, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ImportTarget {
    /// `import a.b`: `a` and `a.b`.
    Module(String),
    /// `from ..a import b`: the module, and `b`, which may be a submodule.
    From {
        /// The number of leading dots.
        level: u32,
        /// What follows the dots; empty for `from . import b`.
        module: String,
        /// The imported name.
        name: String,
    },
    /// `from a import *`.
    Star {
        /// The number of leading dots.
        level: u32,
        /// What follows the dots.
        module: String,
    },
}

/// When an import runs.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "the conditions are independent of each other")]
pub struct ImportConditions {
    /// A running program may get there.
    pub runtime: bool,
    /// A type checker gets there.
    pub typing: bool,
    /// In a function: not before it is called.
    pub in_function: bool,
    /// In a `try`: the program may go on without it.
    pub in_try: bool,
    /// An `ImportError` is caught: the program is ready to go on without it.
    pub is_guarded: bool,
}

impl ImportConditions {
    /// At the top of the module.
    pub const ALWAYS: Self = Self { runtime: true, typing: true, in_function: false, in_try: false, is_guarded: false };

    /// Under `if TYPE_CHECKING:`.
    pub const fn is_typing_only(self) -> bool {
        self.typing && !self.runtime
    }

    /// In a branch for another version or platform.
    pub const fn is_excluded(self) -> bool {
        !self.typing && !self.runtime
    }
}

/// An import.
#[derive(Clone, PartialEq, Eq, Hash, Debug, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Import {
    /// What it names.
    pub target: ImportTarget,
    /// When it runs.
    pub conditions: ImportConditions,
}

/// Where an import is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct ImportPlace {
    /// The name of the module, without dots; of `from . import b` the name `b`.
    pub module: Span,
    /// The imported name.
    pub name: Span,
}

/// What decides branches on version and platform.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct ImportEnvironment {
    /// `sys.version_info[:2]`
    pub version: (u32, u32),
    /// `sys.platform`
    pub platform: String,
}

/// The imports of a module, each once, in source order.
pub fn imports(module: &ParsedModule, environment: &ImportEnvironment) -> Vec<Import> {
    collect(module, environment).found
}

/// The places of [`imports`], in the same order.
pub fn import_places(module: &ParsedModule, environment: &ImportEnvironment) -> Vec<ImportPlace> {
    collect(module, environment).places
}

fn collect<'a>(module: &ParsedModule, environment: &'a ImportEnvironment) -> Collector<'a> {
    let mut collector = Collector { environment, found: Vec::new(), places: Vec::new(), seen: FxHashSet::default() };
    collector.body(&module.module().body, ImportConditions::ALWAYS);
    collector
}

struct Collector<'a> {
    environment: &'a ImportEnvironment,
    found: Vec<Import>,
    places: Vec<ImportPlace>,
    seen: FxHashSet<Import>,
}

impl Collector<'_> {
    fn add(&mut self, target: ImportTarget, conditions: ImportConditions, place: ImportPlace) {
        let import = Import { target, conditions };
        if self.seen.insert(import.clone()) {
            self.found.push(import);
            self.places.push(place);
        }
    }

    // Statements nest no deeper than the tokenizer's 100 levels of indentation.
    fn body(&mut self, body: &[Stmt], conditions: ImportConditions) {
        for statement in body {
            self.statement(statement, conditions);
        }
    }

    fn statement(&mut self, statement: &Stmt, conditions: ImportConditions) {
        match statement {
            Stmt::Import(import) => {
                for alias in &import.names {
                    let name = alias.name.range.into();
                    let place = ImportPlace { module: name, name };
                    self.add(ImportTarget::Module(alias.name.to_string()), conditions, place);
                }
            }
            Stmt::ImportFrom(import) => {
                let (level, module) =
                    (import.level, import.module.as_ref().map(ToString::to_string).unwrap_or_default());
                for alias in &import.names {
                    let module = module.clone();
                    let target = match alias.name.as_str() {
                        "*" => ImportTarget::Star { level, module },
                        name => ImportTarget::From { level, module, name: name.to_owned() },
                    };
                    let name = alias.name.range.into();
                    let module = import.module.as_ref().map_or(name, |module| module.range.into());
                    self.add(target, conditions, ImportPlace { module, name });
                }
            }
            Stmt::FunctionDef(function) => {
                self.body(&function.body, ImportConditions { in_function: true, ..conditions });
            }
            Stmt::ClassDef(class) => self.body(&class.body, conditions),
            Stmt::If(branch) => self.branches(&branch.test, &branch.body, &branch.elif_else_clauses, conditions),
            Stmt::For(statement) => {
                self.body(&statement.body, conditions);
                self.body(&statement.orelse, conditions);
            }
            Stmt::While(statement) => {
                self.body(&statement.body, conditions);
                self.body(&statement.orelse, conditions);
            }
            Stmt::With(statement) => {
                let is_guarded = conditions.is_guarded || statement.items.iter().any(suppresses_import_errors);
                self.body(&statement.body, ImportConditions { is_guarded, ..conditions });
            }
            Stmt::Try(statement) => {
                let is_guarded = conditions.is_guarded || statement.handlers.iter().any(catches_import_errors);
                // What a handler imports instead may be missing as well.
                let tried = ImportConditions { in_try: true, is_guarded, ..conditions };
                self.body(&statement.body, tried);
                for ExceptHandler::ExceptHandler(handler) in &statement.handlers {
                    self.body(&handler.body, tried);
                }
                self.body(&statement.orelse, ImportConditions { in_try: true, ..conditions });
                self.body(&statement.finalbody, conditions);
            }
            Stmt::Match(statement) => {
                for case in &statement.cases {
                    self.body(&case.body, conditions);
                }
            }
            _ => {}
        }
    }

    fn branches(&mut self, test: &Expr, body: &[Stmt], clauses: &[ElifElseClause], mut rest: ImportConditions) {
        let first = (Some(test), body);
        for (test, body) in
            std::iter::once(first).chain(clauses.iter().map(|clause| (clause.test.as_ref(), &*clause.body)))
        {
            let runtime = test.map_or(Some(true), |test| self.truth(test, false));
            let typing = test.map_or(Some(true), |test| self.truth(test, true));
            let taken = ImportConditions {
                runtime: rest.runtime && runtime != Some(false),
                typing: rest.typing && typing != Some(false),
                ..rest
            };
            self.body(body, taken);
            rest.runtime &= runtime != Some(true);
            rest.typing &= typing != Some(true);
        }
    }

    /// What a test is known to give, with this value of `TYPE_CHECKING`.
    fn truth(&self, test: &Expr, type_checking: bool) -> Option<bool> {
        match test {
            Expr::Name(name) if name.id.as_str() == "TYPE_CHECKING" => Some(type_checking),
            Expr::Attribute(attribute) if attribute.attr.as_str() == "TYPE_CHECKING" => Some(type_checking),
            Expr::BooleanLiteral(literal) => Some(literal.value),
            Expr::NumberLiteral(literal) => match &literal.value {
                Number::Int(value) => Some(value.as_u64() != Some(0)),
                _ => None,
            },
            Expr::UnaryOp(operation) if operation.op == UnaryOp::Not => {
                self.truth(&operation.operand, type_checking).map(|value| !value)
            }
            Expr::BoolOp(operation) => self.bool_op(operation.op, &operation.values, type_checking),
            Expr::Compare(comparison) if comparison.ops.len() == 1 => {
                self.comparison(&comparison.left, comparison.ops[0], &comparison.comparators[0])
            }
            Expr::Call(call) => {
                let Expr::Attribute(method) = &*call.func else { return None };
                let [Expr::StringLiteral(prefix)] = &*call.arguments.args else { return None };
                (method.attr.as_str() == "startswith" && is_sys(&method.value, "platform"))
                    .then(|| self.environment.platform.starts_with(prefix.value.to_str()))
            }
            _ => None,
        }
    }

    fn bool_op(&self, op: BoolOp, values: &[Expr], type_checking: bool) -> Option<bool> {
        let deciding = op == BoolOp::Or;
        let mut all_known = true;
        for value in values {
            match self.truth(value, type_checking) {
                Some(value) if value == deciding => return Some(deciding),
                Some(_) => {}
                None => all_known = false,
            }
        }
        all_known.then_some(!deciding)
    }

    fn comparison(&self, left: &Expr, op: CmpOp, right: &Expr) -> Option<bool> {
        if is_sys(left, "platform") {
            let Expr::StringLiteral(name) = right else { return None };
            let equal = self.environment.platform == name.value.to_str();
            return match op {
                CmpOp::Eq => Some(equal),
                CmpOp::NotEq => Some(!equal),
                _ => None,
            };
        }
        let (major, minor) = self.environment.version;
        if let Expr::Subscript(subscript) = left
            && is_sys(&subscript.value, "version_info")
            && integer(&subscript.slice) == Some(0)
        {
            return compare(&[major], op, &[integer(right)?]);
        }
        let Expr::Tuple(tuple) = right else { return None };
        let wanted = tuple.elts.iter().map(integer).collect::<Option<Vec<_>>>()?;
        if !is_sys(left, "version_info") || wanted.is_empty() || wanted.len() > 2 {
            return None;
        }
        // version_info has five items: with equal beginnings it is the greater.
        compare(&[major, minor, 0], op, &wanted)
    }
}

/// `except ImportError`, one of its kin, a tuple with one, or a bare `except`.
fn catches_import_errors(handler: &ExceptHandler) -> bool {
    let ExceptHandler::ExceptHandler(handler) = handler;
    handler.type_.as_deref().is_none_or(is_import_error)
}

/// `with suppress(ImportError)`
fn suppresses_import_errors(item: &WithItem) -> bool {
    let Expr::Call(call) = &item.context_expr else { return false };
    let name = match &*call.func {
        Expr::Name(name) => name.id.as_str(),
        Expr::Attribute(attribute) => attribute.attr.as_str(),
        _ => return false,
    };
    name == "suppress" && call.arguments.args.iter().any(is_import_error)
}

fn is_import_error(class: &Expr) -> bool {
    match class {
        Expr::Name(name) => {
            matches!(name.id.as_str(), "ImportError" | "ModuleNotFoundError" | "Exception" | "BaseException")
        }
        Expr::Tuple(tuple) => tuple.elts.iter().any(is_import_error),
        _ => false,
    }
}

fn compare(left: &[u32], op: CmpOp, right: &[u32]) -> Option<bool> {
    Some(match op {
        CmpOp::Eq => left == right,
        CmpOp::NotEq => left != right,
        CmpOp::Lt => left < right,
        CmpOp::LtE => left <= right,
        CmpOp::Gt => left > right,
        CmpOp::GtE => left >= right,
        _ => return None,
    })
}

/// `sys.name`
fn is_sys(expression: &Expr, name: &str) -> bool {
    match expression {
        Expr::Attribute(attribute) => {
            attribute.attr.as_str() == name
                && matches!(&*attribute.value, Expr::Name(module) if module.id.as_str() == "sys")
        }
        _ => false,
    }
}

fn integer(expression: &Expr) -> Option<u32> {
    let Expr::NumberLiteral(literal) = expression else { return None };
    let Number::Int(value) = &literal.value else { return None };
    u32::try_from(value.as_u64()?).ok()
}

#[cfg(test)]
mod tests;
