//! Which queries an edit executes, and that results are those of a fresh session.

use super::cache::Cache;
use super::{Observer, Purpose, Session, SessionOptions, Settings};
use pyclast_codegen::Optimize;
use pyclast_syntax::imports::ImportEnvironment;
use salsa::Database as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// A project on disk, its session, and a log of executed queries.
struct Scene {
    folder: tempfile::TempDir,
    session: Session,
    executed: Arc<Mutex<Vec<salsa::DatabaseKeyIndex>>>,
}

impl Scene {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder can be made");
        for (path, text) in files {
            write(folder.path(), path, text);
        }
        let executed = Arc::<Mutex<Vec<_>>>::default();
        let session = Session::open(options(folder.path(), None), Some(recording(&executed)));
        let scene = Self { folder, session, executed };
        scene.session.check();
        scene.executed_queries();
        scene
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Saves a file, updates, checks; gives the executed queries as `query file`.
    fn edit(&mut self, path: &str, text: &str) -> Vec<String> {
        write(self.folder.path(), path, text);
        let touched = [self.path(path)];
        self.after(&touched)
    }

    fn after(&mut self, touched: &[PathBuf]) -> Vec<String> {
        self.session.update(touched);
        self.session.check();
        self.assert_fresh();
        self.executed_queries()
    }

    fn executed_queries(&self) -> Vec<String> {
        let keys = std::mem::take(&mut *self.executed.lock().expect("no test panics while logging"));
        let db = self.session.database();
        let mut names: Vec<String> = keys
            .into_iter()
            .map(|key| {
                let query = db.ingredient_debug_name(key.ingredient_index());
                let file =
                    self.session.roots().iter().map(|root| &root.path).chain(self.session.files.keys()).find(|path| {
                        self.session
                            .file(path)
                            .is_some_and(|file| salsa::plumbing::AsId::as_id(&file) == key.key_index())
                    });
                let name = file.and_then(|path| path.strip_prefix(self.folder.path()).ok()).unwrap_or(Path::new("?"));
                format!("{query} {}", name.display())
            })
            .collect();
        names.sort();
        names
    }

    /// The graph and the results are those of a session that is opened now.
    fn assert_fresh(&self) {
        let fresh = Session::open(options(self.folder.path(), None), None);
        assert_eq!(fresh.graph().nodes().len(), self.session.graph().nodes().len());
        assert_eq!(fresh.graph(), self.session.graph());
        assert_eq!(results(&fresh), results(&self.session));
    }
}

fn results(session: &Session) -> Vec<String> {
    session.check().iter().map(|file| format!("{:?}", file)).collect()
}

fn options(folder: &Path, cache: Option<PathBuf>) -> SessionOptions {
    SessionOptions {
        paths: vec![folder.to_owned()],
        exclude: crate::settings::Globs::default(),
        search_path: Vec::new(),
        environment: Some(folder.join(".env")),
        purpose: Purpose::Check,
        workers: 2,
        settings: Settings::default(),
        cache,
    }
}

fn recording(executed: &Arc<Mutex<Vec<salsa::DatabaseKeyIndex>>>) -> Observer {
    let executed = executed.clone();
    Box::new(move |event| {
        if let salsa::EventKind::WillExecute { database_key } = event.kind {
            executed.lock().expect("no test panics while logging").push(database_key);
        }
    })
}

fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("a folder can be made");
    fs::write(path, text).expect("a file can be written");
}

const LIB: &str = "def f(a: int) -> int:\n    return a\n\ndef g() -> int:\n    return 1\n";
const PROJECT: &[(&str, &str)] = &[
    ("lib.py", LIB),
    ("main.py", "from lib import f\nprint(f(1))\n"),
    ("other.py", "from lib import g\n"),
    ("alone.py", "x = 1\n"),
];

/// What a file's own queries are after its text changed.
fn own(file: &str) -> Vec<String> {
    let queries =
        ["code_object", "imported_modules", "module_diagnostics", "module_interface", "parsed_module", "symbol_table"];
    queries.iter().map(|query| format!("{query} {file}")).collect()
}

