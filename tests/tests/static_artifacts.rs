//! What `pyclast compile --target cinderx-3.14` writes for trees, read by CinderX's own loader.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::thread::sleep;
use std::time::Duration;

use pyclast_tests::{oracle, pyclast};
use tempfile::TempDir;

/// Modules in the package, its `__init__` included.
const MODULES: usize = 50;

/// A package of modules each of which uses classes, fields and functions of the one before.
fn package() -> TempDir {
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    fs::create_dir(folder.path().join("pkg")).expect("a folder can be made");
    write(folder.path(), "pkg/__init__.py", "NAME = 'pkg'\n");
    for index in 0..MODULES - 1 {
        let (import, base, call) = match index.checked_sub(1) {
            Some(before) => (
                format!("from pkg.m{before} import C{before}, f{before}\n"),
                format!("C{before}"),
                format!("f{before}(C{before}(1)) + "),
            ),
            None => (String::new(), "object".to_owned(), String::new()),
        };
        let base = if index % 7 == 0 { "object" } else { &base };
        let text = format!(
            "import __static__\n{import}\nclass C{index}({base}):\n    def __init__(self, x: int) -> None:\n        self.x{index}: int = x\n    \
             def value(self) -> int:\n        return self.x{index} + {index}\n\n\
             def f{index}(c: C{index}) -> int:\n    return {call}c.value()\n"
        );
        write(folder.path(), &format!("pkg/m{index}.py"), &text);
    }
    folder
}

fn write(folder: &Path, name: &str, text: &str) {
    fs::write(folder.join(name), text).expect("a file can be written");
}

fn compile(folder: &Path, more: &[&str]) -> Output {
    let fixed = ["compile", "--target", "cinderx-3.14", "."];
    Command::new(pyclast()).args(fixed).args(more).current_dir(folder).output().expect("pyclast starts")
}

/// The files that a run says it compiled.
fn compiled(output: &Output) -> Vec<String> {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    let text = String::from_utf8_lossy(&output.stdout);
    let named = |line: &str| Some(line.strip_prefix("Compiling './")?.strip_suffix("'...")?.to_owned());
    text.lines().filter_map(named).collect()
}

/// Imports a module with CinderX's loader, whose compiler raises as soon as it is to compile something of the folder.
const CINDERX: &str = "
import sys
folder, name, expression = sys.argv[1:]
sys.path.insert(0, folder)
from cinderx.compiler.strict import compiler, loader
def refuse(*arguments, **keywords):
    raise RuntimeError('the compiler was asked')
for method in ('load_compiled_module_from_source', 'import_module', '_compile_basic', '_compile_static', '_compile_strict'):
    setattr(compiler.Compiler, method, refuse)
original = loader.StrictSourceFileLoader.source_to_code
loader.StrictSourceFileLoader.source_to_code = lambda self, data, path, **more: (
    refuse() if path.startswith(folder) else original(self, data, path, **more))
loader.install()
module = __import__(name, fromlist=['*'])
print(type(module).__name__, eval(expression, vars(module)))
";

