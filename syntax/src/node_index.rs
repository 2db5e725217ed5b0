//! Numbers every node of a tree in source order.
//!
//! Invariant: the module is node 0; a node's index is below those of its children; set once.

use ruff_python_ast::visitor::source_order::{SourceOrderVisitor, TraversalSignal, walk_module};
use ruff_python_ast::{AnyNodeRef, HasNodeIndex, ModModule, NodeIndex};

/// Numbers the nodes; gives how many there are.
pub(crate) fn number_nodes(module: &ModModule) -> u32 {
    let mut numbering = Numbering { next: 0 };
    numbering.enter_node(module.into());
    for statement in &module.body {
        numbering.visit_stmt(statement);
    }
    let _ = walk_module::<Numbering>;
    numbering.next
}

struct Numbering {
    next: u32,
}

impl<'a> SourceOrderVisitor<'a> for Numbering {
    fn enter_node(&mut self, node: AnyNodeRef<'a>) -> TraversalSignal {
        node.node_index().set(NodeIndex::from(self.next));
        self.next += 1;
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
