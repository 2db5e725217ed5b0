//! What rules match: tokens, nodes and lists, kept in arenas.
//!
//! ```text
//! a, *b   →   Node(Tuple, [Token(0), Node(Starred, [Token(3)])])
//! ```
//!
//! Invariant: children are made before their parents.

use super::grammar::Kind;
use super::place::Place;

/// A reference to what was matched.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Value {
    /// An optional part that is not there.
    Absent,
    /// Something nobody asks about.
    Dummy,
    /// Index of a token.
    Token(u32),
    /// Index of a node.
    Node(u32),
    /// Index of a list.
    List(u32),
}

/// A part of the syntax tree, as far as errors need it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub(super) kind: Kind,
    pub(super) place: Place,
    children: (u32, u32),
}

/// All nodes and lists.
#[derive(Default, Debug)]
pub(super) struct Arena {
    nodes: Vec<Node>,
    lists: Vec<(u32, u32)>,
    values: Vec<Value>,
}

impl Arena {
    /// A new node; lists among the children are spread out, absent ones left out.
    pub(super) fn node(&mut self, kind: Kind, place: Place, children: &[Value]) -> Value {
        let children = self.spread(children);
        self.nodes.push(Node { kind, place, children });
        Value::Node(index(self.nodes.len() - 1))
    }

    /// A new list; lists among the values are spread out, absent ones left out.
    pub(super) fn list(&mut self, values: &[Value]) -> Value {
        let range = self.spread(values);
        self.lists.push(range);
        Value::List(index(self.lists.len() - 1))
    }

    /// The node, if the value is one.
    pub(super) fn get(&self, value: Value) -> Option<Node> {
        match value {
            Value::Node(node) => Some(self.nodes[node as usize]),
            _ => None,
        }
    }

    /// The elements of a list or children of a node.
    pub(super) fn parts(&self, value: Value) -> &[Value] {
        let (start, end) = match value {
            Value::List(list) => self.lists[list as usize],
            Value::Node(node) => self.nodes[node as usize].children,
            Value::Absent | Value::Dummy | Value::Token(_) => (0, 0),
        };
        &self.values[start as usize..end as usize]
    }

    fn spread(&mut self, values: &[Value]) -> (u32, u32) {
        let start = self.values.len();
        for &value in values {
            match value {
                Value::Absent => {}
                Value::List(list) => {
                    let (start, end) = self.lists[list as usize];
                    self.values.extend_from_within(start as usize..end as usize);
                }
                other => self.values.push(other),
            }
        }
        (index(start), index(self.values.len()))
    }
}

fn index(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
