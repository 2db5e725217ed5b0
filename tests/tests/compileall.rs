//! `pyclast compile` says what `python -m compileall` says, and writes the files it writes, with the
//! same headers and recorded names, whatever the options.

use pyclast_tests::{oracle, output_of, pyclast};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::Path;
use std::process::Command;

/// A tree with packages, a name with dots, links, a file that is no source, a folder that is skipped.
fn make_tree(root: &Path) {
    for (name, text) in [
        ("pkg/__init__.py", "x = 1\n"),
        ("pkg/a.py", "def f(): 'doc'; assert f\n"),
        ("pkg/b.c.py", "y = 2\n"),
        ("pkg/notes.txt", "no source\n"),
        ("pkg/sub/d.py", "z = 3\n"),
        ("pkg/sub/deep/e.py", "w = 4\n"),
        ("other/f.py", "v = 5\n"),
        ("list.txt", "other\npkg/a.py\n"),
    ] {
        let path = root.join(name);
        fs::create_dir_all(path.parent().expect("names have folders")).expect("a folder can be made");
        fs::write(path, text).expect("a source can be written");
    }
    symlink("../other/f.py", root.join("pkg/link.py")).expect("a link can be made");
    symlink("../other", root.join("pkg/linked")).expect("a link can be made");
}

/// By artifact: its header, its permissions, and the file name it records.
fn artifacts(root: &Path) -> BTreeMap<String, String> {
    let script = "import marshal, os, sys\n\
        for folder, _, names in sorted(os.walk('.')):\n\
        \x20 for name in sorted(names):\n\
        \x20   if name.endswith('.pyc'):\n\
        \x20     path = os.path.join(folder, name)\n\
        \x20     data = open(path, 'rb').read()\n\
        \x20     links = os.stat(path).st_nlink\n\
        \x20     print(path, data[:16].hex(), links, marshal.loads(data[16:]).co_filename, sep='\\t')\n";
    let listing = output_of(oracle::command().args(["-c", script]).current_dir(root));
    listing
        .lines()
        .filter_map(|line| line.split_once('\t'))
        .map(|(path, facts)| {
            let mode = fs::metadata(root.join(path)).expect("it was listed").mode();
            (path.to_owned(), format!("{facts} {mode:o}"))
        })
        .collect()
}

/// Runs both in equal trees; standard output, exit code and artifacts must be equal.
#[track_caller]
fn assert_same(arguments: &[&str], environment: &[(&str, &str)]) {
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    let mut results = Vec::new();
    for name in ["theirs", "ours"] {
        let root = folder.path().join(name);
        make_tree(&root);
        let mut command = if name == "theirs" {
            let mut command = oracle::command();
            command.args(["-m", "compileall"]);
            command
        } else {
            let mut command = Command::new(pyclast());
            command.arg("compile");
            command
        };
        // Both trees have the same times.
        let touch = Command::new("find")
            .arg(&root)
            .args(["-type", "f", "-exec", "touch", "-d", "2020-02-02", "{}", "+"])
            .status();
        assert!(touch.is_ok_and(|status| status.success()), "find and touch work");
        command.args(arguments).envs(environment.iter().copied()).current_dir(&root);
        let output = command.output().expect("it starts");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        // Under a prefix, artifacts are placed by the absolute path.
        let place = |path: String| path.replace(&format!("/{name}/"), "/");
        let artifacts: BTreeMap<_, _> =
            artifacts(&root).into_iter().map(|(path, facts)| (place(path), facts)).collect();
        results.push((text, output.status.code(), artifacts));
    }
    assert_eq!(results[1], results[0], "{arguments:?} {environment:?}");
}

#[test]
fn every_option_does_what_compilealls_does() {
    for arguments in [
        &["."][..],
        &["-q", "."],
        &["-qq", "pkg"],
        &["-l", "pkg"],
        &["-r", "1", "pkg"],
        &["-l", "-r", "1", "pkg"],
        &["-b", "pkg"],
        &["-d", "/usr/lib/x", "pkg"],
        &["-d", "/usr/lib/x", "pkg/a.py"],
        &["-s", "pkg", "pkg"],
        &["-p", "/opt", "pkg"],
        &["-s", "pkg/sub", "-p", "/opt", "pkg/sub"],
        &["-x", "sub|link", "."],
        &["-i", "list.txt"],
        &["-i", "list.txt", "pkg/sub"],
        &["-o", "0", "-o", "1", "-o", "2", "pkg"],
        &["-o", "1", "-o", "2", "--hardlink-dupes", "pkg"],
        &["--invalidation-mode", "checked-hash", "pkg"],
        &["--invalidation-mode", "unchecked-hash", "pkg"],
        &["-e", "pkg", "pkg"],
        &["-e", "", "pkg"],
        &["pkg/a.py", "pkg/notes.txt", "./pkg/sub"],
        &["-j", "2", "pkg/a.py"],
    ] {
        assert_same(arguments, &[]);
    }
}

#[test]
fn the_environment_counts_as_for_compileall() {
    assert_same(&["pkg"], &[("SOURCE_DATE_EPOCH", "0")]);
    assert_same(&["--invalidation-mode", "timestamp", "pkg"], &[("SOURCE_DATE_EPOCH", "0")]);
    assert_same(&["pkg"], &[("PYTHONPYCACHEPREFIX", "cache")]);
}

#[test]
fn current_artifacts_are_left_alone() {
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    make_tree(folder.path());
    let compile = |arguments: &[&str]| {
        output_of(Command::new(pyclast()).arg("compile").args(arguments).arg("pkg").current_dir(folder.path()))
    };
    assert_eq!(compile(&[]).matches("Compiling").count(), 6);
    assert_eq!(compile(&[]).matches("Compiling").count(), 0);
    assert_eq!(compile(&["-f"]).matches("Compiling").count(), 6);
    // Another mode is another artifact, and is then current as well; compileall compiles such again.
    assert_eq!(compile(&["--invalidation-mode", "checked-hash"]).matches("Compiling").count(), 6);
    assert_eq!(compile(&["--invalidation-mode", "checked-hash"]).matches("Compiling").count(), 0);
    fs::write(folder.path().join("pkg/a.py"), "changed = 1\n").expect("a source can be written");
    assert_eq!(compile(&["--invalidation-mode", "checked-hash"]).matches("Compiling").count(), 1);
}

#[test]
fn one_module_is_written_where_it_is_wanted() {
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    make_tree(folder.path());
    let run = |arguments: &[&str]| {
        Command::new(pyclast())
            .arg("compile")
            .args(arguments)
            .current_dir(folder.path())
            .output()
            .expect("pyclast starts")
    };
    let output =
        run(&["pkg/a.py", "--module-name", "<module>", "--emit", "code", "--co-filename", "", "--output", "a.code"]);
    assert!(output.status.success(), "{output:?}");
    let script = "import marshal\n\
        ours = marshal.loads(open('a.code', 'rb').read())\n\
        theirs = compile(open('pkg/a.py').read(), '', 'exec', dont_inherit=True)\n\
        print(ours == theirs, repr(ours.co_filename))\n";
    assert_eq!(output_of(oracle::command().args(["-c", script]).current_dir(folder.path())), "True ''\n");
    fs::write(folder.path().join("bad.py"), "x = (\n").expect("a source can be written");
    let output = run(&["bad.py", "--output", "bad.pyc", "--error-format", "json"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(!folder.path().join("bad.pyc").exists(), "something was written");
    let line: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
    assert_eq!(
        (&line["message"], &line["line"], &line["column"]),
        (&"'(' was never closed".into(), &1.into(), &5.into())
    );
}
