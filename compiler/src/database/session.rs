//! A project that is open: its files as inputs, its import graph, its results.
//!
//! ```text
//! Session::open(paths) → check() → update(changed files) → check() …
//! ```
//!
//! Invariant: the only place that reads source files into the database. After [`Session::open`] and
//! after each [`Session::update`] the inputs are what the file system holds, and the graph is that of
//! a fresh session.

use super::cache::Cache;
use super::facts::{Facts, StaticFacts, Unresolved};
use super::inputs::{Contents, Link, Links, Project, Settings, SourceFile, new_file, set_links};
use super::jobs::for_each_handle;
use super::pending::{CheckedFile, Pending, RootInput, Snapshot};
use super::queries::{check_module, import_places, imported_modules, module_diagnostics, module_interface};
use super::static_modules::{StaticProject, set_files, set_mode, set_performance, static_facts};
use super::{Database, Observer};
use crate::files::sources::python_files;
use crate::imports::discover::{Follow, RootFile, Sources, discover};
use crate::imports::resolve::Resolver;
use crate::imports::search_path::{Origin, project_root};
use crate::imports::{ImportGraph, ModuleName, Node, NodeId, Place, SearchPath};
use crate::settings::Globs;
use crate::static_program::StaticMode;
use pyclast_syntax::imports::Import;
use pyclast_syntax::interface::StarNames;
use rustc_hash::{FxHashMap, FxHashSet};
use salsa::{Database as _, Durability};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Files whose trees are held at once on the way.
const BATCH: usize = 256;

/// What a session is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// Diagnostics of the files asked for.
    Check,
    /// The import graph, through installed packages too.
    Graph,
}

/// How a project is opened.
#[derive(Clone, Debug)]
pub struct SessionOptions {
    /// Files and directories asked for.
    pub paths: Vec<PathBuf>,
    /// What is left out of directories.
    pub exclude: Globs,
    /// Where modules are found besides the roots of `paths`.
    pub search_path: Vec<PathBuf>,
    /// A virtual environment.
    pub environment: Option<PathBuf>,
    /// What for.
    pub purpose: Purpose,
    /// Worker threads.
    pub workers: usize,
    /// Settings that results depend on.
    pub settings: Settings,
    /// Where facts are kept between runs.
    pub cache: Option<PathBuf>,
}

/// An open project.
#[derive(Debug)]
pub struct Session {
    pub(super) db: Database,
    pub(super) options: SessionOptions,
    pub(super) files: FxHashMap<PathBuf, SourceFile>,
    pub(super) roots: Vec<RootFile>,
    pub(super) unlisted: Vec<(PathBuf, String)>,
    /// What must be asked again.
    pub(super) pending: Pending,
    /// The inputs of the files asked for.
    inputs: Arc<[RootInput]>,
    graph: ImportGraph,
    cache: Cache,
}

impl Session {
    /// Opens a project: finds its files, reads them, discovers the graph.
    pub fn open(options: SessionOptions, observer: Option<Observer>) -> Self {
        let db = Database::new(observer);
        let _ = Project::builder(options.settings.clone()).settings_durability(Durability::HIGH).new(&db);
        let _ = StaticProject::builder(StaticMode::Auto, false, Arc::default()).new(&db);
        let cache = options.cache.as_ref().map(|directory| Cache::open(directory, &options.settings));
        let mut session = Self {
            db,
            options,
            files: FxHashMap::default(),
            roots: Vec::new(),
            unlisted: Vec::new(),
            pending: Pending::default(),
            inputs: Arc::default(),
            graph: ImportGraph::default(),
            cache: cache.unwrap_or_default(),
        };
        session.rediscover();
        session
    }

    /// The import graph.
    pub fn graph(&self) -> &ImportGraph {
        &self.graph
    }

    /// The files asked for.
    pub fn roots(&self) -> &[RootFile] {
        &self.roots
    }

    /// Directories that cannot be listed, and paths that do not exist.
    pub fn unlisted(&self) -> &[(PathBuf, String)] {
        &self.unlisted
    }

