//! A static module → what the types of other modules can depend on, name by name.
//!
//! ```text
//! from lib import C                      C: import of lib.C
//! class D(C):                            D: a number for the header, the fields and the signatures; mentions C, int
//!     def m(self) -> int: return 1       (not the body of m: nobody's types depend on it)
//! ```
//!
//! Bodies count where other modules read them: of `__init__`, where fields are declared, and of functions whose decorators
//! may copy them into callers.
//!
//! Invariant: white space, comments, positions and other bodies leave it equal.

use crate::ParsedModule;
use crate::imports::ImportTarget;
use crate::symtable::{SymbolFlags, SymbolTable};
use ruff_python_ast::comparable::{
    ComparableArguments, ComparableDecorator, ComparableExpr, ComparableParameters, ComparableStmt,
    ComparableTypeParams,
};
use ruff_python_ast::visitor::source_order::{SourceOrderVisitor, TraversalSignal, walk_expr, walk_stmt};
use ruff_python_ast::{
    AnyNodeRef, Expr, Stmt, StmtClassDef, StmtFunctionDef, StmtImport, StmtImportFrom, StringLiteral,
};
use rustc_hash::FxHashSet;
use smallvec::SmallVec;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

/// What other modules can depend on.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct StaticInterface {
    /// What is declared at the top of the module.
    pub names: BTreeMap<String, StaticName>,
    /// Star imports: level, module.
    pub stars: Vec<(u32, String)>,
    /// Flags that change the meaning of the whole module.
    pub flags: u64,
}

/// A name that other modules may import.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct StaticName {
    /// A number for its declarations.
    pub declaration: u64,
    /// The names they mention, with the attributes that follow: `C`, `m.C`.
    pub mentions: BTreeSet<String>,
    /// What it is imported as.
    pub imports: Vec<ImportTarget>,
}

/// What a module itself uses, in its bodies too.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct StaticUses {
    /// The names it mentions, with the attributes that follow.
    pub mentions: BTreeSet<String>,
    /// What imports bind, wherever they are.
    pub imports: BTreeMap<String, Vec<ImportTarget>>,
    /// The full names of modules that `import` statements name.
    pub modules: BTreeSet<String>,
}

/// The interface of a module, and what it uses itself.
pub fn static_interface(module: &ParsedModule, symbols: &SymbolTable) -> (StaticInterface, StaticUses) {
    let mut collector = Collector { interface: StaticInterface::default(), context: 0, around: BTreeSet::new() };
    collector.body(&module.module().body);
    let mut interface = collector.interface;
    // Names that functions make with `global`.
    for index in 1..symbols.scope_count() {
        for (name, symbol) in symbols.scope_at(index).symbols.iter() {
            if symbol.flags.intersects(SymbolFlags::GLOBAL) && symbol.flags.intersects(SymbolFlags::BOUND) {
                interface.names.entry(symbols.names.text(name).to_owned()).or_default();
            }
        }
    }
    let mut uses = Uses::default();
    uses.visit_body(&module.module().body);
    (interface, StaticUses { mentions: uses.mentions.into_names(), ..uses.found })
}

struct Collector {
    interface: StaticInterface,
    /// A number for the statements around.
    context: u64,
    /// The names they mention.
    around: BTreeSet<String>,
}

impl Collector {
    fn body(&mut self, body: &[Stmt]) {
        for statement in body {
            self.statement(statement);
        }
    }

    fn declare(&mut self, name: &str, declaration: u64, mentions: &BTreeSet<String>) {
        let known = self.interface.names.entry(name.to_owned()).or_default();
        // Earlier declarations count as well, in their order.
        known.declaration = number(&(known.declaration, declaration, self.context));
        known.mentions.extend(mentions.iter().chain(&self.around).cloned());
    }

    /// The statements inside one that has a header: they mean what they mean under that header.
    fn inside(&mut self, header: u64, mentions: BTreeSet<String>, bodies: &[&[Stmt]]) {
        let outer = (self.context, self.around.clone());
        self.around.extend(mentions);
        for (index, body) in bodies.iter().enumerate() {
            self.context = number(&(outer.0, header, index));
            self.body(body);
        }
        (self.context, self.around) = outer;
    }

