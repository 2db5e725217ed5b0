//! Names, resolution, order and cycles.

use super::discover::{Follow, RootFile, Sources, discover};
use super::graph::{ImportGraph, Place};
use super::resolve::Resolver;
use super::scc::components;
use super::search_path::{Origin, SearchPath, project_root};
use super::{ModuleName, standard_library};
use pyclast_syntax::imports::{Import, ImportConditions, ImportTarget};
use pyclast_syntax::interface::StarNames;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn name(text: &str) -> ModuleName {
    ModuleName::new(text)
}

#[test]
fn relative_imports_resolve_as_importlib_does() {
    for (module, is_package, level, target, expected) in [
        ("p.q.m", false, 1, "b", Some("p.q.b")),
        ("p.q.m", false, 2, "b", Some("p.b")),
        ("p.q.m", false, 1, "", Some("p.q")),
        ("p.q", true, 1, "b", Some("p.q.b")),
        ("p.q", true, 2, "", Some("p")),
        ("p", true, 1, "", Some("p")),
        ("p", true, 2, "b", None),
        ("m", false, 1, "b", None),
        ("m", false, 0, "a.b", Some("a.b")),
    ] {
        let resolved = name(module).resolve_relative(is_package, level, target);
        assert_eq!(resolved, expected.map(name), "{module} {level} {target}");
    }
}

#[test]
fn files_have_the_names_they_are_imported_by() {
    let of = |file: &str| ModuleName::of_file(Path::new("src"), Path::new(file));
    assert_eq!(of("src/a/b.py"), Some((name("a.b"), false)));
    assert_eq!(of("src/a/__init__.py"), Some((name("a"), true)));
    assert_eq!(of("src/a/c.pyi"), Some((name("a.c"), false)));
    assert_eq!(of("elsewhere/a.py"), None);
}

#[test]
fn components_come_after_what_they_lead_to() {
    let edges: [&[u32]; 5] = [&[1], &[2], &[1, 3], &[], &[4, 0]];
    assert_eq!(components(5, |node| edges[node]), [vec![3], vec![1, 2], vec![0], vec![4]]);
}

#[test]
fn components_of_a_long_chain_and_a_long_cycle_need_no_stack() {
    const COUNT: u32 = 200_000;
    let chain: Vec<Vec<u32>> = (0..COUNT).map(|node| if node + 1 < COUNT { vec![node + 1] } else { vec![] }).collect();
    assert_eq!(components(chain.len(), |node| &chain[node]).len(), chain.len());
    let cycle: Vec<Vec<u32>> = (0..COUNT).map(|node| vec![(node + 1) % COUNT]).collect();
    assert_eq!(components(cycle.len(), |node| &cycle[node]).len(), 1);
}

#[test]
fn the_table_of_standard_modules_is_sorted() {
    for module in ["_thread", "os", "sys", "zoneinfo"] {
        assert!(standard_library::is_standard(module), "{module}");
    }
    assert!(!standard_library::is_standard("numpy"));
}

struct Tree(tempfile::TempDir);

