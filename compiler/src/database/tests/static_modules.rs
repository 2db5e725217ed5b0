//! Which static modules an edit checks again.

use super::{Scene, options, recording, results, sorted, write};
use crate::database::Session;
use salsa::Database as _;
use std::sync::{Arc, Mutex};

const SHAPE: &str = "import __static__\nclass Shape:\n    def __init__(self) -> None:\n        self.sides: int = 0\n    def \
                     area(self) -> int:\n        return 1\n";
const PROJECT: &[(&str, &str)] = &[
    ("shape.py", SHAPE),
    ("square.py", "import __static__\nfrom shape import Shape\nclass Square(Shape):\n    pass\n"),
    (
        "user.py",
        "import __static__\nfrom square import Square\ndef f(square: Square) -> int:\n    return square.sides\n",
    ),
    (
        "other.py",
        "import __static__\nfrom user import f\nfrom __static__ import int64\ndef g() -> int:\n    return 1\n",
    ),
    ("ordinary.py", "from shape import Shape\n"),
];

/// The modules whose types an edit checks again.
fn checked(executed: &[String]) -> Vec<&str> {
    executed.iter().filter_map(|query| query.strip_prefix("checked_types ")).collect()
}

fn messages(session: &mut Session) -> Vec<String> {
    let files = session.check();
    let results = files.iter().filter_map(|file| file.result.as_ref().ok());
    results.flat_map(|module| module.diagnostics.iter().map(|problem| problem.message.clone())).collect()
}

#[test]
fn a_comment_or_body_checks_the_module_itself() {
    let mut scene = Scene::new(PROJECT);
    assert_eq!(checked(&scene.edit("shape.py", &format!("# a comment\n{SHAPE}"))), ["shape.py"]);
    assert_eq!(checked(&scene.edit("shape.py", &SHAPE.replace("return 1", "return 1 + 1"))), ["shape.py"]);
}

#[test]
fn a_field_or_signature_checks_those_whose_types_lead_there() {
    let mut scene = Scene::new(PROJECT);
    let executed = scene.edit("shape.py", &SHAPE.replace("self.sides: int", "self.sides: str"));
    assert_eq!(checked(&executed), ["shape.py", "square.py", "user.py"]);
    let found = messages(&mut scene.session);
    assert!(
        found.iter().any(|message| message.contains("expected int because of return type, found str")),
        "{found:?}"
    );
    let executed = scene.edit("shape.py", SHAPE);
    assert_eq!(checked(&executed), ["shape.py", "square.py", "user.py"]);
    assert_eq!(messages(&mut scene.session), Vec::<String>::new());
}

#[test]
fn a_module_that_comes_or_goes_checks_those_whose_types_lead_there() {
    let mut scene = Scene::new(PROJECT);
    std::fs::remove_file(scene.path("shape.py")).expect("a file can be removed");
    let gone = [scene.path("shape.py")];
    assert_eq!(checked(&scene.after(&gone)), ["square.py", "user.py"]);
    let executed = scene.edit("shape.py", SHAPE);
    assert_eq!(checked(&executed), ["shape.py", "square.py", "user.py"]);
    let executed = scene.edit("unrelated.py", "import __static__\nx: int = 1\n");
    assert_eq!(checked(&executed), ["unrelated.py"]);
}

#[test]
fn a_module_that_becomes_static_counts() {
    let mut scene = Scene::new(PROJECT);
    let executed = scene.edit("shape.py", SHAPE.strip_prefix("import __static__\n").expect("it is static"));
    assert_eq!(checked(&executed), ["square.py", "user.py"]);
}

#[test]
fn an_edit_in_a_cycle_ends() {
    let mut scene = Scene::new(&[
        ("a.py", "import __static__\nfrom b import B\nclass A:\n    def b(self) -> B:\n        return B()\n"),
        ("b.py", "import __static__\nfrom a import A\nclass B:\n    def a(self) -> A:\n        return A()\n"),
    ]);
    let executed =
        scene.edit("a.py", "import __static__\nfrom b import B\nclass A:\n    def c(self) -> B:\n        return B()\n");
    assert_eq!(sorted(checked(&executed)), ["a.py", "b.py"]);
}

#[test]
fn stubs_of_static_modules_are_followed() {
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    write(folder.path(), "main.py", "import __static__\nfrom lib import C\nclass D(C):\n    pass\n");
    write(folder.path(), "lib.pyi", "import __static__\nfrom typing import final\n@final\nclass C: ...\n");
    let mut session = Session::open(options(folder.path(), None), None);
    assert_eq!(messages(&mut session), ["Class `main.D` cannot subclass a Final class: `lib.C`"]);
}

/// How many files a session parsed.
fn parsed(session: &Session, executed: &Log) -> usize {
    let keys = executed.lock().expect("no test panics while logging");
    let name = |key: &salsa::DatabaseKeyIndex| session.database().ingredient_debug_name(key.ingredient_index());
    keys.iter().filter(|key| name(key) == "parsed_module").count()
}

type Log = Arc<Mutex<Vec<salsa::DatabaseKeyIndex>>>;

#[test]
fn a_second_session_knows_what_the_checker_said() {
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    for (path, text) in PROJECT {
        write(folder.path(), path, text);
    }
    let broken = SHAPE.replace("self.sides: int", "self.sides: str");
    write(folder.path(), "shape.py", &broken);
    let cache = folder.path().join("cache");
    let open = |executed: &Log| Session::open(options(folder.path(), Some(cache.clone())), Some(recording(executed)));
    let mut first = open(&Log::default());
    let found = results(&mut first);
    assert!(found.iter().any(|result| result.contains("expected int because of return type")), "{found:?}");
    first.save_cache();

    let executed = Log::default();
    let mut second = open(&executed);
    assert_eq!(results(&mut second), found);
    assert_eq!(parsed(&second, &executed), 0);

    // What a module's types lead to is looked at again, whatever the cache knows.
    write(folder.path(), "shape.py", SHAPE);
    second.update(&[folder.path().join("shape.py")]);
    let now = results(&mut second);
    assert!(!now.iter().any(|result| result.contains("expected int")), "{now:?}");
    assert_eq!(now, results(&mut open(&Log::default())));

    // The same text under another name is another module.
    write(folder.path(), "copy/__init__.py", "");
    write(folder.path(), "copy/user.py", "import __static__\nfrom .shape import f\nx: int = f()\n");
    write(folder.path(), "copy/shape.py", "import __static__\ndef f() -> str:\n    return ''\n");
    write(folder.path(), "other.py", "import __static__\nfrom .shape import f\nx: int = f()\n");
    let mut third = open(&Log::default());
    let fresh = results(&mut third);
    third.save_cache();
    assert_eq!(results(&mut open(&Log::default())), fresh);
}