    fn statement(&mut self, statement: &Stmt) {
        match statement {
            Stmt::FunctionDef(function) => {
                let mut parts = Parts::default();
                parts.function(function);
                let (declaration, mentions) = parts.finish();
                self.declare(&function.name, declaration, &mentions);
            }
            Stmt::ClassDef(class) => {
                let mut parts = Parts::default();
                parts.class(class);
                let (declaration, mentions) = parts.finish();
                self.declare(&class.name, declaration, &mentions);
            }
            Stmt::Import(import) => bindings(import, |bound, target| self.import(bound, target)),
            Stmt::ImportFrom(import) => {
                if import.module.as_deref().is_some_and(|module| module.starts_with("__static__")) {
                    self.interface.flags = number(&(self.interface.flags, ComparableStmt::from(statement)));
                }
                from_bindings(import, |bound, target| match target {
                    ImportTarget::Star { level, module } => self.interface.stars.push((level, module)),
                    target => self.import(bound, target),
                });
            }
            // Nothing is declared here: docstrings and calls.
            Stmt::Expr(_) | Stmt::Pass(_) => {}
            Stmt::If(statement) => {
                let mut bodies = vec![&statement.body[..]];
                bodies.extend(statement.elif_else_clauses.iter().map(|clause| &clause.body[..]));
                let tests = statement.elif_else_clauses.iter().filter_map(|clause| clause.test.as_ref());
                let tests: Vec<&Expr> = [&*statement.test].into_iter().chain(tests).collect();
                self.inside(expressions(&tests), mentioned(&tests), &bodies);
            }
            Stmt::While(statement) => {
                let tests = [&*statement.test];
                self.inside(expressions(&tests), mentioned(&tests), &[&statement.body, &statement.orelse]);
            }
            Stmt::For(statement) => {
                let header = [&*statement.target, &*statement.iter];
                self.bound(&statement.target, expressions(&header), &mentioned(&header));
                self.inside(expressions(&header), mentioned(&header), &[&statement.body, &statement.orelse]);
            }
            Stmt::With(statement) => {
                let header: Vec<&Expr> = statement.items.iter().map(|item| &item.context_expr).collect();
                for target in statement.items.iter().filter_map(|item| item.optional_vars.as_deref()) {
                    self.bound(target, expressions(&header), &mentioned(&header));
                }
                self.inside(expressions(&header), mentioned(&header), &[&statement.body]);
            }
            Stmt::Try(statement) => {
                let mut bodies = vec![&statement.body[..]];
                for handler in &statement.handlers {
                    let handler = handler.as_except_handler();
                    bodies.extend(handler.map(|handler| &handler.body[..]));
                }
                bodies.extend([&statement.orelse[..], &statement.finalbody]);
                self.inside(number(&"try"), BTreeSet::new(), &bodies);
            }
            other => {
                let mut parts = Parts::default();
                parts.statement(other);
                let mut targets = Targets::default();
                targets.visit_stmt(other);
                let (declaration, mentions) = parts.finish();
                for name in targets.0 {
                    self.declare(&name, declaration, &mentions);
                }
            }
        }
    }

    fn bound(&mut self, target: &Expr, declaration: u64, mentions: &BTreeSet<String>) {
        let mut targets = Targets::default();
        targets.visit_expr(target);
        for name in targets.0 {
            self.declare(&name, declaration, mentions);
        }
    }

    fn import(&mut self, bound: &str, target: ImportTarget) {
        self.declare(bound, number(&target), &BTreeSet::new());
        if let Some(known) = self.interface.names.get_mut(bound)
            && !known.imports.contains(&target)
        {
            known.imports.push(target);
        }
    }
}

/// Calls `each` with every name that an import binds, and what to.
fn bindings(import: &StmtImport, mut each: impl FnMut(&str, ImportTarget)) {
    for alias in &import.names {
        match &alias.asname {
            Some(name) => each(name, ImportTarget::Module(alias.name.to_string())),
            // `import a.b` binds `a`; that `a.b` is there follows from its use.
            None => {
                let first = alias.name.split('.').next().unwrap_or_default();
                each(first, ImportTarget::Module(first.to_owned()));
            }
        }
    }
}

