//! The modules asked for → the whole import graph, level by level.
//!
//! ```text
//! level 0: main     level 1: what main imports     level 2: what those import …
//! ```
//!
//! Invariant: a worklist, no recursion; each module's imports are asked for once, a level at a time,
//! so that whoever answers can use all cores.

use super::ModuleName;
use super::graph::{Edge, ImportGraph, Node, NodeId, Place};
use super::resolve::{Located, Resolver};
use super::search_path::Origin;
use super::standard_library::is_standard;
use pyclast_syntax::imports::{Import, ImportConditions, ImportTarget};
use pyclast_syntax::interface::StarNames;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A file that was asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RootFile {
    /// Its path.
    pub path: PathBuf,
    /// The name it would be imported by.
    pub name: ModuleName,
    /// It is the `__init__` of a package.
    pub is_package: bool,
}

/// Whoever reads files and knows what they import.
pub trait Sources {
    /// The imports of files, in their order.
    fn imports(&mut self, files: &[&Path]) -> Vec<Arc<[Import]>>;

    /// What a star import of a file takes.
    fn star_names(&mut self, file: &Path) -> StarNames;
}

/// Which modules' own imports are followed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Follow {
    /// Those of the project; installed packages are leaves.
    Project,
    /// All.
    Everything,
}

/// Discovers the graph.
pub fn discover(roots: &[RootFile], resolver: &mut Resolver, sources: &mut dyn Sources, follow: Follow) -> ImportGraph {
    let mut discovery = Discovery { graph: ImportGraph::default(), resolver, follow, level: Vec::new() };
    for root in roots {
        discovery.add_root(root);
    }
    while !discovery.level.is_empty() {
        let level = std::mem::take(&mut discovery.level);
        let files: Vec<(NodeId, PathBuf)> = level
            .iter()
            .flat_map(|&node| match &discovery.graph.node(node).place {
                Place::Text(files) => files.iter().map(|file| (node, file.clone())).collect(),
                _ => Vec::new(),
            })
            .collect();
        let paths: Vec<&Path> = files.iter().map(|(_, path)| path.as_path()).collect();
        let imports = sources.imports(&paths);
        let mut answers = files.iter().zip(imports).peekable();
        for node in level {
            let mut edges = discovery.packages_of(node);
            while let Some(((_, file), imports)) = answers.next_if(|((owner, _), _)| *owner == node) {
                let is_stub = file.extension().is_some_and(|extension| extension == "pyi");
                for import in &*imports {
                    discovery.edges(node, import, is_stub, sources, &mut edges);
                }
            }
            discovery.graph.set_edges(node, edges);
        }
    }
    discovery.graph
}

struct Discovery<'a> {
    graph: ImportGraph,
    resolver: &'a mut Resolver,
    follow: Follow,
    /// Modules of the next level.
    level: Vec<NodeId>,
}

