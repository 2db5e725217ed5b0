//! Dotted names of modules, and how relative imports are resolved against them.
//!
//! `from ..b import c` in the module `p.q.m` means `p.b`; in the package `p.q` (its `__init__`) too
//! means `p.b`.
//!
//! Invariant: a name has at least one part; equal text is equal names.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

/// The name of a module.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ModuleName(Arc<str>);

impl ModuleName {
    /// The name written as `text`.
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// The name of a file below a root, and whether it is a package: `a/b/__init__.py` is `a.b`.
    pub fn of_file(root: &Path, file: &Path) -> Option<(Self, bool)> {
        let relative = file.strip_prefix(root).ok()?.with_extension("");
        let mut parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy().into_owned()).collect();
        let is_package = parts.last().is_some_and(|part| part == "__init__");
        if is_package && parts.len() > 1 {
            parts.pop();
        }
        (!parts.is_empty()).then(|| (Self(parts.join(".").into()), is_package))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of a submodule.
    #[must_use]
    pub fn child(&self, name: &str) -> Self {
        Self(format!("{}.{name}", self.0).into())
    }

    /// The package around the module.
    pub fn parent(&self) -> Option<Self> {
        self.0.rsplit_once('.').map(|(parent, _)| Self::new(parent))
    }

    /// The last part.
    pub fn last(&self) -> &str {
        self.0.rsplit('.').next().unwrap_or_default()
    }

    /// The first part.
    pub fn first(&self) -> &str {
        self.0.split('.').next().unwrap_or_default()
    }

    /// The names of all packages around the module, the outermost first, and its own:
    /// what `import a.b.c` imports.
    pub fn chain(&self) -> impl Iterator<Item = Self> + '_ {
        let ends = self.0.match_indices('.').map(|(end, _)| end).chain([self.0.len()]);
        ends.map(|end| Self::new(&self.0[..end]))
    }

    /// The module that `from <level dots><module>` means here (`importlib._bootstrap._resolve_name`);
    /// `None` beyond the top-level package.
    pub fn resolve_relative(&self, is_package: bool, level: u32, module: &str) -> Option<Self> {
        if level == 0 {
            return (!module.is_empty()).then(|| Self::new(module));
        }
        let mut package = if is_package { Some(self.clone()) } else { self.parent() };
        for _ in 1..level {
            package = package?.parent();
        }
        let package = package?;
        Some(if module.is_empty() { package } else { package.child(module) })
    }
}

impl fmt::Display for ModuleName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for ModuleName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, formatter)
    }
}