/// The same for `from … import …`.
fn from_bindings(import: &StmtImportFrom, mut each: impl FnMut(&str, ImportTarget)) {
    let module = import.module.as_ref().map(ToString::to_string).unwrap_or_default();
    for alias in &import.names {
        if alias.name.as_str() == "*" {
            each("*", ImportTarget::Star { level: import.level, module: module.clone() });
            continue;
        }
        let name = alias.name.to_string();
        let bound = alias.asname.as_ref().unwrap_or(&alias.name);
        each(bound, ImportTarget::From { level: import.level, module: module.clone(), name });
    }
}

/// A number for the same value in every run.
fn number(value: &(impl Hash + ?Sized)) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

fn expressions(list: &[&Expr]) -> u64 {
    let comparable: Vec<ComparableExpr<'_>> = list.iter().map(|&expression| expression.into()).collect();
    number(&comparable)
}

fn mentioned(list: &[&Expr]) -> BTreeSet<String> {
    let mut mentions = Mentions::default();
    for expression in list {
        mentions.visit_expr(expression);
    }
    mentions.into_names()
}

/// What a declaration consists of.
#[derive(Default)]
struct Parts<'a> {
    hasher: DefaultHasher,
    mentions: Mentions<'a>,
}

impl<'a> Parts<'a> {
    /// A number for it, and the names it mentions.
    fn finish(self) -> (u64, BTreeSet<String>) {
        (self.hasher.finish(), self.mentions.into_names())
    }

    fn statement(&mut self, statement: &'a Stmt) {
        ComparableStmt::from(statement).hash(&mut self.hasher);
        self.mentions.visit_stmt(statement);
    }

    fn function(&mut self, function: &'a StmtFunctionDef) {
        function.is_async.hash(&mut self.hasher);
        function.name.as_str().hash(&mut self.hasher);
        for decorator in &function.decorator_list {
            ComparableDecorator::from(decorator).hash(&mut self.hasher);
            self.mentions.visit_decorator(decorator);
        }
        if let Some(type_params) = &function.type_params {
            ComparableTypeParams::from(&**type_params).hash(&mut self.hasher);
            self.mentions.visit_type_params(type_params);
        }
        ComparableParameters::from(&*function.parameters).hash(&mut self.hasher);
        self.mentions.visit_parameters(&function.parameters);
        if let Some(returns) = &function.returns {
            ComparableExpr::from(&**returns).hash(&mut self.hasher);
            self.mentions.visit_annotation(returns);
        }
        function.returns.is_some().hash(&mut self.hasher);
        let is_read = function.name.as_str() == "__init__"
            || function.decorator_list.iter().any(|decorator| !keeps_body_apart(&decorator.expression));
        if is_read {
            function.body.iter().for_each(|statement| self.statement(statement));
        }
    }

    fn class(&mut self, class: &'a StmtClassDef) {
        class.name.as_str().hash(&mut self.hasher);
        for decorator in &class.decorator_list {
            ComparableDecorator::from(decorator).hash(&mut self.hasher);
            self.mentions.visit_decorator(decorator);
        }
        if let Some(type_params) = &class.type_params {
            ComparableTypeParams::from(&**type_params).hash(&mut self.hasher);
            self.mentions.visit_type_params(type_params);
        }
        if let Some(arguments) = &class.arguments {
            ComparableArguments::from(&**arguments).hash(&mut self.hasher);
            self.mentions.visit_arguments(arguments);
        }
        for statement in &class.body {
            match statement {
                Stmt::FunctionDef(function) => self.function(function),
                Stmt::ClassDef(inner) => self.class(inner),
                Stmt::Expr(_) | Stmt::Pass(_) => {}
                other => self.statement(other),
            }
        }
    }
}

