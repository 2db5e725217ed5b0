//! What other modules may see of a module: names, declarations, `__all__`; no bodies, no positions.
//!
//! ```text
//! def f(a: int) -> int: return a + 1      f: function "(a: int)" → "int"
//! ```
//!
//! Invariant: a comment or an edit inside a function leaves this value equal; whoever imports the
//! module needs to look again only if it changed.

use crate::imports::ImportTarget;
use crate::symtable::SymbolFlags;
use crate::{ParsedModule, SymbolTable};
use ruff_python_ast::{Decorator, ExceptHandler, Expr, Operator, Stmt};
use ruff_text_size::{Ranged, TextRange};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// How a name is declared, as text.
#[derive(Clone, PartialEq, Eq, Hash, Debug, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Declaration {
    /// `def name…`: decorators, type parameters, parameters and returned type.
    Function(String),
    /// `class name…`: decorators, type parameters and bases; its members.
    Class(String, Vec<(String, Declaration)>),
    /// `name: annotation`, or `type name = value`.
    Annotated(String),
    /// Bound by an import.
    Import(ImportTarget),
    /// Anything else.
    Variable,
}

/// What `from module import *` binds.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum StarNames {
    /// There is no `__all__`: every name without a leading underscore.
    Public,
    /// `__all__`, sorted.
    Listed(Vec<String>),
    /// `__all__` is computed.
    Unknown,
}

/// The interface of a module.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct ModuleInterface {
    /// Every name the module's text binds at its top level, and its declarations in source order.
    pub names: BTreeMap<String, Vec<Declaration>>,
    /// What a star import takes.
    pub star_names: StarNames,
    /// Names may exist that the text does not show: `__getattr__`, star imports, `globals()`.
    pub is_open: bool,
}

impl ModuleInterface {
    /// Of a module that does not parse: nothing is known.
    pub fn unknown() -> Self {
        Self { names: BTreeMap::new(), star_names: StarNames::Unknown, is_open: true }
    }

    /// Whether `from module import name` finds a name; `None` if only a run can tell.
    pub fn exports(&self, name: &str) -> Option<bool> {
        if self.names.contains_key(name) {
            Some(true)
        } else if self.is_open || (name.starts_with("__") && name.ends_with("__")) {
            None
        } else {
            Some(false)
        }
    }
}

/// The interface of a module that parsed.
pub fn module_interface(module: &ParsedModule, symbols: &SymbolTable) -> ModuleInterface {
    let mut collector = Collector { module, declarations: Vec::new(), all: All::Absent, is_open: false };
    collector.body(&module.module().body);
    let Collector { declarations, all, mut is_open, .. } = collector;
    let mut names: BTreeMap<String, Vec<Declaration>> = BTreeMap::new();
    for (name, declaration) in declarations {
        let known = names.entry(name).or_default();
        if !known.contains(&declaration) {
            known.push(declaration);
        }
    }
    // Names bound in other ways: loops, `with`, walrus, and `global` in functions.
    for index in 0..symbols.scope_count() {
        let scope = symbols.scope_at(index);
        for (name, symbol) in scope.symbols.iter() {
            let is_here = index == 0 && symbol.flags.intersects(SymbolFlags::BOUND);
            let is_global = symbol.flags.intersects(SymbolFlags::GLOBAL) && symbol.flags.intersects(SymbolFlags::BOUND);
            if is_here || is_global {
                let known = names.entry(symbols.names.text(name).to_owned()).or_default();
                if known.is_empty() {
                    known.push(Declaration::Variable);
                }
            }
        }
    }
    let dynamic = ["globals", "vars", "locals", "setattr", "exec", "__dict__"];
    is_open |= names.contains_key("__getattr__") || dynamic.iter().any(|name| symbols.names.lookup(name).is_some());
    let star_names = match all {
        All::Listed(names) => StarNames::Listed(names.into_iter().collect()),
        All::Absent => StarNames::Public,
        All::Computed => StarNames::Unknown,
    };
    ModuleInterface { names, star_names, is_open }
}

struct Collector<'a> {
    module: &'a ParsedModule,
    declarations: Vec<(String, Declaration)>,
    all: All,
    is_open: bool,
}

/// What is known of `__all__` so far.
enum All {
    /// There is none.
    Absent,
    /// Its names.
    Listed(BTreeSet<String>),
    /// Only a run can tell.
    Computed,
}