impl Discovery<'_> {
    fn add_root(&mut self, root: &RootFile) {
        // What the name leads to may be another file: a stub beside it, or a root before it.
        let located = self.resolver.locate(&root.name);
        let texts: Vec<PathBuf> = located.iter().flat_map(|located| located.texts()).map(Path::to_owned).collect();
        let files = if texts.contains(&root.path) { texts } else { vec![root.path.clone()] };
        if let Some(known) = self.graph.find(&root.name)
            && matches!(&self.graph.node(known).place, Place::Text(known) if known.contains(&root.path))
        {
            return;
        }
        let node = Node {
            name: root.name.clone(),
            place: Place::Text(files),
            is_root: true,
            is_package: root.is_package,
            edges: Vec::new(),
        };
        let id = self.graph.add(node);
        self.level.push(id);
    }

    /// The module of a name, known or new.
    fn module(&mut self, name: &ModuleName) -> NodeId {
        if let Some(known) = self.graph.find(name) {
            return known;
        }
        let located = self.resolver.locate(name);
        let place = match located.as_deref() {
            Some(located) => place_of(located),
            None if is_standard(name.first()) => Place::StandardLibrary,
            None => Place::Missing,
        };
        let is_text = matches!(place, Place::Text(_));
        let is_installed = located.as_ref().is_some_and(|located| located.origin == Some(Origin::Installed));
        let is_package = located.is_some_and(|located| located.is_package);
        let id = self.graph.add(Node { name: name.clone(), place, is_root: false, is_package, edges: Vec::new() });
        if is_text && (self.follow == Follow::Everything || !is_installed) {
            self.level.push(id);
        }
        id
    }

    /// The packages around a module are imported before it.
    fn packages_of(&mut self, node: NodeId) -> Vec<Edge> {
        let name = self.graph.node(node).name.clone();
        let packages: Vec<ModuleName> = name.chain().filter(|package| *package != name).collect();
        let found = packages.iter().filter_map(|package| {
            self.resolver.locate(package)?;
            Some(Edge { to: self.module(package), conditions: ImportConditions::ALWAYS, is_implied: true })
        });
        found.collect()
    }

    fn edges(
        &mut self,
        from: NodeId,
        import: &Import,
        is_stub: bool,
        sources: &mut dyn Sources,
        edges: &mut Vec<Edge>,
    ) {
        let mut conditions = import.conditions;
        // A stub is never run.
        conditions.runtime &= !is_stub;
        let (importer, is_package) = (self.graph.node(from).name.clone(), self.graph.node(from).is_package);
        match &import.target {
            ImportTarget::Module(name) => {
                self.chain(&importer, &ModuleName::new(name), conditions, edges);
            }
            ImportTarget::From { level, module, name } => {
                let Some(base) = importer.resolve_relative(is_package, *level, module) else { return };
                let submodule = base.child(name);
                // `from a import b` falls back to the submodule a.b.
                let is_module = self.is_package(&base) && self.resolver.locate(&submodule).is_some();
                self.chain(&importer, if is_module { &submodule } else { &base }, conditions, edges);
            }
            ImportTarget::Star { level, module } => {
                let Some(base) = importer.resolve_relative(is_package, *level, module) else { return };
                self.chain(&importer, &base, conditions, edges);
                for submodule in self.star_submodules(&base, sources) {
                    self.chain(&importer, &submodule, conditions, edges);
                }
            }
        }
    }

    /// Importing `a.b.c` imports `a`, `a.b`, `a.b.c`.
    fn chain(&mut self, importer: &ModuleName, name: &ModuleName, conditions: ImportConditions, edges: &mut Vec<Edge>) {
        for part in name.chain() {
            let is_last = part == *name;
            if !is_last && is_within(importer, &part) {
                continue;
            }
            let to = self.module(&part);
            edges.push(Edge { to, conditions, is_implied: false });
            if self.graph.node(to).place == Place::Missing {
                // What is inside a missing package is missing too, and known by its full name.
                if !is_last {
                    let to = self.module(name);
                    edges.push(Edge { to, conditions, is_implied: false });
                }
                return;
            }
        }
    }

    fn is_package(&mut self, name: &ModuleName) -> bool {
        self.resolver.locate(name).is_some_and(|located| located.is_package)
    }

    /// `from package import *` imports the submodules that `__all__` lists
    /// (`importlib._bootstrap._handle_fromlist`).
    fn star_submodules(&mut self, base: &ModuleName, sources: &mut dyn Sources) -> Vec<ModuleName> {
        let Some(located) = self.resolver.locate(base).filter(|located| located.is_package) else { return Vec::new() };
        let Some(file) = located.source.as_deref().or(located.stub.as_deref()) else { return Vec::new() };
        let StarNames::Listed(names) = sources.star_names(file) else { return Vec::new() };
        let submodules = names.iter().map(|name| base.child(name));
        submodules.filter(|submodule| self.resolver.locate(submodule).is_some()).collect()
    }
}

fn place_of(located: &Located) -> Place {
    let texts: Vec<PathBuf> = located.texts().map(Path::to_owned).collect();
    match &located.binary {
        _ if !texts.is_empty() => Place::Text(texts),
        Some(binary) => Place::Binary(binary.clone()),
        None => Place::Namespace,
    }
}

/// Whether `package` is around `module`, or is it.
fn is_within(module: &ModuleName, package: &ModuleName) -> bool {
    module.as_str().strip_prefix(package.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}
