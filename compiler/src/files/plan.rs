//! One source file → the name it is recorded under, and its artifacts.
//!
//! ```text
//! build/pkg/a.py  with -s build -p /usr/lib      recorded as /usr/lib/pkg/a.py
//!                 with -o 0 -o 1                 a.cpython-314.pyc, a.cpython-314.opt-1.pyc
//! ```
//!
//! Invariant: levels are sorted and distinct; one artifact for each.

use super::path::{join, parts};
use pyclast_codegen::{Optimize, Target};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where artifacts go.
#[derive(Clone, Debug)]
pub enum Placement {
    /// `__pycache__` beside the source (PEP 3147).
    Cache,
    /// `__pycache__` directories' contents under another root (`PYTHONPYCACHEPREFIX`).
    Prefix(PathBuf),
    /// `NAME.pyc` beside the source.
    Legacy,
    /// A mirror of the tree, `__pycache__` directories included.
    Mirror(PathBuf),
}

/// How names are recorded and artifacts placed.
#[derive(Clone, Debug)]
pub struct PlanOptions {
    /// Where artifacts go.
    pub placement: Placement,
    /// `-d`: recorded in place of the directory that was asked for.
    pub dest_dir: Option<PathBuf>,
    /// `-s`
    pub strip_dir: Option<PathBuf>,
    /// `-p`
    pub prepend_dir: Option<PathBuf>,
    /// Distinct levels in ascending order.
    pub levels: Arc<[Optimize]>,
    /// The interpreter.
    pub target: &'static Target,
}

/// One file to compile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The source, as spelled.
    pub source: PathBuf,
    /// `co_filename`
    pub recorded: OsString,
    /// By level: the artifact.
    pub artifacts: Vec<PathBuf>,
    /// The levels, in ascending order.
    pub levels: Arc<[Optimize]>,
    /// `-s` was given and is no prefix of the source.
    pub strip_ignored: bool,
}

impl PlanOptions {
    /// Plans a file that was found under `root` (the directory asked for; `None` if the file itself
    /// was). As `compileall.compile_dir` and `compile_file` do.
    pub fn plan(&self, source: &Path, root: Option<&Path>) -> Plan {
        let (strip, prepend) = match (&self.dest_dir, root) {
            // `compile_dir` turns -d into -s DIR -p DESTDIR.
            (Some(dest), Some(root)) => (Some(root), Some(dest.as_path())),
            _ => (self.strip_dir.as_deref(), self.prepend_dir.as_deref()),
        };
        let name = source.file_name().unwrap_or_default();
        let mut recorded = match (&self.dest_dir, root) {
            (Some(dest), None) => Some(join(dest.as_os_str(), name)),
            _ => None,
        };
        let mut strip_ignored = false;
        if let Some(strip) = strip {
            match stripped(source, strip) {
                Some(rest) => recorded = Some(rest),
                None => strip_ignored = true,
            }
        }
        if let Some(prepend) = prepend {
            let rest = recorded.as_deref().unwrap_or(source.as_os_str());
            recorded = Some(join(prepend.as_os_str(), rest));
        }
        Plan {
            source: source.to_owned(),
            recorded: recorded.unwrap_or_else(|| source.as_os_str().to_owned()),
            artifacts: self.levels.iter().map(|&level| self.artifact(source, root, level)).collect(),
            levels: self.levels.clone(),
            strip_ignored,
        }
    }

    /// The artifact of a source at a level (`importlib.util.cache_from_source`).
    fn artifact(&self, source: &Path, root: Option<&Path>, level: Optimize) -> PathBuf {
        let directory = source.parent().unwrap_or(Path::new(""));
        match &self.placement {
            Placement::Legacy => {
                let mut name = source.as_os_str().to_owned();
                name.push("c");
                name.into()
            }
            Placement::Cache => in_directory(directory, "__pycache__").join(self.artifact_name(source, level)),
            Placement::Prefix(prefix) => {
                let absolute = std::path::absolute(directory).unwrap_or_else(|_| directory.to_owned());
                let relative = absolute.strip_prefix("/").unwrap_or(&absolute);
                prefix.join(relative).join(self.artifact_name(source, level))
            }
            Placement::Mirror(out) => {
                let relative = root.and_then(|root| directory.strip_prefix(root).ok()).unwrap_or(Path::new(""));
                out.join(relative).join("__pycache__").join(self.artifact_name(source, level))
            }
        }
    }

