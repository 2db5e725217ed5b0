//! Code objects ⇄ bytes of marshal, CPython's format of `.pyc` files (`marshal.c`).
//!
//! ```text
//! ('a', 1000, 'a')      a9 03 · da 01 61 · 69 e8 03 00 00 · 72 01 00 00 00
//!                       tuple   "a", kept  1000             the kept object 1
//! ```
//!
//! **References.** An object whose type byte carries [`format::FLAG_REF`] gets the next number, and
//! later occurrences are written as that number. CPython flags what has more than one owner *at the
//! moment of writing*, so its bytes depend on what else the process holds. This writer gives the
//! bytes of a process that did nothing else (`python -I -m py_compile FILE`), by a rule that looks
//! at the code object alone:
//!
//! * The same object is what the compiler made the same: constants, name tuples, constant tuples,
//!   line and exception tables with equal keys are merged across one compilation
//!   (`_PyCompile_ConstCacheMergeOne`). Such an object is flagged if it occurs again.
//! * Always flagged, since always owned by something else too: interned strings (names, and
//!   constants that look like names), strings of one Latin-1 character, ints from −5 to 256, `()`,
//!   `b''` and one-byte bytes, `co_code` (cached on the code object), members of frozensets (the
//!   writer sorts them in a list), and the module's code object.
//!
//! What the code object cannot show, and so may differ from CPython's bytes: names beyond ASCII in
//! constant tuples (keyword and import names: interned by CPython), the string `'%'` that folding
//! `'%%' % ()` makes, and frozensets of strings that nothing else in the process mentions (taken to be
//! copied if they hold an identifier, see `writer.rs: holds_names`). One file in a thousand differs for
//! such a reason.
//!
//! Members of a frozenset are ordered by their own marshalled bytes, so nothing depends on hashes.
//!
//! Invariant: equal code objects give equal bytes; reading what was written gives an equal code
//! object; reading anything at all ends with a value or an error.

pub mod format;
mod identity;
mod reader;
#[cfg(test)]
mod tests;
mod writer;

pub use reader::{ReadError, ReadErrorReason, read, read_first};
pub use writer::{write, write_constant};
