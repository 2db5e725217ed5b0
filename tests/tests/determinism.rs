//! The same source gives the same bytes: whatever the number of workers, the order of the files, the
//! environment.

use pyclast_tests::{copy_sources, pyclast, stdlib, synthetic};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Every artifact under a folder, by path relative to it.
fn artifacts(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut pending = vec![root.to_owned()];
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(&folder).expect("the output can be listed") {
            let path = entry.expect("the output can be listed").path();
            if path.is_dir() {
                pending.push(path);
            } else {
                let name = path.strip_prefix(root).expect("it is below").to_string_lossy().into_owned();
                found.insert(name, fs::read(&path).expect("an artifact can be read"));
            }
        }
    }
    found
}

#[test]
fn bytes_depend_on_the_source_alone() {
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    let tree = folder.path().join("tree");
    copy_sources(&stdlib().join("asyncio"), &tree.join("asyncio"));
    copy_sources(&stdlib().join("email"), &tree.join("email"));
    copy_sources(&stdlib().join("test").join("test_importlib"), &tree.join("test_importlib"));
    let compile = |name: &str, configure: &dyn Fn(&mut Command)| {
        let out = folder.path().join(name);
        let mut command = Command::new(pyclast());
        command.args(["compile", "-q", "-f", "--out-dir"]).arg(&out).current_dir(folder.path());
        configure(&mut command);
        let status = command.status().expect("pyclast starts");
        assert!(status.success());
        artifacts(&out)
    };
    let one = compile("one", &|command| {
        command.args(["-j", "1", "tree"]);
    });
    assert!(one.len() > 100, "{} artifacts", one.len());
    let many = compile("many", &|command| {
        command.args(["-j", "7", "tree"]).env("PYTHONHASHSEED", "3").env("LANG", "de_DE.UTF-8").env("TZ", "Asia/Tokyo");
    });
    assert!(one == many, "the number of workers or the environment shows in the bytes");
    // One file at a time, the last first.
    for (name, bytes) in one.iter().rev().take(40) {
        let source = name.replace("__pycache__/", "").replace(".cpython-314.pyc", ".py");
        let alone = compile("alone", &|command| {
            command.arg(format!("tree/{source}"));
        });
        assert!(alone.values().any(|other| other == bytes), "{source} alone gives other bytes");
    }
}

#[test]
fn threads_do_not_show_in_static_code() {
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    // The last function is warned about; an error of the code generator would be the first of all.
    let text = synthetic::static_module(600);
    let warned = format!("{text}def last() -> bool:\n    return 1 is 1\n");
    for (name, text) in [("plain", &text), ("warned", &warned)] {
        let source = folder.path().join(format!("{name}.py"));
        fs::write(&source, text).expect("a file can be written");
        let compiled = |workers: &str| {
            let out = folder.path().join("code");
            let mut command = Command::new(pyclast());
            command.args([
                "compile",
                "--module-name",
                "m",
                "--emit",
                "code",
                "--target",
                "cinderx-3.14",
                "-j",
                workers,
            ]);
            let output = command.arg("--output").arg(&out).arg(&source).output().expect("pyclast starts");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            (fs::read(&out).expect("the code can be read"), output.stderr)
        };
        let one = compiled("1");
        for workers in ["2", "3", "16"] {
            assert!(compiled(workers) == one, "{name}: {workers} threads give another result than one");
        }
    }
}
