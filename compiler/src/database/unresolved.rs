//! Imports that find nothing → warnings, in the words of the `ImportError` that a run would raise.
//!
//! ```text
//! import gone.a            No module named 'gone'
//! from lib import f        cannot import name 'f' from 'lib'
//! from ... import x        attempted relative import beyond top-level package
//! ```
//!
//! Nothing is said where the program is ready for it (`try … except ImportError`), where no type
//! checker looks (`else` of `if TYPE_CHECKING`, another version or platform), and of names that only
//! a run can tell.
//!
//! Invariant: who is told of an import depends on the import alone, so that results can be kept.

use super::facts::{Reason, Unresolved};
use super::inputs::{Link, Links};
use crate::imports::ModuleName;
use pyclast_syntax::imports::{Import, ImportPlace, ImportTarget};
use pyclast_syntax::{Code, Diagnostic};

impl Unresolved {
    /// Whether it is a problem.
    pub(super) const fn is_told(&self) -> bool {
        self.import.conditions.typing && !self.import.conditions.is_guarded
    }
}

/// The warning of one import; `is_package` tells of names that the links know.
pub(super) fn unresolved_import(
    import: &Import,
    reason: Reason,
    links: &Links,
    place: ImportPlace,
    is_package: impl Fn(&ModuleName) -> bool,
) -> Diagnostic {
    let base = base_module(import, links);
    match (reason, &import.target, base) {
        (Reason::NotExported, ImportTarget::From { name, .. }, Some(base)) => {
            let message = format!("cannot import name '{name}' from '{base}'");
            let warning = Diagnostic::of_code(Code::UnresolvedImport, place.name, message);
            warning.with_help(format!("'{base}' binds no such name, and has no such submodule"))
        }
        (Reason::Beyond, ..) | (_, _, None) => {
            let message = "attempted relative import beyond top-level package";
            let warning = Diagnostic::of_code(Code::UnresolvedImport, place.module, message);
            warning.with_help("a module's packages are the folders around it that have an __init__.py")
        }
        (_, _, Some(base)) => {
            let missing = first_missing(&base, links);
            let message = match missing.parent().filter(|parent| !is_package(parent)) {
                Some(parent) => format!("No module named '{missing}'; '{parent}' is not a package"),
                None => format!("No module named '{missing}'"),
            };
            let warning = Diagnostic::of_code(Code::UnresolvedImport, place.module, message);
            warning.with_help(
                "install it, name the environment it is in with --python, or the directory with --search-path",
            )
        }
    }
}

/// The module that an import names, without the names it takes from it.
fn base_module(import: &Import, links: &Links) -> Option<ModuleName> {
    match &import.target {
        ImportTarget::Module(name) => Some(ModuleName::new(name)),
        ImportTarget::From { level, module, .. } | ImportTarget::Star { level, module } => {
            links.name.resolve_relative(links.is_package, *level, module)
        }
    }
}

/// The outermost package of a module that is missing: what `import` trips over first.
fn first_missing(module: &ModuleName, links: &Links) -> ModuleName {
    module.chain().find(|part| links.find(part) == Some(Link::Missing)).unwrap_or_else(|| module.clone())
}