fn load(folder: &Path, name: &str, expression: &str) -> Result<String, String> {
    let path = folder.to_str().expect("the scratch folder has a plain name");
    let output = Command::new(oracle::cinderx()).args(["-c", CINDERX, path, name, expression]).output();
    let output = output.expect("the interpreter starts");
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

/// The text of a module by its number.
type TextOfModule<'a> = &'a dyn Fn(usize) -> String;

#[test]
fn cinderx_loads_a_package_without_its_compiler_and_notices_what_changed() {
    for mode in ["timestamp", "checked-hash", "unchecked-hash"] {
        let folder = package();
        let path = folder.path();
        let options = ["--strict-pyc", "--invalidation-mode", mode];
        let output = compile(path, &options);
        assert_eq!(compiled(&output).len(), MODULES, "{mode}");
        let last = format!("m{}", MODULES - 2);
        let ask = || load(path, &format!("pkg.{last}"), &format!("f{}(C{0}(1))", MODULES - 2));
        // The sum of 0 … 48 and of the fields.
        let expected = format!("StrictModule {}", (0..MODULES - 1).sum::<usize>() + MODULES - 1);
        assert_eq!(ask().as_deref(), Ok(&*expected), "{mode}");
        assert_eq!(compiled(&compile(path, &options)), [] as [&str; 0], "{mode}");
        // Another text of a module in the middle: the loader wants to compile it, unless it is told never to look.
        let middle = fs::read_to_string(path.join("pkg/m20.py")).expect("the module is there");
        sleep(Duration::from_millis(1100));
        write(path, "pkg/m20.py", &middle.replace("+ 20", "+ 120"));
        match ask() {
            Ok(found) => assert_eq!((mode, found), ("unchecked-hash", expected.clone())),
            Err(message) => {
                assert!(mode != "unchecked-hash" && message.contains("the compiler was asked"), "{message}");
            }
        }
        assert_eq!(compiled(&compile(path, &options)), ["pkg/m20.py"], "{mode}");
        let changed = format!("StrictModule {}", (0..MODULES - 1).sum::<usize>() + MODULES - 1 + 100);
        assert_eq!(ask().as_deref(), Ok(&*changed), "{mode}");
    }
}

#[test]
fn an_interface_that_changed_is_compiled_again_with_those_who_use_it() {
    let folder = package();
    compile(folder.path(), &["-q"]);
    let text = fs::read_to_string(folder.path().join("pkg/m8.py")).expect("the module is there");
    write(folder.path(), "pkg/m8.py", &text.replace("def f8(c: C8)", "def f8(c: C8, more: int = 1)"));
    assert_eq!(compiled(&compile(folder.path(), &[])), ["pkg/m8.py", "pkg/m9.py"]);
    // Classes that inherit from C8, and who uses those: up to the next that starts anew.
    write(
        folder.path(),
        "pkg/m8.py",
        &text.replace("    def value", "    def other(self) -> int:\n        return 1\n    def value"),
    );
    let again = compiled(&compile(folder.path(), &[]));
    assert!(again.contains(&"pkg/m13.py".to_owned()) && !again.contains(&"pkg/m20.py".to_owned()), "{again:?}");
    assert!(!again.contains(&"pkg/m7.py".to_owned()), "{again:?}");
}

#[test]
fn a_module_with_an_error_stops_no_other_and_leaves_no_artifact() {
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    write(folder.path(), "a.py", "import __static__\ndef f() -> int:\n    return 'a'\n");
    write(folder.path(), "b.py", "import __static__\nfrom a import f\ndef g() -> int:\n    return f()\n");
    write(folder.path(), "c.py", "import __static__\ndef f() -> int:\n    return 'c'\nx: int = ''\n");
    write(folder.path(), "d.py", "import __static__\n)\n");
    write(folder.path(), "e.py", "x = 1\n");
    let output = compile(folder.path(), &["-q", "--error-format", "json"]);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8_lossy(&output.stdout);
    let paths = text.lines().map(|line| {
        let object: serde_json::Value = serde_json::from_str(line).expect("every line is JSON");
        object["path"].as_str().unwrap_or_default().trim_start_matches("./").to_owned()
    });
    assert_eq!(paths.collect::<Vec<_>>(), ["a.py", "c.py", "c.py", "d.py"]);
    let entries = fs::read_dir(folder.path().join("__pycache__")).expect("artifacts are there");
    let mut names: Vec<_> =
        entries.map(|entry| entry.expect("it can be listed").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    assert_eq!(names, ["b.cpython-314.pyc", "b.cpython-314.strict.pyc", "e.cpython-314.pyc"]);
}

#[test]
fn levels_and_patching_have_names_of_their_own() {
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    write(folder.path(), "a.py", "import __static__\ndef f(x: int) -> int:\n    assert x\n    return x\n");
    assert!(compile(folder.path(), &["-q", "-o", "0", "-o", "1", "-o", "2"]).status.success());
    assert!(compile(folder.path(), &["-q", "--enable-patching"]).status.success());
    for level in ["", ".opt-1", ".opt-2"] {
        assert!(folder.path().join(format!("__pycache__/a.cpython-314{level}.strict.pyc")).is_file(), "{level}");
    }
    assert!(folder.path().join("__pycache__/a.cpython-314.strict.patch.pyc").is_file());
    assert_eq!(load(folder.path(), "a", "f(2)").as_deref(), Ok("StrictModule 2"));
}

#[test]
fn modules_that_are_only_strict_have_frozen_types_and_ordinary_code() {
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    let text = "import __strict__\nfrom __strict__ import mutable\nclass C:\n    x = 1\n@mutable\nclass D:\n    x = 1\n\
                def make():\n    class L:\n        x = 1\n    return L\ndef f(x: int) -> object:\n    return eval('x')\n\
                def change(of):\n    try:\n        of.x = 2\n    except TypeError:\n        pass\n    return of.x\n";
    write(folder.path(), "s.py", text);
    write(folder.path(), "t.py", "import __static__\nfrom s import f\ndef g(x: int) -> object:\n    return f('a')\n");
    assert_eq!(compiled(&compile(folder.path(), &[])), ["s.py", "t.py"]);
    let ask = |name: &str, expression: &str| load(folder.path(), name, expression);
    let seen = ask("s", "(f('a'), change(C), change(D), change(make()))");
    assert_eq!(seen.as_deref(), Ok("StrictModule ('a', 1, 2, 1)"));
    assert_eq!(ask("t", "g(1)").as_deref(), Ok("StrictModule a"));
    assert_eq!(compiled(&compile(folder.path(), &[])), [""; 0]);
}

#[test]
fn artifacts_of_static_modules_are_verified_as_far_as_it_goes_without_their_sources() {
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    write(folder.path(), "a.py", "import __static__\ndef f(x: int) -> int:\n    return x\n");
    assert!(compile(folder.path(), &["-q"]).status.success());
    let artifact = folder.path().join("__pycache__/a.cpython-314.strict.pyc");
    let verified = || {
        let output = Command::new(pyclast()).arg("verify").arg(&artifact).output().expect("pyclast starts");
        (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (is_fine, said) = verified();
    assert!(is_fine && said.contains("well-formed (3 code objects)"), "{said}");
    let mut bytes = fs::read(&artifact).expect("the artifact is there");
    // The module's stack size comes after its counts of arguments.
    let code = bytes.iter().position(|&byte| byte == b'c' | 0x80).expect("a code object is marshalled");
    bytes[code + 13..code + 17].fill(0);
    fs::write(&artifact, bytes).expect("a file can be written");
    let (is_fine, said) = verified();
    assert!(!is_fine && said.contains("StackOverflow"), "{said}");
}

/// Imports a module with CinderX's loader for tests, and replaces functions in it.
const PATCHED: &str = "
import sys
sys.path.insert(0, sys.argv[1])
from cinderx.compiler.strict import loader
original = loader.StrictSourceFileLoader.source_to_code
loader.StrictSourceFileLoader.source_to_code = lambda self, data, path, **more: (
    sys.exit('the compiler was asked') if path.startswith(sys.argv[1]) else original(self, data, path, **more))
loader.install(True)
import a
print(a.f(2), end=' ')
with loader.StrictModuleTestingPatchProxy(a) as proxy:
    proxy.g = lambda x: 100
    print(a.f(2), end=' ')
    proxy.h = lambda x: 1000
    print(a.f(2), end=' ')
print(a.f(2))
";

#[test]
fn tests_can_replace_what_is_in_modules_made_for_patching() {
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    let text = "import __static__\nfrom __static__ import inline\n@inline\ndef g(x: int) -> int:\n    return x + 1\n\
                def h(x: int) -> int:\n    return x * 2\ndef f(x: int) -> int:\n    return g(x) + h(x)\n";
    write(folder.path(), "a.py", text);
    assert!(compile(folder.path(), &["-q", "--enable-patching"]).status.success());
    let output = Command::new(oracle::cinderx()).args(["-c", PATCHED]).arg(folder.path()).output();
    let output = output.expect("the interpreter starts");
    let (seen, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(seen.trim(), "7 104 1100 7", "{errors}");
}

#[test]
fn the_one_module_form_writes_the_same_file() {
    let folder = package();
    compile(folder.path(), &["-q", "--no-fallback", "-s", ".", "-p", folder.path().to_str().expect("a plain name")]);
    let cached = folder.path().join("pkg/__pycache__/m9.cpython-314.strict.pyc");
    let cached = fs::read(cached).expect("the artifact is there");
    let recorded = folder.path().join("pkg/m9.py");
    let arguments =
        ["compile", "pkg/m9.py", "--module-name", "pkg.m9", "--search-path", ".", "--target", "cinderx-3.14"];
    let output = Command::new(pyclast())
        .args(arguments)
        .args(["--output", "-", "--co-filename", recorded.to_str().expect("a plain name")])
        .current_dir(folder.path())
        .output()
        .expect("pyclast starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stdout == cached);
}

#[test]
fn deep_programs_need_no_deep_stack() {
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    let inherit = |index: usize| match index.checked_sub(1) {
        Some(before) => format!(
            "import __static__\nfrom m{before} import C{before}\nclass C{index}(C{before}):\n    def f{index}(self) -> int:\n        return 1\n"
        ),
        None => "import __static__\nclass C0:\n    pass\n".to_owned(),
    };
    let chain = |index: usize| {
        format!("import __static__\nfrom m{} import f as g\ndef f(x: int) -> int:\n    return g(x)\n", index + 1)
    };
    let ring = |index: usize| chain(index).replace("from m1000 ", "from m0 ");
    let programs: [(&str, usize, TextOfModule<'_>); 3] =
        [("chain", 10_000, &chain), ("inheritance", 1_000, &inherit), ("ring", 1_000, &ring)];
    for (name, count, text) in programs {
        let path = folder.path().join(name);
        fs::create_dir(&path).expect("a folder can be made");
        for index in 0..count {
            write(&path, &format!("m{index}.py"), &text(index));
        }
        let command = format!("ulimit -s 512; exec '{}' compile -q --target cinderx-3.14 .", pyclast().display());
        let output = Command::new("sh").args(["-c", &command]).current_dir(&path).output().expect("sh starts");
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stdout));
        let entries = fs::read_dir(path.join("__pycache__")).expect("artifacts are there");
        let names = entries.map(|entry| entry.expect("it can be listed").file_name());
        let written = names.filter(|name| name.to_string_lossy().ends_with(".strict.pyc")).count();
        assert_eq!(written, count, "{name}");
    }
}
