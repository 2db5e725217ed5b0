//! The words of `symtable.c` and `future.c` for each `SyntaxError`.
//!
//! ```text
//! def f(a, a): pass      duplicate argument 'a' in function definition
//! ```
//!
//! Invariant: every text is CPython's, to the letter. Names are quoted as written, before mangling.

pub(super) const NOT_A_CHANCE: &str = "not a chance";
pub(super) const LATE_FUTURE: &str = "from __future__ imports must occur at the beginning of the file";
pub(super) const ASSIGN_TO_DEBUG: &str = "cannot assign to __debug__";
pub(super) const DELETE_DEBUG: &str = "cannot delete __debug__";
pub(super) const NESTED_IMPORT_STAR: &str = "import * only allowed at module level";
pub(super) const NONLOCAL_AT_MODULE_LEVEL: &str = "nonlocal declaration not allowed at module level";

pub(super) const AWAIT_OUTSIDE_FUNCTION: &str = "'await' outside function";
pub(super) const AWAIT_OUTSIDE_ASYNC_FUNCTION: &str = "'await' outside async function";
pub(super) const ASYNC_WITH_OUTSIDE_ASYNC_FUNCTION: &str = "'async with' outside async function";
pub(super) const ASYNC_FOR_OUTSIDE_ASYNC_FUNCTION: &str = "'async for' outside async function";
pub(super) const ASYNC_COMPREHENSION_OUTSIDE: &str = "asynchronous comprehension outside of an asynchronous function";

pub(super) const NAMED_IN_COMPREHENSION_ITERABLE: &str =
    "assignment expression cannot be used in a comprehension iterable expression";
pub(super) const NAMED_IN_CLASS_COMPREHENSION: &str =
    "assignment expression within a comprehension cannot be used in a class body";
pub(super) const NAMED_IN_TYPE_VARIABLE_COMPREHENSION: &str =
    "assignment expression within a comprehension cannot be used in a TypeVar bound";
pub(super) const NAMED_IN_TYPE_ALIAS_COMPREHENSION: &str =
    "assignment expression within a comprehension cannot be used in a type alias";
pub(super) const NAMED_IN_GENERIC_COMPREHENSION: &str =
    "assignment expression within a comprehension cannot be used within the definition of a generic";

/// The two statements that move a name to an outer scope.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Declaration {
    /// `global`
    Global,
    /// `nonlocal`
    Nonlocal,
}

impl Declaration {
    const fn keyword(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::Nonlocal => "nonlocal",
        }
    }

    pub(super) fn of_parameter(self, name: &str) -> String {
        format!("name '{name}' is parameter and {}", self.keyword())
    }

    pub(super) fn after_use(self, name: &str) -> String {
        format!("name '{name}' is used prior to {} declaration", self.keyword())
    }

    pub(super) fn of_annotated(self, name: &str) -> String {
        format!("annotated name '{name}' can't be {}", self.keyword())
    }

    pub(super) fn after_assignment(self, name: &str) -> String {
        format!("name '{name}' is assigned to before {} declaration", self.keyword())
    }
}

pub(super) fn undefined_future_feature(name: &str) -> String {
    format!("future feature {name} is not defined")
}

pub(super) fn duplicate_argument(name: &str) -> String {
    format!("duplicate argument '{name}' in function definition")
}

pub(super) fn duplicate_type_parameter(name: &str) -> String {
    format!("duplicate type parameter '{name}'")
}

pub(super) fn reserved_type_parameter(name: &str) -> String {
    format!("reserved name '{name}' cannot be used for type parameter")
}

pub(super) fn named_rebinds_iteration_variable(name: &str) -> String {
    format!("assignment expression cannot rebind comprehension iteration variable '{name}'")
}

pub(super) fn inner_loop_rebinds_named(name: &str) -> String {
    format!("comprehension inner loop cannot rebind assignment expression target '{name}'")
}

pub(super) fn not_allowed(expression: &str, place: &str) -> String {
    format!("{expression} cannot be used within {place}")
}

pub(super) fn nonlocal_and_global(name: &str) -> String {
    format!("name '{name}' is nonlocal and global")
}

pub(super) fn no_binding_for_nonlocal(name: &str) -> String {
    format!("no binding for nonlocal '{name}' found")
}

pub(super) fn nonlocal_type_parameter(name: &str) -> String {
    format!("nonlocal binding not allowed for type parameter '{name}'")
}
