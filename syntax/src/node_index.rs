//! Numbers every node of a tree in source order, and notes what the walk sees on the way.
//!
//! Invariant: the module is node 0; a node's index is below those of its children; set once.

use crate::Span;
use ruff_python_ast::visitor::source_order::{SourceOrderVisitor, TraversalSignal};
use ruff_python_ast::{AnyNodeRef, Expr, HasNodeIndex, ModModule, NodeIndex};

/// What one walk over a tree finds.
#[derive(Debug, Default)]
pub(crate) struct Numbering {
    /// How many nodes there are.
    pub(crate) node_count: u32,
    /// Generators that are the only argument of a call: where they start, and the span of the
    /// call's parentheses. In source order.
    pub(crate) generator_arguments: Vec<(u32, Span)>,
}

/// Numbers the nodes of a module.
pub(crate) fn number_nodes(module: &ModModule) -> Numbering {
    let mut numbering = Numbering::default();
    numbering.enter_node(module.into());
    numbering.visit_body(&module.body);
    // Starts of nested generators come in source order; an outer one starts before an inner one.
    debug_assert!(numbering.generator_arguments.is_sorted_by_key(|&(start, _)| start));
    numbering
}

impl<'a> SourceOrderVisitor<'a> for Numbering {
    #[inline]
    fn enter_node(&mut self, node: AnyNodeRef<'a>) -> TraversalSignal {
        node.node_index().set(NodeIndex::from(self.node_count));
        self.node_count += 1;
        if let AnyNodeRef::Arguments(arguments) = node
            && let [Expr::Generator(generator)] = &*arguments.args
            && !generator.parenthesized
        {
            self.generator_arguments.push((generator.range.start().to_u32(), arguments.range.into()));
        }
        TraversalSignal::Traverse
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
