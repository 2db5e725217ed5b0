//! Import graphs of any shape on small stacks, and `check --watch` under fire.

use pyclast::database::{Purpose, Session, SessionOptions, Settings};
use pyclast_tests::{pyclast, synthetic};
use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

fn open(paths: Vec<PathBuf>, purpose: Purpose) -> Session {
    let options = SessionOptions {
        paths,
        exclude: pyclast::settings::Globs::default(),
        search_path: Vec::new(),
        environment: None,
        purpose,
        workers: 2,
        settings: Settings::default(),
        cache: None,
    };
    Session::open(options, None)
}

/// Runs on a stack of 512 KiB, as every worker does.
fn on_small_stack<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let thread = thread::Builder::new().stack_size(512 << 10).spawn(work).expect("a thread can be started");
    thread.join().expect("the work does not panic")
}

#[test]
fn a_chain_of_10_000_imports_needs_no_deep_stack() {
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    synthetic::chain(folder.path(), 10_000);
    let path = folder.path().to_owned();
    let (found, groups, why) = on_small_stack(move || {
        let mut session = open(vec![path.clone()], Purpose::Check);
        let clean = session
            .check()
            .iter()
            .filter(|file| {
                file.result.as_ref().is_ok_and(|module| module.diagnostics.is_empty() && module.unresolved.is_empty())
            })
            .count();
        // From its first module alone: one level each.
        let session = open(vec![path.join("m0.py")], Purpose::Graph);
        let graph = session.graph();
        let last = graph.find(&pyclast::imports::ModuleName::new("m9999")).expect("the chain is followed to its end");
        (clean, graph.order().len(), graph.why(last).len())
    });
    assert_eq!((found, groups, why), (10_000, 10_000, 10_000));
}

#[test]
fn a_cycle_of_1_000_modules_is_one_group() {
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    synthetic::cycle(folder.path(), 1_000);
    let path = folder.path().to_owned();
    let groups = on_small_stack(move || {
        let mut session = open(vec![path], Purpose::Check);
        assert!(session.check().iter().all(|file| file.result.is_ok()));
        session.graph().order()
    });
    assert_eq!(groups.len(), 1);
    assert!(groups[0].is_cycle && groups[0].at_load && groups[0].members.len() == 1_000);
}

/// Runs `pyclast` with 512 KiB for its main thread, as its workers have.
#[track_caller]
fn assert_clean_on_small_stacks(tree: &Path, arguments: &[&str]) {
    let output = Command::new("sh")
        .args(["-c", "ulimit -s 512; exec \"$0\" \"$@\""])
        .arg(pyclast())
        .args(arguments)
        .current_dir(tree)
        .output()
        .expect("a shell starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?} ended with {}: {said}", output.status);
}

#[test]
fn the_program_needs_no_more_than_512_kib_a_thread() {
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    let tree = |name: &str| folder.path().join(name);
    synthetic::chain(&tree("long chain"), 10_000);
    synthetic::chain(&tree("chain"), 2_000);
    synthetic::inheritance(&tree("inheritance"), 1_000);
    synthetic::cycle(&tree("cycle"), 1_000);
    synthetic::write(&tree("deep"), "m0.py", &format!("x = {}0\n", "lambda: ".repeat(2_000)));
    for (name, count) in [("chain", 2_000), ("inheritance", 1_000), ("cycle", 1_000), ("deep", 1)] {
        assert_clean_on_small_stacks(&tree(name), &["check", ".", "--no-cache"]);
        assert_clean_on_small_stacks(&tree(name), &["compile", "-q", "."]);
        assert_eq!(artifacts(&tree(name)).len(), count);
    }
    // Found by following the imports of one module, a level each.
    assert_clean_on_small_stacks(&tree("long chain"), &["check", "m0.py", "--no-cache"]);
    assert_clean_on_small_stacks(&tree("long chain"), &["check", ".", "--no-cache"]);
    assert_clean_on_small_stacks(&tree("long chain"), &["graph", "m0.py"]);
    assert_clean_on_small_stacks(&tree("deep"), &["compile", "m0.py", "--output", "out.pyc"]);
}

