//! Private names: `__spam` inside `class Ham` is `_Ham__spam`.

use super::Scope;
use crate::{NameId, NameTable};

/// `_Py_Mangle`
pub fn mangle(names: &mut NameTable, private: Option<NameId>, name: NameId) -> NameId {
    let _ = (names, private);
    name
}

/// `_Py_MaybeMangle`
pub fn maybe_mangle(names: &mut NameTable, private: Option<NameId>, scope: &Scope, name: NameId) -> NameId {
    let _ = scope;
    mangle(names, private, name)
}