    /// A handle for a job, and what it is to check. While it lives, an update waits; the job ends
    /// with [`JobError::Cancelled`] then.
    pub fn snapshot(&mut self) -> Snapshot {
        self.pending.snapshot(self.db.clone(), self.inputs.clone(), self.options.workers)
    }

    /// Checks every file asked for; in the order of [`roots`](Self::roots).
    pub fn check(&mut self) -> Arc<[CheckedFile]> {
        self.snapshot().check()
    }

    /// The directories of all files that are known, imported ones included.
    pub fn directories(&self) -> Vec<PathBuf> {
        let mut directories: Vec<PathBuf> =
            self.files.keys().filter_map(|file| file.parent()).map(Path::to_owned).collect();
        directories.sort();
        directories.dedup();
        directories
    }

    /// The input of a file.
    pub fn file(&self, path: &Path) -> Option<SourceFile> {
        self.files.get(path).copied()
    }

    /// The database.
    pub fn database(&self) -> &Database {
        &self.db
    }

    /// Changes a setting; results that depend on it are found anew.
    pub fn set_settings(&mut self, settings: Settings) {
        use salsa::Setter;
        if self.options.settings != settings {
            Project::get(&self.db).set_settings(&mut self.db).to(settings.clone());
            self.options.settings = settings;
            self.rediscover();
            self.pending.everything();
        }
    }

    /// Says which modules are static.
    pub fn set_static_mode(&mut self, mode: StaticMode) {
        set_mode(&mut self.db, mode);
    }

    /// Says whether to report what stays dynamic in static modules.
    pub fn set_performance(&mut self, performance: bool) {
        set_performance(&mut self.db, performance);
    }

    /// Tells the checker which files there are, in the order of their paths.
    fn set_program(&mut self) {
        let asked: FxHashSet<&Path> = self.roots.iter().map(|root| root.path.as_path()).collect();
        let mut paths: Vec<&PathBuf> = self.files.keys().collect();
        paths.sort();
        let files = paths.iter().map(|path| (self.files[*path], asked.contains(path.as_path()))).collect();
        set_files(&mut self.db, files);
    }

    /// Keeps what is known about the present texts for the next run.
    pub fn save_cache(&mut self) {
        if !self.cache.is_kept() {
            return;
        }
        let settings = Arc::new(self.options.settings.clone());
        let mut entries = FxHashMap::default();
        let roots: FxHashSet<SourceFile> = self.roots.iter().filter_map(|root| self.file(&root.path)).collect();
        // In any order: entries are found by the text they are about.
        let files: Vec<SourceFile> = self.files.values().copied().collect();
        for file in files {
            let Contents::Text { digest, known, .. } = file.contents(&self.db) else { continue };
            let is_root = roots.contains(&file);
            let known = known.as_ref().filter(|facts| facts.settings == settings);
            let is_unresolved = is_root && self.is_unresolved(file);
            let facts = match known {
                Some(facts)
                    if facts.types == self.static_facts(file, is_root)
                        && (!is_root || is_complete(facts, is_unresolved)) =>
                {
                    Ok(facts.clone())
                }
                _ => for_each_handle(&self.db, 1, &[file], |db, file| {
                    Arc::new(Facts {
                        settings: settings.clone(),
                        imports: imported_modules(db, *file),
                        import_places: is_unresolved.then(|| import_places(db, *file)),
                        interface: module_interface(db, *file),
                        diagnostics: is_root.then(|| module_diagnostics(db, *file)),
                        types: static_facts(db, *file, is_root),
                    })
                })
                .remove(0),
            };
            if let Ok(facts) = facts {
                let entry: &mut Arc<Facts> = entries.entry(*digest).or_insert_with(|| facts.clone());
                // The same text twice: what was asked for tells more.
                if is_root {
                    *entry = facts;
                }
            }
        }
        self.cache.save(entries);
    }

    /// What is to be kept of a file as a static module.
    fn static_facts(&self, file: SourceFile, is_root: bool) -> Option<StaticFacts> {
        let ask = |db: &Database, file: &SourceFile| static_facts(db, *file, is_root);
        for_each_handle(&self.db, 1, &[file], ask).pop().and_then(Result::ok).flatten()
    }