#[test]
fn deep_trees_are_checked_on_small_stacks() {
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    synthetic::write(folder.path(), "deep.py", &format!("x = {}1\n", "-".repeat(5_000)));
    synthetic::write(folder.path(), "wide.py", &format!("x = 1{}\n", " + 1".repeat(5_000)));
    let path = folder.path().to_owned();
    let clean = on_small_stack(move || open(vec![path], Purpose::Check).check().iter().all(|file| file.result.is_ok()));
    assert!(clean);
}

/// What `check` of a tree reports, one line each.
fn fresh_report(tree: &Path) -> String {
    let mut command = Command::new(pyclast());
    command.args(["check", ".", "--no-cache", "--error-format", "concise"]).current_dir(tree);
    let output = command.output().expect("pyclast starts");
    assert!(output.status.code().is_some_and(|code| code < 2), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("reports are UTF-8")
}

/// The last report in what a watching process wrote.
fn last_report(log: &Path) -> Option<String> {
    let text = fs::read_to_string(log).ok()?;
    let mut reports: Vec<String> = vec![String::new()];
    for line in text.lines() {
        if line.starts_with("-- ") {
            reports.push(String::new());
        } else {
            let report = reports.last_mut().expect("there is always one");
            report.push_str(line);
            report.push('\n');
        }
    }
    // After the last mark there is nothing yet.
    reports.pop();
    reports.pop()
}

/// For how long files are edited, 20 times a second: `PYCLAST_WATCH_SECONDS`, or a little.
fn edits() -> usize {
    let seconds = env::var("PYCLAST_WATCH_SECONDS").ok().and_then(|seconds| seconds.parse().ok());
    seconds.unwrap_or(10) * 20
}

/// A process that watches a tree; it is ended with this value.
struct Watching(Child);

impl Watching {
    fn start(arguments: &[&str], tree: &Path, log: &Path) -> Self {
        let mut command = Command::new(pyclast());
        command.args(arguments).arg("--watch").current_dir(tree);
        let log = File::create(log).expect("a file can be made");
        Self(command.stdout(Stdio::from(log)).stderr(Stdio::inherit()).spawn().expect("pyclast starts"))
    }

    #[track_caller]
    fn assert_alive(&mut self) {
        assert!(self.0.try_wait().expect("the process can be asked").is_none(), "watching ended");
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        // It may have ended by itself, which the test has told.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn watching_ends_with_what_a_fresh_run_gives() {
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    let (tree, log, compile_log) =
        (folder.path().join("tree"), folder.path().join("log"), folder.path().join("compile log"));
    synthetic::project(&tree, 50, 40, 5);
    let mut check = Watching::start(&["check", ".", "--error-format", "concise"], &tree, &log);
    let mut compile = Watching::start(&["compile", ".", "--error-format", "concise"], &tree, &compile_log);
    wait_until(|| last_report(&log).is_some() && last_report(&compile_log).is_some());
    let broken = "def f(:\n";
    let started = Instant::now();
    for edit in 0..edits() {
        let number = edit * 7 % 50;
        let file = format!("p0/m{number}.py");
        match edit % 10 {
            0..=2 => synthetic::write(&tree, &file, &synthetic::module(edit, "", 30)),
            3 => synthetic::write(
                &tree,
                &file,
                &synthetic::module(edit, "from p0.m2 import f1, gone\nimport new1\n", 30),
            ),
            4 | 5 => synthetic::write(&tree, &file, broken),
            6 => synthetic::write(&tree, &format!("new{}/sub/m.py", edit % 4), "import p0.m1\nreturn\n"),
            // What is not there cannot be removed or renamed.
            7 => drop(fs::remove_file(tree.join(&file))),
            8 => drop(fs::rename(tree.join(format!("new{}", edit % 3)), tree.join(format!("moved{}", edit % 5)))),
            _ => drop(fs::rename(tree.join(&file), tree.join("p0/renamed.py"))),
        }
        let next = Duration::from_millis(50) * u32::try_from(edit + 1).expect("a test ends some day");
        thread::sleep(next.saturating_sub(started.elapsed()));
        check.assert_alive();
        compile.assert_alive();
    }
    synthetic::write(&tree, "p0/m3.py", broken);
    let expected = fresh_report(&tree);
    assert!(expected.lines().count() > 3, "{expected}");
    let is_equal = wait_until(|| last_report(&log).as_deref() == Some(&expected));
    assert!(is_equal, "last report:\n{}\nfresh:\n{expected}", last_report(&log).unwrap_or_default());
    let out = folder.path().join("out");
    let fresh =
        Command::new(pyclast()).args(["compile", "-qq", ".", "--out-dir"]).arg(&out).current_dir(&tree).status();
    assert_eq!(fresh.expect("pyclast starts").code(), Some(1));
    let expected_artifacts = artifacts(&out);
    assert!(expected_artifacts.len() > 10);
    let differing = || {
        let is_other = |(path, bytes): &&(PathBuf, Vec<u8>)| {
            let relative = path.strip_prefix(&out).expect("it is there");
            fs::read(tree.join(relative)).ok().as_ref() != Some(bytes)
        };
        expected_artifacts.iter().filter(is_other).map(|(path, _)| path.clone()).collect::<Vec<_>>()
    };
    assert!(wait_until(|| differing().is_empty()), "{:?}", differing());
    // It stays so when everything has been compared once more.
    thread::sleep(Duration::from_millis(1_500));
    assert_eq!(last_report(&log).as_deref(), Some(expected.as_str()));
    assert_eq!(differing(), [] as [&Path; 0]);
    check.assert_alive();
    compile.assert_alive();
}

/// Every file below a folder that is no source, with its bytes.
fn artifacts(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(&folder).expect("a scratch folder can be listed") {
            let path = entry.expect("a scratch folder can be listed").path();
            if path.is_dir() {
                pending.push(path);
            } else if path.extension().is_some_and(|extension| extension == "pyc") {
                found.push((path.clone(), fs::read(&path).expect("an artifact can be read")));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn compile_watches_and_leaves_what_a_fresh_run_writes() {
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    let (tree, log) = (folder.path().join("tree"), folder.path().join("log"));
    synthetic::write(&tree, "a.py", "x = 1\n");
    synthetic::write(&tree, "pkg/b.py", "def f(:\n");
    let mut watching = Watching::start(&["compile", ".", "--error-format", "concise"], &tree, &log);
    let ends_with = |text: &str| {
        let log = fs::read_to_string(&log).unwrap_or_default();
        log.lines().last().is_some_and(|line| line.starts_with("-- ") && line.contains(text))
    };
    assert!(wait_until(|| ends_with("2 files: compiled 1 · current 0 · failed 1")));
    // Of the same size within the same second: the artifact alone would not tell. What fails is told again.
    synthetic::write(&tree, "a.py", "x = 2\n");
    assert!(wait_until(|| ends_with("1 change: compiled 1 · current 0 · failed 1")));
    synthetic::write(&tree, "pkg/b.py", "def f(): pass\n");
    assert!(wait_until(|| ends_with("1 change: compiled 1 · current 0 · failed 0")));
    synthetic::write(&tree, "new/c.py", "y = 3\n");
    fs::rename(tree.join("a.py"), tree.join("d.py")).expect("the file is there");
    let is_written = || {
        tree.join("new/__pycache__/c.cpython-314.pyc").is_file() && tree.join("__pycache__/d.cpython-314.pyc").is_file()
    };
    assert!(wait_until(is_written));
    // Artifacts of sources that are gone stay, as compileall leaves them.
    fs::remove_file(tree.join("__pycache__/a.cpython-314.pyc")).expect("it was written");
    watching.assert_alive();
    drop(watching);
    let watched = artifacts(&tree);
    assert_eq!(watched.len(), 3);
    let status = Command::new(pyclast()).args(["compile", "-q", "-f", "."]).current_dir(&tree).status();
    assert!(status.expect("pyclast starts").success());
    assert_eq!(artifacts(&tree), watched);
}

/// Waits for something, not for ever; says whether it came.
fn wait_until(mut condition: impl FnMut() -> bool) -> bool {
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(30) {
        if condition() {
            return true;
        }
        thread::sleep(Duration::from_millis(20));
    }
    false
}
