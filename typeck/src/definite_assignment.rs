//! A function → the names it may read before it assigned them (CinderX's `definite_assignment_checker.py`).
//!
//! ```text
//! def f(c: bool) -> int64:
//!     if c:
//!         x: int64 = 1
//!     return x                x may not be assigned: a primitive starts as 0
//! ```
//!
//! Invariant: the answer may name too much, never too little: nothing that a loop, a `with` or a handler assigns counts afterwards.

use pyclast_syntax::node_index;
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_keyword, walk_stmt};
use ruff_python_ast::{
    Comprehension, ElifElseClause, ExceptHandler, Expr, ExprContext, ExprName, Parameters, Stmt, StmtFunctionDef,
    StmtTry,
};
use rustc_hash::FxHashSet;

/// The node indices of the names that a function reads or deletes before they are surely assigned, in the order of the walk.
/// `is_local` says which names are locals of the function, captured ones included.
pub fn unassigned<'a>(parameters: &'a Parameters, body: &'a [Stmt], is_local: &'a dyn Fn(&str) -> bool) -> Vec<u32> {
    let assigned = parameters.iter().map(|parameter| parameter.name().as_str()).collect();
    let mut checker = Checker { is_local, assigned, unassigned: Vec::new() };
    // Unlike in a block, the walk goes on after a `raise` here.
    for statement in body {
        checker.visit_stmt(statement);
    }
    checker.unassigned
}

type Names<'a> = FxHashSet<&'a str>;

struct Checker<'a> {
    is_local: &'a dyn Fn(&str) -> bool,
    assigned: Names<'a>,
    unassigned: Vec<u32>,
}

impl<'a> Checker<'a> {
    fn assign(&mut self, name: &'a str) {
        if (self.is_local)(name) {
            self.assigned.insert(name);
        }
    }

    fn name(&mut self, name: &'a ExprName) {
        if !(self.is_local)(&name.id) {
            return;
        }
        match name.ctx {
            ExprContext::Store => {
                self.assigned.insert(&name.id);
            }
            ExprContext::Del if self.assigned.remove(name.id.as_str()) => {}
            ExprContext::Load if self.assigned.contains(name.id.as_str()) => {}
            _ => self.unassigned.push(node_index(name)),
        }
    }

    /// The statements of a block, up to a `raise`.
    fn block(&mut self, body: &'a [Stmt]) {
        for statement in body {
            self.visit_stmt(statement);
            if statement.is_raise_stmt() {
                return;
            }
        }
    }

