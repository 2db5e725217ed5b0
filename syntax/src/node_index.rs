//! Numbers the nodes of a tree in about source order, and refuses trees that are nested too deeply.
//!
//! ```text
//! f(x)      module 0 · statement 1 · call 2 · `f` 3 · `x` 4
//! ```
//!
//! Statements, expressions, patterns, parameters, type parameters and aliases have numbers; of lists of
//! arguments, keywords and the parts of strings nobody asks for any. The walk grows its stack as it
//! goes, so it stands any depth; whoever walks after it meets no more than it let through.
//!
//! Invariant: the module is node 0; a node's index is below those of its children; set once.

use crate::{Diagnostic, Exception, Span};
use ruff_python_ast::visitor::source_order::{
    SourceOrderVisitor, TraversalSignal, walk_comprehension, walk_expr, walk_pattern, walk_stmt,
};
use ruff_python_ast::{
    AnyNodeRef, Arguments, AtomicNodeIndex, CmpOp, Comprehension, Expr, ExprCall, HasNodeIndex, ModModule, NodeIndex,
    Pattern, Stmt,
};
use std::mem::replace;

/// How deep expressions may stand inside each other: as deep as CPython's compiler goes on a stack
/// of 8 MiB. The attribute of a method call does not count.
pub const NESTING_LIMIT: u32 = 37_250;

/// What one walk over a tree finds.
#[derive(Debug, Default)]
pub(crate) struct Numbering {
    /// How many nodes there are.
    pub(crate) node_count: u32,
    /// The greatest depth of expressions, statements and patterns inside each other.
    pub(crate) nesting: u32,
    /// Generators that are the only argument of a call: where they start, and the span of the
    /// call's parentheses. In source order.
    pub(crate) generator_arguments: Vec<(u32, Span)>,
    /// Where `try` statements with a `finally` start. In source order.
    pub(crate) finally_statements: Vec<u32>,
    /// Statements that have what a constant can be made of in them themselves, not in their bodies: a bit by number.
    foldable: Vec<u64>,
}

impl Numbering {
    /// Whether there is something in a statement itself, not in its body, of which a constant can be made: an operation on
    /// literals, or a list to look through. (`__debug__` is not looked for.)
    pub(crate) fn may_fold(&self, statement: u32) -> bool {
        self.foldable.get(statement as usize / 64).is_some_and(|word| word >> (statement % 64) & 1 != 0)
    }
}

/// Numbers the nodes of a module, unless it is nested too deeply.
pub(crate) fn number_nodes(module: &ModModule) -> Result<Numbering, Diagnostic> {
    let mut walk = Walk::default();
    walk.enter_node(module.into());
    walk.visit_body(&module.body);
    // Positional arguments may follow keywords, which are walked after them.
    walk.numbering.generator_arguments.sort_unstable_by_key(|&(start, _)| start);
    match walk.error {
        Some(error) => Err(error),
        None => Ok(walk.numbering),
    }
}

#[derive(Default)]
struct Walk {
    numbering: Numbering,
    /// Nodes around the current one.
    depth: u32,
    /// Those of them that do not count for the limit.
    free: u32,
    /// The innermost statement around.
    statement: u32,
    error: Option<Diagnostic>,
}

impl Walk {
    /// Walks one level down.
    fn nested(&mut self, walk: impl FnOnce(&mut Self)) {
        /// Frames between two looks at the stack take less than this.
        const RED_ZONE: usize = 64 * 1024;
        const STACK: usize = 1024 * 1024;
        self.depth += 1;
        self.numbering.nesting = self.numbering.nesting.max(self.depth);
        if self.depth - self.free > NESTING_LIMIT {
            // CPython names the stack it used, which differs from machine to machine.
            let message = "Stack overflow (used 8152 kB) during compilation";
            let error = || Diagnostic::error(Exception::RecursionError, Span::NONE, message);
            self.error.get_or_insert_with(error);
        } else if self.depth.is_multiple_of(32) {
            stacker::maybe_grow(RED_ZONE, STACK, || walk(self));
        } else {
            walk(self);
        }
        self.depth -= 1;
    }
}

impl Walk {
    /// The statement has something of which a constant may be made.
    #[cold]
    fn may_fold(&mut self) {
        let word = self.statement as usize / 64;
        let foldable = &mut self.numbering.foldable;
        foldable.resize(foldable.len().max(word + 1), 0);
        foldable[word] |= 1 << (self.statement % 64);
    }

    #[inline]
    fn number(&mut self, node: &AtomicNodeIndex) {
        node.set(NodeIndex::from(self.numbering.node_count));
        self.numbering.node_count += 1;
    }

    /// Numbers an expression without children.
    #[inline]
    fn leaf(&mut self, node: &AtomicNodeIndex) {
        if self.depth < self.numbering.nesting.min(NESTING_LIMIT) {
            self.number(node);
        } else {
            self.nested(|walk| walk.number(node));
        }
    }

    fn visit_exprs(&mut self, expressions: &[Expr]) {
        for expression in expressions {
            self.visit_expr(expression);
        }
    }