#[test]
fn a_comment_edit_is_the_modules_own_affair() {
    let mut scene = Scene::new(PROJECT);
    assert_eq!(scene.edit("lib.py", &format!("# comment\n\n{LIB}")), own("lib.py"));
}

#[test]
fn a_body_edit_is_the_modules_own_affair() {
    let mut scene = Scene::new(PROJECT);
    assert_eq!(scene.edit("lib.py", &LIB.replace("return a", "return a + 1")), own("lib.py"));
}

#[test]
fn saving_the_same_text_executes_nothing() {
    let mut scene = Scene::new(PROJECT);
    assert_eq!(scene.edit("lib.py", LIB), [] as [&str; 0]);
}

#[test]
fn a_signature_edit_checks_the_importers_of_the_name() {
    let mut scene = Scene::new(PROJECT);
    let mut expected = own("lib.py");
    expected.extend(["linked_imports main.py", "linked_imports other.py", "check_module main.py"].map(str::to_owned));
    expected.sort();
    assert_eq!(scene.edit("lib.py", &LIB.replace("a: int", "a: str")), expected);
}

#[test]
fn an_error_in_a_body_shows_without_the_importers() {
    let mut scene = Scene::new(PROJECT);
    let executed = scene.edit("alone.py", "def f():\n    x = 1\n    global x\n");
    assert!(executed.contains(&"check_module alone.py".to_owned()), "{executed:?}");
    assert!(executed.iter().all(|query| query.ends_with(" alone.py")), "{executed:?}");
}

#[test]
fn a_new_file_resolves_a_missing_import() {
    let mut scene = Scene::new(&[("main.py", "import gone\n"), ("alone.py", "x = 1\n")]);
    assert!(results(&scene.session)[1].contains("MissingModule"));
    let executed = scene.edit("gone.py", "y = 1\n");
    assert!(executed.contains(&"linked_imports main.py".to_owned()), "{executed:?}");
    assert!(executed.contains(&"check_module main.py".to_owned()), "{executed:?}");
    assert!(!executed.iter().any(|query| query.ends_with(" alone.py")), "{executed:?}");
    assert!(!executed.contains(&"parsed_module main.py".to_owned()), "{executed:?}");
}

#[test]
fn a_deleted_file_is_missing() {
    let mut scene = Scene::new(PROJECT);
    fs::remove_file(scene.path("lib.py")).expect("the file is there");
    let touched = [scene.path("lib.py")];
    let executed = scene.after(&touched);
    for query in ["linked_imports main.py", "linked_imports other.py", "check_module main.py", "check_module other.py"]
    {
        assert!(executed.contains(&query.to_owned()), "{query}: {executed:?}");
    }
    assert!(!executed.iter().any(|query| query.ends_with(" alone.py")), "{executed:?}");
    assert!(results(&scene.session).iter().any(|result| result.contains("MissingModule")));
    assert_eq!(scene.session.roots().len(), 3);
}

#[test]
fn a_renamed_package_is_found_under_its_new_name() {
    let mut scene = Scene::new(&[
        ("pkg/__init__.py", ""),
        ("pkg/a.py", "from .b import x\n"),
        ("pkg/b.py", "x = 1\n"),
        ("main.py", "import pkg.a\n"),
        ("alone.py", "x = 1\n"),
    ]);
    fs::rename(scene.path("pkg"), scene.path("new")).expect("the folder is there");
    let touched = [scene.path("pkg"), scene.path("new")];
    let executed = scene.after(&touched);
    assert!(executed.contains(&"check_module main.py".to_owned()), "{executed:?}");
    assert!(executed.contains(&"parsed_module new/a.py".to_owned()), "{executed:?}");
    assert!(!executed.iter().any(|query| query.ends_with(" alone.py")), "{executed:?}");
    let executed = scene.edit("main.py", "import new.a\n");
    assert!(executed.contains(&"linked_imports main.py".to_owned()), "{executed:?}");
    assert!(!results(&scene.session).iter().any(|result| result.contains("MissingModule")));
}