    /// Whether something is to say about the imports of a file.
    fn is_unresolved(&self, file: SourceFile) -> bool {
        let ask = |db: &Database, file: &SourceFile| check_module(db, *file).unresolved.iter().any(Unresolved::is_told);
        for_each_handle(&self.db, 1, &[file], ask).pop().is_some_and(|told| told.unwrap_or(false))
    }

    /// Lists the paths asked for, resolves every import again and sets the links. Files that are
    /// inputs already are not read again. Gives the number of files whose imports lead elsewhere now.
    pub(super) fn rediscover(&mut self) -> usize {
        self.list_roots();
        let mut resolver = Resolver::new(self.search_path());
        self.name_roots(resolver.search_path());
        let follow = match self.options.purpose {
            Purpose::Check => Follow::Project,
            Purpose::Graph => Follow::Everything,
        };
        let roots = self.roots.clone();
        let paths = roots.iter().map(|root| root.path.clone()).collect();
        let mut reader = Reader { session: self, roots: paths };
        self.graph = discover(&roots, &mut resolver, &mut reader, follow);
        self.read_leaves();
        let input = |root: &RootFile| RootInput { file: self.files[&root.path], path: root.path.as_path().into() };
        self.inputs = self.roots.iter().map(input).collect();
        let relinked = self.set_all_links();
        self.set_program();
        relinked
    }

    /// Installed packages that the project imports: their interfaces are seen, their imports not
    /// followed.
    fn read_leaves(&mut self) {
        if self.options.purpose == Purpose::Graph {
            return;
        }
        let first = |node: &Node| match &node.place {
            Place::Text(files) => files.first().cloned(),
            _ => None,
        };
        let leaves: Vec<PathBuf> = self.graph.nodes().iter().filter_map(first).collect();
        self.read(&leaves.iter().map(PathBuf::as_path).collect::<Vec<_>>());
    }

    /// The files below the paths asked for; names come later.
    fn list_roots(&mut self) {
        self.roots.clear();
        self.unlisted.clear();
        let mut seen = FxHashSet::default();
        for asked in &self.options.paths {
            let (files, failures) = python_files(asked);
            for path in files {
                // A file that was asked for by name is meant.
                let is_excluded = path != *asked && self.options.exclude.matches(&path);
                if is_excluded || !seen.insert(path.clone()) {
                    continue;
                }
                let name = ModuleName::new("");
                self.roots.push(RootFile { path, name, is_package: false });
            }
            self.unlisted.extend(failures.into_iter().map(|(path, error)| (path, error.to_string())));
        }
        self.roots.sort_by(|left, right| left.path.cmp(&right.path));
    }

    fn name_roots(&mut self, search_path: &SearchPath) {
        for root in &mut self.roots {
            let directory = search_path.root_of(&root.path).unwrap_or(Path::new(""));
            if let Some((name, is_package)) = ModuleName::of_file(directory, &root.path) {
                (root.name, root.is_package) = (name, is_package);
            }
        }
    }

    fn search_path(&self) -> SearchPath {
        let mut search_path = SearchPath::default();
        for path in &self.options.paths {
            let root = project_root(if path == Path::new(".") { Path::new("") } else { path });
            if root.join("src").is_dir() && !root.join("src/__init__.py").is_file() {
                search_path.add_root(root.join("src"));
            }
            search_path.add_root(root);
        }
        self.options.search_path.iter().for_each(|directory| search_path.add_root(directory.clone()));
        if let Some(environment) = &self.options.environment {
            search_path.add_environment(environment);
        }
        search_path
    }

