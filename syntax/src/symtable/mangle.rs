//! Private names: `__x` inside `class _C` is `_C__x`.
//!
//! ```text
//! class _C:
//!     def f(self): self.__x, self.__y__, _z      _C__x, __y__, _z
//! ```
//!
//! Invariant: the symbol table and the code generator both go through [`mangle`] or
//! [`maybe_mangle`], so they agree on every name.

use super::Scope;
use crate::{NameId, NameTable};

/// `_Py_Mangle`: the name under which `name` is stored inside the class `private`.
pub fn mangle(names: &mut NameTable, private: Option<NameId>, name: NameId) -> NameId {
    let Some(private) = private else { return name };
    if !is_private(names.get(name).as_bytes()) {
        return name;
    }
    let class = names.text(private).trim_start_matches('_');
    if class.is_empty() {
        return name;
    }
    let mangled = format!("_{class}{}", names.text(name));
    names.intern(&mangled)
}

/// `_Py_MaybeMangle`: like [`mangle`], but around a generic class only its type parameters are
/// private.
pub fn maybe_mangle(names: &mut NameTable, private: Option<NameId>, scope: &Scope, name: NameId) -> NameId {
    match &scope.mangled_names {
        Some(mangled) if !mangled.contains(&name) => name,
        _ => mangle(names, private, name),
    }
}

/// Whether a class makes `name` its own. Dots occur in `import __a.b` only.
pub(super) fn is_private(name: &[u8]) -> bool {
    name.starts_with(b"__") && !name.ends_with(b"__") && !name.contains(&b'.')
}