    /// The names of `kept` that are still assigned: what a block deleted is not.
    fn without_deleted(&self, mut kept: Names<'a>) -> Names<'a> {
        kept.retain(|name| self.assigned.contains(name));
        kept
    }

    /// The parts of a loop that may not run at all.
    fn optional(&mut self, entry: Names<'a>, body: &'a [Stmt], orelse: &'a [Stmt]) {
        self.block(body);
        let mut entry = self.without_deleted(entry);
        if !orelse.is_empty() {
            self.assigned.clone_from(&entry);
            self.block(orelse);
            entry = self.without_deleted(entry);
        }
        self.assigned = entry;
    }

    fn branches(&mut self, body: &'a [Stmt], clauses: &'a [ElifElseClause]) {
        let entry = self.assigned.clone();
        self.block(body);
        match clauses {
            [] => self.assigned = self.without_deleted(entry),
            [clause, rest @ ..] => {
                let after_body = std::mem::replace(&mut self.assigned, entry);
                match &clause.test {
                    Some(test) => {
                        self.visit_expr(test);
                        self.branches(&clause.body, rest);
                    }
                    None => self.block(&clause.body),
                }
                self.assigned = self.without_deleted(after_body);
            }
        }
    }

    fn try_finally(&mut self, statement: &'a StmtTry) {
        let entry = self.assigned.clone();
        self.block(&statement.body);
        let mut after = self.assigned.clone();
        // `finally` may run before anything of the body did, but after each of its deletions.
        let entry_left = self.without_deleted(entry.clone());
        self.assigned = entry_left;
        self.block(&statement.finalbody);
        after.retain(|name| !entry.contains(name) || self.assigned.contains(name));
        after.extend(&self.assigned);
        self.assigned = after;
    }

    fn try_except(&mut self, statement: &'a StmtTry) {
        let entry = self.assigned.clone();
        self.block(&statement.body);
        let after_body = self.assigned.clone();
        let entry = self.without_deleted(entry);
        let mut left = entry.clone();
        for ExceptHandler::ExceptHandler(handler) in &statement.handlers {
            self.assigned.clone_from(&entry);
            handler.name.iter().for_each(|name| self.assign(name));
            self.block(&handler.body);
            left = self.without_deleted(left);
        }
        if !statement.orelse.is_empty() {
            self.assigned = after_body;
            self.block(&statement.orelse);
            left = self.without_deleted(left);
        }
        self.assigned = left;
        self.block(&statement.finalbody);
    }

    /// `except*` is not looked into more closely: one part after the other.
    fn try_star(&mut self, statement: &'a StmtTry) {
        self.visit_body(&statement.body);
        for ExceptHandler::ExceptHandler(handler) in &statement.handlers {
            handler.type_.iter().for_each(|class| self.visit_expr(class));
            self.visit_body(&handler.body);
        }
        self.visit_body(&statement.orelse);
        self.visit_body(&statement.finalbody);
    }

    fn function(&mut self, function: &'a StmtFunctionDef) {
        self.visit_parameters(&function.parameters);
        function.returns.iter().for_each(|returns| self.visit_expr(returns));
        function.decorator_list.iter().for_each(|decorator| self.visit_expr(&decorator.expression));
        self.assign(&function.name);
    }

    fn comprehension(&mut self, results: &[&'a Expr], generators: &'a [Comprehension]) {
        for result in results {
            self.visit_expr(result);
        }
        for generator in generators {
            self.visit_expr(&generator.target);
            self.visit_expr(&generator.iter);
            generator.ifs.iter().for_each(|test| self.visit_expr(test));
        }
    }
}

impl<'a> Visitor<'a> for Checker<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::AugAssign(node) => match &*node.target {
                Expr::Name(name) => {
                    if !self.assigned.contains(name.id.as_str()) && (self.is_local)(&name.id) {
                        self.unassigned.push(node_index(name));
                    }
                    self.visit_expr(&node.value);
                }
                target => {
                    self.visit_expr(target);
                    self.visit_expr(&node.value);
                }
            },
            Stmt::AnnAssign(node) => {
                // Without a value nothing is defined. (The reference takes `x` for assigned in the value of `x: int64 = x`.)
                if let Some(value) = &node.value {
                    self.visit_expr(value);
                    self.visit_expr(&node.target);
                }
            }
            Stmt::Try(node) if node.is_star => self.try_star(node),
            Stmt::Try(node) if node.handlers.is_empty() => self.try_finally(node),
            Stmt::Try(node) => self.try_except(node),
            Stmt::ClassDef(node) => {
                if let Some(arguments) = &node.arguments {
                    arguments.args.iter().for_each(|base| self.visit_expr(base));
                    arguments.keywords.iter().for_each(|keyword| walk_keyword(self, keyword));
                }
                node.decorator_list.iter().for_each(|decorator| self.visit_expr(&decorator.expression));
                self.assign(&node.name);
            }
            Stmt::FunctionDef(node) => self.function(node),
            Stmt::With(node) => {
                node.items.iter().for_each(|item| self.visit_with_item(item));
                let entry = self.assigned.clone();
                self.block(&node.body);
                // The body can raise, and the manager suppress it.
                self.assigned = self.without_deleted(entry);
            }
            Stmt::Import(node) => {
                for alias in &node.names {
                    let top = alias.name.split_once('.').map_or(alias.name.as_str(), |(top, _)| top);
                    self.assign(alias.asname.as_ref().map_or(top, |name| name.as_str()));
                }
            }
            Stmt::ImportFrom(node) => {
                node.names.iter().for_each(|alias| self.assign(alias.asname.as_ref().unwrap_or(&alias.name)));
            }
            Stmt::For(node) => {
                self.visit_expr(&node.iter);
                let entry = self.assigned.clone();
                self.visit_expr(&node.target);
                self.optional(entry, &node.body, &node.orelse);
            }
            Stmt::While(node) => {
                self.visit_expr(&node.test);
                let entry = self.assigned.clone();
                self.optional(entry, &node.body, &node.orelse);
            }
            Stmt::If(node) => {
                self.visit_expr(&node.test);
                self.branches(&node.body, &node.elif_else_clauses);
            }
            _ => walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Name(name) => self.name(name),
            Expr::Lambda(lambda) => lambda.parameters.iter().for_each(|parameters| self.visit_parameters(parameters)),
            Expr::Named(node) => {
                self.visit_expr(&node.target);
                self.visit_expr(&node.value);
            }
            Expr::ListComp(node) => self.comprehension(&[&node.elt], &node.generators),
            Expr::SetComp(node) => self.comprehension(&[&node.elt], &node.generators),
            Expr::Generator(node) => self.comprehension(&[&node.elt], &node.generators),
            Expr::DictComp(node) => match &node.key {
                Some(key) => self.comprehension(&[key, &node.value], &node.generators),
                None => self.comprehension(&[&node.value], &node.generators),
            },
            _ => walk_expr(self, expression),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::unassigned;
    use pyclast_syntax::{SourceText, parse};
    use ruff_python_ast::Stmt;

    /// How many names of `def f(a): …` may be unassigned; `a` to `e` are its locals.
    fn count(body: &str) -> usize {
        let source = format!("def f(a):\n    {}\n", body.replace('\n', "\n    "));
        let module = parse(SourceText::decode(source.as_bytes()).expect("text")).expect("the source parses");
        let [Stmt::FunctionDef(function)] = &*module.module().body else { panic!("one function") };
        unassigned(&function.parameters, &function.body, &|name| ["a", "b", "c", "d", "e"].contains(&name)).len()
    }

    #[test]
    fn parameters_and_straight_lines_are_assigned() {
        assert_eq!(count("b = a\nreturn b + len(b)"), 0);
        assert_eq!(count("b = c"), 1);
        assert_eq!(count("b += 1"), 1);
        assert_eq!(count("b: int\nb"), 1);
    }

    #[test]
    fn both_branches_must_assign() {
        assert_eq!(count("if a:\n    b = 1\nb"), 1);
        assert_eq!(count("if a:\n    b = 1\nelse:\n    b = 2\nb"), 0);
        assert_eq!(count("if a:\n    b = 1\nelif c:\n    b = 2\nelse:\n    b = 3\nb"), 1);
        assert_eq!(count("if a:\n    b = 1\nelse:\n    raise a\nb"), 1);
    }

    #[test]
    fn loops_withs_and_handlers_assign_nothing_for_sure() {
        assert_eq!(count("for b in a:\n    c = b\nb, c"), 2);
        assert_eq!(count("while a:\n    b = 1\nelse:\n    c = 1\nb, c"), 2);
        assert_eq!(count("with a as b:\n    c = 1\nb, c"), 1);
        assert_eq!(count("try:\n    b = 1\nexcept a as c:\n    c\nb, c"), 2);
        assert_eq!(count("try:\n    b = 1\nfinally:\n    c = 1\nb, c"), 0);
        assert_eq!(count("try:\n    b = 1\nfinally:\n    b"), 1);
    }

    #[test]
    fn a_deleted_name_is_not_assigned() {
        assert_eq!(count("del a\na"), 1);
        assert_eq!(count("while a:\n    del a\na"), 1);
    }
}
