//! Methods of C that the JIT calls without looking for the exception they raise.
//!
//! ```text
//! l.remove(x)     l · LOAD_ATTR remove · x · CALL 1             (it may raise)
//! l.reverse()     l · INVOKE_FUNCTION ((("builtins", "list"), "reverse"), 1)
//! ```
//!
//! The JIT calls the function of a method that takes nothing or one object (`METH_NOARGS`, `METH_O`) itself, and holds what it
//! returns for an object that is never missing (`tryEmitDirectMethodCall`, `simplifyCheck`): after an exception the code goes on,
//! past every handler, with no object.
//!
//! Invariant: every method of that kind that may raise, given objects of the types it is declared with, is in the list.

use pyclast_syntax::type_facts::{FunctionDescriptor, Invocation};

/// Whether the JIT loses an exception of a method.
pub(super) fn loses_exception(invocation: &Invocation) -> bool {
    let FunctionDescriptor { class: Some(class), name, .. } = &invocation.function else { return false };
    let [class_name] = class.path.as_slice() else { return false };
    let methods: &[&str] = match (&*class.module, &**class_name) {
        ("builtins", class) => of_builtin(class),
        // Its `insert` gets no arguments at all.
        ("__static__", "chklist") => &["count", "extend", "insert", "remove"],
        ("__static__", "chkdict") => &["popitem"],
        _ => &[],
    };
    methods.contains(&&**name)
}

fn of_builtin(class: &str) -> &'static [&'static str] {
    match class {
        "AttributeError" => &["__getstate__", "__reduce__"],
        "BaseException" => &["__reduce__", "__setstate__", "add_note", "with_traceback"],
        "ImportError" | "OSError" => &["__reduce__"],
        "bytes" => &["join", "partition", "removeprefix", "removesuffix", "rpartition", "zfill"],
        "complex" | "int" => &["__format__"],
        "dict" => &["popitem"],
        "float" => &["__ceil__", "__floor__", "__format__", "__trunc__", "as_integer_ratio"],
        "frozenset" | "set" => &[
            "__reduce__",
            "add",
            "discard",
            "isdisjoint",
            "issubset",
            "issuperset",
            "pop",
            "remove",
            "symmetric_difference",
            "symmetric_difference_update",
        ],
        "list" => &["count", "extend", "remove"],
        "object" => &["__dir__", "__format__", "__getstate__", "__reduce__", "__reduce_ex__"],
        "property" => &["deleter", "getter", "setter"],
        "range" => &["count", "index"],
        "str" => &[
            "__format__",
            "format_map",
            "join",
            "partition",
            "removeprefix",
            "removesuffix",
            "rpartition",
            "translate",
            "zfill",
        ],
        "tuple" => &["count"],
        "type" => &["__dir__", "__instancecheck__", "__subclasscheck__", "__subclasses__", "mro"],
        _ => &[],
    }
}
