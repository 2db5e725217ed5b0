//! What pyclast knows of CPython's standard library without looking at one.
//!
//! ```text
//! is_stdlib_module("asyncio")   → true       is_builtin("len")   → true
//! ```
//!
//! Data taken from CPython 3.14.8 by the scripts in `tools/`. [`c_types`] is for the checker: what classes and functions of C have.
//!
//! Invariant: the tables are sorted.

pub mod c_types;
mod modules;

/// Whether a top-level name is a module or package of the standard library.
pub fn is_stdlib_module(name: &str) -> bool {
    modules::MODULES.binary_search(&name).is_ok()
}

/// Whether a name is found in the `builtins` module.
pub fn is_builtin(name: &str) -> bool {
    modules::BUILTINS.binary_search(&name).is_ok()
}

/// The CPython release the data was taken from.
pub fn source() -> &'static str {
    modules::SOURCE
}

#[cfg(test)]
mod tests {
    use super::{is_builtin, is_stdlib_module, modules};

    #[test]
    fn names_are_found() {
        assert!(is_stdlib_module("asyncio") && is_stdlib_module("_thread") && !is_stdlib_module("numpy"));
        assert!(is_builtin("len") && is_builtin("ExceptionGroup") && !is_builtin("Spam"));
        assert!(modules::MODULES.is_sorted() && modules::BUILTINS.is_sorted());
    }
}
