//! `pyclast.loader`: static artifacts without a compiler in the process; and `pyclast run`.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use pyclast_tests::{oracle, pyclast};
use tempfile::TempDir;

const LIB: &str = "import __static__
from typing import Optional
class C:
    def __init__(self, x: int) -> None:
        self.x: int = x
    def m(self) -> int:
        return self.x
def f(c: Optional[C]) -> int:
    if c is None:
        return 0
    return c.m()
def fail() -> int:
    raise ValueError('here')
";

/// A tree of modules that import each other in a circle, one that needs machine numbers, and an ordinary one.
fn tree() -> TempDir {
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("a file can be written");
    write("lib.py", LIB);
    write("ring_a.py", "import __static__\nimport ring_b\ndef one() -> int:\n    return 1\ntwo = ring_b.two()\n");
    write("ring_b.py", "import __static__\nimport ring_a\ndef two() -> int:\n    return 2\n");
    write(
        "numbers_.py",
        "import __static__\nfrom __static__ import int64, box\ndef f(n: int) -> int:\n    x: int64 = int64(n)\n    return box(x + 1)\n",
    );
    write("plain.py", "from lib import C, f\ndef g():\n    return f(C(7))\n");
    folder
}

fn compile(folder: &Path, more: &[&str]) {
    let arguments = ["compile", "-q", "--target", "cinderx-3.14", "."];
    let output = Command::new(pyclast()).args(arguments).args(more).current_dir(folder).output();
    let output = output.expect("pyclast starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

/// Runs a program with the loader installed for a folder.
fn python(interpreter: &Path, folder: &Path, program: &str) -> Output {
    let package = Path::new(env!("CARGO_MANIFEST_DIR")).join("../python");
    let start = "import sys, pyclast.loader\npyclast.loader.install([sys.argv[1]])\n";
    Command::new(interpreter)
        .args(["-c", &format!("{start}{program}")])
        .arg(folder)
        .env("PYTHONPATH", package)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .expect("the interpreter starts")
}

fn printed(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

#[test]
fn static_modules_run_with_no_compiler_in_the_process() {
    let folder = tree();
    compile(folder.path(), &[]);
    let program = "
import lib, plain, ring_a, ring_b, numbers_, traceback
print(type(lib).__name__, lib.f(lib.C(3)), lib.f(None), plain.g(), ring_a.two, ring_b.ring_a.one(), numbers_.f(41))
print(type(plain).__name__, lib.__file__ == sys.argv[1] + '/lib.py', lib.__cached__.endswith('lib.cpython-314.strict.pyc'))
try:
    lib.fail()
except ValueError as error:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    print(frame.filename == lib.__file__, frame.lineno, frame.line)
for action in (lambda: lib.f('x'), lambda: setattr(lib, 'f', 1), lambda: setattr(lib.C, 'm', 1)):
    try:
        action()
    except Exception as error:
        print(type(error).__name__)
print([name for name in sys.modules if name.startswith('cinderx.compiler')])
";
    let expected = "StrictModule 3 0 7 2 1 42\nmodule True True\nTrue 13 raise ValueError('here')\nStaticTypeError\nAttributeError\nTypeError\n[]";
    assert_eq!(printed(&python(oracle::cinderx(), folder.path(), program)), expected);
}

#[test]
fn sources_are_not_needed() {
    for mode in ["timestamp", "unchecked-hash"] {
        let folder = tree();
        let out = tempfile::tempdir().expect("a scratch folder can be made");
        let mirror = out.path().to_str().expect("a plain name");
        compile(folder.path(), &["--out-dir", mirror, "--invalidation-mode", mode]);
        compile(folder.path(), &["-b", "--invalidation-mode", mode]);
        for entry in fs::read_dir(folder.path()).expect("the folder is there") {
            let path = entry.expect("it can be listed").path();
            if path.extension().is_some_and(|extension| extension == "py") {
                fs::remove_file(path).expect("a file can be removed");
            }
        }
        for place in [out.path(), folder.path()] {
            let program =
                "import lib, plain; print(type(lib).__name__, plain.g(), lib.__spec__.loader.get_source('lib'))";
            assert_eq!(printed(&python(oracle::cinderx(), place, program)), "StrictModule 7 None", "{mode}");
        }
    }
}

#[test]
fn nothing_stale_runs() {
    let folder = tree();
    compile(folder.path(), &["--invalidation-mode", "checked-hash"]);
    fs::write(folder.path().join("lib.py"), LIB.replace("return 0", "return 1")).expect("a file can be written");
    let program = "
try:
    import lib
except pyclast.loader.StaleArtifact as error:
    print(error.name)
";
    assert_eq!(printed(&python(oracle::cinderx(), folder.path(), program)), "lib");
    compile(folder.path(), &["--invalidation-mode", "checked-hash"]);
    assert_eq!(printed(&python(oracle::cinderx(), folder.path(), "import lib; print(lib.f(None))")), "1");
}

#[test]
fn ordinary_code_stands_in_where_it_can() {
    let folder = tree();
    compile(folder.path(), &[]);
    let program = "
import lib, plain
print(type(lib).__name__, plain.g(), lib.f('x') if False else 0)
try:
    import numbers_
    print(type(numbers_).__name__)
except pyclast.loader.MissingRuntime as error:
    print(error.name)
";
    // No CinderX at all.
    assert_eq!(printed(&python(oracle::python(), folder.path(), program)), "module 7 0\nnumbers_");
    // Without its JIT, what needs it still has CinderX.
    let package = Path::new(env!("CARGO_MANIFEST_DIR")).join("../python");
    let start = "import sys, pyclast.loader\npyclast.loader.install([sys.argv[1]])\n";
    let output = Command::new(oracle::cinderx())
        .args(["-c", &format!("{start}{program}")])
        .arg(folder.path())
        .env("PYTHONPATH", package)
        .env("CINDERX_JIT_DISABLE", "1")
        .output()
        .expect("the interpreter starts");
    assert_eq!(printed(&output), "module 7 0\nStrictModule");
}

#[test]
fn run_compiles_what_is_needed_and_starts_the_script() {
    let folder = tree();
    let script = "import __static__\nimport sys\nfrom lib import C, f\nclass D:\n    def __init__(self) -> None:\n        self.y: int = 4\n\
                  def main(d: D) -> int:\n    return f(C(3)) + d.y\n\
                  print(main(D()), sys.argv, __name__)\nif len(sys.argv) > 2:\n    sys.exit(3)\n";
    fs::write(folder.path().join("main.py"), script).expect("a file can be written");
    let run = |more: &[&str]| {
        let mut command = Command::new(pyclast());
        command.arg("run").arg("--python").arg(oracle::cinderx()).arg("main.py").args(more);
        command.current_dir(folder.path()).output().expect("pyclast starts")
    };
    assert_eq!(printed(&run(&["--fast"])), "7 ['main.py', '--fast'] __main__");
    assert_eq!(run(&["a", "b"]).status.code(), Some(3));
    fs::write(folder.path().join("lib.py"), LIB.replace("return 0", "return 'x'")).expect("a file can be written");
    let refused = run(&[]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stdout).contains("mismatched types"));
}
