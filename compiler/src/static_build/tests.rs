//! What modules depend on, and which edits count.

use super::dependencies::{Dependencies, NameGraph};
use super::fallback::fallbacks;
use super::program::{ProgramOptions, Request, StaticProgram, load};
use crate::cli::{InvalidationMode, StrictMode};
use crate::imports::resolve::Resolver;
use crate::imports::{ModuleName, SearchPath};
use crate::static_program::StaticMode;
use pyclast_codegen::Target;
use std::fs;
use std::path::Path;

const FILES: [(&str, &str); 9] = [
    ("base.py", "import __static__\nclass B:\n    x: int\n"),
    (
        "lib.py",
        "import __static__\nfrom base import B\nclass C(B):\n    pass\ndef f() -> int:\n    return 1\ndef g(c: C) -> int:\n    return 2\n",
    ),
    ("uses_f.py", "import __static__\nfrom lib import f\nf()\n"),
    ("uses_g.py", "import __static__\nimport lib\ndef h():\n    return lib.g(lib.C())\n"),
    ("uses_h.py", "import __static__\nfrom uses_g import h\n"),
    ("late.py", "import __static__\ndef h():\n    from lib import g\n    import os, json as j\n    return j.x\n"),
    ("ring_a.py", "import __static__\nfrom ring_b import r\ndef q() -> int:\n    return r()\n"),
    (
        "ring_b.py",
        "import __static__\nfrom ring_a import q\nfrom __static__ import int64\ndef r() -> int:\n    return 1\n",
    ),
    ("plain.py", "from lib import f\n"),
];

fn program(folder: &Path) -> StaticProgram {
    let mut search_path = SearchPath::default();
    search_path.add_root(folder.to_owned());
    let request = |entry: fs::DirEntry| {
        let (name, is_package) = ModuleName::of_file(folder, &entry.path()).expect("it is in the folder");
        Request { path: entry.path(), name, is_package }
    };
    let entries = fs::read_dir(folder).expect("the folder is there");
    let mut requests: Vec<Request> = entries.map(|entry| request(entry.expect("it can be listed"))).collect();
    requests.sort_by(|left, right| left.name.cmp(&right.name));
    let options = ProgramOptions {
        target: &Target::CINDERX_3_14,
        mode: StaticMode::Auto,
        strict: StrictMode::Auto,
        invalidation: InvalidationMode::Timestamp,
        workers: 2,
    };
    load(&requests, &mut Resolver::new(search_path), &options)
}

fn all(program: &StaticProgram) -> Vec<Dependencies> {
    let mut graph = NameGraph::new(program);
    (0..program.modules.len()).map(|module| graph.dependencies(module)).collect()
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    for (name, text) in FILES {
        fs::write(folder.path().join(name), text).expect("a file can be written");
    }
    folder
}

/// The modules on which a module depends: static, ordinary.
fn named(program: &StaticProgram, name: &str) -> (Vec<String>, Vec<String>) {
    let found = &all(program)[program.by_name[&ModuleName::new(name)]];
    let static_ = found.static_.iter().map(|&module| program.modules[module].name.as_str().to_owned());
    (static_.collect(), found.ordinary.iter().map(|name| name.as_str().to_owned()).collect())
}

fn pair(static_: &[&str], ordinary: &[&str]) -> (Vec<String>, Vec<String>) {
    let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    (owned(static_), owned(ordinary))
}

#[test]
fn dependencies_are_those_of_the_names_that_are_used() {
    let folder = folder();
    let program = program(folder.path());
    assert_eq!(program.modules.len(), 8);
    assert_eq!(named(&program, "base"), pair(&[], &[]));
    assert_eq!(named(&program, "lib"), pair(&["base"], &[]));
    assert_eq!(named(&program, "uses_f"), pair(&["lib"], &[]));
    assert_eq!(named(&program, "uses_g"), pair(&["base", "lib"], &[]));
    // `h` mentions nothing in its declaration.
    assert_eq!(named(&program, "uses_h"), pair(&["uses_g"], &[]));
    assert_eq!(named(&program, "late"), pair(&["base", "lib"], &["json"]));
    assert_eq!(named(&program, "ring_a"), pair(&["ring_b"], &[]));
}

#[test]
fn an_edit_concerns_those_who_use_the_name() {
    let folder = folder();
    let before = program(folder.path());
    let fingerprints = |program: &StaticProgram| -> Vec<(String, u128)> {
        let names = program.modules.iter().map(|module| module.name.as_str().to_owned());
        names.zip(all(program).iter().map(|found| found.fingerprint)).collect()
    };
    let base = fingerprints(&before);
    let concerned = |name: &str, text: &str| -> Vec<String> {
        let path = folder.path().join(name);
        let old = fs::read(&path).ok();
        fs::write(&path, text).expect("a file can be written");
        let now = fingerprints(&program(folder.path()));
        match old {
            Some(old) => fs::write(&path, old).expect("a file can be written"),
            None => fs::remove_file(&path).expect("a file can be removed"),
        }
        base.iter().filter(|known| !now.contains(known)).map(|(name, _)| name.clone()).collect()
    };
    let lib = FILES[1].1;
    assert_eq!(concerned("lib.py", &format!("# comment\n{}", lib.replace("return 2", "return 3"))), [] as [&str; 0]);
    assert_eq!(concerned("lib.py", &lib.replace("f() ->", "f(x: int = 1) ->")), ["uses_f"]);
    assert_eq!(concerned("lib.py", &lib.replace("g(c: C)", "g(c: B)")), ["late", "uses_g"]);
    assert_eq!(concerned("lib.py", &lib.replace("import __static__\n", "")), ["late", "lib", "uses_f", "uses_g"]);
    assert_eq!(concerned("base.py", "import __static__\nclass B:\n    x: str\n"), ["late", "lib", "uses_g"]);
    assert_eq!(concerned("json.py", "import __static__\nx = 1\n"), ["late"]);
}

#[test]
fn modules_that_share_types_fall_back_together() {
    let folder = folder();
    let program = program(folder.path());
    let found = fallbacks(&program, &all(&program));
    let names = program.modules.iter().map(|module| module.name.as_str());
    let without: Vec<&str> = names.zip(found).filter(|(_, may)| !may).map(|(name, _)| name).collect();
    assert_eq!(without, ["ring_a", "ring_b"]);
}