    /// The children of an expression, and it before them: of the most frequent kinds here.
    fn walk_expr(&mut self, expression: &Expr) {
        match expression {
            Expr::Attribute(attribute) => {
                self.number(&attribute.node_index);
                self.visit_expr(&attribute.value);
            }
            Expr::Call(call) => {
                self.number(&call.node_index);
                self.visit_callee(call);
                self.visit_arguments(&call.arguments);
            }
            Expr::Subscript(subscript) => {
                self.number(&subscript.node_index);
                if subscript.slice.is_literal_expr() && subscript.value.is_literal_expr() {
                    self.may_fold();
                }
                self.visit_expr(&subscript.value);
                self.visit_expr(&subscript.slice);
            }
            Expr::BinOp(operation) => {
                self.number(&operation.node_index);
                if operation.right.is_literal_expr() && operation.left.is_literal_expr() {
                    self.may_fold();
                }
                self.visit_expr(&operation.left);
                self.visit_expr(&operation.right);
            }
            Expr::Compare(comparison) => {
                self.number(&comparison.node_index);
                if matches!(comparison.ops.last(), Some(CmpOp::In | CmpOp::NotIn)) {
                    self.iterates(comparison.comparators.last());
                }
                self.visit_expr(&comparison.left);
                self.visit_exprs(&comparison.comparators);
            }
            Expr::BoolOp(operation) => {
                self.number(&operation.node_index);
                self.visit_exprs(&operation.values);
            }
            Expr::Tuple(tuple) => {
                self.number(&tuple.node_index);
                if tuple.elts.iter().all(Expr::is_literal_expr) {
                    self.may_fold();
                }
                self.visit_exprs(&tuple.elts);
            }
            Expr::List(list) => {
                self.number(&list.node_index);
                self.visit_exprs(&list.elts);
            }
            Expr::UnaryOp(operation) => {
                self.number(&operation.node_index);
                self.may_fold();
                self.visit_expr(&operation.operand);
            }
            _ => walk_expr(self, expression),
        }
    }

    /// Something is looked through and nothing else.
    fn iterates(&mut self, iterated: Option<&Expr>) {
        if matches!(iterated, Some(Expr::List(_) | Expr::Set(_))) {
            self.may_fold();
        }
    }

    /// The attribute of a method call does not count for the limit.
    fn visit_callee(&mut self, call: &ExprCall) {
        let free = u32::from(call.func.is_attribute_expr());
        self.free += free;
        self.visit_expr(&call.func);
        self.free -= free;
    }
}

impl<'a> SourceOrderVisitor<'a> for Walk {
    #[inline]
    fn enter_node(&mut self, node: AnyNodeRef<'a>) -> TraversalSignal {
        self.number(node.node_index());
        TraversalSignal::Traverse
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Name(name) => self.leaf(&name.node_index),
            Expr::NumberLiteral(literal) => self.leaf(&literal.node_index),
            Expr::StringLiteral(literal) => self.leaf(&literal.node_index),
            Expr::BytesLiteral(literal) => self.leaf(&literal.node_index),
            Expr::BooleanLiteral(literal) => self.leaf(&literal.node_index),
            Expr::NoneLiteral(literal) => self.leaf(&literal.node_index),
            Expr::EllipsisLiteral(literal) => self.leaf(&literal.node_index),
            _ => self.nested(|walk| walk.walk_expr(expression)),
        }
    }

    fn visit_arguments(&mut self, arguments: &'a Arguments) {
        if let [Expr::Generator(generator)] = &*arguments.args
            && !generator.parenthesized
        {
            let start = generator.range.start().to_u32();
            self.numbering.generator_arguments.push((start, arguments.range.into()));
        }
        self.visit_exprs(&arguments.args);
        for keyword in &arguments.keywords {
            self.visit_expr(&keyword.value);
        }
    }

    fn visit_comprehension(&mut self, comprehension: &'a Comprehension) {
        self.iterates(Some(&comprehension.iter));
        walk_comprehension(self, comprehension);
    }

    fn visit_stmt(&mut self, statement: &'a Stmt) {
        let outer = replace(&mut self.statement, self.numbering.node_count);
        self.nested(|walk| match statement {
            Stmt::Expr(statement) => {
                walk.number(&statement.node_index);
                walk.visit_expr(&statement.value);
            }
            Stmt::Assign(assignment) => {
                walk.number(&assignment.node_index);
                walk.visit_exprs(&assignment.targets);
                walk.visit_expr(&assignment.value);
            }
            Stmt::Return(statement) => {
                walk.number(&statement.node_index);
                if let Some(value) = &statement.value {
                    walk.visit_expr(value);
                }
            }
            Stmt::For(node) => {
                walk.iterates(Some(&node.iter));
                walk_stmt(walk, statement);
            }
            Stmt::Try(node) => {
                if !node.finalbody.is_empty() {
                    walk.numbering.finally_statements.push(node.range.start().to_u32());
                }
                walk_stmt(walk, statement);
            }
            _ => walk_stmt(walk, statement),
        });
        self.statement = outer;
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        self.nested(|walk| walk_pattern(walk, pattern));
    }
}

/// The number of a node.
///
/// # Panics
///
/// If the tree was not numbered: a bug.
#[inline]
pub fn node_index(node: &impl HasNodeIndex) -> u32 {
    node.node_index().load().as_u32().expect("parsed trees are numbered")
}