impl Tree {
    fn new(files: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder can be made");
        for file in files {
            let (path, text) = file.split_once('=').unwrap_or((file, ""));
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("a folder can be made");
            fs::write(path, text).expect("a file can be written");
        }
        Self(folder)
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn resolver(&self, roots: &[&str]) -> Resolver {
        let mut search_path = SearchPath::default();
        for root in roots {
            search_path.add_root(self.path(root));
        }
        Resolver::new(search_path)
    }
}

#[test]
fn packages_win_over_modules_and_modules_over_namespaces() {
    let tree = Tree::new(&["r/a/__init__.py", "r/a.py", "r/b/x.py", "s/b.py", "r/n/x.py", "s/n/y.py"]);
    let mut resolver = tree.resolver(&["r", "s"]);
    let source =
        |resolver: &mut Resolver, module: &str| resolver.locate(&name(module)).and_then(|found| found.source.clone());
    assert_eq!(source(&mut resolver, "a"), Some(tree.path("r/a/__init__.py")));
    assert_eq!(source(&mut resolver, "b"), Some(tree.path("s/b.py")));
    assert!(resolver.locate(&name("n")).is_some_and(|found| found.is_namespace()));
    assert_eq!(source(&mut resolver, "n.x"), Some(tree.path("r/n/x.py")));
    assert_eq!(source(&mut resolver, "n.y"), Some(tree.path("s/n/y.py")));
    assert_eq!(resolver.locate(&name("n.z")), None);
    assert_eq!(resolver.locate(&name("gone.z")), None);
}

#[test]
fn stubs_come_first_and_stub_packages_before_them() {
    let tree = Tree::new(&[
        "r/a.py",
        "r/a.pyi",
        "r/p/__init__.py",
        "r/p/__init__.pyi",
        "r/p/m.py",
        "r/p-stubs/__init__.pyi",
        "r/p-stubs/m.pyi",
        "r/only.pyi",
    ]);
    let mut resolver = tree.resolver(&["r"]);
    let mut interface =
        |module: &str| resolver.locate(&name(module)).and_then(|found| found.interface_file().map(Path::to_owned));
    assert_eq!(interface("a"), Some(tree.path("r/a.pyi")));
    assert_eq!(interface("p"), Some(tree.path("r/p-stubs/__init__.pyi")));
    assert_eq!(interface("p.m"), Some(tree.path("r/p-stubs/m.pyi")));
    assert_eq!(interface("only"), Some(tree.path("r/only.pyi")));
    let package = resolver.locate(&name("p.m")).expect("it is there");
    assert_eq!(package.source, Some(tree.path("r/p/m.py")));
}

#[test]
fn pth_files_add_directories() {
    let tree = Tree::new(&[
        "env/lib/python3.14/site-packages/x.pth=# comment\nimport os\n../../../../extra\ngone\n",
        "extra/e.py",
    ]);
    let mut search_path = SearchPath::default();
    search_path.add_environment(&tree.path("env"));
    let site = tree.path("env/lib/python3.14/site-packages");
    let directories: Vec<_> = search_path.directories().to_vec();
    assert_eq!(directories[0], (site.clone(), Origin::Installed));
    assert_eq!(directories[1], (site.join("../../../../extra"), Origin::Installed));
    assert_eq!(directories.len(), 2);
}

#[test]
fn the_root_of_a_package_is_the_directory_around_it() {
    let tree = Tree::new(&["r/a/__init__.py", "r/a/b/__init__.py", "r/a/b/m.py"]);
    assert_eq!(project_root(&tree.path("r/a/b/m.py")), tree.path("r"));
    assert_eq!(project_root(&tree.path("r/a/b")), tree.path("r"));
    assert_eq!(project_root(&tree.path("r")), tree.path("r"));
}

/// Reads imports written as `import a; from b import c`, without a parser.
struct Lines;

impl Sources for Lines {
    fn imports(&mut self, files: &[&Path]) -> Vec<Arc<[Import]>> {
        let import = |statement: &str| {
            let words: Vec<&str> = statement.split_whitespace().collect();
            let target = match words[..] {
                ["import", module] => ImportTarget::Module(module.to_owned()),
                ["from", module, "import", name] => {
                    let level = module.chars().take_while(|&dot| dot == '.').count();
                    let (level, module) = (u32::try_from(level).expect("few dots"), module[level..].to_owned());
                    if name == "*" {
                        ImportTarget::Star { level, module }
                    } else {
                        ImportTarget::From { level, module, name: name.to_owned() }
                    }
                }
                _ => return None,
            };
            Some(Import { target, conditions: ImportConditions::ALWAYS })
        };
        let read = |file: &&Path| fs::read_to_string(file).expect("the file is there");
        files.iter().map(|file| read(file).split(';').filter_map(import).collect()).collect()
    }

    fn star_names(&mut self, _: &Path) -> StarNames {
        StarNames::Listed(vec!["m".to_owned(), "value".to_owned()])
    }
}

fn graph_of(tree: &Tree, root: &str) -> ImportGraph {
    let root = RootFile { path: tree.path(root), name: name("main"), is_package: false };
    discover(&[root], &mut tree.resolver(&[""]), &mut Lines, Follow::Everything)
}

fn imports_of<'a>(graph: &'a ImportGraph, module: &str) -> Vec<&'a str> {
    let node = graph.node(graph.find(&name(module)).expect("the module is in the graph"));
    node.edges.iter().filter(|edge| !edge.is_implied).map(|edge| graph.node(edge.to).name.as_str()).collect()
}

#[test]
fn from_imports_fall_back_to_submodules() {
    let tree = Tree::new(&[
        "main.py=from p import m;from p import value;from q import *",
        "p/__init__.py",
        "p/m.py",
        "q/__init__.py",
        "q/m.py",
    ]);
    assert_eq!(imports_of(&graph_of(&tree, "main.py"), "main"), ["p", "p.m", "q", "q.m"]);
}

#[test]
fn missing_modules_are_facts() {
    let tree = Tree::new(&["main.py=import gone.sub;import os.path"]);
    let graph = graph_of(&tree, "main.py");
    let place = |module: &str| graph.node(graph.find(&name(module)).expect("it is in the graph")).place.clone();
    assert_eq!(place("gone.sub"), Place::Missing);
    assert_eq!(place("os.path"), Place::StandardLibrary);
}

#[test]
fn order_cycles_and_reasons() {
    let tree = Tree::new(&["main.py=import a", "a.py=import b", "b.py=import a;import c", "c.py"]);
    let graph = graph_of(&tree, "main.py");
    let names = |ids: &[super::NodeId]| ids.iter().map(|&id| graph.node(id).name.to_string()).collect::<Vec<_>>();
    let order: Vec<_> =
        graph.order().iter().map(|group| (names(&group.members), group.is_cycle && group.at_load)).collect();
    let group =
        |members: &[&str], is_cycle| (members.iter().map(|&member| member.to_owned()).collect::<Vec<_>>(), is_cycle);
    assert_eq!(order, [group(&["c"], false), group(&["a", "b"], true), group(&["main"], false)]);
    assert_eq!(names(&graph.why(graph.find(&name("c")).expect("it is in the graph"))), ["main", "a", "b", "c"]);
}
