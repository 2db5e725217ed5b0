//! Which queries an edit executes, and that results are those of a fresh session.

mod static_modules;

use super::cache::Cache;
use super::jobs::JobError;
use super::{Observer, Purpose, Session, SessionOptions, Settings};
use pyclast_codegen::Optimize;
use pyclast_syntax::imports::ImportEnvironment;
use salsa::Database as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

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
        let mut scene = Self { folder, session, executed };
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
    fn assert_fresh(&mut self) {
        let mut fresh = Session::open(options(self.folder.path(), None), None);
        assert_eq!(fresh.graph().nodes().len(), self.session.graph().nodes().len());
        assert_eq!(fresh.graph(), self.session.graph());
        assert_eq!(results(&mut fresh), results(&mut self.session));
    }
}

fn results(session: &mut Session) -> Vec<String> {
    session.check().iter().map(|file| format!("{} {:?}", file.path.display(), file.result)).collect()
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
    let queries = ["imported_modules", "module_diagnostics", "module_interface", "parsed_module", "symbol_table"];
    queries.iter().map(|query| format!("{query} {file}")).collect()
}

/// All queries of a file that is new.
fn all(file: &str) -> Vec<String> {
    let mut queries = own(file);
    queries.extend(["check_module", "linked_imports"].map(|query| format!("{query} {file}")));
    queries
}

fn sorted(queries: impl IntoIterator<Item = impl Into<String>>) -> Vec<String> {
    let mut queries: Vec<String> = queries.into_iter().map(Into::into).collect();
    queries.sort();
    queries
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
    assert!(results(&mut scene.session)[1].contains("MissingModule"));
    let importer = ["linked_imports main.py", "check_module main.py"].map(str::to_owned);
    assert_eq!(scene.edit("gone.py", "y = 1\n"), sorted(all("gone.py").into_iter().chain(importer)));
}

#[test]
fn a_deleted_file_is_missing() {
    let mut scene = Scene::new(PROJECT);
    fs::remove_file(scene.path("lib.py")).expect("the file is there");
    let touched = [scene.path("lib.py")];
    let executed = scene.after(&touched);
    // Where the imports are is asked once there is something to say about them.
    let importers = ["main.py", "other.py"]
        .iter()
        .flat_map(|file| ["linked_imports", "check_module", "import_places"].map(|query| format!("{query} {file}")));
    assert_eq!(executed, sorted(importers));
    assert!(results(&mut scene.session).iter().any(|result| result.contains("MissingModule")));
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
    let importer = ["linked_imports", "check_module", "import_places"].map(|query| format!("{query} main.py"));
    let moved = ["new/__init__.py", "new/a.py", "new/b.py"].iter().flat_map(|file| all(file));
    assert_eq!(executed, sorted(importer.into_iter().chain(moved)));
    assert_eq!(scene.edit("main.py", "import new.a\n"), sorted(all("main.py")));
    assert!(!results(&mut scene.session).iter().any(|result| result.contains("MissingModule")));
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
    let of_stub = ["parsed_module", "symbol_table", "module_interface"].map(|query| format!("{query} {stub}"));
    let importer = ["linked_imports main.py", "check_module main.py"].map(str::to_owned);
    assert_eq!(executed, sorted(of_stub.into_iter().chain(importer)));
}