/// Whether a decorator is one of those that leave the body of a function its own.
fn keeps_body_apart(decorator: &Expr) -> bool {
    let name = match decorator {
        Expr::Name(name) => name.id.as_str(),
        Expr::Attribute(attribute) => attribute.attr.as_str(),
        _ => return false,
    };
    let known = [
        "property",
        "setter",
        "deleter",
        "staticmethod",
        "classmethod",
        "final",
        "override",
        "overload",
        "cached_property",
        "async_cached_property",
        "dynamic_return",
    ];
    known.contains(&name)
}

/// Collects names with the attributes that follow, and words in strings: annotations may be strings.
#[derive(Default)]
struct Mentions<'a> {
    names: FxHashSet<&'a str>,
    /// Those with attributes.
    dotted: FxHashSet<String>,
    /// The last of them.
    last: String,
}

impl<'a> Mentions<'a> {
    /// Notes `a.b.c`; whether the expression is that.
    fn note(&mut self, expression: &'a Expr) -> bool {
        let mut attributes = SmallVec::<[&str; 8]>::new();
        let mut inner = expression;
        while let Expr::Attribute(attribute) = inner {
            attributes.push(&attribute.attr);
            inner = &attribute.value;
        }
        let Expr::Name(name) = inner else { return false };
        if attributes.is_empty() {
            self.names.insert(&name.id);
            return true;
        }
        self.last.clear();
        self.last.push_str(&name.id);
        for attribute in attributes.into_iter().rev() {
            self.last.push('.');
            self.last.push_str(attribute);
        }
        // Most are mentioned more than once.
        if !self.dotted.contains(&self.last) {
            self.dotted.insert(self.last.clone());
        }
        true
    }

    fn into_names(self) -> BTreeSet<String> {
        self.names.into_iter().map(str::to_owned).chain(self.dotted).collect()
    }
}

impl<'a> SourceOrderVisitor<'a> for Mentions<'a> {
    fn visit_expr(&mut self, expression: &'a Expr) {
        let is_noted = matches!(expression, Expr::Name(_) | Expr::Attribute(_)) && self.note(expression);
        if !is_noted {
            walk_expr(self, expression);
        }
    }

    fn visit_string_literal(&mut self, literal: &'a StringLiteral) {
        let is_part = |character: char| character.is_alphanumeric() || character == '_' || character == '.';
        let words = literal.value.split(|character| !is_part(character));
        self.names.extend(words.filter(|word| word.starts_with(|first: char| first.is_alphabetic() || first == '_')));
    }
}

/// Collects the names that statements and targets bind.
#[derive(Default)]
struct Targets(Vec<String>);

impl<'a> SourceOrderVisitor<'a> for Targets {
    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Name(name) if name.ctx.is_store() || name.ctx.is_del() => self.0.push(name.id.to_string()),
            Expr::Lambda(_) => {}
            _ => walk_expr(self, expression),
        }
    }

    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(function) => self.0.push(function.name.to_string()),
            Stmt::ClassDef(class) => self.0.push(class.name.to_string()),
            _ => walk_stmt(self, statement),
        }
    }
}

/// Collects what a whole module uses.
#[derive(Default)]
struct Uses<'a> {
    mentions: Mentions<'a>,
    /// The rest.
    found: StaticUses,
}

impl<'a> SourceOrderVisitor<'a> for Uses<'a> {
    fn enter_node(&mut self, node: AnyNodeRef<'a>) -> TraversalSignal {
        let imports = &mut self.found.imports;
        let mut note = |bound: &str, target: ImportTarget| {
            let known = imports.entry(bound.to_owned()).or_default();
            if !known.contains(&target) {
                known.push(target);
            }
        };
        match node {
            AnyNodeRef::StmtImport(import) => {
                bindings(import, note);
                self.found.modules.extend(import.names.iter().map(|alias| alias.name.to_string()));
            }
            AnyNodeRef::StmtImportFrom(import) => from_bindings(import, &mut note),
            _ => {}
        }
        TraversalSignal::Traverse
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        self.mentions.visit_expr(expression);
    }
}

#[cfg(test)]
#[path = "static_interface_tests.rs"]
mod tests;
