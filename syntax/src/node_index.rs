//! Numbers every node of a tree in source order, and refuses trees that are nested too deeply.
//!
//! The walk grows its stack as it goes, so it stands any depth; whoever walks after it meets no more
//! than it let through.
//!
//! Invariant: the module is node 0; a node's index is below those of its children; set once.

use crate::{Diagnostic, Exception, Span};
use ruff_python_ast::visitor::source_order::{SourceOrderVisitor, TraversalSignal, walk_expr, walk_pattern, walk_stmt};
use ruff_python_ast::{AnyNodeRef, Expr, HasNodeIndex, ModModule, NodeIndex, Pattern, Stmt};

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
}

/// Numbers the nodes of a module, unless it is nested too deeply.
pub(crate) fn number_nodes(module: &ModModule) -> Result<Numbering, Diagnostic> {
    let mut walk = Walk::default();
    walk.enter_node(module.into());
    walk.visit_body(&module.body);
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
    /// The next expression is the attribute of a method call.
    at_method: bool,
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

impl<'a> SourceOrderVisitor<'a> for Walk {
    #[inline]
    fn enter_node(&mut self, node: AnyNodeRef<'a>) -> TraversalSignal {
        node.node_index().set(NodeIndex::from(self.numbering.node_count));
        self.numbering.node_count += 1;
        if let AnyNodeRef::Arguments(arguments) = node
            && let [Expr::Generator(generator)] = &*arguments.args
            && !generator.parenthesized
        {
            let start = generator.range.start().to_u32();
            self.numbering.generator_arguments.push((start, arguments.range.into()));
        }
        TraversalSignal::Traverse
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        let is_method = std::mem::take(&mut self.at_method);
        if let Expr::Call(call) = expression {
            self.at_method = call.func.is_attribute_expr();
        }
        self.free += u32::from(is_method);
        self.nested(|walk| walk_expr(walk, expression));
        self.free -= u32::from(is_method);
    }

    fn visit_stmt(&mut self, statement: &'a Stmt) {
        self.nested(|walk| walk_stmt(walk, statement));
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
pub fn node_index(node: &impl HasNodeIndex) -> u32 {
    node.node_index().load().as_u32().expect("parsed trees are numbered")
}