#[test]
fn a_changed_setting_parses_nothing_again() {
    let mut scene =
        Scene::new(&[("main.py", "import sys\nif sys.platform == 'win32':\n    import a\n"), ("a.py", "x = 1\n")]);
    let environment = ImportEnvironment { version: (3, 14), platform: "win32".to_owned() };
    scene.session.set_settings(Settings { environment, optimize: Optimize::None });
    scene.session.check();
    let depend_on_it = ["imported_modules", "module_diagnostics"];
    let of_both = depend_on_it.iter().flat_map(|query| ["a.py", "main.py"].map(|file| format!("{query} {file}")));
    let of_importer = ["linked_imports main.py", "check_module main.py"].map(str::to_owned);
    assert_eq!(scene.executed_queries(), sorted(of_both.chain(of_importer)));
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
    let found = results(&mut first);
    first.save_cache();
    let executed = Arc::<Mutex<Vec<_>>>::default();
    let open = |executed| Session::open(options(folder.path(), Some(cache.clone())), Some(recording(executed)));
    let mut second = open(&executed);
    assert_eq!(results(&mut second), found);
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
    let mut third = open(&executed);
    assert_eq!(parsed(&third, &executed), 1);
    assert!(!results(&mut third)[1].contains("SyntaxError"));
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

/// The messages about a file, and the texts they point at.
fn messages(session: &mut Session, path: &Path) -> Vec<(String, String)> {
    let text = fs::read_to_string(path).expect("the file is there");
    let checked = session.check();
    let file = checked.iter().find(|file| *file.path == *path).expect("the file was asked for");
    let diagnostics = &file.result.as_ref().expect("nothing panics").diagnostics;
    let place = |span: pyclast_syntax::Span| text[span.start as usize..span.end as usize].to_owned();
    diagnostics.iter().map(|diagnostic| (place(diagnostic.span), diagnostic.message.clone())).collect()
}

#[test]
fn imports_that_find_nothing_are_told_in_the_words_of_the_exception() {
    let main = "import gone\nimport lib.sub\nfrom gone.deep import x, y\nfrom lib import f, nothing\n\
                from .... import far\nfrom pkg import sub, absent\nimport os.anything, sys\n\
                from dynamic import whatever\nfrom flags import MEMBER\n";
    let mut scene = Scene::new(&[
        // Of itself a module knows nothing yet.
        ("p/__init__.py", "import p\nfrom p import anything\nfrom . import main, more\n"),
        ("p/main.py", main),
        // It may be in a package without `__init__`.
        ("script.py", "from ..a import b\n"),
        ("lib.py", LIB),
        ("pkg/__init__.py", ""),
        ("pkg/sub.py", ""),
        ("dynamic.py", "def __getattr__(name): ...\n"),
        ("flags.py", "import enum\n@enum.global_enum\nclass F(enum.Flag):\n    MEMBER = 1\n"),
    ]);
    let path = scene.path("p/main.py");
    let expected = [
        ("gone", "No module named 'gone'"),
        ("lib.sub", "No module named 'lib.sub'; 'lib' is not a package"),
        ("gone.deep", "No module named 'gone'"),
        ("nothing", "cannot import name 'nothing' from 'lib'"),
        ("far", "attempted relative import beyond top-level package"),
        ("absent", "cannot import name 'absent' from 'pkg'"),
    ];
    let expected = expected.map(|(place, message)| (place.to_owned(), message.to_owned()));
    assert_eq!(messages(&mut scene.session, &path), expected);
    for quiet in ["p/__init__.py", "script.py", "dynamic.py"] {
        let path = scene.path(quiet);
        assert_eq!(messages(&mut scene.session, &path), [], "{quiet}");
    }
    // They go and come with what is imported; the importer is not parsed again.
    let executed = scene.edit("pkg/absent.py", "");
    assert!(!executed.contains(&"parsed_module p/main.py".to_owned()), "{executed:?}");
    assert_eq!(messages(&mut scene.session, &path), expected[..5]);
}

#[test]
fn imports_that_may_fail_are_not_told() {
    let text = "import sys\nfrom typing import TYPE_CHECKING\ntry:\n    import a\nexcept ImportError:\n    import b\n\
                if TYPE_CHECKING:\n    pass\nelse:\n    import c\n\
                if sys.platform == 'win32' or sys.version_info < (3, 14):\n    import d\n";
    let mut scene = Scene::new(&[("main.py", text)]);
    let path = scene.path("main.py");
    assert_eq!(messages(&mut scene.session, &path), []);
    scene.edit("main.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import e\n");
    assert_eq!(messages(&mut scene.session, &path), [("e".to_owned(), "No module named 'e'".to_owned())]);
}

#[test]
fn a_second_session_knows_where_imports_are() {
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    write(folder.path(), "a.py", "import gone\n");
    let cache = folder.path().join("cache");
    let mut first = Session::open(options(folder.path(), Some(cache.clone())), None);
    let found = results(&mut first);
    first.save_cache();
    let executed = Arc::<Mutex<Vec<_>>>::default();
    let mut second = Session::open(options(folder.path(), Some(cache)), Some(recording(&executed)));
    assert_eq!(results(&mut second), found);
    let keys = executed.lock().expect("no test panics while logging");
    let names = keys.iter().map(|key| second.database().ingredient_debug_name(key.ingredient_index()).into_owned());
    let names: Vec<String> = names.collect();
    assert!(names.contains(&"import_places".to_owned()), "{names:?}");
    assert!(!names.contains(&"parsed_module".to_owned()), "{names:?}");
}

#[test]
fn a_change_ends_a_running_check_and_the_next_one_is_whole() {
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    for number in 0..20 {
        write(folder.path(), &format!("m{number}.py"), &format!("import m{}\n{LIB}", number + 1));
    }
    let gate = Arc::<Gate>::default();
    let mut session = Session::open(options(folder.path(), None), Some(gate.clone().observer()));
    gate.update(|state| state.is_closed = true);
    let snapshot = session.snapshot();
    let check = thread::spawn(move || snapshot.check());
    gate.wait_until(|state| state.is_reached);
    write(folder.path(), "m0.py", "from m1 import gone\n");
    session.update(&[folder.path().join("m0.py")]);
    let ended = check.join().expect("cancelled jobs do not panic");
    assert!(ended.iter().any(|file| matches!(file.result, Err(JobError::Cancelled))), "{ended:?}");
    let mut fresh = Session::open(options(folder.path(), None), None);
    assert_eq!(results(&mut session), results(&mut fresh));
    assert!(results(&mut session)[0].contains("NotExported"));
}

/// Stops queries of worker threads until the flag is set that ends them.
#[derive(Default)]
struct Gate {
    state: Mutex<GateState>,
    bell: Condvar,
}

#[derive(Default)]
struct GateState {
    is_closed: bool,
    is_reached: bool,
}

impl Gate {
    fn observer(self: Arc<Self>) -> Observer {
        Box::new(move |event| match event.kind {
            salsa::EventKind::WillExecute { .. } => {
                let is_worker = thread::current().name().is_some_and(|name| name.starts_with("query"));
                if is_worker
                    && self.update(|state| {
                        state.is_reached |= state.is_closed;
                        state.is_closed
                    })
                {
                    self.wait_until(|state| !state.is_closed);
                }
            }
            salsa::EventKind::DidSetCancellationFlag => self.update(|state| state.is_closed = false),
            _ => {}
        })
    }

    fn update<T>(&self, change: impl FnOnce(&mut GateState) -> T) -> T {
        let result = change(&mut self.state.lock().expect("no test panics with the lock"));
        self.bell.notify_all();
        result
    }

    fn wait_until(&self, holds: impl Fn(&GateState) -> bool) {
        let state = self.state.lock().expect("no test panics with the lock");
        let waited = self.bell.wait_timeout_while(state, Duration::from_secs(20), |state| !holds(state));
        assert!(!waited.expect("no test panics with the lock").1.timed_out(), "waited in vain");
    }
}
