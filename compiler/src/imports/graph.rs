//! The import graph: modules, who imports whom and when, order, cycles, reasons.
//!
//! ```text
//! main → lib → core → lib      order: {core, lib} (a cycle), main
//! ```
//!
//! Invariant: node 0..n in order of discovery; edges lead to nodes of the same graph; an edge stands
//! once, with the widest of its conditions.

use super::ModuleName;
use super::scc::components;
use pyclast_syntax::imports::ImportConditions;
use rustc_hash::FxHashMap;
use std::collections::VecDeque;
use std::path::{Path, PathBuf};

/// A module of the graph.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct NodeId(pub u32);

impl NodeId {
    /// Its position in [`ImportGraph::nodes`].
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// What a module is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Place {
    /// Files with text: stub first, then source.
    Text(Vec<PathBuf>),
    /// An extension module or a `.pyc` without source.
    Binary(PathBuf),
    /// Directories without `__init__`.
    Namespace,
    /// It comes with Python.
    StandardLibrary,
    /// There is no such module.
    Missing,
}

/// One module imports another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Edge {
    /// The imported module.
    pub to: NodeId,
    /// When.
    pub conditions: ImportConditions,
    /// Not written down: importing a submodule imports its packages first.
    pub is_implied: bool,
}

/// A module.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Node {
    /// Its name.
    pub name: ModuleName,
    /// What it is.
    pub place: Place,
    /// It was asked for, not only imported.
    pub is_root: bool,
    /// `__init__` of a package, or a namespace package.
    pub is_package: bool,
    /// What it imports, in source order.
    pub edges: Vec<Edge>,
}

/// A group of modules to be checked together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Group {
    /// The modules.
    pub members: Vec<NodeId>,
    /// They import each other.
    pub is_cycle: bool,
    /// They do so while they are loaded, not only in functions or for the type checker.
    pub at_load: bool,
}

/// The graph.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ImportGraph {
    nodes: Vec<Node>,
    by_name: FxHashMap<ModuleName, NodeId>,
}

impl ImportGraph {
    /// The modules.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// A module.
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.index()]
    }

    /// The module that `import name` loads.
    pub fn find(&self, name: &ModuleName) -> Option<NodeId> {
        self.by_name.get(name).copied()
    }

    /// The module of a file.
    pub fn find_file(&self, path: &Path) -> Option<NodeId> {
        let holds = |node: &Node| matches!(&node.place, Place::Text(files) if files.iter().any(|file| file == path));
        self.nodes.iter().position(holds).map(id)
    }

    /// Adds a module. Of several with one name the first is the one that is imported.
    pub(super) fn add(&mut self, node: Node) -> NodeId {
        let new = id(self.nodes.len());
        self.by_name.entry(node.name.clone()).or_insert(new);
        self.nodes.push(node);
        new
    }

    /// Sets what a module imports; edges to one module become one.
    pub(super) fn set_edges(&mut self, from: NodeId, edges: impl IntoIterator<Item = Edge>) {
        let mut merged: Vec<Edge> = Vec::new();
        let mut places: FxHashMap<NodeId, usize> = FxHashMap::default();
        for edge in edges.into_iter().filter(|edge| edge.to != from) {
            match places.get(&edge.to) {
                None => {
                    places.insert(edge.to, merged.len());
                    merged.push(edge);
                }
                Some(&place) => merged[place].widen(edge),
            }
        }
        self.nodes[from.index()].edges = merged;
    }

    /// Every module after those it imports, as far as cycles allow.
    pub fn order(&self) -> Vec<Group> {
        let all = self.successors(|edge| !edge.conditions.is_excluded());
        let at_load = self.successors(|edge| edge.conditions.runtime && !edge.conditions.in_function);
        let mut load_cycle = vec![false; self.nodes.len()];
        for component in components(self.nodes.len(), |node| &at_load[node]) {
            if component.len() > 1 {
                for &member in &component {
                    load_cycle[member as usize] = true;
                }
            }
        }
        let groups = components(self.nodes.len(), |node| &all[node]).into_iter();
        groups
            .map(|members| Group {
                is_cycle: members.len() > 1,
                at_load: members.iter().any(|&member| load_cycle[member as usize]),
                members: members.into_iter().map(NodeId).collect(),
            })
            .collect()
    }

    /// A shortest chain of imports from a module that was asked for; empty if there is none.
    pub fn why(&self, wanted: NodeId) -> Vec<NodeId> {
        let mut reached_from: Vec<Option<NodeId>> = vec![None; self.nodes.len()];
        let mut seen: Vec<bool> = self.nodes.iter().map(|node| node.is_root).collect();
        let mut queue: VecDeque<NodeId> = (0..self.nodes.len()).filter(|&index| seen[index]).map(id).collect();
        while let Some(node) = queue.pop_front() {
            if node == wanted {
                let mut chain = vec![node];
                while let Some(before) = reached_from[chain[chain.len() - 1].index()] {
                    chain.push(before);
                }
                chain.reverse();
                return chain;
            }
            for edge in &self.node(node).edges {
                if !std::mem::replace(&mut seen[edge.to.index()], true) {
                    reached_from[edge.to.index()] = Some(node);
                    queue.push_back(edge.to);
                }
            }
        }
        Vec::new()
    }

    /// The edges that pass, without implied ones: a package that imports its own submodule is no
    /// cycle.
    fn successors(&self, passes: impl Fn(&Edge) -> bool) -> Vec<Vec<u32>> {
        let of = |node: &Node| {
            let edges = node.edges.iter().filter(|edge| !edge.is_implied && passes(edge));
            edges.map(|edge| edge.to.0).collect()
        };
        self.nodes.iter().map(of).collect()
    }
}

impl Edge {
    fn widen(&mut self, other: Self) {
        self.is_implied &= other.is_implied;
        let (mine, more) = (&mut self.conditions, other.conditions);
        mine.runtime |= more.runtime;
        mine.typing |= more.typing;
        mine.in_function &= more.in_function;
        mine.in_try &= more.in_try;
    }
}

fn id(index: usize) -> NodeId {
    NodeId(u32::try_from(index).expect("a graph has fewer than 2**32 nodes"))
}