    /// `b.c.py` → `b.c.cpython-314.opt-1.pyc`
    fn artifact_name(&self, source: &Path, level: Optimize) -> OsString {
        let mut name = source.file_stem().unwrap_or_default().to_owned();
        name.push(".");
        name.push(self.target.cache_tag);
        name.push(match level {
            Optimize::None => ".pyc",
            Optimize::Asserts => ".opt-1.pyc",
            Optimize::Docstrings => ".opt-2.pyc",
        });
        name
    }
}

/// The path after `prefix`, compared part by part as spelled.
fn stripped(source: &Path, prefix: &Path) -> Option<OsString> {
    let (source, prefix) = (parts(source.as_os_str()), parts(prefix.as_os_str()));
    let rest = source.strip_prefix(&prefix[..])?;
    let mut joined = OsString::new();
    for (index, part) in rest.iter().enumerate() {
        joined = if index == 0 { (*part).to_owned() } else { join(&joined, part) };
    }
    Some(joined)
}

/// `directory/name`, spelled as `os.path.join` does for an empty directory.
fn in_directory(directory: &Path, name: &str) -> PathBuf {
    PathBuf::from(OsString::from_vec(join(directory.as_os_str(), OsStr::from_bytes(name.as_bytes())).into_vec()))
}

#[cfg(test)]
mod tests {
    use super::{Placement, PlanOptions};
    use pyclast_codegen::{Optimize, Target};
    use std::path::{Path, PathBuf};

    fn options() -> PlanOptions {
        PlanOptions {
            placement: Placement::Cache,
            dest_dir: None,
            strip_dir: None,
            prepend_dir: None,
            levels: [Optimize::None, Optimize::Docstrings].into(),
            target: &Target::CPYTHON_3_14,
        }
    }

    #[test]
    fn artifacts_are_named_as_import_looks_for_them() {
        let plan = options().plan(Path::new("pkg/b.c.py"), Some(Path::new("pkg")));
        assert_eq!(
            plan.artifacts,
            ["pkg/__pycache__/b.c.cpython-314.pyc", "pkg/__pycache__/b.c.cpython-314.opt-2.pyc"].map(PathBuf::from)
        );
        assert_eq!(plan.recorded, "pkg/b.c.py");
        assert_eq!(options().plan(Path::new("a.py"), None).artifacts[0], Path::new("__pycache__/a.cpython-314.pyc"));
    }

    #[test]
    fn a_mirror_repeats_the_tree_below_the_directory_asked_for() {
        let options = PlanOptions { placement: Placement::Mirror("out".into()), ..options() };
        let plan = options.plan(Path::new("src/pkg/a.py"), Some(Path::new("src")));
        assert_eq!(plan.artifacts[0], Path::new("out/pkg/__pycache__/a.cpython-314.pyc"));
    }

    #[test]
    fn recorded_names_follow_d_s_and_p() {
        let cases = [
            (Some("/usr"), None, None, "/usr/a.py"),
            (None, Some("build"), None, "pkg/a.py"),
            (None, Some("build"), Some("/lib"), "/lib/pkg/a.py"),
            (None, None, Some("/lib"), "/lib/build/pkg/a.py"),
            (None, Some("other"), None, "build/pkg/a.py"),
        ];
        for (dest, strip, prepend, recorded) in cases {
            let options = PlanOptions {
                dest_dir: dest.map(PathBuf::from),
                strip_dir: strip.map(PathBuf::from),
                prepend_dir: prepend.map(PathBuf::from),
                ..options()
            };
            let plan = options.plan(Path::new("build/pkg/a.py"), Some(Path::new("build/pkg")));
            assert_eq!(plan.recorded, recorded, "{dest:?} {strip:?} {prepend:?}");
            assert_eq!(plan.strip_ignored, strip == Some("other"));
        }
    }
}