    /// Tells every file asked for what its imports lead to.
    fn set_all_links(&mut self) -> usize {
        let mut relinked = 0;
        for index in 0..self.graph.nodes().len() {
            let id = NodeId(u32::try_from(index).expect("nodes are numbered with 32 bits"));
            let node = self.graph.node(id);
            let Place::Text(files) = &node.place else { continue };
            let inputs: Vec<SourceFile> = files.iter().filter_map(|file| self.file(file)).collect();
            if inputs.is_empty() {
                continue;
            }
            let mut modules: Vec<(ModuleName, Link)> = node
                .edges
                .iter()
                .map(|edge| self.graph.node(edge.to))
                .map(|target| (target.name.clone(), self.link(&target.place)))
                .collect();
            modules.sort_by(|left, right| left.0.cmp(&right.0));
            let links = Links { name: node.name.clone(), is_package: node.is_package, modules };
            for input in inputs {
                relinked += usize::from(set_links(&mut self.db, input, links.clone()));
            }
        }
        relinked
    }

    fn link(&self, place: &Place) -> Link {
        match place {
            Place::Text(files) => files.first().and_then(|file| self.file(file)).map_or(Link::Opaque, Link::File),
            Place::Binary(_) | Place::Namespace | Place::StandardLibrary => Link::Opaque,
            Place::Missing => Link::Missing,
        }
    }

    /// Makes inputs of files that are none yet.
    fn read(&mut self, paths: &[&Path]) {
        let new: Vec<&Path> = paths.iter().copied().filter(|path| !self.files.contains_key(*path)).collect();
        let cache = &self.cache;
        let contents = for_each_handle(&self.db, self.options.workers, &new, |_, path| read_contents(path, cache));
        for (path, contents) in new.into_iter().zip(contents) {
            let contents = contents.unwrap_or_else(|_| Contents::Unreadable("reading it failed".to_owned()));
            let input = new_file(&self.db, path.to_owned(), contents, self.origin(path));
            self.files.insert(path.to_owned(), input);
        }
    }

    /// What a file holds now.
    pub(super) fn contents(&self, path: &Path) -> Contents {
        read_contents(path, &self.cache)
    }

    pub(super) fn origin(&self, path: &Path) -> Origin {
        let is_installed = self.options.environment.as_ref().is_some_and(|environment| path.starts_with(environment));
        if is_installed { Origin::Installed } else { Origin::Project }
    }
}

/// Whether all is there that checking a file again would ask.
fn is_complete(facts: &Facts, is_unresolved: bool) -> bool {
    facts.diagnostics.is_some() && (facts.import_places.is_some() || !is_unresolved)
}

/// Answers the discovery from the database.
struct Reader<'a> {
    session: &'a mut Session,
    /// The files asked for: while their trees are there, everything they tell is asked.
    roots: FxHashSet<PathBuf>,
}

impl Sources for Reader<'_> {
    fn imports(&mut self, files: &[&Path]) -> Vec<Arc<[Import]>> {
        let mut answers = Vec::with_capacity(files.len());
        for batch in files.chunks(BATCH) {
            self.session.read(batch);
            let inputs: Vec<(SourceFile, bool)> =
                batch.iter().map(|path| (self.session.files[*path], self.roots.contains(*path))).collect();
            let checks = self.session.options.purpose == Purpose::Check;
            let (db, workers) = (&self.session.db, self.session.options.workers);
            let results = for_each_handle(db, workers, &inputs, |db, (file, is_root)| {
                let imports = imported_modules(db, *file);
                if checks && *is_root {
                    module_diagnostics(db, *file);
                    module_interface(db, *file);
                }
                imports
            });
            // A module whose queries fail is reported when it is checked.
            answers.extend(results.into_iter().map(Result::unwrap_or_default));
            if files.len() > BATCH {
                self.session.db.trigger_lru_eviction();
            }
        }
        answers
    }

    fn star_names(&mut self, file: &Path) -> StarNames {
        self.session.read(&[file]);
        let input = self.session.files[file];
        let names =
            for_each_handle(&self.session.db, 1, &[input], |db, file| module_interface(db, *file).star_names.clone());
        names.into_iter().next().and_then(Result::ok).unwrap_or(StarNames::Unknown)
    }
}

fn read_contents(path: &Path, cache: &Cache) -> Contents {
    match fs::read(path) {
        Ok(bytes) => Contents::text(bytes, |digest| cache.get(digest)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Contents::Absent,
        Err(error) => Contents::Unreadable(error.to_string()),
    }
}