impl Collector<'_> {
    fn body(&mut self, body: &[Stmt]) {
        for statement in body {
            self.statement(statement);
        }
    }

    fn declare(&mut self, name: &str, declaration: Declaration) {
        self.declarations.push((name.to_owned(), declaration));
    }

    fn statement(&mut self, statement: &Stmt) {
        match statement {
            Stmt::FunctionDef(function) => {
                let mut text = self.decorators(&function.decorator_list);
                if function.is_async {
                    text.push_str("async ");
                }
                self.push(&mut text, function.type_params.as_deref());
                self.push(&mut text, Some(&*function.parameters));
                text.push_str("->");
                self.push(&mut text, function.returns.as_deref());
                self.declare(&function.name, Declaration::Function(text));
            }
            Stmt::ClassDef(class) => {
                let mut text = self.decorators(&class.decorator_list);
                self.push(&mut text, class.type_params.as_deref());
                self.push(&mut text, class.arguments.as_deref());
                // `@enum.global_enum` binds the members.
                self.is_open |= text.contains("global_enum");
                let mut members =
                    Collector { module: self.module, declarations: Vec::new(), all: All::Absent, is_open: false };
                members.body(&class.body);
                self.declare(&class.name, Declaration::Class(text, members.declarations));
            }
            Stmt::AnnAssign(assignment) => {
                if let Expr::Name(name) = &*assignment.target {
                    let annotation = self.text(assignment.annotation.range());
                    self.declare(&name.id, Declaration::Annotated(annotation));
                    if name.id.as_str() == "__all__" {
                        self.set_all(assignment.value.as_deref());
                    }
                }
            }
            Stmt::TypeAlias(alias) => {
                if let Expr::Name(name) = &*alias.name {
                    let text = self.text(alias.range);
                    self.declare(&name.id, Declaration::Annotated(text));
                }
            }
            Stmt::Assign(assignment) => {
                for target in &assignment.targets {
                    self.targets(target);
                    if matches!(target, Expr::Name(name) if name.id.as_str() == "__all__") {
                        self.set_all(Some(&assignment.value));
                    }
                }
            }
            Stmt::AugAssign(assignment) if is_all(&assignment.target) => {
                self.extend_all((assignment.op == Operator::Add).then_some(&*assignment.value));
            }
            Stmt::Expr(statement) => self.call(&statement.value),
            Stmt::Import(import) => {
                for alias in &import.names {
                    let first = alias.name.split('.').next().unwrap_or_default();
                    let bound = alias.asname.as_ref().map_or(first, |name| name.as_str()).to_owned();
                    self.declare(&bound, Declaration::Import(ImportTarget::Module(alias.name.to_string())));
                }
            }
            Stmt::ImportFrom(import) => {
                let module = import.module.as_ref().map(ToString::to_string).unwrap_or_default();
                for alias in &import.names {
                    if alias.name.as_str() == "*" {
                        self.is_open = true;
                        continue;
                    }
                    let bound = alias.asname.as_ref().unwrap_or(&alias.name).to_string();
                    let name = alias.name.to_string();
                    let target = ImportTarget::From { level: import.level, module: module.clone(), name };
                    self.declare(&bound, Declaration::Import(target));
                }
            }
            Stmt::If(statement) => {
                self.body(&statement.body);
                statement.elif_else_clauses.iter().for_each(|clause| self.body(&clause.body));
            }
            Stmt::Try(statement) => {
                self.body(&statement.body);
                for ExceptHandler::ExceptHandler(handler) in &statement.handlers {
                    self.body(&handler.body);
                }
                self.body(&statement.orelse);
                self.body(&statement.finalbody);
            }
            Stmt::For(statement) => {
                self.body(&statement.body);
                self.body(&statement.orelse);
            }
            Stmt::While(statement) => {
                self.body(&statement.body);
                self.body(&statement.orelse);
            }
            Stmt::With(statement) => self.body(&statement.body),
            Stmt::Match(statement) => statement.cases.iter().for_each(|case| self.body(&case.body)),
            _ => {}
        }
    }

    /// Plain names in a target; those in tuples come from the symbol table.
    fn targets(&mut self, target: &Expr) {
        if let Expr::Name(name) = target {
            self.declare(&name.id, Declaration::Variable);
        }
    }

    fn set_all(&mut self, value: Option<&Expr>) {
        self.all = match value.and_then(strings) {
            Some(names) => All::Listed(names.into_iter().collect()),
            None => All::Computed,
        };
    }

    fn extend_all(&mut self, value: Option<&Expr>) {
        match (&mut self.all, value.and_then(strings)) {
            (All::Listed(listed), Some(more)) => listed.extend(more),
            (All::Absent, Some(more)) => self.all = All::Listed(more.into_iter().collect()),
            _ => self.all = All::Computed,
        }
    }

    /// `__all__.append("a")`, `__all__.extend([…])`, and what cannot be followed.
    fn call(&mut self, value: &Expr) {
        let Expr::Call(call) = value else { return };
        let Expr::Attribute(method) = &*call.func else { return };
        // `IntEnum._convert_("E", __name__, …)` binds the members.
        self.is_open |= method.attr.as_str() == "_convert_";
        if !is_all(&method.value) {
            return;
        }
        match (method.attr.as_str(), &*call.arguments.args) {
            ("extend", [more]) => self.extend_all(Some(more)),
            ("append", [Expr::StringLiteral(name)]) => {
                let name = name.value.to_str().to_owned();
                match &mut self.all {
                    All::Listed(listed) => drop(listed.insert(name)),
                    All::Absent => self.all = All::Listed(BTreeSet::from([name])),
                    All::Computed => {}
                }
            }
            ("sort", _) => {}
            _ => self.all = All::Computed,
        }
    }

    fn decorators(&self, decorators: &[Decorator]) -> String {
        let mut text = String::new();
        for decorator in decorators {
            self.push(&mut text, Some(decorator));
            text.push(' ');
        }
        text
    }

    fn push(&self, text: &mut String, node: Option<&impl Ranged>) {
        if let Some(node) = node {
            text.push_str(&self.text(node.range()));
        }
    }

    /// The text of a node with its white space made one.
    fn text(&self, range: TextRange) -> String {
        let text = &self.module.text()[range];
        let mut words = text.split_whitespace();
        let mut joined = words.next().unwrap_or_default().to_owned();
        for word in words {
            joined.push(' ');
            joined.push_str(word);
        }
        joined
    }
}

fn is_all(expression: &Expr) -> bool {
    matches!(expression, Expr::Name(name) if name.id.as_str() == "__all__")
}

/// The strings of a list or tuple display.
fn strings(value: &Expr) -> Option<Vec<String>> {
    let elements: &[Expr] = match value {
        Expr::List(list) => &list.elts,
        Expr::Tuple(tuple) => &tuple.elts,
        _ => return None,
    };
    let string = |element: &Expr| match element {
        Expr::StringLiteral(literal) => Some(literal.value.to_str().to_owned()),
        _ => None,
    };
    elements.iter().map(string).collect()
}