#[test]
fn an_edited_stub_checks_its_importers() {
    let stub = ".env/lib/python3.14/site-packages/dep-stubs/__init__.pyi";
    let mut scene = Scene::new(&[
        (stub, "def f(a: int) -> int: ...\n"),
        ("main.py", "from dep import f\n"),
        ("alone.py", "x = 1\n"),
    ]);
    let executed = scene.edit(stub, "def f(a: str) -> int: ...\n");
    assert!(executed.contains(&"check_module main.py".to_owned()), "{executed:?}");
    assert!(!executed.contains(&"parsed_module main.py".to_owned()), "{executed:?}");
    assert!(!executed.iter().any(|query| query.ends_with(" alone.py")), "{executed:?}");
}

#[test]
fn a_changed_setting_parses_nothing_again() {
    let mut scene =
        Scene::new(&[("main.py", "import sys\nif sys.platform == 'win32':\n    import a\n"), ("a.py", "x = 1\n")]);
    let environment = ImportEnvironment { version: (3, 14), platform: "win32".to_owned() };
    scene.session.set_settings(Settings { environment, optimize: Optimize::None });
    scene.session.check();
    let executed = scene.executed_queries();
    assert!(executed.contains(&"imported_modules main.py".to_owned()), "{executed:?}");
    assert!(!executed.iter().any(|query| query.starts_with("parsed_module")), "{executed:?}");
}

#[test]
fn an_edit_of_the_project_leaves_installed_packages_alone() {
    let mut scene =
        Scene::new(&[(".env/lib/python3.14/site-packages/dep.py", "x = 1\n"), ("main.py", "from dep import x\n")]);
    let executed = scene.edit("main.py", "from dep import x\ny = 1\n");
    assert!(executed.iter().all(|query| query.ends_with(" main.py")), "{executed:?}");
}

#[test]
fn a_second_session_knows_what_the_first_found() {
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    write(folder.path(), "a.py", "import b\nx = '\\d'\n");
    write(folder.path(), "b.py", "def f(:\n");
    let cache = folder.path().join("cache");
    let mut first = Session::open(options(folder.path(), Some(cache.clone())), None);
    let found = results(&first);
    first.save_cache();
    let executed = Arc::<Mutex<Vec<_>>>::default();
    let open = |executed| Session::open(options(folder.path(), Some(cache.clone())), Some(recording(executed)));
    let second = open(&executed);
    assert_eq!(results(&second), found);
    let parsed = |session: &Session, executed: &Arc<Mutex<Vec<salsa::DatabaseKeyIndex>>>| {
        let keys = executed.lock().expect("no test panics while logging");
        keys.iter()
            .filter(|key| session.database().ingredient_debug_name(key.ingredient_index()) == "parsed_module")
            .count()
    };
    assert_eq!(parsed(&second, &executed), 0);
    // A changed text is not found in the cache.
    write(folder.path(), "b.py", "def f(): pass\n");
    let executed = Arc::default();
    let third = open(&executed);
    assert_eq!(parsed(&third, &executed), 1);
    assert!(!results(&third)[1].contains("SyntaxError"));
}

#[test]
fn a_damaged_cache_counts_as_none() {
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    write(folder.path(), "a.py", "x = '\\d'\n");
    let cache = folder.path().join("cache");
    let mut session = Session::open(options(folder.path(), Some(cache.clone())), None);
    session.save_cache();
    let written = fs::read(cache.join("facts")).expect("the cache was written");
    let text = fs::read(folder.path().join("a.py")).expect("the file is there");
    let digest = super::cache::digest(&text);
    let settings = Settings::default();
    assert!(Cache::open(&cache, &settings).get(digest).is_some());
    for place in 0..written.len() {
        let mut damaged = written.clone();
        damaged[place] ^= 1;
        fs::write(cache.join("facts"), damaged).expect("the cache can be written");
        assert!(Cache::open(&cache, &settings).get(digest).is_none(), "byte {place}");
    }
    fs::write(cache.join("facts"), &written[..written.len() / 2]).expect("the cache can be written");
    assert!(Cache::open(&cache, &settings).get(digest).is_none());
    fs::write(cache.join("facts"), &written).expect("the cache can be written");
    let other = Settings { optimize: Optimize::Docstrings, ..settings };
    assert!(Cache::open(&cache, &other).get(digest).is_none());
}
